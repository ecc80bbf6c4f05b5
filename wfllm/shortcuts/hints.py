"""Differences between two property-list values, small and as JSON, and how to apply them."""

from __future__ import annotations

import zlib
from typing import Any

from wfllm.shortcuts.plain import from_json, to_json


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, types and order of keys included."""
    kind = one.__class__
    if kind is not other.__class__:
        return False
    if kind is dict:
        if len(one) != len(other):
            return False
        for (key, value), (other_key, other_value) in zip(one.items(), other.items(), strict=True):
            if key != other_key or (value is not other_value and not same(value, other_value)):
                return False
        return True
    if kind is list:
        return len(one) == len(other) and all(map(same, one, other))
    if kind is float:
        return repr(one) == repr(other)  # -0.0 and not-a-number
    return bool(one == other)


def difference(usual: Any, real: Any) -> Any:
    """What to change in `usual` to get `real`, as JSON; None where nothing."""
    kind = usual.__class__
    if kind is not real.__class__ or (kind is not dict and kind is not list):
        return None if same(usual, real) else {"is": to_json(real)}
    if not usual or not real:
        return None if usual == real else {"is": to_json(real)}
    if kind is list:
        if len(usual) != len(real):
            return {"is": to_json(real)}
        pairs = enumerate(zip(usual, real, strict=True))
        found = {str(i): d for i, (a, b) in pairs if (d := difference(a, b)) is not None}
        return {"at": found} if found else None
    change: dict[str, Any] = {}
    removed = [key for key in usual if key not in real]
    changed = {k: d for k in usual if k in real and (d := difference(usual[k], real[k])) is not None}
    added = {key: to_json(real[key]) for key in real if key not in usual}
    if removed:
        change["del"] = removed
    if changed:
        change["in"] = changed
    if added:
        change["add"] = added
    order = [key for key in usual if key in real]
    order += added
    if order != list(real):
        place = {key: i for i, key in enumerate(order)}
        change["order"] = [place[key] for key in real]
    return change or None


def changed(usual: Any, change: Any) -> Any:
    """`usual` with a difference applied.

    Raises:
        ValueError: the difference does not fit.
    """
    try:
        if change is None:
            return usual
        if "is" in change:
            return from_json(change["is"])
        if "at" in change:
            out = list(usual)
            for i, inner in change["at"].items():
                out[int(i)] = changed(out[int(i)], inner)
            return out
        made = {key: value for key, value in usual.items() if key not in change.get("del", ())}
        for key, inner in change.get("in", {}).items():
            made[key] = changed(made[key], inner)
        made.update((key, from_json(value)) for key, value in change.get("add", {}).items())
        if "order" in change:
            keys = list(made)
            if sorted(change["order"]) == list(range(len(keys))):
                made = {keys[i]: made[keys[i]] for i in change["order"]}
        return made
    except (TypeError, KeyError, IndexError, AttributeError) as fault:
        raise ValueError("a hint does not fit its value") from fault


def fingerprint(value: Any) -> int:
    """A number that tells whether a value is still what a hint was made for; never 0.

    It tells an edited value from the one before it, not a forged one from a real one: a checksum does.
    """
    return zlib.crc32(ascii(value).encode("ascii")) or 1
