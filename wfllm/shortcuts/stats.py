"""How big and how tangled a workflow is, counted as in the paper's Table 1 and Figure 5."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from wfllm.errors import WfllmError
from wfllm.shortcuts.names import DIALECT, RESULT, TAKEN, api_identifier
from wfllm.shortcuts.syntax import parse_code, preorder
from wfllm.shortcuts.tree import If, RepeatCount, RepeatEach, Workflow, walk

BUILTIN = "is.workflow.actions."


@dataclass(frozen=True)
class Stats:
    """Counts of one workflow."""

    actions: int
    """Entries of the action list; of code: statements that stand for an action, block ends included."""
    ifs: int
    loops: int
    depth: int
    """Blocks inside each other; 0 without blocks."""
    apis: int
    """Distinct action identifiers, syntax included where it is one."""
    apps: int
    """Distinct apps other than the system's own actions."""


def app_of(identifier: str) -> str:
    """The bundle an identifier starts with; empty for built-in actions."""
    return "" if identifier.startswith(BUILTIN) else identifier.rpartition(".")[0]


def stats_of(workflow: Workflow) -> Stats:
    """Counts of a workflow."""
    ifs = loops = deepest = 0
    for event, node, _, depth in walk(workflow):
        if event == "open":
            ifs += isinstance(node, If)
            loops += isinstance(node, (RepeatEach, RepeatCount))
            deepest = max(deepest, depth + 1)
    used = {action.identifier for action in workflow.actions}
    apps = {app_of(i) for i in used} - {""}
    return Stats(len(workflow.actions), ifs, loops, deepest, len(used), len(apps))


def stats_of_code(code: str) -> Stats | None:
    """The same counts from code in the dialect; None where it does not parse.

    Comments are no statements, so a comment action is not counted; an `elif` counts as an `if` inside
    an `else`.
    """
    try:
        tree = parse_code(code)
    except WfllmError:
        return None
    actions = ifs = loops = deepest = 0
    used: set[str] = set()
    for placed in preorder(tree):
        node = placed.node
        actions += _actions_of(node)
        if isinstance(node, ast.If):
            ifs += 1
        elif isinstance(node, (ast.For, ast.While)):
            loops += 1
        if isinstance(node, (ast.If, ast.For, ast.While, ast.Match)):
            deepest = max(deepest, placed.depth + 1)
        else:
            used |= {api for n in ast.walk(node) if (api := _api_of(n)) is not None}
    apps = {app_of(i) for i in used} - {""}
    return Stats(actions, ifs, loops, deepest, len(used), len(apps))


def _actions_of(node: ast.stmt) -> int:
    if isinstance(node, ast.If):
        return 3 if node.orelse else 2
    if isinstance(node, (ast.For, ast.While)):
        return 2
    if isinstance(node, ast.Match):
        return 2 + len(node.cases)
    if isinstance(node, ast.Expr):
        call = node.value
        if isinstance(call, ast.Constant):
            return 0
        target = (
            call.func.value if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else None
        )
        return 0 if isinstance(target, ast.Name) and RESULT.fullmatch(target.id) else 1
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return 0 if RESULT.fullmatch(node.targets[0].id) else 1
    return 1


def _api_of(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return None
    called = node.func.id
    if called in DIALECT or called in TAKEN or "_" not in called:
        return None
    return api_identifier(called)
