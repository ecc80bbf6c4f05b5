"""Rules about the bare text: there is code, it is no monster, it does not go round in circles."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wfllm.bench.rules.seen import Context, Seen
from wfllm.shortcuts.comments import without_comments

LONGEST = 200_000
"""Characters of one answer. The longest of the paper's workflows, thousands of actions, stay below."""
AT_LEAST = 8
"""Times in a row that something must stand to be a repetition: people do write the same line three times."""
_PERIODS = 16
_WORDS = 20_000
_STEER = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but tab and newline; marks that turn the direction of writing; halves of characters."""
_MARKERS = re.compile(
    r"<\|[a-zA-Z_]\w{2,40}\|>"  # <|im_start|>, <|eot_id|>
    r"|\[/?INST\]|<</?SYS>>|</?(?:s|think)>(?=\s|\Z)"
    r"|^\s*(?:###\s*(?:Instruction|Response|Input)\s*:|(?:Human|Assistant|System)\s*:\s*$)"
    r"|^\s*```",
    re.MULTILINE,
)
"""What belongs to a conversation and no workflow: turn markers, roles, fences of code."""


def too_long(seen: Seen, _context: Context) -> str | None:
    size = len(seen.code) + len(seen.plan) + len(seen.query)
    return f"{size:,} characters" if size > LONGEST else None


def no_code(seen: Seen, _context: Context) -> str | None:
    if not seen.code.strip():
        return "holds no code"
    return None if without_comments(seen.code).strip() else "holds comments alone"


def control_characters(seen: Seen, _context: Context) -> str | None:
    for name, text in (("query", seen.query), ("plan", seen.plan), ("code", seen.code)):
        if found := _STEER.search(text):
            line = text.count("\n", 0, found.start()) + 1
            return f"U+{ord(found[0]):04X} in line {line} of the {name}"
    return None


def prompt_fragments(seen: Seen, _context: Context) -> str | None:
    for name, text in (("plan", seen.plan), ("code", seen.code)):
        if found := _MARKERS.search(text):
            line = text.count("\n", 0, found.start()) + 1
            return f"{found[0].strip()} in line {line} of the {name}"
    return None


def repetition(seen: Seen, context: Context) -> str | None:
    """The share of lines, or of words, that one run of the same few over and over covers."""
    most = context.settings.repetition
    if most is None:
        return None
    for name, text in (("plan", seen.plan), ("code", seen.code)):
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        words = text.split()[:_WORDS]
        for unit, parts in (("lines", lines), ("words", words)):
            covered, period = longest_run(parts)
            if covered > most * len(parts):
                times = covered // period
                share = f"{covered / len(parts):.0%} of the {name}"
                return f"the same {period} {unit} {times} times in a row, {share}"
        if word := next((w for w in words if _is_run(w)), None):
            return f"{word[:20]}… in the {name}"
    return None


def longest_run(parts: Sequence[str], periods: int = _PERIODS, at_least: int = AT_LEAST) -> tuple[int, int]:
    """How many neighbours are the same few over and over, and how many these few are; (0, 1) where none
    stands `at_least` times in a row.

    Args:
        parts: lines, words or characters.
        periods: the longest sequence that is looked for.
    """
    best, best_period = 0, 1
    for period in range(1, min(periods, len(parts) // at_least) + 1):
        run = 0
        for i in range(period, len(parts)):
            run = run + 1 if parts[i] == parts[i - period] else 0
            covered = run + period
            if run and covered >= at_least * period and covered > best:
                best, best_period = covered, period
    return best, best_period


def _is_run(word: str) -> bool:
    """A word of hundreds of letters that are the same few. (One line drawn with `————` is fine.)"""
    if len(word) < 400:
        return False
    covered, _ = longest_run(word[:4000])
    return covered > 0.9 * min(len(word), 4000)
