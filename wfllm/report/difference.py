"""Two pieces of code line by line: what is the same, what was changed, what one of them has alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

MAX_LINES = 1000
"""Lines of each side that are compared; those behind stand beside each other as they come."""
MAX_PAIRED = 40_000
"""Lines times lines of a changed part that are matched by what they do."""
MAX_LINE = 400
"""Characters of a line that are compared; a longer one is marked whole."""
SAME, CHANGED, LEFT, RIGHT = 0, 1, 2, 3

Span = tuple[int, int]
Row = tuple[int, int, int, list[Span], list[Span]]
"""Line on the left and on the right, from 0 (-1: none), what became of it, and what of each line differs, in
UTF-16 units: what a browser counts in."""

_WORD = re.compile(r"(if|elif|else|for|match|case|while|with|def|import|from)\b")
_CALL = re.compile(r"(?:[\w\[\]\"'.]+\s*=\s*)?([^\W\d]\w*)\(")
_PIECE = re.compile(r"\w+|\s+|[^\w\s]")


def compare(left: Sequence[str], right: Sequence[str]) -> list[Row]:
    """Rows for a view side by side; every line of both stands in exactly one, in order.

    Lines that are equal but for spaces at the end are the same. Within a changed part lines are paired that
    do the same kind of thing: call the same function, open the same kind of block, are comments.
    """
    first = [line.rstrip() for line in left[:MAX_LINES]]
    second = [line.rstrip() for line in right[:MAX_LINES]]
    rows: list[Row] = []
    for what, i1, i2, j1, j2 in SequenceMatcher(None, first, second).get_opcodes():
        if what == "equal":
            rows += [(i, j, SAME, [], []) for i, j in zip(range(i1, i2), range(j1, j2), strict=True)]
        else:
            rows += _changed(first, second, (i1, i2), (j1, j2))
    for i in range(MAX_LINES, max(len(left), len(right))):
        rows.append((i if i < len(left) else -1, i if i < len(right) else -1, CHANGED, [], []))
    return rows


def _changed(first: Sequence[str], second: Sequence[str], a: Span, b: Span) -> Iterator[Row]:
    """A part that was replaced: pairs of like lines, and between them those of one side alone."""
    lefts, rights = [_kind(x) for x in first[slice(*a)]], [_kind(x) for x in second[slice(*b)]]
    blocks = [(len(lefts), len(rights), 0)]
    if 0 < len(lefts) * len(rights) <= MAX_PAIRED:
        matcher = SequenceMatcher(None, lefts, rights, autojunk=False)
        blocks = [(m.a, m.b, m.size) for m in matcher.get_matching_blocks()]
    i, j = 0, 0
    for start, beside, size in blocks:
        yield from ((a[0] + k, -1, LEFT, [], []) for k in range(i, start))
        yield from ((-1, b[0] + k, RIGHT, [], []) for k in range(j, beside))
        for k in range(size):
            x, y = a[0] + start + k, b[0] + beside + k
            what = SAME if first[x] == second[y] else CHANGED  # of long code, frequent lines are not matched
            yield (x, y, what, *_within(first[x], second[y]))
        i, j = start + size, beside + size


def _kind(line: str) -> str:
    """What a line does, for pairing."""
    text = line.strip()
    if text.startswith("#"):
        return "#"
    found = _WORD.match(text) or _CALL.match(text)
    return found[1] if found else "=" if "=" in text else text


def _within(left: str, right: str) -> tuple[list[Span], list[Span]]:
    """What of two lines differs."""
    if max(len(left), len(right)) > MAX_LINE:
        return [(0, _units(left))], [(0, _units(right))]
    first, second = _PIECE.findall(left), _PIECE.findall(right)
    here: list[Span] = []
    there: list[Span] = []
    for what, i1, i2, j1, j2 in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if what != "equal":
            _add(here, first, i1, i2)
            _add(there, second, j1, j2)
    return here, there


def _add(spans: list[Span], pieces: Sequence[str], start: int, end: int) -> None:
    if end > start:
        at = sum(map(_units, pieces[:start]))
        spans.append((at, at + sum(map(_units, pieces[start:end]))))


def _units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)
