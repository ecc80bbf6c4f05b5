"""Answers a second: this project's generation against an evaluation loop of the usual kind, in turn.

    python benchmarks/generation.py [--requests 16] [--tokens 96] [--shots 0] [--rounds 2] [--ways 5]

The usual loop is that of the paper's released evaluation: two requests at a time as they come, padded on
the left, greedy, a cap on prompt and answer together, until both are done. Both ways have the same model
(`--model`: a folder or hub id; left out, SmolLM2 from its package), the same prompts of the starter corpus
and the same arithmetic (`--dtype`). Then, unless `--ways 2`, parts of ours are left out one by one: the
prefix read once, the end at the code's end, the larger batch. Prints wall and CPU seconds (the smallest of
the rounds, taken in turn), their ratios, and how many answers are the same: one begins with the other, since
the cap of the usual loop lets shorter prompts have longer answers. On a machine that others use, CPU seconds
are what counts.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch

from wfllm.bench.sources import load_records
from wfllm.config.compose import compose
from wfllm.config.schema import Greedy, PretrainedModel
from wfllm.evaluation.generation.generate import context_of, generate
from wfllm.evaluation.predictions import spread
from wfllm.evaluation.worked import drawn, fitting_conversation
from wfllm.models.base import base_files
from wfllm.models.load import load_model, load_tokenizer
from wfllm.shortcuts.catalogue.load import load_catalogue


@torch.inference_mode()
def usual(model: Any, tokenizer: Any, prompts: Sequence[str], cap: int) -> list[str]:
    """Two at a time, in the order given, to a total length."""
    answers: list[str] = []
    for start in range(0, len(prompts), 2):
        batch = tokenizer(
            list(prompts[start : start + 2]),
            add_special_tokens=False,
            padding=True,
            padding_side="left",
            return_tensors="pt",
        )
        output = model.generate(
            input_ids=batch["input_ids"],
            attention_mask=batch["attention_mask"],
            max_length=cap,
            do_sample=False,
            temperature=None,
            top_p=None,
            top_k=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
        new = output[:, batch["input_ids"].shape[1] :]
        answers += tokenizer.batch_decode(new, skip_special_tokens=True)
    return answers


def prompts_of(tokenizer: Any, requests: int, shots: int, room: int) -> list[str]:
    config: Any = compose("evaluate", ["data=starter"]).config
    splits, _ = load_records(config.data)
    records = spread([*splits["id"], *splits["ood"]], requests)
    shown = (
        drawn(splits["train"], shots, 0),
        tokenizer,
        load_catalogue(),
        config.prompts,
        config.target,
        room,
    )
    return [fitting_conversation(record, *shown) for record in records]


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, default in (
        ("requests", 16),
        ("tokens", 96),
        ("shots", 0),
        ("rounds", 2),
        ("batch", 16),
        ("ways", 5),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--model")
    given = parser.parse_args()
    model_config: Any = compose("evaluate", ["model=smollm2_135m"]).config
    model_config = model_config.model
    if given.model:
        model_config = PretrainedModel(name="given", path=given.model)
    source = base_files(model_config, None, (), 0)  # type: ignore[arg-type]
    tokenizer = load_tokenizer(source, model_config)
    model: Any = load_model(source, model_config).to(getattr(torch, given.dtype)).eval()
    prompts = prompts_of(tokenizer, given.requests, given.shots, context_of(model) - given.tokens)
    lengths = [len(tokenizer(p, add_special_tokens=False)["input_ids"]) for p in prompts]
    cap = max(lengths) + given.tokens
    ours = Greedy(name="greedy", max_new_tokens=given.tokens, batch_size=given.batch)
    ways: dict[str, Callable[[], list[str]]] = {
        "usual loop, two at a time": lambda: usual(model, tokenizer, prompts, cap),
        "ours": lambda: generate(model, tokenizer, prompts, ours),
        "ours, each prefix read": lambda: generate(
            model, tokenizer, prompts, ours.model_copy(update={"share_prefix": False})
        ),
        "ours, to the model's end": lambda: generate(
            model, tokenizer, prompts, ours.model_copy(update={"until": "end"})
        ),
        "ours, two at a time": lambda: generate(
            model, tokenizer, prompts, ours.model_copy(update={"batch_size": 2})
        ),
    }
    ways = dict(list(ways.items())[: given.ways])
    print(
        f"{len(prompts)} requests of {min(lengths)} to {max(lengths)} tokens, {given.shots} worked examples, "
        f"at most {given.tokens} new tokens, {given.dtype}, {torch.get_num_threads()} threads"
    )
    wall: dict[str, list[float]] = {name: [] for name in ways}
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    found: dict[str, list[str]] = {}
    for _ in range(given.rounds):
        for name, way in ways.items():
            start, used = time.perf_counter(), time.process_time()
            found[name] = way()
            wall[name].append(time.perf_counter() - start)
            cpu[name].append(time.process_time() - used)
    first, *_ = ways
    print(
        f"{'':26}{'wall s':>8}{'CPU s':>8}{'answers/s':>11}{'wall ratio':>12}{'CPU ratio':>11}  same answers"
    )
    for name in ways:
        pairs = zip(found[first], found[name], strict=True)
        same = sum(a.startswith(b) or b.startswith(a) for a, b in pairs)
        took, used = min(wall[name]), min(cpu[name])
        print(
            f"{name:26}{took:8.1f}{used:8.1f}{len(prompts) / took:11.2f}{min(wall[first]) / took:12.2f}"
            f"{min(cpu[first]) / used:11.2f}  {same}/{len(prompts)}"
        )


if __name__ == "__main__":
    main()
