"""Loops as repeats: `for … in enumerate(xs, start=1)`, `for … in range(1, n + 1)`, and people's own forms."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from wfllm.shortcuts.blocks import loop_names
from wfllm.shortcuts.build_values import build
from wfllm.shortcuts.hint_action import GROUP, MODE
from wfllm.shortcuts.names import LOOP_VARIABLE
from wfllm.shortcuts.read_base import (
    ReadError,
    arguments,
    called,
    given_once,
    is_left_out,
    number_literal,
    split_keywords,
)
from wfllm.shortcuts.read_conditions import number_operand
from wfllm.shortcuts.read_expressions import read_fields
from wfllm.shortcuts.read_references import reference
from wfllm.shortcuts.tokens import Token
from wfllm.shortcuts.tree import COUNT, EACH, OPEN

if TYPE_CHECKING:
    from wfllm.shortcuts.compile_blocks import BlockCompiler


def compile_loop(node: ast.For, compiler: BlockCompiler) -> None:
    """The actions of a loop.

    Raises:
        ReadError: a loop that no repeat can make.
    """
    if node.orelse:
        raise ReadError(node, "a repeat has no else", "Put it after the loop.")
    index, item = (name.replace("_", " ") for name in loop_names(compiler.level + 1))
    loop, targets = node.iter, _targets(node)
    if isinstance(loop, ast.Call) and called(loop) == "range":
        fields = arguments(loop, 1, 2, None)
        if len(targets) != 1:
            raise ReadError(node, "a repeat that counts has one name", f"for {index.replace(' ', '_')} in …")
        count = {"WFRepeatCount": _times(node, loop, targets[0], compiler)}
        head = given_once(loop, count, read_fields(fields, compiler))
        _write(node, compiler, COUNT, head, {targets[0]: index}, None)
        return
    items, fields = loop, {}
    if isinstance(loop, ast.Call) and called(loop) == "enumerate":
        said, rest = split_keywords(loop, "start")
        fields = arguments(rest, 1, 2, None)
        said = given_once(loop, dict(zip(("items", "start"), loop.args, strict=False)), said)
        start = said.get("start")
        if start is None or number_literal(start) != 1:
            raise ReadError(loop, "repeats count from 1", "enumerate(xs, start=1)")
        items = loop.args[0]
    pair = dict(zip(targets, (index, item) if items is not loop else (item,), strict=False))
    if len(pair) != (2 if items is not loop else 1) or len(targets) != len(pair):
        raise ReadError(node, "a repeat has an index and an item", "for Repeat_Index, Repeat_Item in …")
    given = {} if is_left_out(items) else {"WFInput": build(reference(items, compiler))}
    head = given_once(node, given, read_fields(fields, compiler))
    _write(node, compiler, EACH, head, pair, Token("Variable", item))


def _write(
    node: ast.For,
    compiler: BlockCompiler,
    kind: str,
    head: dict[str, Any],
    names: dict[str, str],
    inside: Token | None,
) -> None:
    group = compiler.group()
    compiler.open(kind, {GROUP: group, MODE: OPEN, **head})
    compiler.prev = inside
    compiler.level += 1
    compiler.names.aliases.append(names)
    try:
        compiler.body(node.body, branch=True)
    finally:
        compiler.names.aliases.pop()
        compiler.level -= 1
        compiler.names.left |= {name for name in names if not LOOP_VARIABLE.fullmatch(name)}
    compiler.close(kind, group, [node.body])


def _targets(node: ast.For) -> list[str]:
    parts = node.target.elts if isinstance(node.target, ast.Tuple) else [node.target]
    if not all(isinstance(part, ast.Name) for part in parts):
        raise ReadError(node, "the names of a repeat are plain names", "for Repeat_Index, Repeat_Item in …")
    return [part.id for part in parts if isinstance(part, ast.Name)]


def _times(node: ast.For, loop: ast.Call, name: str, compiler: BlockCompiler) -> Any:
    """How often `range(n)` or `range(1, n + 1)` counts."""
    end = loop.args[-1]
    first = number_literal(loop.args[0]) if len(loop.args) == 2 else 0
    if first == 0:
        # Python's loop counts from 0 and a repeat from 1: the same only where nothing looks at the number
        if any(isinstance(n, ast.Name) and n.id == name for part in node.body for n in ast.walk(part)):
            raise ReadError(loop, f"{name} counts from 1 in a repeat", "range(1, n + 1)")
    elif first != 1:
        raise ReadError(loop, "repeats count from 1", "range(1, n + 1)")
    elif isinstance(end, ast.BinOp) and isinstance(end.op, ast.Add) and number_literal(end.right) == 1:
        end = end.left
    elif isinstance(number := number_literal(end), int):
        if number < 1:
            raise ReadError(loop, "a repeat counts to 0 or more", "range(1, n + 1)")
        return number - 1
    else:
        raise ReadError(loop, "a repeat counts to n", "range(1, n + 1)")
    if called(end) == "int" and isinstance(end, ast.Call) and len(end.args) == 1:
        end = end.args[0]
    number = number_literal(end)
    return number if number is not None else number_operand(end, compiler)
