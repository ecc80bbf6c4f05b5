"""Lines a model got wrong, beside what mended them: material to learn self-correction from.

(The idea of self-reflected trajectories: STeP, arXiv 2505.20023.) Two versions of a workflow are aligned by
a diff of their statements. A pair is a statement that the checker faults, and the one that stands in its
place in the mended version and is not faulted:

- where so many statements in a row gave way to as many others, the first to the first and so on;
- where they gave way to more or fewer, only those that set the same name or call the same function, if there
  is just one of them on either side.

A faulted statement that was taken out, or that became right because another was put before it, makes no pair.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from wfllm.bench.rules.code import breaks
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.comments import without_comments
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.syntax import parse_code, preorder

CONTEXT = 8
"""Statements before the wrong one that are kept with it."""
MOST = 2_000
"""Statements that are aligned; a diff of more takes time quadratic in them."""


@dataclass(frozen=True)
class Line:
    """One statement's own lines, without those of the statements inside it."""

    text: str
    first: int
    last: int
    name: str
    """What it sets or calls; empty where it does neither, or the code does not parse."""


def trajectories(name: str, before: str, after: str, catalogue: Catalogue) -> list[dict[str, Any]]:
    """The pairs of two versions of one workflow, in order.

    Args:
        name: id of the record.
        before, after: code as it was, and mended. Comments are left out of both.
        catalogue: the APIs' documentation.

    Returns:
        For each pair `id`, `line` (in the wrong version without comments), `wrong`, `findings` (each with
        `rule`, `message` and `suggestion`), `corrected`, and `context`: the statements before the wrong one.
    """
    before, after = without_comments(before), without_comments(after)
    old, new = lines_of(before), lines_of(after)
    if before == after or max(len(old), len(new)) > MOST:
        return []
    faulted, left = _by_line(check(before, catalogue), old), _by_line(check(after, catalogue), new)
    found = []
    for i, j in aligned(old, new):
        if i in faulted and j not in left:
            found.append(
                {
                    "id": name,
                    "line": old[i].first,
                    "wrong": old[i].text,
                    "findings": [
                        {"rule": f.rule, "message": f.message, "suggestion": f.suggestion} for f in faulted[i]
                    ],
                    "corrected": new[j].text,
                    "context": [line.text for line in old[max(0, i - CONTEXT) : i]],
                }
            )
    return found


def aligned(old: list[Line], new: list[Line]) -> Iterator[tuple[int, int]]:
    """Places of statements that gave way to others, as the module says."""
    diff = SequenceMatcher(None, [line.text for line in old], [line.text for line in new], autojunk=False)
    for kind, i, i_end, j, j_end in diff.get_opcodes():
        if kind != "replace":
            continue
        if i_end - i == j_end - j:
            yield from zip(range(i, i_end), range(j, j_end), strict=True)
            continue
        was, now = _by_name(old, i, i_end), _by_name(new, j, j_end)
        for name, places in was.items():
            if name and len(places) == 1 and len(now.get(name, ())) == 1:
                yield places[0], now[name][0]


def lines_of(code: str) -> list[Line]:
    """The statements of code in the order they are written; its lines where it does not parse."""
    lines = code.split("\n")
    try:
        placed = preorder(parse_code(code))
    except WfllmError:
        return [Line(t.strip(), n, n, "") for n, t in enumerate(lines, start=1) if t.strip()]
    found = []
    for here in placed:
        first, last = here.node.lineno, _own_end(here.node)
        text = "\n".join(lines[first - 1 : last]).strip()
        found.append(Line(text, first, last, _name(here.node)))
    return found


def _own_end(node: ast.stmt) -> int:
    """The last line of a statement itself: of a block that of its head."""
    head: ast.expr
    if isinstance(node, (ast.If, ast.While)):
        head = node.test
    elif isinstance(node, ast.For):
        head = node.iter
    elif isinstance(node, ast.Match):
        head = node.subject
    else:
        body = getattr(node, "body", None)
        return node.lineno if isinstance(body, list) else node.end_lineno or node.lineno
    return head.end_lineno or node.lineno


def _name(node: ast.stmt) -> str:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    value = node.value if isinstance(node, ast.Expr) else None
    return value.func.id if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) else ""


def _by_line(findings: list[Finding], lines: list[Line]) -> dict[int, list[Finding]]:
    """What makes a sample unfit, by the place of its statement."""
    found: dict[int, list[Finding]] = {}
    for finding in findings:
        if not breaks(finding):
            continue
        # the innermost: a later statement begins inside an earlier one's lines, if at all
        for i in reversed(range(len(lines))):
            if lines[i].first <= finding.line <= lines[i].last:
                found.setdefault(i, []).append(finding)
                break
    return found


def _by_name(lines: list[Line], start: int, end: int) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for i in range(start, end):
        places.setdefault(lines[i].name, []).append(i)
    return places
