"""Configs are read the same by either reader, and no nesting ends the process."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from wfllm.tracking.plain_yaml import LONGEST, MOST_NESTED, read_plain_yaml

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_both_readers_read_the_same(value: object) -> None:
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
    assert read_plain_yaml(text) == yaml.safe_load(text)


@pytest.mark.parametrize("level", ["[", "{a: ", "- ", "? "])
@pytest.mark.parametrize("count", [MOST_NESTED, MOST_NESTED + 1, 100_000])
def test_nesting_without_end_is_an_error(level: str, count: int) -> None:
    try:
        read_plain_yaml(level * count)
    except (yaml.YAMLError, RecursionError):
        return


def test_what_is_long_or_builds_objects_is_read_as_safely() -> None:
    assert read_plain_yaml(f"a: {'x' * LONGEST}") == {"a": "x" * LONGEST}
    with pytest.raises(yaml.YAMLError):
        read_plain_yaml("!!python/object/apply:os.getcwd []")
