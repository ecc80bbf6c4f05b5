"""One fault of a config and how it reads: key, origin, cause, nearest valid name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One fault. Printed as one line, `key (origin): cause. mend`."""

    key: str
    origin: str
    cause: str
    mend: str = ""

    def line(self) -> str:
        tail = f" {self.mend}" if self.mend else ""
        tail += "." * (tail[-1:] not in ("", ".", "?", "'"))
        return " ".join(f"{self.key} ({self.origin}): {self.cause.rstrip('.')}.{tail}".split())


class ConfigError(Exception):
    """All faults of a config, found before any model or data is touched."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(p.line() for p in problems))


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name most like `name`; None when none is like it.

    In a group that exists only the last part is compared, there first and then everywhere.
    """
    names = list(valid)
    group = name.rpartition(".")[0]
    inside = {n.removeprefix(f"{group}."): n for n in names if group and n.startswith(f"{group}.")}
    whole = difflib.get_close_matches(
        name.removeprefix(f"{group}.") if inside else name, inside or names, n=1
    )
    if whole:
        return inside.get(whole[0], whole[0])
    by_last: dict[str, str] = {}
    for candidate in names:
        by_last.setdefault(candidate.rsplit(".", 1)[-1], candidate)
    last = difflib.get_close_matches(name.rsplit(".", 1)[-1], by_last, n=1, cutoff=0.7)
    return by_last[last[0]] if last else None


def suggestion(name: str, valid: Iterable[str], *, everything: str = "") -> str:
    """`Did you mean …?` and, where `everything` names the kind of choice, the whole list of it."""
    names = list(valid)
    close = nearest(name, names)
    mend = f"Did you mean {close}?" if close else ""
    if everything:
        mend = f"{mend} {everything}: {', '.join(names)}.".strip()
    return mend


def short(value: object) -> str:
    """A value as a message shows it: on one line, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
