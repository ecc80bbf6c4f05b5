"""Thoughts without a model: comments, plan and request from the API documentation.

They stand where the paper has GPT-4o-mini write them (section 3.1): plainer, but always there, always
about the right statement, and the same on every run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from wfllm.bench.record import Record
from wfllm.bench.thoughts.sentences import capped, case_title, imperative, says
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import Catalogue, load_catalogue
from wfllm.shortcuts.comments import (
    Statement,
    code_spans,
    statements,
    with_comments,
)
from wfllm.shortcuts.syntax import blocks_of, parse_code
from wfllm.shortcuts.used import used_apis


def comment(statement: Statement, catalogue: Catalogue) -> str:
    """What one statement does, in at most 14 words, from its API's documentation and its values."""
    return capped(says(statement.node, catalogue))


def comments(code: str, catalogue: Catalogue) -> dict[int, str]:
    """A comment for every statement of the code, by its number."""
    return {s.index: comment(s, catalogue) for s in statements(code, catalogue)}


def plan(code: str, catalogue: Catalogue | None = None) -> str:
    """The workflow as a numbered, nested flow in words, one short line a step.

    Raises:
        WfllmError: the code does not parse or is nested too deeply.
    """
    try:
        return "\n".join(_steps(parse_code(code).body, "", catalogue or load_catalogue()))
    except RecursionError as fault:  # a chain of hundreds of elif
        raise WfllmError("nested too deeply to tell as a plan", mend="Use a menu or a list.") from fault


def query(code: str, title: str = "", catalogue: Catalogue | None = None) -> str:
    """A request whose answer is this code, for records that come without one.

    Args:
        code: the workflow.
        title: its name, where it has one.
        catalogue: the APIs' documentation.
    """
    catalogue = catalogue or load_catalogue()
    called = [s for s in statements(code, catalogue) if s.api]
    steps = [imperative(capped(says(s.node, catalogue), 10)).rstrip(".") for s in called]
    steps = [s[:1].lower() + s[1:] for s in dict.fromkeys(steps)]
    if len(steps) > 4:  # the beginning, the middle and the end tell what it is for
        steps = [steps[0], steps[len(steps) // 3], steps[2 * len(steps) // 3], steps[-1]]
    name = " ".join(title.split()).strip(" .")
    wish = f"I want a shortcut called {name}" if name else "I want a shortcut"
    if not steps:
        return f"{wish} that {'works as its name says' if name else 'asks me and answers'}."
    told = steps[0] if len(steps) == 1 else f"{', '.join(steps[:-1])}, and finally {steps[-1]}"
    branches = ", depending on the case" if any(s.kind in ("If", "Match") for s in statements(code)) else ""
    return f"{wish}. It should {told}{branches}."


def annotate(record: Record, catalogue: Catalogue | None = None) -> Record:
    """The record with whatever thoughts it lacks: request, plan, a comment before each statement, APIs.

    Thoughts it has stay, the comments of a shortcut's author too. The title in `meta`, else the id, names
    the workflow.

    Raises:
        WfllmError: its code does not parse.
    """
    catalogue = catalogue or load_catalogue()
    code = record.annotated_code
    title = str(record.meta.get("title") or record.id)
    commented = commented_lines(code)
    lacking = {
        s.index: comment(s, catalogue) for s in statements(code, catalogue) if s.line - 1 not in commented
    }
    return replace(
        record,
        query=record.query or query(code, title, catalogue),
        apis=record.apis or used_apis(code, catalogue),
        task_plan=record.task_plan or plan(code, catalogue),
        annotated_code=with_comments(code, lacking),
    )


def commented_lines(code: str) -> set[int]:
    """Numbers of the lines that are comments."""
    lines: set[int] = set()
    for start, end, label in code_spans(code):
        if label == "comment":
            first = code.count("\n", 0, start) + 1
            lines.update(range(first, first + code.count("\n", start, end)))
    return lines


# ---------------------------------------------------------------- plan


def _steps(body: list[ast.stmt], number: str, catalogue: Catalogue) -> Iterator[str]:
    indent = "  " * number.count(".")
    count = 0
    for node in body:
        if _is_silent(node):
            continue
        count += 1
        label = f"{number}{count}."
        step = imperative(capped(says(node, catalogue)))
        blocks = blocks_of(node)
        if not blocks:
            yield f"{indent}{label} {step}"
            continue
        yield f"{indent}{label} {step.rstrip('.')}:"
        if isinstance(node, ast.Match):
            for i, case in enumerate(node.cases, start=1):
                yield f"{indent}  {case_title(case)}:"
                yield from _steps(case.body, f"{label}{i}.", catalogue)
            continue
        yield from _steps(blocks[0], label, catalogue)
        if len(blocks) > 1:
            yield f"{indent}  Otherwise:"
            yield from _steps(blocks[1], f"{label[:-1]}b.", catalogue)


def _is_silent(node: ast.stmt) -> bool:
    """Steps that a person would not mention: nothing, an empty list to collect in, the description."""
    if isinstance(node, ast.Pass):
        return True
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.List) and not node.value.elts
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
