"""What is remembered on disk is what a dict would remember."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfllm.bench.scratch import Remembered
from wfllm.errors import WfllmError

KEYS = st.sampled_from([0, 1, 2**63 - 1, 2**63, 2**64 - 1])
VALUES = st.one_of(st.integers(0, 2**31), st.text(st.characters(exclude_categories=()), max_size=5))


@given(st.lists(st.tuples(st.sampled_from(["get", "set", "first"]), KEYS, VALUES)))
def test_it_is_a_dict(steps: list[tuple[str, int, str | int]]) -> None:
    plain: dict[int, str | int] = {}
    with Remembered() as found:
        for what, key, value in steps:
            if what == "set":
                found.set(key, value)
                plain[key] = value
            elif what == "first":
                assert found.first(key, value) == plain.setdefault(key, value)
            assert found.get(key) == plain.get(key)


def test_a_full_disk_is_told() -> None:
    with Remembered() as found:
        found._scratch.run("PRAGMA max_page_count = 8")
        with pytest.raises(
            WfllmError, match=r"temporary files cannot be written \(.*full\).*SQLITE_TMPDIR"
        ) as told:
            found.set(1, "x" * 1_000_000)
        assert isinstance(told.value.__cause__, sqlite3.OperationalError)
