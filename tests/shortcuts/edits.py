"""Edits that a person makes to a workflow's code, made mechanically on its syntax tree.

Each edit takes a tree and gives the edited one with what was touched, or None where there is nothing to edit.
The tree is printed again; comments are lost in that, so workflows are edited that have none.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

from wfllm.shortcuts.read_header import HEADER
from wfllm.shortcuts.syntax import blocks_of, preorder

Edit = Callable[[ast.Module], "ast.Module | None"]
NEW = "edited by hand"


def bodies(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    yield tree.body
    for placed in preorder(tree):
        yield from blocks_of(placed.node)


def calls(node: ast.stmt) -> str:
    """Name of the function that a statement calls and does nothing else."""
    call = node.value if isinstance(node, ast.Expr) else None
    return call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""


def plain(node: ast.stmt) -> bool:
    """A statement of one action whose output nothing needs to find: it can be taken away or moved."""
    return bool(calls(node)) and calls(node) not in HEADER


def text(tree: ast.Module) -> ast.Module | None:
    for placed in preorder(tree):
        node = placed.node
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            node.value = ast.Constant(NEW)
            return tree
    return None


def number(tree: ast.Module) -> ast.Module | None:
    for placed in preorder(tree):
        node = placed.node
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and type(node.value.value) is int
        ):
            node.value = ast.Constant(987654)
            return tree
    return None


def condition(tree: ast.Module) -> ast.Module | None:
    for placed in preorder(tree):
        node = placed.node
        if isinstance(node, ast.If) and isinstance(node.test, ast.Compare) and len(node.test.ops) == 1:
            right = node.test.comparators[0]
            if isinstance(node.test.ops[0], ast.Eq) and isinstance(right, ast.Constant):
                node.test.comparators = [ast.Constant(NEW)]
                return tree
    return None


def added(tree: ast.Module) -> ast.Module | None:
    head = sum(calls(node) in HEADER for node in tree.body)
    middle = (head + len(tree.body)) // 2
    tree.body.insert(
        middle, ast.parse(f"is_workflow_actions_notification(WFNotificationActionBody={NEW!r})").body[0]
    )
    return tree


def removed(tree: ast.Module) -> ast.Module | None:
    for body in bodies(tree):
        for i, node in enumerate(body):
            if plain(node) and len(body) > 2:
                del body[i]
                return tree
    return None


def moved(tree: ast.Module) -> ast.Module | None:
    for i, node in enumerate(tree.body[:-2]):
        if plain(node):
            tree.body.append(tree.body.pop(i))
            return tree
    return None


def branch_deleted(tree: ast.Module) -> ast.Module | None:
    for placed in preorder(tree):
        node = placed.node
        if isinstance(node, ast.If) and node.orelse and not isinstance(node.orelse[0], ast.If):
            if any("_Result" in name for name in names_in(node.orelse)):
                continue
            node.orelse = []
            return tree
    return None


def names_in(body: list[ast.stmt]) -> set[str]:
    return {n.id for node in body for n in ast.walk(node) if isinstance(n, ast.Name)}


def loop_count(tree: ast.Module) -> ast.Module | None:
    for placed in preorder(tree):
        loop = placed.node.iter if isinstance(placed.node, ast.For) else None
        if isinstance(loop, ast.Call) and isinstance(loop.func, ast.Name) and loop.func.id == "range":
            loop.args[1] = ast.BinOp(ast.Constant(77), ast.Add(), ast.Constant(1))
            return tree
    return None


def menu_title(tree: ast.Module) -> ast.Module | None:
    for placed in preorder(tree):
        node = placed.node
        if (
            not isinstance(node, ast.Match)
            or not isinstance(node.subject, ast.Call)
            or len(node.subject.args) < 2
        ):
            continue
        items, case = node.subject.args[1], node.cases[0].pattern
        if (
            isinstance(items, ast.List)
            and isinstance(case, ast.MatchValue)
            and isinstance(case.value, ast.Constant)
        ):
            for i, item in enumerate(items.elts):
                if isinstance(item, ast.Constant) and item.value == case.value.value:
                    items.elts[i] = ast.Constant(NEW)
                    case.value = ast.Constant(NEW)
                    return tree
    return None


def renamed(tree: ast.Module, variables: set[str]) -> ast.Module | None:
    """Renames, everywhere, a variable (its name in `variables`) or else an output."""
    for placed in preorder(tree):
        node = placed.node
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            old = node.targets[0].id
            if old in variables:
                for n in ast.walk(tree):
                    if isinstance(n, ast.Name) and n.id == old:
                        n.id = "renamed_by_hand"
                return tree
    return None


EDITS: dict[str, Edit] = {
    "text": text,
    "number": number,
    "condition": condition,
    "added": added,
    "removed": removed,
    "moved": moved,
    "branch deleted": branch_deleted,
    "loop count": loop_count,
    "menu title": menu_title,
}


def edited(code: str, edit: Edit) -> str | None:
    """The code after an edit; None where there was nothing to edit."""
    tree = edit(copy.deepcopy(ast.parse(code)))
    return None if tree is None else ast.unparse(ast.fix_missing_locations(tree)) + "\n"
