"""Actions that code implies without a call: for values written out, for results, for an empty variable."""

from __future__ import annotations

import ast
import itertools

from wfllm.shortcuts.code_names import result_statement
from wfllm.shortcuts.read_base import called
from wfllm.shortcuts.read_expressions import is_token
from wfllm.shortcuts.read_references import is_written_out
from wfllm.shortcuts.read_statements import appended
from wfllm.shortcuts.syntax import blocks_of, preorder


def is_plain_key(node: ast.Subscript) -> bool:
    return isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)


def is_loop_call(node: ast.expr) -> str | None:
    return called(node) if called(node) in ("range", "enumerate") else None


def emptiness(body: list[ast.stmt]) -> list[ast.stmt]:
    """The `pass` of an empty branch, which is no action."""
    rest = body[:-1] if result_statement(body) else body
    return rest if len(rest) == 1 and isinstance(rest[0], ast.Pass) else []


def input_of(node: ast.expr) -> ast.expr | None:
    """The value written out where an action takes a reference: an action of its own makes it."""
    if isinstance(node, ast.Subscript):
        taken: list[ast.expr] = [node.value]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        taken = [node.func.value] if node.func.attr in ("keys", "values") else []
    else:
        first = {"run_shortcut": 1, "run_this_shortcut": 0, "get_variable": 0}.get(called(node))
        taken = node.args[first : first + 1] if first is not None and isinstance(node, ast.Call) else []
    return taken[0] if taken and is_written_out(taken[0]) else None


def subject_of(node: ast.Compare | ast.Call) -> ast.expr | None:
    """The text or number that a test looks at, written out."""
    if isinstance(node, ast.Call):
        func = node.func
        tests = isinstance(func, ast.Attribute) and func.attr in ("startswith", "endswith")
        subject = func.value if isinstance(func, ast.Attribute) and tests else None
    elif len(node.ops) == 2 or isinstance(node.ops[0], (ast.In, ast.NotIn)):
        subject = node.comparators[0]
    else:
        subject = None if is_token(node.comparators[0]) else node.left
    return subject if subject is not None and is_written_out(subject) else None


def fetched(tree: ast.Module) -> set[int]:
    """Statements of a block's result whose value is not what the statement before them made."""
    found: set[int] = set()
    for body in (body for here in preorder(tree) for body in blocks_of(here.node)):
        result = result_statement(body)
        before = body[-2] if len(body) > 1 else None
        if result is None or not is_token(result[1]) or not isinstance(before, (ast.Assign, ast.Expr)):
            continue  # after a block, or at the start of a branch, it is taken as what is there
        add = appended(before)
        target = before.targets[0] if isinstance(before, ast.Assign) else None
        made = add[0] if add is not None else target.id if isinstance(target, ast.Name) else ""
        if not isinstance(result[1], ast.Name) or result[1].id != made:
            found.add(id(body[-1]))
    return found


def after_nothing(tree: ast.Module) -> set[int]:
    """Statements right after a `pass` that is an action."""
    found: set[int] = set()
    bodies = [tree.body, *(body for here in preorder(tree) for body in blocks_of(here.node))]
    for body in bodies:
        empty = emptiness(body)
        for before, node in itertools.pairwise(body):
            if isinstance(before, ast.Pass) and before not in empty:
                found.add(id(node))
    return found
