"""What two runs were told differently: keys with other values, and keys that only one of them has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wfllm.errors import one_line
from wfllm.tracking.compare import Row

LONGEST = 60
"""Characters of a value that are shown."""


@dataclass(frozen=True)
class Difference:
    """One key in which two runs differ."""

    key: str
    left: str | None
    right: str | None
    """As people read it; None where that run has no such key."""


def config_difference(left: Mapping[str, Any], right: Mapping[str, Any]) -> list[Difference]:
    """The keys in which two flat configs differ: changed ones, what only the left has, only the right.

    Names of parts come first.
    """
    both = [key for key in left if key in right and repr(left[key]) != repr(right[key])]
    both.sort(key=lambda key: not key.endswith(".name"))
    changed = [Difference(key, shown(left[key]), shown(right[key])) for key in both]
    only_left = [Difference(key, shown(left[key]), None) for key in left if key not in right]
    only_right = [Difference(key, None, shown(right[key])) for key in right if key not in left]
    return changed + only_left + only_right


def told(left: Row, right: Row, without: Collection[str] = ()) -> Iterator[str]:
    """The differences in lines: how many keys, each of them, and whether records and code are the same.

    Args:
        without: keys that are not asked about.
    """
    first, second = ({k: v for k, v in row.config.items() if k not in without} for row in (left, right))
    found = config_difference(first, second)
    changed = [d for d in found if d.left is not None and d.right is not None]
    if not found:
        yield "The two runs have the same config."
    elif len(found) == 1 and changed:
        yield f"The two runs differ in one key: {_line(changed[0])}"
    else:
        yield f"The two runs differ in {len(found)} keys, {len(changed)} of which both have:"
        yield from (f"  {_line(item)}" for item in changed)
    yield from (f"  only the first: {d.key}: {d.left}" for d in found if d.right is None)
    yield from (f"  only the second: {d.key}: {d.right}" for d in found if d.left is None)
    for what, a, b in (("records", left.data, right.data), ("code", left.code, right.code)):
        if a and b and a != b:
            yield f"Not the same {what}: {a[:9]} → {b[:9]}"


def _line(item: Difference) -> str:
    return f"{item.key}: {item.left} → {item.right}"


def shown(value: Any) -> str:
    """A config value for people, on one line and cut where it is long."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.6g}"
    text = one_line(str(value))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}… ({len(text):,} characters)"
