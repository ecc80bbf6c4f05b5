"""The one error people see: which input, what is wrong, how to mend it, and the name that was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LONGEST_NAME = 120
"""A nearest name is sought for names people type, not for hostile ones."""


class WfllmError(Exception):
    """A fault a person can mend. Printed as one line, `<where>: <cause>. <mend>`, without a trace.

    Args:
        cause: what is wrong, in the words of the person who made the input.
        where: the file (with line or item), config key or command it concerns.
        mend: what to type or change.
    """

    def __init__(self, cause: str, *, where: str | object = "", mend: str = "") -> None:
        self.cause, self.where, self.mend = cause, str(where), mend
        super().__init__(self.line())

    def line(self) -> str:
        head = f"{self.where}: " if self.where else ""
        tail = f" {self.mend}" if self.mend else ""
        return one_line(f"{head}{self.cause.rstrip('.')}.{tail}")


def one_line(text: str) -> str:
    """Text of any origin for a terminal: one line, with what would steer it or cannot be shown escaped."""
    plain = " ".join(text.split())
    if plain.isprintable():
        return plain
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in plain)


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name most like `name`; None when none is like it.

    In a group that exists (`group.name`) only the last part is compared, there first and then everywhere.
    """
    if len(name) > _LONGEST_NAME:
        return None
    names = list(valid)
    group = name.rpartition(".")[0]
    inside = {n.removeprefix(f"{group}."): n for n in names if group and n.startswith(f"{group}.")}
    whole = difflib.get_close_matches(
        name.removeprefix(f"{group}.") if inside else name, inside or names, n=1
    )
    if whole:
        return inside.get(whole[0], whole[0])
    if not any("." in n for n in names):
        return None
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
