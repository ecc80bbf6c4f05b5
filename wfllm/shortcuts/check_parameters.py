"""What a call gives its API: known parameters, values of the right type."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from wfllm.errors import suggestion
from wfllm.shortcuts.api import Api, Parameter
from wfllm.shortcuts.editor_keys import LEFT_OVER, is_editor_key
from wfllm.shortcuts.finding import Finding, Severity

_STATED = ("user", "shipped", "")
"""Sources that call required what no workflow may leave out."""
_OPEN = ("published", "inferred")
"""Sources whose lists of parameters need not be whole."""


def unknown_keys(call: ast.Call, api: Api) -> list[str]:
    """Keys of a call that its API is known not to take, in order; those of the editor are none of them."""
    if api.source in _OPEN:
        return []
    known = {p.name for p in api.parameters}
    return [key for key, _ in _given(call) if key is not None and key not in known and _is_wrong(key, api)]


def _is_wrong(key: str, api: Api) -> bool:
    """Whether an API takes no such key; it has no parameter of that name."""
    documented = bool(api.parameters or api.description)
    return documented and key not in api.also and key not in LEFT_OVER and not is_editor_key(key)


def parameter_findings(call: ast.Call, api: Api) -> Iterator[Finding]:
    """What is wrong with the parameters of a call of a known API, and which it lacks."""
    known = {p.name: p for p in api.parameters}
    severity: Severity = "warning" if api.source in _OPEN else "error"
    title = api.title or api.identifier
    given: set[str] = set()
    spread = False
    for key, value in _given(call):
        if key is None:
            spread = True
        elif key in given:
            yield Finding(call.lineno, "parameter", f"{key} is given twice")
        elif key not in known:
            if not _is_wrong(key, api):
                continue
            mend = suggestion(key, known) or f"{title} takes {', '.join(list(known)[:8]) or 'no parameters'}."
            message = f"{title} has no parameter {key}"
            yield Finding(value.lineno, "unknown-parameter", message, mend, severity)
        elif fault := _value_fault(known[key], value):
            yield Finding(value.lineno, "value", f"{key}: {fault}", _wanted(known[key], value))
        given.add(key or "")
    for parameter in api.parameters:
        if parameter.required and parameter.name not in given and not spread:
            message, mend = f"{title} needs {parameter.name}", f"Add {parameter.name}=…"
            # an app asks for what its definition calls required
            stated: Severity = "error" if parameter.source_of("required") in _STATED else "warning"
            yield Finding(call.lineno, "missing-parameter", message, mend, stated)


def _given(call: ast.Call) -> Iterator[tuple[str | None, ast.expr]]:
    """Keys and values of a call, `**{"some-key": value}` read as keys; (None, _) where keys are unknown."""
    for keyword in call.keywords:
        if keyword.arg is not None:
            yield keyword.arg, keyword.value
        elif isinstance(keyword.value, ast.Dict):
            for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                literal = isinstance(key, ast.Constant) and isinstance(key.value, str)
                yield (str(key.value) if literal and isinstance(key, ast.Constant) else None), value
        else:
            yield None, keyword.value


def _value_fault(parameter: Parameter, node: ast.expr) -> str:
    """Why a literal does not fit a parameter; empty where it does or the value is not literal."""
    kind = parameter.type
    if parameter.source_of("type") == "inferred":
        return ""  # a sample of what it takes
    if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
        node = node.operand
    if isinstance(node, (ast.Dict, ast.List)):
        wrong = kind in ("number", "boolean", "choice", "date")
        # several texts may stand where one is wanted; a dictionary may not
        wrong = wrong or kind == ("dictionary" if isinstance(node, ast.List) else "text")
        return f"a {kind} is wanted" if wrong else ""
    if not isinstance(node, ast.Constant) or node.value is None:
        return ""
    value = node.value
    if kind == "choice":
        return (
            f"{value!r:.60} is not a choice"
            if parameter.choices and str(value) not in parameter.choices
            else ""
        )
    if kind == "boolean":
        return "" if value in (True, False) else "True or False is wanted"  # files hold 0 and 1, too
    if kind == "number":
        return "" if _is_number(value) else "a number is wanted"
    if kind == "dictionary":
        return "a dictionary is wanted"
    if kind in ("text", "date", "list") and isinstance(value, bool):
        return f"a {kind} is wanted"
    return ""


def _is_number(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, (int, float)):
        return True
    if value == "":
        return True  # a field left empty
    try:
        float(str(value)[:400])
    except ValueError:
        return False
    return True


def _wanted(parameter: Parameter, node: ast.expr) -> str:
    if parameter.type != "choice":
        return ""
    value = str(node.value) if isinstance(node, ast.Constant) else ""
    return suggestion(value, parameter.choices) or f"One of: {', '.join(parameter.choices[:12])}."
