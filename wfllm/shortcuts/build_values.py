"""Values to property lists, in the form Shortcuts writes today; `parse(build(value)) == value`."""

from __future__ import annotations

import datetime
import plistlib
from typing import Any

from wfllm.shortcuts.tokens import Text, Token, build_text, build_token, wrap_text, wrap_token
from wfllm.shortcuts.values import (
    ARRAY,
    DICTIONARY,
    ITEM_TYPES,
    NUMBER,
    QUANTITY,
    TABLE,
    Bare,
    Item,
    Items,
    Quantity,
    Record,
    Table,
    Typed,
)


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
        parts = {"Magnitude": value.magnitude, "Unit": value.unit}
        inner = {key: build(part) for key, part in {**parts, **value.fields}.items() if part is not None}
        return {"Value": inner, "WFSerializationType": QUANTITY}
    if isinstance(value, Table):
        rows = [{k: build(v) for k, v in row.items()} for row in value.rows]
        prefix = {} if value.prefix is None else {"WFActionParameterFilterPrefix": value.prefix}
        table: dict[str, Any] = {**prefix, "WFActionParameterFilterTemplates": rows}
        table.update((k, build(v)) for k, v in value.fields.items())
        return {"Value": table, "WFSerializationType": TABLE}
    if isinstance(value, Typed):
        return {**{k: build(v) for k, v in value.fields.items()}, "WFSerializationType": value.type}
    raise TypeError(f"no value of a property list: {type(value).__name__}")


def build_items(items: Items) -> dict[str, Any]:
    """The Value of a WFDictionaryFieldValue."""
    pairs = [{"WFKey": wrap_text(key), **build_item(item)} for key, item in items.pairs]
    return {"WFDictionaryFieldValueItems": pairs}


def is_plain(item: Item) -> bool:
    """Whether lists and menus hold an item as a bare text."""
    more = item.subtitle is not None or item.synonyms is not None
    return item.type == "text" and isinstance(item.value, str) and not item.odd and not more


def build_item(item: Item) -> dict[str, Any]:
    """One item with its type, as dictionaries and lists hold it."""
    value = item.value
    if item.odd:
        held = {} if value is None else {"WFValue": build(value)}
        type_ = ITEM_TYPES.index(item.type) if item.type in ITEM_TYPES else int(item.type)
        return {"WFItemType": type_, **held}
    if item.type == "boolean":
        inner: Any = wrap_token(value) if isinstance(value, Token) else value
        raw: Any = {"Value": inner, "WFSerializationType": NUMBER}
    elif isinstance(value, Token) and item.type in ("text", "number"):
        raw = wrap_token(value)
    elif item.type == "text":
        raw = wrap_text(value)
        if item.subtitle is not None:
            raw["Subtitle"] = build_text(item.subtitle)
        if item.synonyms is not None:
            raw["Synonyms"] = [build_text(synonym) for synonym in item.synonyms]
    elif item.type == "number":
        raw = wrap_text(value if isinstance(value, Text) else str(value))
    elif item.type == "dictionary":
        nested = {"Value": build_items(value), "WFSerializationType": DICTIONARY}
        raw = {"Value": nested, "WFSerializationType": DICTIONARY}
    elif item.type == "array":
        elements = [e.value if is_plain(e) else build_item(e) for e in value]
        raw = {"Value": elements, "WFSerializationType": ARRAY}
    else:
        raw = build(value)
    return {"WFItemType": ITEM_TYPES.index(item.type), "WFValue": raw}
