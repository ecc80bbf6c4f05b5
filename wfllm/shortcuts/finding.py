"""What is wrong with a workflow, and where."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

_LONGEST_NAME = 120  # a nearest name is sought for names people type, not for hostile ones


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that keeps code from being a legal workflow."""

    line: int
    rule: str
    """Short name of the rule, e.g. `unknown-api`."""
    message: str
    suggestion: str = ""
    """What to write instead; empty where there is nothing to say."""


def nearest(name: str, known: Iterable[str]) -> str:
    """`Did you mean …?` with the nearest known name, or an empty text."""
    if len(name) > _LONGEST_NAME:
        return ""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"Did you mean {found[0]}?" if found else ""
