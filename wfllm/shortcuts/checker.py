"""Is this a legal workflow? Code is parsed and looked at, never run."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.check_calls import call_findings, ignored_values
from wfllm.shortcuts.check_forms import form_findings
from wfllm.shortcuts.check_names import name_findings
from wfllm.shortcuts.compile import CompileError, compile_tree
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.idioms import BECOME, in_dialect
from wfllm.shortcuts.read_base import called
from wfllm.shortcuts.syntax import line_of, parse_code, preorder
from wfllm.shortcuts.value_kinds import ValueKinds

__all__ = ["MAX_FINDINGS", "AnyContent", "Finding", "check"]

MAX_FINDINGS = 200
"""Findings reported for one workflow; whoever reads more has stopped reading."""


def check(code: str, catalogue: Catalogue, *, allowed: Collection[str] | None = None) -> list[Finding]:
    """Everything that keeps code from being a legal workflow, by line; empty where nothing does.

    Rules: it parses; only the dialect's statements and expressions; loops and menus well-formed; names
    set before use; calls only of known APIs and the dialect's functions, with known parameters, the
    required ones present, and literals of the right type or choice; it compiles. Python's own words that
    have one clear meaning (`len(x)`, `"a" + x`) are no fault. What is legal and should be looked at all the
    same is a warning.

    Args:
        code: text of any origin; too long or too deeply nested is a finding, too.
        catalogue: the APIs and their parameters.
        allowed: identifiers or Python names of the only APIs that may be called (the documentation a
            sample was given); those the catalogue does not know pass with any parameters.
    """
    try:
        found = list(itertools.islice(_findings(code, catalogue, allowed), MAX_FINDINGS + 1))
    except WfllmError as fault:
        return [Finding(line_of(fault), "syntax", fault.cause, fault.mend)]
    except RecursionError:
        return [Finding(1, "syntax", "nested too deeply to read", "Name the inner values.")]
    more = len(found) > MAX_FINDINGS
    found = sorted(found[:MAX_FINDINGS])
    if more:
        last = found[-1].line
        found.append(Finding(last, "more", f"more than {MAX_FINDINGS} findings", "Mend these first."))
    return found


def _findings(code: str, catalogue: Catalogue, allowed: Collection[str] | None) -> Iterator[Finding]:
    tree = parse_code(code)
    own = {called(node) for node in ast.walk(tree)}
    refused = in_dialect(tree, ValueKinds(tree, catalogue))
    # the actions that Python's words became are part of the language, whatever APIs may be called
    words = BECOME - own
    told: set[int] = set()
    for finding in _looked_at(tree, catalogue, allowed, words):
        told.update([finding.line] if finding.severity == "error" else [])
        yield finding
    for finding in refused:
        if finding.line not in told:
            yield replace(finding, rule="compile")
    if not told and not refused:  # of what is said already, the compiler would only say it again
        yield from _compiled(tree, code, catalogue)


def _looked_at(
    tree: ast.Module, catalogue: Catalogue, allowed: Collection[str] | None, words: Collection[str]
) -> Iterator[Finding]:
    for i, placed in enumerate(preorder(tree)):
        yield from form_findings(placed, first=i == 0)
        yield from call_findings(placed.node, catalogue, allowed, words)
    yield from name_findings(tree, list(ignored_values(tree, catalogue)))


def _compiled(tree: ast.Module, code: str, catalogue: Catalogue) -> Iterator[Finding]:
    try:
        compile_tree(tree, code, data=AnyContent(), catalogue=catalogue)
    except CompileError as fault:
        for finding in fault.findings:
            yield replace(finding, rule="compile")


class AnyContent(dict[str, bytes]):
    """Whatever the code keeps beside itself: a check of code asks for no other file."""

    def get(self, digest: str, default: Any = None) -> Any:
        return b""
