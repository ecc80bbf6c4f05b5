"""Values from property lists: whatever a parameter holds in a file, read as one of `values.py`."""

from __future__ import annotations

from typing import Any

from wfllm.shortcuts.tokens import ATTACHMENT, STRING, Text, parse_text, parse_token
from wfllm.shortcuts.values import (
    ARRAY,
    DICTIONARY,
    ITEM_TYPES,
    MAX_DEPTH,
    NUMBER,
    QUANTITY,
    TABLE,
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

_SERIALIZED = frozenset(("Value", "WFSerializationType"))
_SPELLED_TYPES = frozenset(map(str, range(len(ITEM_TYPES))))
_MENU_KEYS = frozenset(("Subtitle", "Synonyms"))


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
        if token is not None and not token.fields:  # whose keys are not all known may be no token
            return token if "Variable" in raw else Bare(token)
    return Record({key: parse(value, depth + 1) for key, value in raw.items()})


def _parse_known(type_: str, value: Any, depth: int) -> Any:
    if type_ == STRING:
        return parse_text(value)
    if type_ == ATTACHMENT:
        return parse_token(value)
    if type_ == DICTIONARY:
        return parse_items(value, depth + 1)
    if type_ == QUANTITY and isinstance(value, dict):
        fields = {key: parse(part, depth + 1) for key, part in value.items()}
        return Quantity(fields.pop("Magnitude", None), fields.pop("Unit", None), fields)
    if type_ == TABLE:
        return _parse_table(value, depth + 1)
    return None


def _parse_table(value: Any, depth: int) -> Table | None:
    if not isinstance(value, dict) or not isinstance(value.get("WFActionParameterFilterTemplates"), list):
        return None
    rows, prefix = value["WFActionParameterFilterTemplates"], value.get("WFActionParameterFilterPrefix")
    known = "WFActionParameterFilterPrefix" not in value or type(prefix) is int
    if not known or not all(isinstance(row, dict) for row in rows):
        return None
    rest = {
        k: parse(v, depth + 1)
        for k, v in value.items()
        if k not in ("WFActionParameterFilterTemplates", "WFActionParameterFilterPrefix")
    }
    return Table(prefix, [{k: parse(v, depth + 1) for k, v in row.items()} for row in rows], rest)


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
        key, item = _key_of(pair.get("WFKey")), parse_item(pair, depth + 1)
        if key is None or item is None:
            return None
        pairs.append((key, item))
    return Items(pairs)


def _key_of(raw: Any) -> str | Text | None:
    """A key; those of hand-made files may be a bare reference, or say no type."""
    if isinstance(raw, dict) and raw.keys() == {"Value"}:
        return parse_text(raw["Value"])
    if isinstance(raw, dict) and raw.keys() == _SERIALIZED and raw["WFSerializationType"] == ATTACHMENT:
        token = parse_token(raw["Value"])
        return None if token is None else Text((token,))
    return _text_of(raw)


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
    type_ = raw.get("WFItemType", 0) if isinstance(raw, dict) else None
    if isinstance(type_, str) and type_ in _SPELLED_TYPES:
        type_ = int(type_)
    if not isinstance(raw, dict) or type(type_) is not int or type_ < 0:
        return None
    if type_ >= len(ITEM_TYPES):
        return Item(str(type_), parse(raw["WFValue"], depth + 1) if "WFValue" in raw else None, odd=True)
    if "WFValue" not in raw:
        return Item(ITEM_TYPES[type_], None, odd=True)
    if type_ == 0 and isinstance(raw["WFValue"], dict) and raw["WFValue"].keys() & _MENU_KEYS:
        item = _parse_menu_item(raw["WFValue"])
        if item is not None:
            return item
    value = _parse_item_value(ITEM_TYPES[type_], raw["WFValue"], depth)
    if value is None:
        return Item(ITEM_TYPES[type_], parse(raw["WFValue"], depth + 1), odd=True)
    return Item(ITEM_TYPES[type_], value)


def _parse_menu_item(raw: dict[str, Any]) -> Item | None:
    text = _text_of({key: value for key, value in raw.items() if key not in _MENU_KEYS})
    subtitle = parse_text(raw["Subtitle"]) if "Subtitle" in raw else None
    synonyms: Any = None
    if "Synonyms" in raw:
        synonyms = [parse_text(s) for s in raw["Synonyms"]] if isinstance(raw["Synonyms"], list) else [None]
    if text is None or (subtitle is None and "Subtitle" in raw) or None in (synonyms or []):
        return None
    return Item("text", text, subtitle=subtitle, synonyms=synonyms)


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
