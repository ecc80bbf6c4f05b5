"""`wfllm train preview=N`: the mask of real samples, with and without colours."""

from __future__ import annotations

import io
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from wfllm.commands import prepare
from wfllm.commands.preview import print_preview, spread
from wfllm.config.compose import compose

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WFLLM_CACHE", str(tmp_path / "cache"))


def shown(*overrides: str, colour: bool = False) -> str:
    keys = ["model=tiny", "model.vocabulary=600", "model.context=2048", "data.max_records=8", *overrides]
    config: Any = compose("train", keys).config
    out = io.StringIO()
    console = Console(
        file=out, width=100, force_terminal=colour, color_system="standard" if colour else None, no_color=None
    )
    work = prepare.read(config.data, console, config.target)
    print_preview(config, work, console)
    return out.getvalue()


def test_without_colours_every_line_says_what_it_is_part_of() -> None:
    text = shown("preview=2", "trainer.batching=packed")
    assert text.count("learned (train ") == 2
    assert "(prompt) │ Request: " in text
    assert re.search(r"^ +plan │ Thought:$", text, re.MULTILINE)
    assert re.search(r"^ +comment │ +# \w", text, re.MULTILINE)
    assert re.search(r"^ +code │ ```python$", text, re.MULTILINE)
    assert "<|im_end|>" in text
    assert re.search(r"\d+ packs of at most 2,048 tokens, \d+\.\d% full", text)
    assert "\x1b" not in text


def test_what_has_no_weight_is_told_apart() -> None:
    text = shown("preview=1", "target.weights.plan=0", "target.weights.code=0.5")
    assert "(plan) │ Thought:" in text
    assert re.search(r"│ code +│ +0.5 │", text)
    assert re.search(r"padded batches, 0\.0% of them padding", text)


def test_on_a_terminal_roles_have_colours_and_the_text_is_the_samples() -> None:
    text = shown("preview=1", colour=True)
    plain = COLOURS.sub("", text)
    assert "\x1b[2;37m" in text  # the prompt, dim
    assert {"\x1b[36m", "\x1b[32m", "\x1b[33m"} <= set(COLOURS.findall(text))  # plan, comment, code
    assert "<|im_start|>system\nYou write workflows" in plain
    assert "Thought:\n1. " in plain


def test_what_did_not_fit_is_named(tmp_path: Path) -> None:
    text = shown("preview=1", "model.context=1300", "data.max_records=40", "decoding.max_new_tokens=64")
    assert re.search(r"train: \d+ with shortened documentation: starter/\S+ \(signature\)", text)
    assert re.search(r"train: \d+ dropped, over model.context=1300: starter/\S+ \(\d+ tokens\)", text)


@given(count=st.integers(0, 500), wanted=st.integers(1, 20), seed=st.integers(0, 9))
def test_samples_are_spread_over_all(count: int, wanted: int, seed: int) -> None:
    places = spread(count, wanted, seed)
    assert places == sorted(set(places)) == spread(count, wanted, seed)
    assert len(places) == min(count, wanted)
    assert all(0 <= place < count for place in places)
    if len(places) > 1:
        assert max(b - a for a, b in pairwise(places)) <= 2 * count / wanted + 1
