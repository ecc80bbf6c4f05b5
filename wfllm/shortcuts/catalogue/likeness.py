"""Which API a mistyped name may have meant: people and models get the beginning or a word of it right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import takewhile

_LONGEST_NAME = 120
"""The name meant is sought for names people type, not for hostile ones."""
_ENOUGH = 0.6
_SHORTEST = 4
"""Letters of a beginning or word that say something."""


def most_like(name: str, known: Iterable[str]) -> str | None:
    """The known name most like a mistyped one; None where none is like it.

    How much two names are alike is the share of letters in common, and more where they begin alike or have a
    word in common: `notify` is `notification` and not `nothing`, `showAlert` is `alert`.
    """
    if len(name) > _LONGEST_NAME:
        return None
    meant, words = _letters(name), _words(name)
    matcher = SequenceMatcher(None, b=meant, autojunk=False)
    best, most = None, _ENOUGH
    for candidate in known:
        letters = _letters(candidate)
        start = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(letters, meant, strict=False)))
        extra = start / len(meant) / 2 if start >= _SHORTEST else 0.0
        extra += 0.4 if words & _words(candidate) else 0.0
        matcher.set_seq1(letters)
        if matcher.real_quick_ratio() + extra > most and (alike := matcher.ratio() + extra) > most:
            best, most = candidate, alike
    return best


def _letters(name: str) -> str:
    return name.replace("_", "").lower()


def _words(name: str) -> set[str]:
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")
    return {part for part in parts if len(part) >= _SHORTEST}
