"""Functions of the dialect that stand for references: `clipboard()`, `get_property(…)`, `coerce(…)`, …"""

from __future__ import annotations

import ast
from collections.abc import Callable

from wfllm.shortcuts.build_values import build
from wfllm.shortcuts.read_base import TOKENREADERS, ReadError, ReadScope, arguments, called, text_literal
from wfllm.shortcuts.read_expressions import read, read_fields, read_token, with_step
from wfllm.shortcuts.tokens import COERCION, DATE_FORMAT, PROPERTY, TOKEN_FUNCTIONS, UNIT, Step, Token

_KIND_OF_FUNCTION = {function: kind for kind, function in TOKEN_FUNCTIONS.items()}


def _read_plain_token(call: ast.Call, _scope: ReadScope) -> Token:
    arguments(call, 0, 0)
    return Token(_KIND_OF_FUNCTION[called(call)])


def _read_input(call: ast.Call, _scope: ReadScope) -> Token:
    kind = arguments(call, 0, 0, ("kind",)).get("kind")
    return Token("Input" if kind is not None else "ExtensionInput")


def _read_ask_token(call: ast.Call, _scope: ReadScope) -> Token:
    arguments(call, 0, 1)
    return Token("Ask", prompt=text_literal(call.args[0]) if call.args else None)


def _read_device(call: ast.Call, scope: ReadScope) -> Token:
    fields = arguments(call, 0, 1, ("user_info",))
    token = Token("DeviceDetails")
    return _property(token, call.args[0], fields, scope) if call.args else token


def _property(token: Token, name: ast.expr, fields: dict[str, ast.expr], scope: ReadScope) -> Token:
    info = {"PropertyUserInfo": build(read(fields["user_info"], scope))} if "user_info" in fields else {}
    return with_step(token, Step(PROPERTY, {"PropertyName": text_literal(name), **info}))


def _read_property(call: ast.Call, scope: ReadScope) -> Token:
    fields = arguments(call, 2, 2, ("user_info",))
    return _property(read_token(call.args[0], scope), call.args[1], fields, scope)


def _read_coerce(call: ast.Call, scope: ReadScope) -> Token:
    arguments(call, 2, 2)
    item_class = build(read(call.args[1], scope))
    return with_step(read_token(call.args[0], scope), Step(COERCION, {"CoercionItemClass": item_class}))


def _read_published_coerce(call: ast.Call, scope: ReadScope) -> Token:
    """The published dialect's `coerce_variable(value=x, coercion_class="…")`."""
    fields = arguments(call, 0, 0, ("value", "coercion_class"))
    if len(fields) != 2:
        raise ReadError(call, "coerce_variable takes a value and a class", 'coerce(x, "WFDateContentItem")')
    step = Step(COERCION, {"CoercionItemClass": text_literal(fields["coercion_class"])})
    return with_step(read_token(fields["value"], scope), step)


def _read_format(call: ast.Call, scope: ReadScope) -> Token:
    fields = arguments(call, 1, 2, None)
    style = {"WFDateFormatStyle": build(read(call.args[1], scope))} if len(call.args) == 2 else {}
    step = Step(DATE_FORMAT, {**style, **read_fields(fields, scope)})
    return with_step(read_token(call.args[0], scope), step)


def _read_unit(call: ast.Call, scope: ReadScope) -> Token:
    arguments(call, 2, 3)
    keys = ("WFUnitSymbol", "WFMeasurementUnitType")
    fields = {key: build(read(arg, scope)) for key, arg in zip(keys, call.args[1:], strict=False)}
    return with_step(read_token(call.args[0], scope), Step(UNIT, fields))


def _read_aggrandize(call: ast.Call, scope: ReadScope) -> Token:
    fields = arguments(call, 2, 2, None)
    step = Step(text_literal(call.args[1]), read_fields(fields, scope))
    return with_step(read_token(call.args[0], scope), step)


def _read_missing(call: ast.Call, scope: ReadScope) -> Token:
    arguments(call, 1, 1)
    return scope.missing(text_literal(call.args[0]))


def _read_missing_variable(call: ast.Call, _scope: ReadScope) -> Token:
    arguments(call, 1, 1)
    return Token("Variable", text_literal(call.args[0]))


def _read_with_fields(call: ast.Call, scope: ReadScope) -> Token:
    fields = arguments(call, 1, 1, None)
    return read_token(call.args[0], scope)._replace(fields=read_fields(fields, scope))


_READERS: dict[str, Callable[[ast.Call, ReadScope], Token]] = {
    "clipboard": _read_plain_token,
    "current_app": _read_plain_token,
    "current_date": _read_plain_token,
    "shortcut_input": _read_input,
    "ask_each_time": _read_ask_token,
    "device_details": _read_device,
    "get_property": _read_property,
    "coerce": _read_coerce,
    "coerce_variable": _read_published_coerce,
    "format_date": _read_format,
    "with_unit": _read_unit,
    "aggrandize": _read_aggrandize,
    "missing_output": _read_missing,
    "missing_variable": _read_missing_variable,
    "with_fields": _read_with_fields,
}

TOKENREADERS.update(_READERS)
