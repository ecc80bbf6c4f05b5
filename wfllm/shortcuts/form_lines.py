"""Findings about a compiled shortcut, told with the line of code that each action comes from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from wfllm.errors import WfllmError
from wfllm.shortcuts.actions import COMMENT
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.forms import form_findings
from wfllm.shortcuts.syntax import parse_code
from wfllm.shortcuts.used import used_by_statement

_SHOWN = 3


def form_notes(code: str, plist: dict[str, Any], catalogue: Catalogue | None = None) -> list[str]:
    """What in a compiled shortcut no real file has, a line each; it is a fault of the compiler's own.

    Args:
        code: what the shortcut was compiled from.
        plist: the whole shortcut.
        catalogue: the one it was compiled with.

    Returns:
        At most three findings and how many more there are, each naming its line where it is known.
    """
    found = form_findings(plist, relaxed=True)
    if not found:
        return []
    lines = _lines_of_actions(code, plist["WFWorkflowActions"], catalogue)
    notes = []
    for finding in found[:_SHOWN]:
        at = f"line {lines[finding.action]}: " if finding.action in lines else ""
        notes.append(f"{at}not a form of real files, a fault of the compiler: {finding.line()}")
    more = len(found) - _SHOWN
    return [*notes, f"and {more} more like it"] if more > 0 else notes


def _lines_of_actions(code: str, actions: list[Any], catalogue: Catalogue | None) -> dict[int, int]:
    """Position of an action → its line; empty where they cannot be paired. Comments are left out."""
    try:
        tree = parse_code(code)
        lines = list(_lines(tree.body, iter(used_by_statement(tree, catalogue))))
    except (WfllmError, RecursionError):
        return {}
    called = [
        i for i, a in enumerate(actions) if isinstance(a, dict) and a["WFWorkflowActionIdentifier"] != COMMENT
    ]
    return dict(zip(called, lines, strict=True)) if len(called) == len(lines) else {}


def _lines(body: list[ast.stmt], groups: Iterator[list[str]]) -> Iterator[int]:
    for node in body:
        yield from [node.lineno] * len(next(groups))
        last = node.end_lineno or node.lineno
        if isinstance(node, ast.If):
            yield from _lines(node.body, groups)
            if node.orelse:
                yield node.orelse[0].lineno
                yield from _lines(node.orelse, groups)
            yield last
        elif isinstance(node, ast.For):
            yield from _lines(node.body, groups)
            yield last
        elif isinstance(node, ast.Match):
            for case in node.cases:
                if not isinstance(case.pattern, ast.MatchSingleton):
                    yield case.pattern.lineno
                yield from _lines(case.body, groups)
            yield last
