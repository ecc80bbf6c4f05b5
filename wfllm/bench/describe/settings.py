"""A stage's settings for people: flat, short, and nothing of anybody's machine in them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLACES = ("path", "base_url", "metadata", "keys", "apis", "cache")
"""Keys that say where something lies; of a path its last part is told, an address not at all."""
_LONGEST = 60
"""Characters of a value that are told; of a longer one its digest."""


def flat(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Key and value of whatever says something, `llm.model` for what lies deeper."""
    return [(key, told) for key, value in _walk(settings, "") if key and (told := _told(key, value))]


def who(settings: Mapping[str, Any]) -> str:
    """Which model a stage asks; empty where it asks none."""
    asked = settings.get("llm")
    if not isinstance(asked, Mapping):
        return "checkpoint" if "weights" in settings else ""
    for key in ("identity", "model", "path"):
        if isinstance(name := asked.get(key), str) and name:
            return _told(key, name)
    return str(asked.get("name", ""))


def _walk(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key in value:
            yield from _walk(value[key], f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        for number, one in enumerate(value, start=1):
            yield from _walk(one, f"{name}.{number}" if len(value) > 1 else name)
    else:
        yield name, value


def _told(key: str, value: Any) -> str:
    last = key.rpartition(".")[2]
    if last == "base_url" or value in (None, [], {}):
        return ""
    if last in _PLACES and isinstance(value, str):
        value = value.replace("\\", "/").rstrip("/").rpartition("/")[2]
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    if re.fullmatch("[0-9a-f]{64}", text):
        return f"{text[:12]}…"
    if len(text) <= _LONGEST:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    size = f"{len(value):,} entries" if isinstance(value, list) else f"{len(text):,} characters"
    return f"{size}, sha256 {digest}…"
