"""Records one by one: what the streaming reader yields is what the whole file holds, however it is cut."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfllm.bench.sources import json_stream
from wfllm.bench.sources.json_stream import json_items
from wfllm.errors import WfllmError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


class Pieces(io.StringIO):
    """Hands out a few characters at a time, whatever is asked for."""

    def __init__(self, text: str, size: int) -> None:
        super().__init__(text, newline="")
        self.size = size

    def read(self, size: int | None = -1, /) -> str:
        return super().read(self.size)


def values(text: str, size: int = 7) -> list[Any]:
    return [value for _, value in json_items(Pieces(text, size), "f")]


@given(st.lists(VALUES, max_size=6), st.integers(1, 9), st.sampled_from([None, 1]))
@settings(max_examples=40)
def test_a_list_is_read_whole_in_any_pieces(given: list[Any], size: int, indent: int | None) -> None:
    assert values(json.dumps(given, indent=indent), size) == given


@given(st.lists(VALUES, max_size=6), st.integers(1, 9))
@settings(max_examples=40)
def test_lines_are_read_whole_in_any_pieces(given: list[Any], size: int) -> None:
    text = "\n\n".join(json.dumps(value) for value in [{}, *given])
    assert values(text, size) == [{}, *given]


@given(st.lists(st.dictionaries(st.text(max_size=2), VALUES, max_size=2), min_size=1, max_size=4), st.data())
@settings(max_examples=40)
def test_a_list_that_is_cut_yields_what_is_whole_and_one_fault(given: list[Any], data: st.DataObject) -> None:
    text = json.dumps(given)
    cut = data.draw(st.integers(1, len(text) - 1))
    *found, fault = values(text[:cut])
    assert found == given[: len(found)]
    assert isinstance(fault, WfllmError)
    assert "is not JSON" in fault.line()


def test_places_are_told() -> None:
    assert [w for w, _ in json_items(io.StringIO('[1, {"a": 2}]'), "f")] == ["f, record 0", "f, record 1"]
    assert [w for w, _ in json_items(io.StringIO("{}\n\n{}"), "f")] == ["f:1", "f:3"]
    faults = [value for _, value in json_items(io.StringIO("{}\n{broken\n{}"), "f")]
    assert [isinstance(value, WfllmError) for value in faults] == [False, True, False]


@pytest.mark.parametrize("text", ["", "  \n ", "[]", " [ ] ", "\ufeff[]"])
def test_nothing_is_no_fault(text: str) -> None:
    assert values(text) == []


def test_a_record_that_is_too_long_ends_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "LARGEST", 50)
    monkeypatch.setattr(json_stream, "BLOCK", 10)
    for text in ('[1, "' + "x" * 500 + '", 2]', "1\n" + "x" * 500):
        first, fault = (value for _, value in json_items(io.StringIO(text), "f"))
        assert first == 1
        assert "a record of more than" in fault.line()


def test_a_long_list_is_never_in_memory() -> None:
    class Endless(io.StringIO):
        given = 0

        def read(self, size: int | None = -1, /) -> str:
            self.given += 1
            return "[" if self.given == 1 else '{"a": 1}, ' * 1000

    found: Iterator[tuple[str, Any]] = json_items(Endless(), "f")
    assert all(next(found)[1] == {"a": 1} for _ in range(5000))
