"""The one error people see: which input, what is wrong, how to mend it."""

from __future__ import annotations


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
        return " ".join(f"{head}{self.cause.rstrip('.')}.{tail}".split())
