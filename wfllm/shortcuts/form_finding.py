"""What a look at a property list finds, and which of its rules real files break."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class FormFinding:
    """One place where a shortcut is not as real files are."""

    action: int
    """Position in the list of actions, from 0; -1 for the whole file."""
    key: str
    """Parameter, with the keys below it."""
    rule: str
    message: str

    def line(self) -> str:
        """All of it in one line."""
        at = f"action {self.action}" if self.action >= 0 else "the file"
        return f"{at}{f', {self.key}' if self.key else ''}: {self.message} ({self.rule})"


RELAXED: dict[str, str] = {
    "missing-output": "an action was deleted in the editor and what used its output was not",
    "later-output": "an action was moved below what uses its output",
    "unset-variable": "a variable that nothing sets reads as empty",
    "block": "the editor's copy and paste, and compilers, left parts of blocks alone",
    "menu": "items renamed without their cases, cases without a title",
    "placeholder": "written by compilers that count in code points, or by hand",
    "empty-operand": "a field of the editor that was left empty",
    "old-form": "written by an old version of the app",
}
"""Rules that some real files break, with the reason why the app reads them all the same."""


def is_integer(value: Any) -> bool:
    """Whether a value is a whole number, which True is not."""
    return type(value) is int


def spoken(value: Any) -> str:
    """The kind of a value: the name of its Python type, its serialisation type or the type of its token."""
    if isinstance(value, dict):
        kind = value.get("WFSerializationType")
        if kind is None and isinstance(value.get("Type"), str):
            kind = value["Type"]
        return str(kind) if kind is not None else "dict"
    return type(value).__name__
