"""Tests as Python has them and an If has not, as conditions joined by `and` or `or`.

`x in ["a", "b"]` is one condition an item, `a < x < b` one a pair, and `not` of several conditions is each
condition's opposite with `and` and `or` changed over (De Morgan).
"""

from __future__ import annotations

import ast

from wfllm.shortcuts.names import DIALECT
from wfllm.shortcuts.read_base import ReadError, called

_MOST = 100
"""Items of one list a value is compared with: each makes a condition."""
_ASKS = frozenset(("input", "ask", "run_shortcut", "run_this_shortcut", "exit_shortcut", "output"))
_PURE = (DIALECT - _ASKS) | {"float", "int", "len", "str"}
COUNT = "is_workflow_actions_count"
_LISTS = (ast.List, ast.Set, ast.Tuple)


def as_conditions(node: ast.expr, negated: bool = False) -> ast.expr:
    """A test in the words of an If; what is in them already is returned as it is.

    Args:
        negated: whether the opposite is meant.

    Raises:
        ReadError: a value that several conditions would look at is made by an action.
    """
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return as_conditions(node.operand, not negated) if _has_parts(node.operand) else _leaf(node, negated)
    if isinstance(node, ast.BoolOp):
        return _joined(isinstance(node.op, ast.And) != negated, list(node.values), node, negated)
    if isinstance(node, ast.Compare) and _is_membership(node):
        return _membership(node, negated)
    if isinstance(node, ast.Compare) and len(node.ops) > 1 and (negated or not _is_between(node)):
        return _chain(node, negated)
    return _leaf(node, negated)


def _has_parts(node: ast.expr) -> bool:
    chain = isinstance(node, ast.Compare) and (len(node.ops) > 1 or _is_membership(node))
    twice = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return chain or twice or isinstance(node, ast.BoolOp)


def _leaf(node: ast.expr, negated: bool) -> ast.expr:
    if not negated:
        return node
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return node.operand
    return _at(ast.UnaryOp(ast.Not(), node), node)


def _joined(every: bool, parts: list[ast.expr], node: ast.expr, negated: bool = False) -> ast.expr:
    """Conditions of which all or one must hold; those of the same kind inside them side by side."""
    values: list[ast.expr] = []
    for part in (as_conditions(part, negated) for part in parts):
        inner = isinstance(part, ast.BoolOp) and isinstance(part.op, ast.And) == every
        values.extend(part.values if inner and isinstance(part, ast.BoolOp) else [part])
    return values[0] if len(values) == 1 else _at(ast.BoolOp(ast.And() if every else ast.Or(), values), node)


def _is_membership(node: ast.Compare) -> bool:
    return (
        len(node.ops) == 1
        and isinstance(node.ops[0], (ast.In, ast.NotIn))
        and isinstance(node.comparators[0], _LISTS)
    )


def _membership(node: ast.Compare, negated: bool) -> ast.expr:
    """`x in [a, b]` as `x == a or x == b`."""
    items = node.comparators[0]
    assert isinstance(items, _LISTS)
    if not items.elts:
        raise ReadError(node, "nothing is in an empty list", "Write the items out.")
    if len(items.elts) > _MOST:
        mend = "Loop over the items, or look the value up in a dictionary."
        raise ReadError(node, f"more than {_MOST} items to compare with", mend)
    if len(items.elts) > 1:
        _refuse_action(node.left)
    within = isinstance(node.ops[0], ast.In) != negated
    op = ast.Eq if within else ast.NotEq
    return _joined(not within, [_at(ast.Compare(node.left, [op()], [e]), node) for e in items.elts], node)


def _is_between(node: ast.Compare) -> bool:
    return len(node.ops) == 2 and all(isinstance(op, ast.LtE) for op in node.ops)


def _chain(node: ast.Compare, negated: bool) -> ast.expr:
    """`a < x < b` as `a < x and x < b`."""
    for middle in node.comparators[:-1]:
        _refuse_action(middle)
    values = [node.left, *node.comparators]
    pairs = [_at(ast.Compare(values[i], [op], [values[i + 1]]), node) for i, op in enumerate(node.ops)]
    return _joined(not negated, pairs, node, negated)


def _refuse_action(node: ast.expr) -> None:
    """Refuses what would run once for each condition, where Python runs it once."""
    for inner in ast.walk(node):
        name = called(inner)
        if isinstance(inner, ast.Call) and name and name not in _PURE:
            mend = f"Write x = {name}(…) on a line before."
            raise ReadError(node, f"several conditions would look at {name}(…)", mend)


def refuse_late_action(node: ast.expr) -> None:
    """Refuses an action in a part of a test that Python may never look at: here it would always run."""
    for inner in ast.walk(node):
        name = called(inner)
        if isinstance(inner, ast.Call) and name and name != COUNT and (name in _ASKS or "_actions_" in name):
            if name in DIALECT and name not in _ASKS:
                continue
            raise ReadError(
                node, f"{name} would run whatever comes before it says", f"Write x = {name}(…) before."
            )


def _at(made: ast.expr, node: ast.expr) -> ast.expr:
    return ast.fix_missing_locations(ast.copy_location(made, node))
