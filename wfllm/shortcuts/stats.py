"""How big and how tangled a workflow is: what the paper's Table 1 and Figure 5 count.

The paper gives averages and not how it counts, and the published samples have no field for them. Over 67
samples a line beginning with `if` occurs 12.4 times (paper: 12.0, so an If counts once, not with its
Otherwise and its end), a repeat 2.1 times (paper: 0.7; repeats that count alone 0.75), blocks stand 3.7
deep, Ifs alone 2.5 (paper: 2.6). Here both repeats are loops and every block is a level.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.syntax import parse_code, preorder
from wfllm.shortcuts.tree import If, RepeatCount, RepeatEach, Workflow, walk
from wfllm.shortcuts.used import used_by_statement

BUILTIN = "is.workflow.actions."


@dataclass(frozen=True)
class Stats:
    """Counts of one workflow."""

    actions: int
    """Entries of the action list, the middles and ends of blocks included; of code: those it compiles to."""
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


def stats_of_code(code: str, catalogue: Catalogue | None = None) -> Stats | None:
    """The same counts from code in the dialect; None where it cannot be read.

    Comments are left out: in annotated code they are thoughts, not actions. An `elif` counts as an `if`
    inside an `else`. Functions nobody knows count as actions of that name.

    Args:
        code: of any origin.
        catalogue: knows which identifier a published function name stands for.
    """
    try:
        return stats_of_tree(parse_code(code), catalogue)
    except WfllmError:
        return None


def stats_of_tree(tree: ast.Module, catalogue: Catalogue | None = None) -> Stats:
    """The same of code that is parsed already.

    Raises:
        WfllmError: nested too deeply.
    """
    groups = used_by_statement(tree, catalogue)
    actions = ifs = loops = deepest = 0
    used: set[str] = set()
    for placed, identifiers in zip(preorder(tree), groups, strict=True):
        node = placed.node
        used.update(identifiers)
        actions += len(identifiers) + _markers(node)
        ifs += isinstance(node, ast.If)
        loops += isinstance(node, (ast.For, ast.While))
        if isinstance(node, (ast.If, ast.For, ast.While, ast.Match)):
            deepest = max(deepest, placed.depth + 1)
    apps = {app_of(i) for i in used} - {""}
    return Stats(actions, ifs, loops, deepest, len(used), len(apps))


def _markers(node: ast.stmt) -> int:
    """How many actions part and end a block."""
    if isinstance(node, ast.If):
        return 2 if node.orelse else 1
    if isinstance(node, ast.Match):
        return 1 + sum(not isinstance(case.pattern, ast.MatchSingleton) for case in node.cases)
    return int(isinstance(node, (ast.For, ast.While)))
