"""Differences between two property-list values, small and as JSON, and how to apply them."""

from __future__ import annotations

import hashlib
import json
import struct
from typing import Any

from wfllm.shortcuts.plain import from_json, to_json


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, types and order of keys included."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float):
        return struct.pack("d", one) == struct.pack("d", other)  # -0.0 and not-a-number
    return bool(one == other)


def difference(usual: Any, real: Any) -> Any:
    """What to change in `usual` to get `real`, as JSON; None where nothing."""
    if same(usual, real):
        return None
    if isinstance(usual, dict) and isinstance(real, dict) and usual and real:
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
        order = [key for key in usual if key in real] + list(added)
        if order != list(real):
            place = {key: i for i, key in enumerate(order)}
            change["order"] = [place[key] for key in real]
        return change
    if isinstance(usual, list) and isinstance(real, list) and len(usual) == len(real):
        pairs = enumerate(zip(usual, real, strict=True))
        return {"at": {str(i): d for i, (a, b) in pairs if (d := difference(a, b)) is not None}}
    return {"is": to_json(real)}


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
            made = (
                {keys[i]: made[keys[i]] for i in change["order"]}
                if len(keys) == len(change["order"])
                else made
            )
        return made
    except (TypeError, KeyError, IndexError, AttributeError) as fault:
        raise ValueError("a hint does not fit its value") from fault


def fingerprint(value: Any) -> str:
    """A short text that tells whether a value is still what a hint was made for."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=to_json)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
