"""Rules about the code as a program: what the checker finds, each kind of finding under one rule.

What the checker calls a warning is legal and drops nothing, but for calls of what nobody documents.
"""

from __future__ import annotations

from wfllm.bench.rules.seen import Context, Seen
from wfllm.shortcuts.finding import Finding

PARSES, UNKNOWN_APIS, BAD_PARAMETERS, UNDEFINED, COMPILES, CONTROL_FLOW = (
    "parses", "unknown_apis", "bad_parameters", "undefined_names", "compiles", "control_flow",
)  # fmt: skip
_RULE_OF = {
    "syntax": PARSES,
    "unknown-api": UNKNOWN_APIS,
    "unknown-function": UNKNOWN_APIS,
    "arguments": BAD_PARAMETERS,
    "parameter": BAD_PARAMETERS,
    "unknown-parameter": BAD_PARAMETERS,
    "missing-parameter": BAD_PARAMETERS,
    "value": BAD_PARAMETERS,
    "undefined-name": UNDEFINED,
    "compile": COMPILES,
}
"""Checker's rule → rule here. All others are about statements: loops, menus, what the dialect has not."""


def rule_of(finding: Finding) -> str:
    """The rule that a finding of the checker belongs to."""
    return _RULE_OF.get(finding.rule, CONTROL_FLOW)


def breaks(finding: Finding) -> bool:
    """Whether a finding makes a sample unfit: errors do, and calls of what is in no documentation."""
    return finding.severity == "error" or finding.rule == "unknown-api"


def _said(seen: Seen, rule: str) -> str | None:
    found = [f for f in seen.findings if rule_of(f) == rule and breaks(f)]
    if not found:
        return None
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return f"line {found[0].line}: {found[0].message}{more}"


def parses(seen: Seen, _context: Context) -> str | None:
    return _said(seen, PARSES)


def unknown_apis(seen: Seen, _context: Context) -> str | None:
    return _said(seen, UNKNOWN_APIS)


def bad_parameters(seen: Seen, _context: Context) -> str | None:
    return _said(seen, BAD_PARAMETERS)


def undefined_names(seen: Seen, _context: Context) -> str | None:
    return _said(seen, UNDEFINED)


def control_flow(seen: Seen, _context: Context) -> str | None:
    return _said(seen, CONTROL_FLOW)


def compiles(seen: Seen, _context: Context) -> str | None:
    return _said(seen, COMPILES)
