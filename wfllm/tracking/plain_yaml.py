"""YAML of plain values, read by libyaml where that is safe: seven times as fast as in Python."""

from __future__ import annotations

from typing import Any

import yaml

LONGEST = 200_000
MOST_NESTED = 2_000
"""Signs that may open a level. libyaml's reader ends the process where tens of thousands are nested; indented
levels are no danger, as the n-th of them takes n characters."""


def read_plain_yaml(text: str) -> Any:
    """What `yaml.safe_load` reads, and its errors.

    Raises:
        yaml.YAMLError, ValueError, RecursionError: it is damaged, or nested without end.
    """
    opening = sum(text.count(sign) for sign in ("[", "{", "- ", "? "))
    if len(text) > LONGEST or opening > MOST_NESTED or not hasattr(yaml, "CSafeLoader"):
        return yaml.safe_load(text)
    return yaml.load(text, Loader=yaml.CSafeLoader)  # builds plain values alone, as safe_load does
