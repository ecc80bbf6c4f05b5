"""Values in a property list: every kind of serialised value with a content of its shape."""

from __future__ import annotations

import datetime
import plistlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from wfllm.shortcuts.form_finding import is_integer, spoken
from wfllm.shortcuts.form_tables import ATTACHMENT, ITEMS, STEPS, STRING, TEXTS, TOKENS

Fault = tuple[str, str, str]
"""Where in the value, rule, message."""

_RANGE = re.compile(r"\{(\d+), 1\}")
_LEAVES = (str, bool, int, float, bytes, datetime.datetime, plistlib.UID)


def value_findings(value: Any, place: str) -> Iterator[Fault]:
    """What is wrong with a value. `place` is its key, with the keys around it."""
    if isinstance(value, list):
        for i, element in enumerate(value):
            yield from value_findings(element, f"{place}[{i}]")
        return
    if not isinstance(value, dict):
        if not isinstance(value, _LEAVES):
            yield place, "not-a-property-list", f"{type(value).__name__} is no value of a property list"
        return
    if "WFItemType" in value:
        yield from _item(value, place)
    if _is_token(value) and "WFSerializationType" not in value:
        yield from token_findings(value, place)
        return
    kind = value.get("WFSerializationType")
    if kind is None:
        for key, inner in value.items():
            yield from value_findings(inner, f"{place}.{key}")
        return
    if not isinstance(kind, str) or kind not in KINDS:
        yield place, "serialization", f"no real file has the kind {kind}"
    elif "Value" not in value:
        yield place, "old-form", f"{kind} without a value"
    else:
        yield from KINDS[kind](value["Value"], f"{place}.Value")


def _is_token(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("Type"), str) and value["Type"] in TOKENS


def token_findings(token: Any, place: str) -> Iterator[Fault]:
    """What is wrong with a token: the content of an attachment."""
    if not _is_token(token):
        yield place, "token", "not a token"
        return
    if (
        token["Type"] == "Variable"
        and "VariableName" not in token
        and isinstance(token.get("Variable"), dict)
    ):
        yield from value_findings(token["Variable"], f"{place}.Variable")
        if token["Variable"].get("WFSerializationType") != ATTACHMENT:
            yield place, "token", "the variable of a subject is an attachment"
        return
    for key in (*TOKENS[token["Type"]], *(k for k in ("OutputName", "Prompt") if k in token)):
        if not isinstance(token.get(key), str) or (not token[key] and key in TOKENS[token["Type"]]):
            yield place, "token", f"a token of type {token['Type']} has a text {key}"
    steps = token.get("Aggrandizements", [])
    for i, step in enumerate(steps if isinstance(steps, list) else [None]):
        keys = STEPS.get(str(step.get("Type"))) if isinstance(step, dict) else None
        if keys is None:
            yield f"{place}.Aggrandizements[{i}]", "token", "no real file has this aggrandizement"
        elif not all(isinstance(step.get(key), str) for key in keys):
            yield f"{place}.Aggrandizements[{i}]", "token", f"{step['Type']} has a text {keys[0]}"


def _string(text: Any, place: str) -> Iterator[Fault]:
    if isinstance(text, str):
        yield place, "old-form", "a text with tokens is a dictionary"
        return
    if not isinstance(text, dict) or not isinstance(text.get("string", ""), str):
        yield place, "shape", "a text with tokens has a string"
        return
    string, table = text.get("string", ""), text.get("attachmentsByRange", {})
    if not isinstance(table, dict):
        yield place, "shape", "a text with tokens has a table of them"
        return
    units = string.encode("utf-16-le", "surrogatepass")
    free = {i // 2 for i in range(0, len(units), 2) if units[i : i + 2] == b"\xfc\xff"}
    for key, token in table.items():
        found = _RANGE.fullmatch(key) if isinstance(key, str) else None
        if found is None:
            yield place, "placeholder", f"{key} is not a range of one unit: {{3, 1}}"
        elif int(found[1]) not in free:
            yield place, "placeholder", f"{key} is not at a placeholder, counted in UTF-16 units"
        else:
            free.discard(int(found[1]))
        yield from token_findings(token, f"{place}.{key}")
    if free:
        yield place, "placeholder", f"{len(free)} placeholders have no token"


def _dictionary(value: Any, place: str) -> Iterator[Fault]:
    if isinstance(value, dict) and value.get("WFSerializationType") == "WFDictionaryFieldValue":
        yield from value_findings(value, place)  # dictionaries inside dictionaries are wrapped twice
        return
    items = value.get("WFDictionaryFieldValueItems") if isinstance(value, dict) else value
    if not isinstance(items, list):
        yield place, "shape", "a dictionary has a list of items"
        return
    if isinstance(value, list):
        yield place, "old-form", "the items of a dictionary stand under WFDictionaryFieldValueItems"
    for i, item in enumerate(items):
        at = f"{place}[{i}]"
        if not isinstance(item, dict) or "WFItemType" not in item or "WFKey" not in item:
            yield at, "old-form" if isinstance(value, list) else "item", "an item has a type and a key"
            if isinstance(item, str):
                continue
        elif spoken(item["WFKey"]) not in TEXTS:
            yield at, "item", f"the key of an item is a text, not {spoken(item['WFKey'])}"
        yield from value_findings(item, at)


def _item(item: dict[str, Any], place: str) -> Iterator[Fault]:
    type_ = item["WFItemType"]
    if not is_integer(type_) or not 0 <= type_ < len(ITEMS):
        yield place, "item", f"the type of an item is a whole number from 0 to 5, not {type_!r:.20}"
        return
    if "WFValue" not in item:
        if type_ != 5:  # a file that was never picked
            yield place, "item", "an item has a value"
        return
    if spoken(item["WFValue"]) not in ITEMS[type_]:
        wanted = " or ".join(ITEMS[type_])
        yield place, "item", f"an item of type {type_} is {wanted}, not {spoken(item['WFValue'])}"


def _list(value: Any, place: str) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield place, "shape", "a list state holds a list"
        return
    yield from value_findings(value, place)


def _number_or_reference(value: Any, place: str) -> Iterator[Fault]:
    if not isinstance(value, (bool, int)) and spoken(value) != ATTACHMENT:
        yield place, "shape", f"a boolean or a reference, not {spoken(value)}"
    yield from value_findings(value, place)


def _attachment_inside(value: Any, place: str) -> Iterator[Fault]:
    if spoken(value) != ATTACHMENT:
        yield place, "shape", f"a reference, not {spoken(value)}"
    yield from value_findings(value, place)


def _quantity(value: Any, place: str) -> Iterator[Fault]:
    if not isinstance(value, dict) or not isinstance(value.get("Unit"), (str, dict)):
        yield place, "shape", "a quantity has a unit"
        return
    magnitude = value.get("Magnitude", "")
    if isinstance(magnitude, bool) or not isinstance(magnitude, (str, int, float, dict)):
        yield place, "shape", "the magnitude of a quantity is a number, a text or a token"
    yield from value_findings(magnitude, f"{place}.Magnitude")


def _table(value: Any, place: str) -> Iterator[Fault]:
    rows = value.get("WFActionParameterFilterTemplates") if isinstance(value, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        yield place, "shape", "a table of conditions has a list of rows"
        return
    if not is_integer(value.get("WFActionParameterFilterPrefix")):
        yield place, "shape", "a table of conditions has a whole number that says any or all"
    for i, row in enumerate(rows):
        if "Operator" in row and not is_integer(row["Operator"]):
            yield f"{place}[{i}]", "shape", "an operator is a whole number"
        yield from value_findings(row, f"{place}[{i}]")


def _named(value: Any, place: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield place, "shape", "a dictionary of its parts"
        return
    yield from value_findings(value, place)


def _any(value: Any, place: str) -> Iterator[Fault]:
    yield from value_findings(value, place)


KINDS: dict[str, Callable[[Any, str], Iterator[Fault]]] = {
    STRING: _string,
    ATTACHMENT: token_findings,
    "WFArrayParameterState": _list,
    "WFArraySubstitutableParameterState": _attachment_inside,
    "WFBooleanSubstitutableState": _any,
    "WFCalendarUnitSubstitutableState": _any,
    "WFContactFieldValue": _named,
    "WFContentPredicateTableTemplate": _table,
    "WFDateSubstitutableState": _any,
    "WFDictionaryFieldValue": _dictionary,
    "WFDictionarySubstitutableParameterState": _attachment_inside,
    "WFINSpeakableStringSubstitutableState": _any,
    "WFLinkDynamicOptionSubstitutableState": _any,
    "WFNumberStringSubstitutableState": _any,
    "WFNumberSubstitutableState": _number_or_reference,
    "WFQuantityFieldValue": _quantity,
    "WFStringSubstitutableState": _any,
    "WFTimeOffsetValue": _named,
    "WFTokenAttachmentParameterState": _attachment_inside,
}
"""Kinds of serialised value, with what looks at their content."""
