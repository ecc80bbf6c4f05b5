"""Values as Python expressions: nodes of `ast`, never text. `read_expressions.py` is the way back."""

from __future__ import annotations

import ast
import datetime
import math
import plistlib
from collections.abc import Callable, Mapping
from typing import Any

from wfllm.shortcuts.nodes import LOAD, call, joined, keywords_of, name, number
from wfllm.shortcuts.parse_values import parse
from wfllm.shortcuts.scope import Scope
from wfllm.shortcuts.tokens import (
    ATTACHMENT,
    COERCION,
    DATE_FORMAT,
    DICTIONARY_KEY,
    PROPERTY,
    TOKEN_FUNCTIONS,
    UNIT,
    Step,
    Text,
    Token,
)
from wfllm.shortcuts.values import (
    DICTIONARY,
    FUNCTION_OF_TYPE,
    ITEM_TYPES,
    MAX_DEPTH,
    OPERATORS,
    Bare,
    Item,
    Items,
    Quantity,
    Record,
    Table,
    TooDeepError,
    Typed,
    number_of,
)


def write(value: Any, scope: Scope) -> ast.expr:
    """The expression of any value."""
    writer = _WRITERS.get(type(value))
    if writer is None:
        raise TypeError(f"no value of a property list: {type(value).__name__}")
    return writer(value, scope)


def _parsed(raw: Any, scope: Scope) -> ast.expr:
    return write(parse(raw), scope)


def _string(value: str, scope: Scope) -> ast.expr:
    has_shape = len(value) == 36 and value[8] == "-"  # of a UUID
    known = scope.output_of(value) if has_shape else None
    return ast.Constant(value) if known is None else call("uuid_of", name(known))


def _call_with_fields(function: str, fields: Mapping[str, Any], scope: Scope, *args: ast.expr) -> ast.Call:
    return call(function, *args, **{key: write(value, scope) for key, value in fields.items()})


def write_token(token: Token, scope: Scope) -> ast.expr:
    """A reference: a name, or a call such as `clipboard()`; its aggrandizements nest around it."""
    steps = token.steps
    if len(steps) > MAX_DEPTH:
        raise TooDeepError(f"a reference with more than {MAX_DEPTH} steps")
    if token.kind == "ActionOutput":
        expr = scope.output(token)
    elif token.kind == "Variable":
        expr = scope.variable_token(token.name)
    elif token.kind == "Ask" and token.prompt is not None:
        expr = call("ask_each_time", ast.Constant(token.prompt))
    elif token.kind == "DeviceDetails" and steps and _is_property(steps[0]):
        expr = call("device_details", ast.Constant(steps[0].fields["PropertyName"]))
        expr.keywords = _property_keywords(steps[0], scope)
        steps = steps[1:]
    elif token.kind == "Input":
        expr = call("shortcut_input", kind=ast.Constant("Input"))
    else:
        expr = call(TOKEN_FUNCTIONS[token.kind])
    for step in steps:
        expr = _write_step(expr, step, scope)
    if token.fields:
        return call("with_fields", expr, **{key: _parsed(raw, scope) for key, raw in token.fields.items()})
    return expr


def _is_property(step: Step) -> bool:
    return (
        step.kind == PROPERTY
        and isinstance(step.fields.get("PropertyName"), str)
        and step.fields.keys() <= {"PropertyName", "PropertyUserInfo"}
    )


def _property_keywords(step: Step, scope: Scope) -> list[ast.keyword]:
    if "PropertyUserInfo" not in step.fields:
        return []
    return [ast.keyword("user_info", _parsed(step.fields["PropertyUserInfo"], scope))]


def _write_step(inner: ast.expr, step: Step, scope: Scope) -> ast.expr:
    fields, kind = step.fields, step.kind
    if kind == DICTIONARY_KEY and fields.keys() == {"DictionaryKey"}:
        key = fields["DictionaryKey"]
        if isinstance(key, str):
            return ast.Subscript(inner, ast.Constant(key), LOAD)
    if kind == COERCION and fields.keys() == {"CoercionItemClass"}:
        return call("coerce", inner, _parsed(fields["CoercionItemClass"], scope))
    if _is_property(step):
        out = call("get_property", inner, ast.Constant(fields["PropertyName"]))
        out.keywords = _property_keywords(step, scope)
        return out
    if kind == DATE_FORMAT and "WFDateFormatStyle" in fields:
        rest = {k: _parsed(v, scope) for k, v in fields.items() if k != "WFDateFormatStyle"}
        return call("format_date", inner, _parsed(fields["WFDateFormatStyle"], scope), **rest)
    if kind == UNIT and fields.keys() == {"WFMeasurementUnitType", "WFUnitSymbol"}:
        symbol, type_ = (_parsed(fields[key], scope) for key in ("WFUnitSymbol", "WFMeasurementUnitType"))
        return call("with_unit", inner, symbol, type_)
    rest = {k: _parsed(v, scope) for k, v in fields.items()}
    return call("aggrandize", inner, ast.Constant(kind), **rest)


def write_text(text: str | Text, scope: Scope) -> ast.expr:
    """A string, an f-string or `join_text(…)`."""
    if isinstance(text, str):
        return _string(text, scope)
    return joined([p if isinstance(p, str) else write_token(p, scope) for p in text.parts])


def _write_dictionary(items: Items, scope: Scope) -> ast.expr:
    """A dictionary as the value of a parameter, where `{"Magnitude": …, "Unit": …}` would be a quantity."""
    written = write_items(items, scope)
    if isinstance(written, ast.Dict):
        keys = [key.value for key in written.keys if isinstance(key, ast.Constant)]
        if len(keys) == len(written.keys) == 2 and set(keys) == {"Magnitude", "Unit"}:
            written.keys = [call("join_text", ast.Constant(key)) for key in keys]
    return written


def write_items(items: Items, scope: Scope) -> ast.expr:
    """`{key: value}`; the value's own type is the item's type."""
    keys: list[ast.expr | None] = [write_text(key, scope) for key, _ in items.pairs]
    return ast.Dict(keys, [write_item(item, scope) for _, item in items.pairs])


def write_item(item: Item, scope: Scope) -> ast.expr:
    """An item of a dictionary or list: text, number, True/False, dictionary, list, `file(…)`, `item(…)`."""
    value = item.value
    if item.odd:
        held = ast.Constant(None) if value is None else write(value, scope)
        type_ = ast.Constant(item.type) if item.type in ITEM_TYPES else number(int(item.type))
        return call("item", type_, held)
    if item.subtitle is not None or item.synonyms is not None:
        named = {"subtitle": item.subtitle, "synonyms": item.synonyms}
        given = {key: write(part, scope) for key, part in named.items() if part is not None}
        return call("item", ast.Constant(item.type), write(value, scope), **given)
    if item.type == "number":
        bare = isinstance(value, (int, float)) and math.isfinite(value)
        return number(value) if bare else call("number", write(value, scope))
    if item.type == "boolean":
        return ast.Constant(value) if isinstance(value, bool) else call("boolean", write(value, scope))
    if item.type == "array":
        return ast.List([write_item(element, scope) for element in value], LOAD)
    if item.type == "file":
        return call("file", write(value, scope))
    return write(value, scope)


def _write_quantity(value: Quantity, scope: Scope) -> ast.expr:
    magnitude = value.magnitude
    if isinstance(magnitude, str):
        spelled = number_of(magnitude)
        size = number(spelled) if not isinstance(spelled, str) else ast.Constant(spelled)
    elif isinstance(magnitude, Bare):
        size = write_token(magnitude.token, scope)
    elif isinstance(magnitude, (int, float)) and not isinstance(magnitude, bool):
        size = call("number", number(magnitude))
    elif magnitude is None:
        size = ast.Constant(None)
    else:
        size = call("raw", ast.Constant("Magnitude"), write(magnitude, scope))
    unit = [] if value.unit is None else [write(value.unit, scope)]
    return _call_with_fields("quantity", value.fields, scope, size, *unit)


def _write_table(table: Table, scope: Scope) -> ast.expr:
    rows = [_write_row(row, scope) for row in table.rows]
    if table.prefix in (0, 1):
        return _call_with_fields("all_of" if table.prefix else "any_of", table.fields, scope, *rows)
    prefix = {} if table.prefix is None else {"prefix": write(table.prefix, scope)}
    fields = {key: write(value, scope) for key, value in table.fields.items()}
    return ast.Call(name("rules"), rows, [*keywords_of(prefix), *keywords_of(fields, own=("prefix",))])


def _write_row(row: dict[str, Any], scope: Scope) -> ast.expr:
    property_, operator = row.get("Property"), row.get("Operator")
    if isinstance(property_, str) and type(operator) is int and operator in OPERATORS:
        rest = {k: v for k, v in row.items() if k not in ("Property", "Operator")}
        words = (ast.Constant(property_), ast.Constant(OPERATORS[operator]))
        return _call_with_fields("rule", rest, scope, *words)
    return _call_with_fields("rule", row, scope)


def _write_typed(value: Typed, scope: Scope) -> ast.expr:
    fields = value.fields
    if value.type == ATTACHMENT and not fields:
        return call("no_value")
    if value.type == DICTIONARY and fields.keys() == {"Value"} and isinstance(fields["Value"], Token):
        return call("dictionary_of", write_token(fields["Value"], scope))
    function = FUNCTION_OF_TYPE.get(value.type)
    if function is None and value.type.startswith("WF") and value.type.endswith("State"):
        args: tuple[ast.expr, ...] = (ast.Constant(value.type[2:-5]),)
        function = "state"
    elif function is None:
        args, function = (ast.Constant(value.type),), "raw"
        scope.unknown(value.type)
    else:
        args = ()
    if fields.keys() == {"Value"}:
        inner = fields["Value"]
        if isinstance(inner, Record) and function not in ("raw", "state") and "fields" not in inner.fields:
            return _call_with_fields(function, inner.fields, scope)
        return call(function, *args, write(inner, scope))
    return call(function, *args, fields=_call_with_fields("dict", fields, scope))


_WRITERS: dict[type, Callable[[Any, Scope], ast.expr]] = {
    str: _string,
    Token: write_token,
    Text: write_text,
    bool: lambda value, _: ast.Constant(value),
    int: lambda value, _: number(value),
    float: lambda value, _: number(value),
    list: lambda value, scope: ast.List([write(element, scope) for element in value], LOAD),
    Items: _write_dictionary,
    Record: lambda value, scope: _call_with_fields("dict", value.fields, scope),
    Bare: lambda value, scope: call("bare", write_token(value.token, scope)),
    Quantity: _write_quantity,
    Table: _write_table,
    Typed: _write_typed,
    bytes: lambda value, scope: call("data", ast.Constant(f"sha256:{scope.keep(value)}")),
    datetime.datetime: lambda value, _: call("datetime", ast.Constant(value.isoformat())),
    plistlib.UID: lambda value, _: call("raw", ast.Constant("UID"), ast.Constant(value.data)),
}
"""Type of a value → its expression."""
