"""Faster ways to write a batch give what the plain way gives: a prefix read once, rows that leave, ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluation.test_generate import MODEL, TEXTS, records
from wfllm.config.compose import compose
from wfllm.config.schema import BestOf, Decoding, Greedy, Sample
from wfllm.data.prompt import read_answer
from wfllm.evaluation.generation.batches import (
    SHORTEST_PREFIX,
    attends_to_all,
    batches,
    common_prefix,
    lay_out,
    read_prefix,
    read_rest,
)
from wfllm.evaluation.generation.choose import faults_of
from wfllm.evaluation.generation.draw import Draw, seed_of
from wfllm.evaluation.generation.generate import generate
from wfllm.evaluation.generation.writing import tokens_with, write
from wfllm.evaluation.predictions import predict
from wfllm.models.base import base_files
from wfllm.models.load import load_model, load_tokenizer
from wfllm.shortcuts.catalogue.load import Catalogue, load_catalogue

SYSTEM = "You write workflows as code. You use only what you are given, and nothing else at all. "
PROMPTS = [SYSTEM + text for text in TEXTS]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    folder = base_files(MODEL, tmp_path_factory.mktemp("tiny") / "base", PROMPTS, 0)
    model = load_model(folder, MODEL)
    with torch.no_grad():  # a random model repeats one token; larger weights make it write many
        for weight in model.parameters():
            weight.mul_(3)
    return model, load_tokenizer(folder, MODEL)


def greedy(**rest: Any) -> Greedy:
    return Greedy(name="greedy", **{"max_new_tokens": 16, "batch_size": 4, **rest})


def plainly(tiny: tuple[Any, Any], prompt: str, tokens: int = 16) -> str:
    """One prompt alone, by transformers."""
    model, tokenizer = tiny
    ids = tokenizer(prompt, add_special_tokens=False, return_tensors="pt")["input_ids"]
    output = model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=tokens,
        do_sample=False,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    text: str = tokenizer.decode(output[0, ids.shape[1] :], skip_special_tokens=True)
    return text


@given(st.lists(st.integers(1, 50), max_size=40), st.integers(1, 7))
def test_batches_hold_each_once_the_longest_first(lengths: list[int], size: int) -> None:
    found = batches(lengths, size)
    flat = [index for batch in found for index in batch]
    assert sorted(flat) == list(range(len(lengths)))
    assert [lengths[i] for i in flat] == sorted(lengths, reverse=True)
    assert all(len(batch) == size for batch in found[:-1])


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=6), max_size=5), st.integers(0, 40))
def test_a_common_prefix_is_common_and_leaves_each_something(rest: list[list[int]], shared: int) -> None:
    prompts = [[7] * shared + own for own in rest]
    found = common_prefix(prompts)
    assert all(prompt[:found] == prompts[0][:found] and len(prompt) > found for prompt in prompts)
    assert found == 0 or found >= SHORTEST_PREFIX
    if len(prompts) > 1 and shared >= SHORTEST_PREFIX:
        assert found >= shared


def test_with_and_without_a_prefix_the_answers_are_those_of_each_alone(tiny: tuple[Any, Any]) -> None:
    alone = [plainly(tiny, prompt) for prompt in PROMPTS]
    assert len(set(alone)) == len(alone)
    for size in (1, 3, 4):
        for share in (True, False):
            assert generate(*tiny, PROMPTS, greedy(batch_size=size, share_prefix=share)) == alone


def layouts(tiny: tuple[Any, Any]) -> tuple[list[list[int]], int, Any]:
    model, tokenizer = tiny
    encoded = [tokenizer(p, add_special_tokens=False)["input_ids"] for p in PROMPTS]
    shared = common_prefix(encoded)
    assert shared
    with torch.inference_mode():
        return encoded, shared, read_prefix(model, encoded[0][:shared])


@torch.inference_mode()
def test_the_next_tokens_logits_are_the_same_after_a_shared_prefix(tiny: tuple[Any, Any]) -> None:
    model, tokenizer = tiny
    encoded, shared, read = layouts(tiny)
    layout = lay_out(encoded, tokenizer.pad_token_id, "cpu", shared, read)
    read_rest(model, layout)
    positions = layout.mask.sum(-1, keepdim=True) - 1
    logits = model(
        input_ids=layout.ids[:, -1:],
        attention_mask=layout.mask,
        position_ids=positions,
        past_key_values=layout.cache,
    ).logits[:, -1]
    for row, ids in enumerate(encoded):
        alone = model(input_ids=torch.tensor([ids])).logits[0, -1]
        torch.testing.assert_close(logits[row], alone, rtol=1e-4, atol=1e-4)
    assert read.get_seq_length() == shared  # what is read once stays as it was


def test_a_model_with_windows_reads_no_prefix_apart(tiny: tuple[Any, Any]) -> None:
    assert attends_to_all(tiny[0])

    class Windows:
        class config:  # noqa: N801
            layer_types = ("full_attention", "sliding_attention")

    assert not attends_to_all(Windows)
    assert read_prefix(Windows, [1, 2]) is None


class Forced:
    """Stands for `Draw`: each row writes a given text, whatever the model thinks."""

    def __init__(self, tokens: Sequence[list[int]], end: int) -> None:
        self.tokens, self.end = tokens, end
        self.asked: list[int] = []
        self.at = 0

    def processors(self, rows: Sequence[int]) -> Any:
        def force(_ids: Any, scores: Any) -> Any:
            self.asked.append(len(rows))
            scores = torch.full_like(scores, -1e9)
            for place, row in enumerate(rows):
                own = self.tokens[row]
                scores[place, own[self.at] if self.at < len(own) else self.end] = 0
            self.at += 1
            return scores

        return [force]


def test_rows_leave_when_they_are_done_and_an_answer_ends_with_its_code(tiny: tuple[Any, Any]) -> None:
    from transformers import LogitsProcessorList

    model, tokenizer = tiny
    texts = [
        "Code:\n```python\nx = 1\n```\nand more that nobody reads",
        "no",
        "Code:\n```python\nprint('``` is no end')\n```\n" + "`" * 9,
        "```python\nnever closed `",
        "``` ```\n```\n",
    ]
    tokens = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]

    def run(fences: frozenset[int]) -> tuple[list[str], list[int]]:
        forced = Forced(tokens, tokenizer.eos_token_id)
        inner = forced.processors

        class Processors:
            def processors(self, rows: Sequence[int]) -> Any:
                return LogitsProcessorList(inner(rows))

        layout = lay_out([[5, 6, 7]] * len(texts), tokenizer.pad_token_id, "cpu", 0, None)
        draw: Any = Processors()
        with torch.inference_mode():
            found = write(model, tokenizer, layout, 200, draw=draw, fences=fences)
        return [tokenizer.decode(row, skip_special_tokens=True) for row in found], forced.asked

    whole, steps = run(frozenset())
    assert whole == texts
    assert steps[0] == 5
    assert steps[-1] == 1
    assert steps == sorted(steps, reverse=True)
    cut, fewer = run(tokens_with("`", tokenizer))
    assert len(fewer) < len(steps)
    assert cut[1] == "no"
    assert cut[3] == texts[3]
    for text, short in zip(texts, cut, strict=True):
        assert text.startswith(short)
        assert read_answer(short).code == read_answer(text).code
    assert "nobody" not in cut[0]


def sample(**rest: Any) -> Sample:
    return Sample(name="sample", **{"max_new_tokens": 12, "batch_size": 4, "temperature": 1.0, **rest})


def test_a_drawn_answer_is_the_same_in_any_batch(tiny: tuple[Any, Any]) -> None:
    found = generate(*tiny, PROMPTS, sample())
    assert generate(*tiny, PROMPTS, sample(batch_size=3)) == found
    assert generate(*tiny, PROMPTS[::-1], sample(batch_size=1, share_prefix=False)) == found[::-1]
    assert generate(*tiny, PROMPTS, sample(seed=1)) != found
    assert generate(*tiny, PROMPTS, greedy(max_new_tokens=12)) != found


def test_draws_have_the_shares_of_the_softmax() -> None:
    logits = torch.log(torch.tensor([0.5, 0.3, 0.15, 0.05]))
    draws = 4000
    rows = torch.stack([logits] * draws)
    seeds = [seed_of(0, "p", n) for n in range(draws)]

    def shares(temperature: float, top_p: float) -> Any:
        draw = Draw(seeds, temperature, top_p)
        nothing: Any = torch.zeros(draws, 1)
        scores: Any = rows.clone()
        picked = draw.processors(range(draws))(nothing, scores).argmax(-1)
        return torch.bincount(picked, minlength=4) / draws

    torch.testing.assert_close(shares(1.0, 1.0), logits.exp(), atol=0.03, rtol=0)
    sharp = torch.softmax(logits / 0.5, -1)
    torch.testing.assert_close(shares(0.5, 1.0), sharp, atol=0.03, rtol=0)
    torch.testing.assert_close(shares(1.0, 0.7), torch.tensor([0.625, 0.375, 0, 0]), atol=0.03, rtol=0)


def test_the_best_of_several_is_the_one_with_least_wrong(tiny: tuple[Any, Any]) -> None:
    def best(n: int, faults: Any) -> list[str]:
        decoding = BestOf(name="best_of", n=n, max_new_tokens=12, batch_size=3, temperature=1.0)
        return generate(*tiny, PROMPTS, decoding, faults=faults)

    plain = generate(*tiny, PROMPTS, greedy(max_new_tokens=12))
    asked: list[tuple[int, str]] = []

    def content(index: int, answer: str) -> int:
        asked.append((index, answer))
        return 0

    assert best(4, content) == plain
    assert len(asked) == len(PROMPTS)  # the first is good enough
    asked.clear()

    def odd(index: int, answer: str) -> int:
        asked.append((index, answer))
        return 7 if index == 0 else sum(map(ord, answer)) % 100 + 1

    found = best(4, odd)
    assert found[0] == plain[0]  # all are alike, so the first wins
    for index, answer in enumerate(found):
        mine = [a for i, a in asked if i == index]
        assert len(mine) == 4
        assert mine[0] == plain[index]
        assert len(set(mine)) > 1
        if index:
            assert sum(map(ord, answer)) % 100 == min(sum(map(ord, a)) % 100 for a in mine)


def test_what_the_checker_says_orders_answers() -> None:
    notify = "is.workflow.actions.notification"
    faults = faults_of([[notify]], load_catalogue())
    call = 'is_workflow_actions_notification(WFNotificationActionBody="Hi")'
    answers = [
        f"Thought: 1.\nCode:\n```python\n{call}\n```",
        "```python\nx = 'unused api'\n```",
        f"```python\n{call}\nprint(never_set)\n```",
        f"```python\n{call}\nprint(never_set)\nprint(nor_this)\n```",
        "```python\nthis is no code\n```",
        f"```python\n{call}",
        "nothing",
    ]
    weights = [faults(0, answer) for answer in answers]
    assert weights[0] == 0
    assert weights == sorted(set(weights))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_an_evaluation_that_goes_on_writes_the_same_file(
    tiny: tuple[Any, Any], tmp_path: Path, dtype: str
) -> None:
    """Cut at every line and within lines: the same bytes, and no whole batch is answered again."""
    config: Any = compose("train", []).config
    model = tiny[0].to(getattr(torch, dtype))
    decoding: Decoding = sample(batch_size=2)

    def answer(path: Path) -> bytes:
        predict(
            "test",
            lambda: model,
            tiny[1],
            records(),
            Catalogue(),
            config.prompts,
            config.target,
            decoding,
            path,
        )
        return path.read_bytes()

    try:
        whole = answer(tmp_path / "whole.jsonl")
        lines = whole.splitlines(keepends=True)
        assert len(lines) == len(TEXTS)
        for count in range(len(lines)):
            path = tmp_path / f"{count}.jsonl"
            path.write_bytes(b"".join(lines[:count]) + lines[count][: 30 * (count % 2)])
            assert answer(path) == whole
    finally:
        tiny[0].float()
    assert [json.loads(line)["id"] for line in lines] == [r.id for r in records()]


def test_shards_together_write_the_file_of_one(tiny: tuple[Any, Any], tmp_path: Path) -> None:
    config: Any = compose("train", []).config
    wanted = [r for n in range(3) for r in records(str(n))]
    about = (tiny[1], wanted, Catalogue(), config.prompts, config.target, sample(batch_size=2))

    def answer(path: Path, shard: tuple[int, int]) -> list[str]:
        return [p.id for p in predict("test", lambda: tiny[0], *about, path, (), shard)]

    assert answer(tmp_path / "whole.jsonl", (1, 1)) == [r.id for r in wanted]
    parts = [tmp_path / f"{n}.jsonl" for n in (1, 2, 3)]
    ids = [name for n, path in enumerate(parts, 1) for name in answer(path, (n, 3))]
    assert sorted(ids) == sorted(r.id for r in wanted)
    assert len(ids) == len(set(ids))
    (tmp_path / "merged.jsonl").write_bytes(b"".join(path.read_bytes() for path in reversed(parts)))
    assert answer(tmp_path / "merged.jsonl", (1, 1)) == [r.id for r in wanted]
    assert (tmp_path / "merged.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_a_kept_batch_is_left_out_and_one_partly_kept_is_whole(tiny: tuple[Any, Any]) -> None:
    found: list[list[int]] = []
    generate(*tiny, PROMPTS, greedy(batch_size=2), done=lambda rows, _: found.append(rows))
    assert len(found) == 2
    again: list[list[int]] = []
    generate(*tiny, PROMPTS, greedy(batch_size=2), kept=found[0], done=lambda rows, _: again.append(rows))
    assert again == found[1:]
    again.clear()
    kept = [found[0][0], *found[1]]
    generate(*tiny, PROMPTS, greedy(batch_size=2), kept=kept, done=lambda rows, _: again.append(rows))
    assert again == found[:1]
