"""Property-list values as JSON and back: what JSON has no form for becomes `{"$…": …}`."""

from __future__ import annotations

import base64
import datetime
import plistlib
from typing import Any


def to_json(value: Any) -> Any:
    """A property-list value as JSON: what JSON has no form for becomes `{"$…": text}`."""
    if isinstance(value, dict):
        plain = {k: to_json(v) for k, v in value.items()}
        return {"$dict": plain} if len(plain) == 1 and next(iter(plain)).startswith("$") else plain
    if isinstance(value, list):
        return [to_json(v) for v in value]
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode("ascii")}
    if isinstance(value, datetime.datetime):
        return {"$date": value.isoformat()}
    if isinstance(value, plistlib.UID):
        return {"$uid": value.data}
    return value


def from_json(value: Any) -> Any:
    """The property-list value that `to_json` wrote.

    Raises:
        ValueError: a `$…` form that is not known or damaged.
    """
    if isinstance(value, list):
        return [from_json(v) for v in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        key, inner = next(iter(value.items()))
        if key == "$bytes" and isinstance(inner, str):
            return base64.b64decode(inner, validate=True)
        if key == "$date" and isinstance(inner, str):
            return datetime.datetime.fromisoformat(inner)
        if key == "$uid" and isinstance(inner, int):
            return plistlib.UID(inner)
        if key == "$dict" and isinstance(inner, dict):
            return {k: from_json(v) for k, v in inner.items()}
        if key.startswith("$"):
            raise ValueError(f"not a form of the sidecar: {key}")
    return {k: from_json(v) for k, v in value.items()}
