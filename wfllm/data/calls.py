"""A workflow as a list of JSON calls, to train on before T-Eval PLAN (arXiv 2411.05451, table 3).

How the paper flattens branches is not said. Here the calls stand in the order of the code, those of all
branches one after the other (`branches="all"`) or those of the first branch alone (`"first"`).
"""

from __future__ import annotations

import ast
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

from wfllm.bench.record import Record
from wfllm.errors import WfllmError
from wfllm.shortcuts.dialect import FUNCTIONS
from wfllm.shortcuts.syntax import blocks_of, expressions_of, parse_code

Branches = Literal["all", "first"]

NO_STEP = {"menu", "accepts", "without_input", "import_question"}
"""Functions of the dialect that are statements but no calls: the head of a choice, the head of a workflow."""
MAX_INLINED = 200
"""Nodes of a value that is written where its name is used; a longer one stays a name."""


def record_calls(record: Record, branches: Branches = "all") -> list[dict[str, Any]]:
    """The calls of a record's code: `{"name": …, "id": 0, 1, …, "args": {…}}`, in the order of the code.

    - A call is every call of an API and every function of the dialect that is an action (`ask(…)`,
      `run_shortcut(…)`). What became syntax (loops, conditions, menus, variables) is none.
    - A call inside another one's arguments comes before it.
    - Arguments are JSON values where they are literals, else the expression's text. The output of call k is
      `result of step k` in it. A name that is set once, to a value and not by a call, is replaced by that
      value; one that is set several times (in branches, in a loop) stays.

    Raises:
        WfllmError: the code does not parse, or is nested too deeply.
    """
    tree = parse_code(record.annotated_code, record.id)
    try:
        stores = (n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
        reader = _Calls({name for name, times in Counter(stores).items() if times == 1})
        for statement in _in_order(tree, branches):
            reader.read(statement)
    except RecursionError as error:
        raise WfllmError("nested too deeply", where=record.id, mend="Name the inner values.") from error
    return reader.calls


def calls_answer(record: Record, branches: Branches = "all") -> str:
    """The calls of a record as an answer to T-Eval's question: a JSON list, nothing around it.

    The arguments of a call are a dictionary written as a string, in Python's spelling, and those without a
    value are left out, as T-Eval's question asks for it (plan_json_v2.json). A line for each call.

    Raises:
        WfllmError: see `record_calls`.
    """
    lines = []
    for call in record_calls(record, branches):
        arguments = {key: value for key, value in call["args"].items() if value is not None}
        step = {"id": call["id"], "name": call["name"], "args": str(arguments)}
        lines.append(json.dumps(step, ensure_ascii=False))
    return "[" + ",\n".join(lines) + "]"


def _in_order(tree: ast.Module, branches: Branches) -> Iterator[ast.stmt]:
    """The statements, parents before children."""
    stack: list[ast.stmt] = list(reversed(tree.body))
    while stack:
        node = stack.pop()
        yield node
        blocks = blocks_of(node)
        if branches == "first" and isinstance(node, (ast.If, ast.Match)):
            blocks = blocks[:1]
        stack.extend(reversed([statement for block in blocks for statement in block]))


class _Calls(ast.NodeTransformer):
    """Takes the calls out of expressions, leaving a reference to each."""

    def __init__(self, set_once: set[str]) -> None:
        self.set_once = set_once
        self.values: dict[str, ast.expr] = {}
        self.calls: list[dict[str, Any]] = []

    def read(self, statement: ast.stmt) -> None:
        if not isinstance(statement, ast.Assign):
            for expression in expressions_of(statement):
                self.visit(expression)
            return
        value = self.visit(statement.value)
        target = statement.targets[0]
        if len(statement.targets) == 1 and isinstance(target, ast.Name) and target.id in self.set_once:
            nodes = sum(1 for _ in zip(ast.walk(value), range(MAX_INLINED + 1), strict=False))
            if nodes <= MAX_INLINED:
                self.values[target.id] = value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.values.get(node.id, node) if isinstance(node.ctx, ast.Load) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        """A text with values in it as plain text: how a formatted one is quoted hangs on Python's version."""
        self.generic_visit(node)
        parts = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                parts.append("{" + _text(part.value) + "}")
            elif isinstance(part, ast.Constant):
                parts.append(str(part.value))
        return ast.Constant("".join(parts))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        function = FUNCTIONS.get(name)
        if not name:
            node.func = self.visit(node.func)
        node.args = [self.visit(argument) for argument in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        if not name or name in NO_STEP or (function is not None and not function.action):
            return node
        self.calls.append({"name": name, "id": len(self.calls), "args": _arguments(name, node)})
        return ast.Name(f"result of step {len(self.calls) - 1}", ast.Load())


def _arguments(name: str, call: ast.Call) -> dict[str, Any]:
    positions = re.findall(r"\w+(?=[=,)])", FUNCTIONS[name].signature) if name in FUNCTIONS else []
    arguments: dict[str, Any] = {}
    for number, value in enumerate(call.args):
        arguments[positions[number] if number < len(positions) else str(number)] = _plain(value)
    for keyword in call.keywords:
        value = _plain(keyword.value)
        if keyword.arg is not None:
            arguments[keyword.arg] = value
        elif isinstance(value, dict):  # **{"a key Python forbids": …}
            arguments.update(value)
        else:
            arguments["**"] = value
    return arguments


def _plain(node: ast.expr) -> Any:
    """An argument as JSON value, with the text of what is no literal."""
    if isinstance(node, ast.Constant):
        value = node.value
        if value is None or isinstance(value, (str, bool, int)):
            return value
        if isinstance(value, float) and math.isfinite(value):
            return value
    if isinstance(node, ast.List):
        return [_plain(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        keys = [_plain(key) if key is not None else None for key in node.keys]
        if all(isinstance(key, str) for key in keys):
            return dict(zip(keys, map(_plain, node.values), strict=True))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _plain(node.operand)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return -value
    return _text(node)


def _text(node: ast.expr) -> str:
    return ast.unparse(ast.fix_missing_locations(node))
