"""Text for a chart: made safe for XML and for the eye, and fitted into a box without knowing the font."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

Run = tuple[str, bool]
"""A piece of text and whether it is a reference: a variable or another action's output."""

LONGEST = 400
"""Characters looked at when a line is fitted; no box shows more."""

_NARROW, _SLIM, _WIDE = frozenset(" !'(),./:;I[]fijlrt|·‘’"), frozenset('"*-^`Jcksvxyz_'), frozenset("MWm%@…")
_UNSEEN = "\u061c\u200b\u200e\u200f\u2028\u2029\u2060\ufeff" + "".join(
    map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
)
_SPACE = re.compile(r"[\t\n\r]")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff" + _UNSEEN + "]")


def safe(text: str) -> str:
    """Text without what XML forbids or what reorders what is read.

    Control characters become their pictures (`␀`), overrides of the writing direction and other unseen
    characters their numbers (`[U+202E]`), so that a text cannot show itself as another.
    """
    return _ILLEGAL.sub(_shown, text)


def _shown(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else f"[U+{code:04X}]"


def escape(text: str) -> str:
    """Text as the content of an element or of a quoted attribute, in XML and HTML alike."""
    text = safe(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#39;").replace("\r", "&#13;")


@lru_cache(maxsize=4096)
def _em(char: str) -> float:
    """Width of a character in ems, rather too much than too little: which font there is, is not known."""
    if char in _NARROW:
        return 0.31
    if char in _WIDE:
        return 0.92
    if char.isascii():
        return 0.50 if char in _SLIM else 0.69 if char.isupper() else 0.565
    if unicodedata.combining(char):
        return 0.0
    if char > "\uffff" or unicodedata.east_asian_width(char) in "WF":
        return 1.25 if char > "\uffff" else 1.05
    return 0.7


def width(text: str, size: float) -> float:
    """About how wide a text is, in the unit of the font's size."""
    return size * sum(map(_em, text))


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, with the number of those left out."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"


def fit(runs: Sequence[Run], size: float, room: float) -> list[Run]:
    """As much of a line as there is room for, with an ellipsis where something is missing."""
    lines = wrap(runs, size, room, 1)
    return lines[0] if lines else []


def wrap(runs: Sequence[Run], size: float, room: float, lines: int) -> list[list[Run]]:
    """Runs on at most so many lines, broken at spaces, with an ellipsis where something is missing."""
    out: list[list[Run]] = [[]]
    left = room
    pieces = _pieces(runs)
    for at, (piece, reference) in enumerate(pieces):
        needed = width(piece, size)
        last = len(out) == lines
        if last:
            follows = at + 1 < len(pieces)
            reserve = size if follows else 0.0
            if needed > left - reserve and not (needed <= left and not follows):
                _close(out[-1], piece, reference, left, size)
                return [_joined(line) for line in out]
        elif needed > left and out[-1]:
            out.append([])
            left, piece = room, piece.lstrip()
            needed = width(piece, size)
            if len(out) == lines and needed > room - size:
                _close(out[-1], piece, reference, room, size)
                return [_joined(line) for line in out]
        if needed > left:  # a word wider than a line
            cut = _cut(piece, size, left)
            pieces.insert(at + 1, (piece[cut:], reference))
            piece = piece[:cut]
            needed = left
        out[-1].append((piece, reference))
        left -= needed
    return [_joined(line) for line in out if line]


def _pieces(runs: Sequence[Run]) -> list[Run]:
    """Words, each with the space before it."""
    found: list[Run] = []
    seen = 0
    for text, reference in runs:
        shown = _SPACE.sub(" ", safe(text[: LONGEST - seen]))
        found += [(word, reference) for word in re.findall(r"\s*\S+|\s+", shown)]
        seen += len(shown)
        if seen >= LONGEST:
            found.append((" …", False))
            break
    return found


def _cut(text: str, size: float, room: float) -> int:
    """How many characters fit, at least one."""
    used = 0.0
    for i, char in enumerate(text):
        used += size * _em(char)
        if used > room:
            return max(i, 1)
    return len(text)


def _close(line: list[Run], piece: str, reference: bool, left: float, size: float) -> None:
    """End a line within a word that does not fit."""
    dots = width("…", size)
    if left > dots + 2 * size:
        line.append((piece[: _cut(piece, size, left - dots)], reference))
    line.append(("…", False))


def _joined(line: list[Run]) -> list[Run]:
    """Neighbouring runs of the same sort as one."""
    out: list[Run] = []
    for text, reference in line:
        if out and out[-1][1] == reference:
            out[-1] = (out[-1][0] + text, reference)
        else:
            out.append((text, reference))
    return out
