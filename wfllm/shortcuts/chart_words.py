"""What a parameter holds, in a few words for people: never the whole of it, and never code."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from wfllm.shortcuts.chart_text import LONGEST, Run
from wfllm.shortcuts.conditions import NUMBER as NUMBER_VALUE
from wfllm.shortcuts.conditions import OTHER_NUMBER, TEXT, operator_of
from wfllm.shortcuts.parse_values import parse
from wfllm.shortcuts.tokens import COERCION, DICTIONARY_KEY, PROPERTY, Text, Token, parse_token
from wfllm.shortcuts.values import (
    OPERATORS,
    Bare,
    Item,
    Items,
    Quantity,
    Record,
    Table,
    TooDeepError,
    Typed,
)

DEEPEST, MOST = 3, 8
"""Levels of a value that are shown, and items of one level."""
SIGNS = {"is": "=", "is not": "≠", "<=": "≤", ">=": "≥"}
_NAMES = {
    "ExtensionInput": "Shortcut Input",
    "Clipboard": "Clipboard",
    "CurrentDate": "Current Date",
    "Ask": "Ask Each Time",
    "DeviceDetails": "Device Details",
    "Input": "Input",
}
_TITLES = (
    "workflowName",
    "Title",
    "title",
    "Name",
    "name",
    "displayString",
    "DisplayString",
    "displayName",
    "Identifier",
    "identifier",
)
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")

NameOf = Callable[[Token], str]
"""What people call the output that a token refers to."""


def words(raw: Any, name_of: NameOf) -> list[Run]:
    """A parameter's value as the file has it, as a short line."""
    try:
        return describe(parse(raw), name_of)
    except TooDeepError:
        return [("…", False)]


def describe(value: Any, name_of: NameOf, depth: int = 0) -> list[Run]:
    """Any value of `parse` in a few words."""
    if isinstance(value, str):
        return [(value[:LONGEST].strip(" \n"), False)] if value else []
    if isinstance(value, bool):
        return [("on" if value else "off", False)]
    if isinstance(value, (int, float)):
        return [(_number(value), False)]
    if isinstance(value, Token):
        return [(token_words(value, name_of), True)]
    if isinstance(value, Bare):
        return [(token_words(value.token, name_of), True)]
    if isinstance(value, Text):
        parts = value.parts[:20]
        return [
            (token_words(p, name_of), True) if isinstance(p, Token) else (p[:LONGEST], False) for p in parts
        ]
    if isinstance(value, bytes):
        return [(f"{len(value):,} bytes", False)]
    if isinstance(value, datetime.datetime):
        return [(value.isoformat(" ", "minutes"), False)]
    if isinstance(value, Item):
        return describe(value.value, name_of, depth) if value.value is not None else []
    if depth >= DEEPEST:
        return [("…", False)]
    return _describe_inner(value, name_of, depth + 1)


def _describe_inner(value: Any, name_of: NameOf, depth: int) -> list[Run]:
    if isinstance(value, list):
        return _listed([describe(v, name_of, depth) for v in value[:MOST]], len(value))
    if isinstance(value, Items):
        pairs = [
            [*describe(key, name_of, depth), (": ", False), *describe(item, name_of, depth)]
            for key, item in value.pairs[:MOST]
        ]
        return _listed(pairs, len(value.pairs))
    if isinstance(value, Quantity):
        return _spaced(describe(v, name_of, depth) for v in (value.magnitude, value.unit) if v is not None)
    if isinstance(value, Record):
        return _record(value.fields, name_of, depth)
    if isinstance(value, Table):
        rows = [_row(row, name_of, depth) for row in value.rows[:MOST]]
        return _listed(rows, len(value.rows), " and " if value.prefix else " or ")
    if isinstance(value, Typed):
        return describe(value.fields.get("Value", ""), name_of, depth)
    return [(str(value)[:LONGEST], False)]


def _record(fields: dict[str, Any], name_of: NameOf, depth: int) -> list[Run]:
    if fields.get("isSelf") is True:
        return [("this shortcut", False)]
    for key in _TITLES:
        if isinstance(fields.get(key), str) and fields[key]:
            return [(fields[key][:LONGEST], False)]
    if fields.keys() <= {"Magnitude", "Unit", "Operation"} and "Magnitude" in fields:
        ordered = [fields[k] for k in ("Operation", "Magnitude", "Unit") if k in fields]
        return _spaced(describe(v, name_of, depth) for v in ordered)
    shown = list(fields.items())[:MOST]
    return _listed([[(f"{human(k)}: ", False), *describe(v, name_of, depth)] for k, v in shown], len(fields))


def _row(row: dict[str, Any], name_of: NameOf, depth: int) -> list[Run]:
    """One rule of a filter."""
    operator = row.get("Operator")
    word = OPERATORS.get(operator, "is") if type(operator) is int else "is"
    values = row.get("Values")
    held = list(values.fields.values()) if isinstance(values, Record) else []
    simple = [v for v in held if isinstance(v, (str, int, float, Token, Text, Bare, Quantity))][:2]
    right = _listed([describe(v, name_of, depth) for v in simple if v != 4 or len(held) == 1], 0)
    subject = describe(row.get("Property", ""), name_of, depth)
    return _spaced([subject, [(SIGNS.get(word, word), False)], right])


def token_words(token: Token, name_of: NameOf) -> str:
    """What a reference refers to, and what of it: `Contents of URL › name`."""
    steps = list(token.steps)
    if token.kind == "Variable":
        shown = token.name
    elif token.kind == "ActionOutput":
        shown = name_of(token)
    else:
        shown = _NAMES.get(token.kind, token.kind)
    for step in steps[:4]:
        key = {DICTIONARY_KEY: "DictionaryKey", PROPERTY: "PropertyName"}.get(step.kind)
        part = step.fields.get(key) if key else None
        if step.kind == COERCION and len(steps) == 1:
            kind = str(step.fields.get("CoercionItemClass", ""))[:60]
            part = "as " + human(re.sub(r"^WF|ContentItem$", "", kind)).lower()
        if isinstance(part, str) and part:
            shown += f" › {part[:80]}"
    return shown[:LONGEST]


def condition_words(parameters: dict[str, Any], name_of: NameOf, before: list[Run]) -> list[Run]:
    """What an If asks; `before` is what it looks at where it names nothing."""
    try:
        table = parse(parameters["WFConditions"]) if "WFConditions" in parameters else None
    except TooDeepError:
        return [("…", False)]
    if isinstance(table, Table) and table.rows:
        raw = parameters["WFConditions"]["Value"]["WFActionParameterFilterTemplates"]
        rows = [_condition(row, name_of, before) for row in raw[:MOST]]
        return _listed(rows, len(raw), " and " if table.prefix else " or ")
    return _condition(parameters, name_of, before)


def _condition(fields: dict[str, Any], name_of: NameOf, before: list[Run]) -> list[Run]:
    raw = fields.get("WFInput")
    token = parse_token(raw)
    subject = before if raw is None else words(raw, name_of)
    if token is not None:
        subject = [(token_words(token, name_of), True)]
    code = operator_of(fields.get("WFCondition"))
    word = OPERATORS[code] if code is not None else str(fields.get("WFCondition"))[:40]
    first: list[Run] = [*subject, (f" {SIGNS.get(word, word)} ", False)]
    if code in (100, 101, 1002):
        return [*first[:-1], (f" {word}", False)]
    operands = [k for k in fields if k in ("WFEnumeration", "WFDate", "WFMeasurement", "WFDuration")]
    as_text = [TEXT, *operands, NUMBER_VALUE]
    as_number = [NUMBER_VALUE, *operands, TEXT]
    order = as_number if code in (0, 1, 2, 3, 1003) else as_text
    for key in order:
        if key in fields:
            right = words(fields[key], name_of)
            if code == 1003:
                right += [(" and ", False), *words(fields.get(OTHER_NUMBER, ""), name_of)]
            return first + (right or [("“”", False)])
    return [*first, ("“”", False)]


@lru_cache(maxsize=4096)
def human(key: str, without: tuple[str, ...] = ()) -> str:
    """A key as words: `WFNotificationActionBody` → `Notification Action Body`, less the words in `without`.

    The last word stays whatever `without` says.
    """
    parts = _CAMEL.findall(re.sub(r"^WF(?=[A-Z])", "", key[:120]).replace("_", " "))
    drop = {word.lower().rstrip("s") for word in without}
    kept = [p for p in parts[:-1] if p.lower().rstrip("s") not in drop] + parts[-1:]
    return " ".join(p if p.isupper() else p.capitalize() for p in kept) or key[:120]


def _number(value: float) -> str:
    return (
        str(int(value))
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15
        else str(value)
    )


def _listed(parts: list[list[Run]], total: int, between: str = ", ") -> list[Run]:
    out: list[Run] = []
    for part in parts:
        if part:
            out += [(between, False)] * bool(out) + part
    return [*out, (", …", False)] if total > len(parts) else out


def _spaced(parts: Iterable[list[Run]]) -> list[Run]:
    return _listed(list(parts), 0, " ")
