"""One fault of a config and how it reads: key, origin, cause, nearest valid name."""

from __future__ import annotations

from dataclasses import dataclass

from wfllm.errors import nearest, suggestion

__all__ = ["ConfigError", "Problem", "nearest", "short", "suggestion"]


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


def short(value: object) -> str:
    """A value as a message shows it: on one line, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
