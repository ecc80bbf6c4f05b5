"""References as an action's input, and the statements that store them: `Name = x` and `Name.append(x)`."""

from __future__ import annotations

import ast
from typing import Any

from wfllm.shortcuts.actions import APPEND, meaningful
from wfllm.shortcuts.expressions import write_token
from wfllm.shortcuts.nodes import append, assign, call
from wfllm.shortcuts.scope import Scope
from wfllm.shortcuts.tokens import parse_token
from wfllm.shortcuts.tree import Action

TOKEN_CALLS = frozenset(
    (
        "aggrandize",
        "ask_each_time",
        "clipboard",
        "coerce",
        "current_app",
        "current_date",
        "device_details",
        "format_date",
        "get_property",
        "missing_output",
        "missing_variable",
        "previous_output",
        "shortcut_input",
        "with_fields",
        "with_unit",
    )
)
"""Calls that are references: set as a variable they need no mark."""


def input_of(raw: Any, scope: Scope) -> ast.expr | None:
    """A reference that an action takes, the previous output where it is left out; None for other values."""
    if raw is None:
        return scope.previous()
    token = parse_token(raw.get("Value")) if isinstance(raw, dict) and len(raw) == 2 else None
    if token is None or raw.get("WFSerializationType") != "WFTextTokenAttachment":
        return None
    return write_token(token, scope)


def write_variable(action: Action, scope: Scope) -> ast.stmt | None:
    """The statement of Set Variable or Add to Variable; None where the action holds more than that."""
    fields = meaningful(action)
    variable, raw = fields.pop("WFVariableName", None), fields.pop("WFInput", None)
    value = input_of(raw, scope) if isinstance(variable, str) and not fields else None
    if value is None:
        return None
    target = scope.variable(variable)
    if action.identifier == APPEND:
        return append(target, value)
    return assign(target, call("variable", value) if _needs_mark(value) else value)


def _needs_mark(value: ast.expr) -> bool:
    """Whether a value set as a variable would read as another action's statement."""
    if isinstance(value, ast.Name):
        return False
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id not in TOKEN_CALLS
    return not (isinstance(value, ast.Constant) and value.value is None)
