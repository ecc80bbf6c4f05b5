"""What every reader of code shares: the fault it raises, and how calls and literals are taken apart."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from wfllm.shortcuts.tokens import Token

MAX_NUMBER = 2**64
"""Whole numbers of property lists are smaller; negative ones go to half of it."""


class ReadError(ValueError):
    """An expression the dialect does not have."""

    def __init__(self, node: ast.AST, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.line, self.message, self.suggestion = getattr(node, "lineno", 1), message, suggestion


class ReadScope(Protocol):
    """What reading an expression needs to know about the code around it."""

    def token_of(self, name: str) -> Token:
        """What a name refers to."""

    def missing(self, shown: str) -> Token:
        """An output that no action makes."""

    def content(self, digest: str) -> bytes | None:
        """Binary content kept beside the code."""

    def made(self, node: ast.expr) -> Token:
        """The output of an action of its own, for a value that stands inside another statement."""


def called(node: ast.AST) -> str:
    """Name of the function an expression calls; empty where it calls none by name."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def keywords(call: ast.Call) -> dict[str, ast.expr]:
    """Keywords of a call, those in `**{"…": …}` included."""
    found: dict[str, ast.expr] = {}
    for keyword in call.keywords:
        if keyword.arg is not None:
            pairs = [(keyword.arg, keyword.value)]
        elif isinstance(keyword.value, ast.Dict):
            pairs = [
                (_key(key, call), value)
                for key, value in zip(keyword.value.keys, keyword.value.values, strict=True)
            ]
        else:
            raise ReadError(call, "** takes a dictionary written out", '**{"some-key": value}')
        for key, value in pairs:
            if key in found:
                raise ReadError(call, f"{key} is given twice", "Give it once.")
            found[key] = value
    return found


def split_keywords(call: ast.Call, *own: str) -> tuple[dict[str, ast.expr], ast.Call]:
    """Keywords that mean something to the function itself, and the call without them.

    A key of the file that is called like one of them stands in `**{"…": …}`.
    """
    said = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg in own}
    rest = [keyword for keyword in call.keywords if keyword.arg not in own]
    return {k: v for k, v in said.items() if k is not None}, ast.copy_location(
        ast.Call(call.func, call.args, rest), call
    )


def given_once(call: ast.AST, *parts: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters from several places of a call.

    Raises:
        ReadError: two places give the same one.
    """
    made: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            if key in made:
                raise ReadError(call, f"{key} is given twice", "Give it once.")
            made[key] = value
    return made


def _key(node: ast.expr | None, call: ast.Call) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise ReadError(call, "the keys of ** are texts", '**{"some-key": value}')


def arguments(
    call: ast.Call, least: int, most: int, only: tuple[str, ...] | None = ()
) -> dict[str, ast.expr]:
    """Keywords of a call whose arguments are checked: `least` to `most` positional, keywords `only` these."""
    if any(isinstance(arg, ast.Starred) for arg in call.args):
        raise ReadError(call, "* is not part of workflows", "Write the arguments out.")
    if not least <= len(call.args) <= most:
        count = f"{least}" if least == most else f"{least} to {most}"
        raise ReadError(call, f"{called(call)} takes {count} arguments without a name, not {len(call.args)}")
    found = keywords(call)
    unknown = [] if only is None else [key for key in found if key not in only]
    if unknown:
        raise ReadError(call, f"{called(call)} has no {unknown[0]}", "Leave it out.")
    return found


def number_literal(node: ast.expr) -> int | float | None:
    """The number a literal spells; None for anything else."""
    sign = 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node, sign = node.operand, -1
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        value: int | float = node.value  # type: ignore[assignment]
        if isinstance(value, int) and value >= (MAX_NUMBER if sign > 0 else MAX_NUMBER // 2 + 1):
            raise ReadError(node, "a whole number of more than 64 bits", "Write it as a text.")
        if value == math.inf:
            raise ReadError(node, "a number too large for a file", 'number("inf") is one without end.')
        return sign * value
    return None


def text_literal(node: ast.expr) -> str:
    """The text a literal spells."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise ReadError(node, "a text is needed here, written out")


def is_left_out(node: ast.expr) -> bool:
    """Whether a value means that the parameter is left out."""
    return (isinstance(node, ast.Constant) and node.value is None) or called(node) == "previous_output"


READERS: dict[str, Callable[[ast.Call, ReadScope], Any]] = {}
"""Function of the dialect → reader of the value it stands for; `read_values.py` fills it."""
TOKENREADERS: dict[str, Callable[[ast.Call, ReadScope], Token]] = {}
"""Function of the dialect → reader of the reference it stands for; `read_tokens.py` fills it."""
