"""Ids given in a stream are unique, and the first keeps its own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wfllm.bench.ids import UniqueIds


@given(st.lists(st.sampled_from(["x", "x#2", "x#3", "x#2#2", "y", "", "\ud800"])))
def test_ids_are_unique(names: list[str]) -> None:
    with UniqueIds() as ids:
        made = [ids.unique(name) for name in names]
    assert len(set(made)) == len(made)
    assert all(m == n or m.startswith(f"{n}#") for m, n in zip(made, names, strict=True))
    assert made[:1] == names[:1]
