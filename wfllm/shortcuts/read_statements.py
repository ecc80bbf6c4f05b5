"""Statements as actions: the way back from `statements.py`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Protocol

from wfllm.shortcuts import actions as st
from wfllm.shortcuts import read_tokens as _  # noqa: F401 - expressions find the readers of references
from wfllm.shortcuts.build_values import build, build_item, is_plain
from wfllm.shortcuts.check_forms import spoken
from wfllm.shortcuts.names import DIALECT, TAKEN, api_identifier
from wfllm.shortcuts.read_base import (
    ReadError,
    ReadScope,
    arguments,
    called,
    given_once,
    is_left_out,
    number_literal,
    split_keywords,
)
from wfllm.shortcuts.read_expressions import (
    as_text,
    is_text,
    is_token,
    read,
    read_fields,
    read_item,
    read_items,
    read_token,
)
from wfllm.shortcuts.read_references import reference
from wfllm.shortcuts.text_keys import TEXT_KEYS
from wfllm.shortcuts.tokens import Text, Token, wrap_token
from wfllm.shortcuts.variables import TOKEN_CALLS


class StatementScope(ReadScope, Protocol):
    """What reading a statement needs to know beyond its expressions."""

    def identifier(self, function: str) -> str | None:
        """The API that a function name stands for in the catalogue; None where it is not there."""


Parameters = dict[str, Any]
Reader = Callable[[ast.Call, StatementScope], Parameters]


def makes_variable(value: ast.expr) -> bool:
    """Whether `name = value` sets a variable; otherwise an action makes `value`, its output named so."""
    if isinstance(value, ast.Constant):
        return value.value is None
    return isinstance(value, ast.Name) or called(value) in TOKEN_CALLS or called(value) == "variable"


def read_value(value: ast.expr, scope: StatementScope) -> tuple[str, Parameters]:
    """The action that makes a value: `(identifier, parameters)`.

    Raises:
        ReadError: nothing in a workflow makes it.
    """
    if isinstance(value, ast.Call):
        return _read_call(value, scope)
    if is_text(value):
        return st.TEXT, {"WFTextActionText": build(read(value, scope))}
    if isinstance(value, ast.Constant) and isinstance(value.value, bool):
        raise ReadError(value, "True and False stand inside dictionaries only", "Use 1 and 0, or a text.")
    number = number_literal(value)
    if number is not None:
        return st.NUMBER, {"WFNumberActionNumber": number}
    if isinstance(value, ast.List):
        return st.LIST, {"WFItems": [_list_item(element, scope) for element in value.elts]}
    if isinstance(value, ast.Dict):
        return st.DICTIONARY, {"WFItems": build(read_items(value, scope))}
    if isinstance(value, ast.Subscript):
        return _read_subscript(value, scope)
    raise ReadError(value, f"workflows have no {spoken(type(value).__name__)} here", "Use an action for it.")


def _list_item(node: ast.expr, scope: StatementScope) -> Any:
    item = read_item(node, scope)
    return item.value if is_plain(item) else build_item(item)


def _read_subscript(node: ast.Subscript, scope: StatementScope) -> tuple[str, Parameters]:
    if isinstance(node.slice, ast.Slice) or number_literal(node.slice) is not None:
        raise ReadError(node, "items are not taken by number", "Use is_workflow_actions_getitemfromlist.")
    key = read(node.slice, scope)
    if not isinstance(key, (str, Text, Token)):
        raise ReadError(node, "a key is a text", 'd["key"]')
    return st.VALUE, {**_input(node.value, scope), "WFDictionaryKey": build(as_text(key))}


def _input(node: ast.expr, scope: StatementScope, key: str = "WFInput") -> Parameters:
    if is_left_out(node):
        return {}
    return {key: wrap_token(reference(node, scope))}


def _read_call(call: ast.Call, scope: StatementScope) -> tuple[str, Parameters]:
    if isinstance(call.func, ast.Attribute):
        what = {"keys": "All Keys", "values": "All Values"}.get(call.func.attr)
        if what is None or call.args or call.keywords:
            raise ReadError(call, f"values have no method {call.func.attr}", "Use an action for it.")
        return st.VALUE, {**_input(call.func.value, scope), "WFGetDictionaryValueType": what}
    function = called(call)
    if function in READERS:
        identifier, reader = READERS[function]
        return identifier, reader(call, scope)
    if not function:
        raise ReadError(call, "only functions with a name are called")
    if function in ("join_text", "text_ref"):
        return st.TEXT, {"WFTextActionText": build(read(call, scope))}
    known = scope.identifier(function)
    if known is None and (function in DIALECT or function in TAKEN or "_" not in function):
        raise ReadError(call, f"{function}(…) is no action", "Call an action, or use the value in one.")
    identifier = known or api_identifier(function)
    fields = arguments(call, 0, 0, None)
    return identifier, read_fields(fields, scope, TEXT_KEYS.get(identifier, ()))


def _read_number(call: ast.Call, scope: StatementScope) -> Parameters:
    arguments(call, 1, 1)
    value = read(call.args[0], scope)
    return {"WFNumberActionNumber": float(value) if value in ("inf", "-inf", "nan") else build(value)}


def _read_ask(call: ast.Call, scope: StatementScope) -> Parameters:
    renamed = {"type": "WFInputType", "default": "WFAskActionDefaultAnswer", "prompt": "WFAskActionPrompt"}
    said, rest = split_keywords(call, *renamed)
    fields = arguments(rest, 0, 1, None)
    prompt = {"WFAskActionPrompt": call.args[0]} if call.args else {}
    given = given_once(call, prompt, {renamed[key]: node for key, node in said.items()}, fields)
    made = read_fields(given, scope, ("WFAskActionDefaultAnswer", "WFAskActionPrompt"))
    default = made.get("WFAskActionDefaultAnswer")
    if isinstance(default, (int, float)):
        made["WFAskActionDefaultAnswer"] = str(default)  # files hold the answer as it is typed
    return made


def _read_input(call: ast.Call, scope: StatementScope) -> Parameters:
    arguments(call, 0, 1)
    return _read_ask(call, scope)


def _read_get_variable(call: ast.Call, scope: StatementScope) -> Parameters:
    arguments(call, 1, 1)
    return _input(call.args[0], scope, "WFVariable")


def _read_run(call: ast.Call, scope: StatementScope) -> Parameters:
    fields = arguments(call, 1, 2, None)
    target = read(call.args[0], scope)
    if isinstance(target, str):
        named: Parameters = {
            "WFWorkflow": {"isSelf": False, "workflowName": target},
            "WFWorkflowName": target,
        }
    else:
        named = {"WFWorkflow": build(target)}
    return given_once(call, named, _second(call, 1, scope), read_fields(fields, scope))


def _second(call: ast.Call, at: int, scope: StatementScope) -> Parameters:
    return _input(call.args[at], scope) if len(call.args) > at else {}


def _read_run_this(call: ast.Call, scope: StatementScope) -> Parameters:
    fields = arguments(call, 0, 1, None)
    own = {"WFWorkflow": {"isSelf": True}}
    return given_once(call, own, _second(call, 0, scope), read_fields(fields, scope))


def _read_exit(call: ast.Call, scope: StatementScope) -> Parameters:
    arguments(call, 0, 1)
    return read_fields({"WFResult": call.args[0]} if call.args else {}, scope)


def _read_output(call: ast.Call, scope: StatementScope) -> Parameters:
    fields = arguments(call, 1, 1, None)
    given = given_once(call, {"WFOutput": call.args[0]}, fields)
    return read_fields(given, scope, ("WFOutput", "WFResponse"))


READERS: dict[str, tuple[str, Reader]] = {
    "number": (st.NUMBER, _read_number),
    "ask": (st.ASK, _read_ask),
    "input": (st.ASK, _read_input),
    "get_variable": (st.GET, _read_get_variable),
    "run_shortcut": (st.RUN, _read_run),
    "run_this_shortcut": (st.RUN, _read_run_this),
    "exit_shortcut": (st.EXIT, _read_exit),
    "output": (st.OUTPUT, _read_output),
}
"""Function of the dialect that is an action → its identifier and its reader."""


def read_variable(value: ast.expr, scope: StatementScope) -> Parameters:
    """The input of a Set Variable or Add to Variable."""
    if called(value) == "variable" and isinstance(value, ast.Call):
        arguments(value, 1, 1)
        value = value.args[0]
    if is_left_out(value):
        return {}
    if not is_token(value):
        raise ReadError(
            value, "a variable stores a value that has a name", "Give it a name on a line before."
        )
    return {"WFInput": wrap_token(read_token(value, scope))}


def appended(node: ast.stmt) -> tuple[str, ast.expr] | None:
    """`(name, value)` of `name.append(value)`."""
    call = node.value if isinstance(node, ast.Expr) else None
    if (
        not isinstance(call, ast.Call)
        or not isinstance(call.func, ast.Attribute)
        or call.func.attr != "append"
    ):
        return None
    if not isinstance(call.func.value, ast.Name) or len(call.args) != 1 or call.keywords:
        return None
    return call.func.value.id, call.args[0]
