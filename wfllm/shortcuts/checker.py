"""Is this a legal workflow? Code is parsed and looked at, never run."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator

from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.check_calls import call_findings
from wfllm.shortcuts.check_forms import form_findings
from wfllm.shortcuts.check_names import name_findings
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.syntax import line_of, parse_code, preorder

__all__ = ["MAX_FINDINGS", "Finding", "check"]

MAX_FINDINGS = 200
"""Findings reported for one workflow; whoever reads more has stopped reading."""


def check(code: str, catalogue: Catalogue, *, allowed: Collection[str] | None = None) -> list[Finding]:
    """Everything that keeps code from being a legal workflow, by line; empty where nothing does.

    Rules: it parses; only the dialect's statements and expressions; loops and menus well-formed; names
    set before use; calls only of known APIs and the dialect's functions, with known parameters, the
    required ones present, and literals of the right type or choice.

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
    for i, placed in enumerate(preorder(tree)):
        yield from form_findings(placed, first=i == 0)
        yield from call_findings(placed.node, catalogue, allowed)
    yield from name_findings(tree)
