"""How does the cost of a training step grow with context, vocabulary and data?

    python benchmarks/training_scale.py [--quick]

Context (512 to 8,192, packs of four samples and one sample alone), vocabulary (8k to 256k at 1,024 tokens,
half of them learned) and the size of the data set (1k to 100k samples, in the store that training reads).
A Llama of 4 blocks and random weights, LoRA, one thread. Speed is tokens a second of the process's own CPU
time, so that a busy machine tells less; memory is the highest resident size during the steps, as the kernel
counts it (Linux alone), less what the process held before. Each row is a process of its own. Writes
`docs/training_scale.svg` and prints the tables that `docs/log.md` holds.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

FIGURE = Path(__file__).resolve().parents[1] / "docs" / "training_scale.svg"
CONTEXTS = (512, 1024, 2048, 4096, 8192)
VOCABULARIES = (8192, 32_768, 65_536, 131_072, 262_144)
SIZES = (1000, 10_000, 100_000)


def step(context: int, samples: int, vocabulary: int) -> dict[str, Any]:
    """Cost of a forward and backward pass over `context` tokens, cut into so many samples."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from wfllm.config.schema import Lora
    from wfllm.data.batches import pack
    from wfllm.data.encode import CODE, PROMPT, Encoded
    from wfllm.models.segments import isolate
    from wfllm.training.lean import lean
    from wfllm.training.loss import summed_loss
    from wfllm.training.strategies import apply_strategy

    torch.set_num_threads(1)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=256,
        intermediate_size=768,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=context,
        tie_word_embeddings=True,
    )
    model = isolate(apply_strategy(LlamaForCausalLM(config), Lora(name="lora")))
    lean(model, torch.bfloat16)
    draw = random.Random(0)
    length = context // samples
    half = length // 2
    batch = pack(
        [
            Encoded(
                str(n), [draw.randrange(vocabulary) for _ in range(length)], [PROMPT] * half + [CODE] * half
            )
            for n in range(samples)
        ]
    )

    def run() -> None:
        with torch.autocast("cpu", torch.bfloat16):
            loss, _ = summed_loss(model, batch, lean=True, bare=True)
        loss.backward()
        model.zero_grad(set_to_none=True)

    run()
    before = _reset()
    seconds = []
    for _ in range(3):
        start = time.process_time()
        run()
        seconds.append(time.process_time() - start)
    return {"tokens_s": context / min(seconds), "megabytes": _memory("VmHWM") - before}


def data(size: int) -> dict[str, Any]:
    """Memory and time of an epoch's order and all its batches, of a data set in the store."""
    import numpy as np

    from wfllm.data.encode import CODE, PROMPT, Encoded, Lengths
    from wfllm.data.module import WorkflowData
    from wfllm.data.store import write_store

    draw = np.random.default_rng(0)

    def samples() -> Any:
        for number in range(size):
            length = int(draw.integers(200, 2000))
            yield Encoded(
                str(number),
                draw.integers(0, 49_000, length).tolist(),
                [PROMPT] * 100 + [CODE] * (length - 100),
            )

    with tempfile.TemporaryDirectory() as folder:
        store = write_store(Path(folder) / "store", samples(), Lengths())
        before = _reset()
        start = time.process_time()
        module = WorkflowData(store, [], batch_size=1, pad_id=0, seed=0, pack_tokens=4096)
        begin = time.process_time() - start
        tokens = 0
        for number, batch in enumerate(module.training_batches()):
            tokens += batch["tokens"]
            if number == 2000:
                break
        seconds = time.process_time() - start - begin
        own = _memory("RssAnon")  # pages of the mapped file are the system's, and given back when asked for
        return {"start_s": begin, "tokens_s": tokens / seconds, "megabytes": own - before}


def _reset() -> float:
    Path("/proc/self/clear_refs").write_text("5")
    return _memory("RssAnon")


def _memory(key: str) -> float:
    """MB of a line of this process's status."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no {key}")


def measured(kind: str, *numbers: int) -> dict[str, Any]:
    """One row, in a process of its own."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(FIGURE.parents[1])}
    command = [sys.executable, __file__, "--row", kind, *map(str, numbers)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    row: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    print(kind, *numbers, json.dumps(row), file=sys.stderr, flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--row", nargs="+")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller")
    given = parser.parse_args()
    if given.row:
        kind, *numbers = given.row
        print(json.dumps({"step": step, "data": data}[kind](*map(int, numbers))))
        return
    last = 3 if given.quick else 5
    alone = [measured("step", n, 1, 8192) for n in CONTEXTS[:last]]
    packed = [measured("step", n, 4, 8192) for n in CONTEXTS[:last]]
    vocabularies = [measured("step", 1024, 1, n) for n in VOCABULARIES[:last]]
    sizes = [measured("data", n) for n in SIZES[: 2 if given.quick else 3]]
    print("| tokens | one sample, tokens/s | MB | packs of four, tokens/s | MB |\n|---|---|---|---|---|")
    for n, one, four in zip(CONTEXTS, alone, packed, strict=False):
        cells = (one["tokens_s"], one["megabytes"], four["tokens_s"], four["megabytes"])
        print(f"| {n:,} | " + " | ".join(f"{cell:.0f}" for cell in cells) + " |")
    print("\n| vocabulary | tokens/s | MB |\n|---|---|---|")
    for n, row in zip(VOCABULARIES, vocabularies, strict=False):
        print(f"| {n:,} | {row['tokens_s']:.0f} | {row['megabytes']:.0f} |")
    print("\n| samples | start, s | tokens/s of batches | own memory, MB |\n|---|---|---|---|")
    for n, row in zip(SIZES, sizes, strict=False):
        print(f"| {n:,} | {row['start_s']:.2f} | {row['tokens_s']:,.0f} | {row['megabytes']:.0f} |")
    draw(alone, packed, vocabularies)


def draw(
    alone: list[dict[str, Any]], packed: list[dict[str, Any]], vocabularies: list[dict[str, Any]]
) -> None:
    """Speed and memory over context and over vocabulary."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 2, figsize=(9, 6), layout="constrained")
    lines = [
        (0, CONTEXTS, alone, "one sample"),
        (0, CONTEXTS, packed, "packs of four"),
        (1, VOCABULARIES, vocabularies, None),
    ]
    for column, where, rows, label in lines:
        for line, key in enumerate(("tokens_s", "megabytes")):
            axes[line][column].plot(where[: len(rows)], [r[key] for r in rows], marker="o", label=label)
    for column, title in enumerate(("tokens of a batch", "entries of the vocabulary")):
        axes[0][column].set(ylabel="tokens per CPU second", xscale="log", ylim=(0, None))
        axes[1][column].set(ylabel="memory of a step, MB", xscale="log", yscale="log", xlabel=title)
    axes[0][0].legend()
    figure.savefig(FIGURE)


if __name__ == "__main__":
    main()
