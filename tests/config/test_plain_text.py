"""Requests as people type them on the command line: commas, quotes and brackets are part of the text."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wfllm.config import schema as s
from wfllm.config.compose import compose


def asked(text: str) -> str:
    composed = compose("generate", [f"query={text}", "checkpoint=RUN"])
    return cast(s.GenerateCommand, composed.config).query


@pytest.mark.parametrize(
    "text",
    [
        "Every morning, tell me the weather and my first event.",
        "Show {name} (or [all]) at 5:30, it's late",
        'Say "good night", then stop',
        "range(1,3)",
        "choice(a,b)",
        "12",
        "true",
        "a = b",
        "ends with a backslash, \\",
        'a backslash before a quote, \\"',
        "zwei Wörter, ein 🦊",
    ],
)
def test_what_is_typed_is_what_is_asked(text: str) -> None:
    assert asked(text) == text


# Letters, and what Hydra's grammar reads as more than letters. Spaces at the ends are the shell's affair,
# `${` is a reference in every value, and a text in whole quotes is read without them.
@given(st.text(st.sampled_from("ab ,;:'\"\\()[]{}=*~@|/%#?!."), min_size=1, max_size=12))
@example('\\\\",')
def test_any_text_comes_through(text: str) -> None:
    text = f"x{text.strip()}."
    assert asked(text) == text


def test_quoted_as_hydra_wants_it_is_the_same() -> None:
    assert asked('"one, two"') == "one, two"


def test_prompt_and_system_of_ask_are_texts_too_and_null_asks_nothing() -> None:
    ask = compose("ask", ["llm.model=m", "prompt=Hello, you", "system=Be kind, be brief"])
    assert cast(s.AskCommand, ask.config).prompt == "Hello, you"
    assert cast(s.AskCommand, ask.config).system == "Be kind, be brief"
    assert cast(s.AskCommand, compose("ask", ["llm.model=m", "prompt=null"]).config).prompt is None
