"""Values: what a parameter can hold, as typed objects, read from and written to property lists.

Several forms of the file mean the same (a plain text and a token string without tokens, say). They are
one value here; `build` writes the usual form, and which form a file had is a hint for the sidecar.
"""

from __future__ import annotations

import datetime
import plistlib
from dataclasses import dataclass, field
from typing import Any

from wfllm.shortcuts.tokens import (
    ATTACHMENT,
    STRING,
    Text,
    Token,
    build_token,
    parse_text,
    parse_token,
    wrap_text,
    wrap_token,
)

MAX_DEPTH = 60
"""Levels of nesting inside one value; Python's parser takes about 200 brackets, and each may need three."""

DICTIONARY, QUANTITY = "WFDictionaryFieldValue", "WFQuantityFieldValue"
TABLE, ARRAY, NUMBER = (
    "WFContentPredicateTableTemplate",
    "WFArrayParameterState",
    "WFNumberSubstitutableState",
)

FUNCTION_OF_TYPE = {
    "WFTimeOffsetValue": "time_offset",
    "WFContactFieldValue": "contacts",
    "WFArrayParameterState": "array_state",
}
"""Serialization types with a function of their own; those ending in `State` share `state`."""
_SERIALIZED = frozenset(("Value", "WFSerializationType"))


class TooDeepError(ValueError):
    """A value nested more deeply than Python code can be."""


@dataclass(frozen=True)
class Bare:
    """A token's dictionary without the wrapper that parameters give it."""

    token: Token


@dataclass(frozen=True)
class Record:
    """A plain dictionary of the file, as apps and identifiers are described by."""

    fields: dict[str, Any]


@dataclass(frozen=True)
class Item:
    """One item of a dictionary or list with its type.

    `text`: str, Text or Token; `number`: int, float, str (a text that is no number), Text or Token;
    `boolean`: bool or Token; `dictionary`: Items; `array`: list of Item; `file`: any value.
    Where `odd`, the value is of none of these and stands as `parse` gives it (None: there is none).
    """

    type: str
    value: Any
    odd: bool = False


@dataclass(frozen=True)
class Items:
    """A dictionary made in the editor: keys with typed items, in order."""

    pairs: list[tuple[str | Text, Item]]


@dataclass(frozen=True)
class Quantity:
    """A number with a unit, e.g. 3 km. Magnitude: str, int, float, Bare, or None where absent."""

    magnitude: Any
    unit: Any


@dataclass(frozen=True)
class Table:
    """The rows of a filter: `prefix` 1 all of them, 0 any of them."""

    prefix: int
    rows: list[dict[str, Any]]
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Typed:
    """A value under a serialization type that has no form of its own here."""

    type: str
    fields: dict[str, Any]
    """Value (absent in some files) and whatever stands beside it."""


def parse(raw: Any, depth: int = 0) -> Any:
    """The value of a parameter as the file has it.

    Returns:
        str, int, float, bool, bytes, datetime, plistlib.UID, list, or one of the classes here.

    Raises:
        TooDeepError: nested beyond MAX_DEPTH.
    """
    if isinstance(raw, dict):
        if depth > MAX_DEPTH:
            raise TooDeepError(f"a value nested more than {MAX_DEPTH} deep")
        return _parse_dict(raw, depth)
    if isinstance(raw, list):
        if depth > MAX_DEPTH:
            raise TooDeepError(f"a value nested more than {MAX_DEPTH} deep")
        return [parse(element, depth + 1) for element in raw]
    return raw


def _parse_dict(raw: dict[str, Any], depth: int) -> Any:
    type_ = raw.get("WFSerializationType")
    if isinstance(type_, str):
        value = raw.get("Value")
        if len(raw) == 2 and "Value" in raw:
            known = _parse_known(type_, value, depth)
            if known is not None:
                return known
        fields = {k: parse(v, depth + 1) for k, v in raw.items() if k != "WFSerializationType"}
        return Typed(type_, fields)
    if "Type" in raw:
        token = parse_token(raw)
        if token is not None:
            return token if "Variable" in raw else Bare(token)
    return Record({key: parse(value, depth + 1) for key, value in raw.items()})


def _parse_known(type_: str, value: Any, depth: int) -> Any:
    if type_ == STRING:
        return parse_text(value)
    if type_ == ATTACHMENT:
        return parse_token(value)
    if type_ == DICTIONARY:
        return parse_items(value, depth + 1)
    if type_ == QUANTITY and isinstance(value, dict) and value.keys() <= {"Magnitude", "Unit"}:
        unit = parse(value.get("Unit"), depth + 1)
        return Quantity(parse(value.get("Magnitude"), depth + 1), unit) if unit is not None else None
    if type_ == TABLE:
        return _parse_table(value, depth + 1)
    return None


def _parse_table(value: Any, depth: int) -> Table | None:
    if not isinstance(value, dict) or not isinstance(value.get("WFActionParameterFilterTemplates"), list):
        return None
    rows, prefix = value["WFActionParameterFilterTemplates"], value.get("WFActionParameterFilterPrefix")
    if type(prefix) is not int or prefix not in (0, 1) or not all(isinstance(row, dict) for row in rows):
        return None
    rest = {
        k: parse(v, depth + 1)
        for k, v in value.items()
        if k not in ("WFActionParameterFilterTemplates", "WFActionParameterFilterPrefix")
    }
    return Table(prefix, [{k: parse(v, depth + 1) for k, v in row.items()} for row in rows], rest)


ITEM_TYPES = ("text", "dictionary", "array", "number", "boolean", "file")


def parse_items(value: Any, depth: int = 0) -> Items | None:
    """The dictionary of a WFDictionaryFieldValue's Value; None where it is of another shape."""
    if depth > MAX_DEPTH:
        raise TooDeepError(f"a value nested more than {MAX_DEPTH} deep")
    while (
        isinstance(value, dict) and value.keys() == _SERIALIZED and value["WFSerializationType"] == DICTIONARY
    ):
        value = value["Value"]  # some files wrap a dictionary twice
    if isinstance(value, dict) and value.keys() == {"WFDictionaryFieldValueItems"}:
        raw_pairs = value["WFDictionaryFieldValueItems"]
    else:
        raw_pairs = value
    if not isinstance(raw_pairs, list):
        return None
    pairs = []
    for pair in raw_pairs:
        if not isinstance(pair, dict) or not pair.keys() <= {"WFItemType", "WFKey", "WFValue", "UUID"}:
            return None
        key, item = _text_of(pair.get("WFKey")), parse_item(pair, depth + 1)
        if key is None or item is None:
            return None
        pairs.append((key, item))
    return Items(pairs)


def _text_of(raw: Any) -> str | Text | None:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, dict) and raw.get("WFSerializationType") == STRING and raw.keys() == _SERIALIZED:
        return parse_text(raw["Value"])
    return None


def parse_item(raw: Any, depth: int = 0) -> Item | None:
    """One item of a dictionary, or of a list where a bare text stands for a text item."""
    if isinstance(raw, str):
        return Item("text", raw)
    if not isinstance(raw, dict) or type(raw.get("WFItemType", 0)) is not int:
        return None
    type_ = raw.get("WFItemType", 0)
    if not 0 <= type_ < len(ITEM_TYPES):
        return None
    if "WFValue" not in raw:
        return Item(ITEM_TYPES[type_], None, odd=True)
    value = _parse_item_value(ITEM_TYPES[type_], raw["WFValue"], depth)
    if value is None:
        return Item(ITEM_TYPES[type_], parse(raw["WFValue"], depth + 1), odd=True)
    return Item(ITEM_TYPES[type_], value)


def _parse_item_value(type_: str, raw: Any, depth: int) -> Any:
    wrapper = raw.get("WFSerializationType") if isinstance(raw, dict) and raw.keys() == _SERIALIZED else None
    inner = raw["Value"] if wrapper else None
    if wrapper == ATTACHMENT and type_ in ("text", "number", "boolean"):
        return parse_token(inner)
    if type_ == "text":
        return _text_of(raw)
    if type_ == "number":
        text = raw if isinstance(raw, (int, float)) and not isinstance(raw, bool) else _text_of(raw)
        return number_of(text) if isinstance(text, str) else text
    if type_ == "boolean":
        if isinstance(raw, bool):
            return raw
        if wrapper != NUMBER:
            return None
        if isinstance(inner, dict) and inner.get("WFSerializationType") == ATTACHMENT:
            return parse_token(inner.get("Value"))
        return inner if isinstance(inner, bool) else None
    if type_ == "dictionary":
        if (
            wrapper == DICTIONARY
            and isinstance(inner, dict)
            and inner.get("WFSerializationType") == DICTIONARY
        ):
            inner = inner.get("Value")
        return parse_items(inner, depth) if wrapper == DICTIONARY else None
    if type_ == "array":
        if wrapper != ARRAY or not isinstance(inner, list):
            return None
        if depth > MAX_DEPTH:
            raise TooDeepError(f"a value nested more than {MAX_DEPTH} deep")
        items = [parse_item(element, depth + 1) for element in inner]
        return None if any(item is None for item in items) else items
    return parse(raw, depth + 1)


def number_of(text: str) -> int | float | str:
    """The number a text spells, exactly as Python would spell it; otherwise the text."""
    try:
        if text.isascii() and len(text) < 16:
            number: int | float = float(text) if "." in text else int(text)
            if str(number) == text:
                return number
    except ValueError:
        pass
    return text


def build(value: Any) -> Any:
    """The usual form of a value in a property list; `parse(build(v)) == v`."""
    if isinstance(value, (str, bool, int, float, bytes, datetime.datetime, plistlib.UID)):
        return value
    if isinstance(value, list):
        return [build(element) for element in value]
    if isinstance(value, Token):
        return wrap_token(value)
    if isinstance(value, Text):
        return wrap_text(value)
    if isinstance(value, Bare):
        return build_token(value.token)
    if isinstance(value, Record):
        return {key: build(field_) for key, field_ in value.fields.items()}
    if isinstance(value, Items):
        return {"Value": build_items(value), "WFSerializationType": DICTIONARY}
    if isinstance(value, Quantity):
        inner = {} if value.magnitude is None else {"Magnitude": build(value.magnitude)}
        return {"Value": {**inner, "Unit": build(value.unit)}, "WFSerializationType": QUANTITY}
    if isinstance(value, Table):
        rows = [{k: build(v) for k, v in row.items()} for row in value.rows]
        table = {"WFActionParameterFilterPrefix": value.prefix, "WFActionParameterFilterTemplates": rows}
        table.update((k, build(v)) for k, v in value.fields.items())
        return {"Value": table, "WFSerializationType": TABLE}
    if isinstance(value, Typed):
        return {**{k: build(v) for k, v in value.fields.items()}, "WFSerializationType": value.type}
    raise TypeError(f"no value of a property list: {type(value).__name__}")


def build_items(items: Items) -> dict[str, Any]:
    """The Value of a WFDictionaryFieldValue."""
    pairs = [{"WFKey": wrap_text(key), **build_item(item)} for key, item in items.pairs]
    return {"WFDictionaryFieldValueItems": pairs}


def build_item(item: Item) -> dict[str, Any]:
    """One item with its type, as dictionaries and lists hold it."""
    value = item.value
    if item.odd:
        held = {} if value is None else {"WFValue": build(value)}
        return {"WFItemType": ITEM_TYPES.index(item.type), **held}
    if item.type == "boolean":
        inner: Any = wrap_token(value) if isinstance(value, Token) else value
        raw: Any = {"Value": inner, "WFSerializationType": NUMBER}
    elif isinstance(value, Token) and item.type in ("text", "number"):
        raw = wrap_token(value)
    elif item.type == "text":
        raw = wrap_text(value)
    elif item.type == "number":
        raw = wrap_text(value if isinstance(value, Text) else str(value))
    elif item.type == "dictionary":
        nested = {"Value": build_items(value), "WFSerializationType": DICTIONARY}
        raw = {"Value": nested, "WFSerializationType": DICTIONARY}
    elif item.type == "array":
        elements = [
            e.value if e.type == "text" and isinstance(e.value, str) else build_item(e) for e in value
        ]
        raw = {"Value": elements, "WFSerializationType": ARRAY}
    else:
        raw = build(value)
    return {"WFItemType": ITEM_TYPES.index(item.type), "WFValue": raw}
