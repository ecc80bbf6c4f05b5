"""Tokens: a reference to an output, a variable or something of the device, and text with tokens in it."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import Any, NamedTuple

TOKEN_FUNCTIONS = {
    "ExtensionInput": "shortcut_input",
    "Clipboard": "clipboard",
    "CurrentDate": "current_date",
    "Ask": "ask_each_time",
    "DeviceDetails": "device_details",
    "CurrentApp": "current_app",
}
"""The function of the dialect that stands for a kind of reference."""
TOKEN_KINDS = frozenset(("ActionOutput", "Variable", "Input", *TOKEN_FUNCTIONS))
PLACEHOLDER = "\ufffc"
ATTACHMENT, STRING = "WFTextTokenAttachment", "WFTextTokenString"
_RANGE = re.compile(r"\{\s*(\d{1,9})\s*,\s*(\d{1,9})\s*\}")
_KNOWN_KEYS = frozenset(
    ("Type", "OutputUUID", "OutputName", "VariableName", "VariableUUID", "Prompt", "Aggrandizements")
)
_WRAPPED = frozenset(("Value", "WFSerializationType"))

DICTIONARY_KEY = "WFDictionaryValueVariableAggrandizement"
COERCION = "WFCoercionVariableAggrandizement"
PROPERTY = "WFPropertyVariableAggrandizement"
DATE_FORMAT = "WFDateFormatVariableAggrandizement"
UNIT = "WFUnitVariableAggrandizement"


class Step(NamedTuple):
    """One aggrandizement: a way to look at a value (key, coercion, property, date format, unit)."""

    kind: str
    """Type in the property list, e.g. `WFCoercionVariableAggrandizement`."""
    fields: dict[str, Any]
    """Its other keys, as in the file."""


class Token(NamedTuple):
    """A reference: to an action's output, a variable, the input, the clipboard, …

    Forms of the file that mean the same are one value here; which of them it was, is a hint.
    (A tuple, since there is one for every use of a name, and a frozen dataclass takes four times as long.)
    """

    kind: str
    """One of TOKEN_KINDS."""
    name: str = ""
    """`Variable`: its name; `ActionOutput`: the UUID of the action."""
    output_name: str = ""
    """`ActionOutput`: what the editor shows, a hint for the name."""
    prompt: str | None = None
    """`Ask`: the question."""
    steps: tuple[Step, ...] = ()
    """Aggrandizements, in the order they apply."""
    fields: dict[str, Any] | None = None
    """Keys that are not known here, as in the file."""


class Text(NamedTuple):
    """Text with at least one token in it."""

    parts: tuple[str | Token, ...]


def parse_token(raw: Any) -> Token | None:
    """The token of an attachment dictionary; None where it is none or holds something unknown."""
    while isinstance(raw, dict) and raw.get("WFSerializationType") == ATTACHMENT and raw.keys() == _WRAPPED:
        raw = raw["Value"]  # some files wrap a reference twice
    if not isinstance(raw, dict):
        return None
    kind = raw.get("Type")
    if kind == "Variable" and "VariableName" not in raw and set(raw) == {"Type", "Variable"}:
        inner = raw["Variable"]
        if isinstance(inner, dict) and set(inner) <= {"Value", "WFSerializationType"}:
            return parse_token(inner.get("Value"))
        return None
    if not isinstance(kind, str) or kind not in TOKEN_KINDS:
        return None
    fields = None if _KNOWN_KEYS.issuperset(raw) else {k: v for k, v in raw.items() if k not in _KNOWN_KEYS}
    name = raw.get("OutputUUID" if kind == "ActionOutput" else "VariableName", "")
    output_name, prompt = raw.get("OutputName", ""), raw.get("Prompt")
    if not isinstance(name, str) or not isinstance(output_name, str):
        return None
    if (name != "") != (kind in ("ActionOutput", "Variable")):
        return None
    if prompt is not None and (kind != "Ask" or not isinstance(prompt, str)):
        return None
    steps = raw.get("Aggrandizements")
    if not steps:
        known = steps is None or steps == []
        return Token(kind, name, output_name, prompt, (), fields) if known else None
    if not isinstance(steps, list):
        return None
    parsed = []
    for step in steps:
        if not isinstance(step, dict) or not isinstance(step.get("Type"), str):
            return None
        parsed.append(Step(step["Type"], {k: v for k, v in step.items() if k != "Type"}))
    return Token(kind, name, output_name, prompt, tuple(parsed), fields)


def build_token(token: Token) -> dict[str, Any]:
    """The attachment dictionary of a token, in the form Shortcuts writes today."""
    raw: dict[str, Any] = {"Type": token.kind}
    if token.kind == "ActionOutput":
        raw["OutputUUID"] = token.name
        raw["OutputName"] = token.output_name
    elif token.kind == "Variable":
        raw["VariableName"] = token.name
    elif token.prompt is not None:
        raw["Prompt"] = token.prompt
    if token.steps:
        raw["Aggrandizements"] = [{"Type": step.kind, **step.fields} for step in token.steps]
    return {**raw, **token.fields} if token.fields else raw


def wrap_token(token: Token) -> dict[str, Any]:
    """A token as the value of a parameter."""
    return {"Value": build_token(token), "WFSerializationType": ATTACHMENT}


def parse_text(raw: Any) -> str | Text | None:
    """The text of a token string's Value; None where it holds something unknown.

    Offsets count UTF-16 units. Those that do not point at a placeholder fall back to the placeholders
    in order; tokens beyond the last placeholder stand at the end.
    """
    if isinstance(raw, str):
        return raw
    if not isinstance(raw, dict) or not raw.keys() <= {"string", "attachmentsByRange"}:
        return None
    string, table = raw.get("string", ""), raw.get("attachmentsByRange")
    if not isinstance(string, str) or not isinstance(table, (dict, type(None))):
        return None
    if not table:
        return string
    found: list[tuple[int, Token]] = []
    for key, attachment in table.items():
        place, token = _RANGE.fullmatch(key), parse_token(attachment)
        if place is None or token is None:
            return None
        found.append((int(place[1]), token))
    if len(found) > 1:
        found.sort(key=itemgetter(0))
    places = _places(string, [offset for offset, _ in found])
    parts: list[str | Token] = []
    end = 0
    for place_, (_, token) in zip(places, found, strict=True):
        if place_ > end:
            parts.append(string[end:place_])
        parts.append(token)
        end = max(end, min(place_ + 1, len(string)))
    if end < len(string):
        parts.append(string[end:])
    return Text(tuple(parts))


def _places(string: str, offsets: list[int]) -> list[int]:
    """Index of each token's placeholder in code points; len(string) where none is left for it."""
    if not string.isascii() and max(string) > "\uffff":
        index, unit = {}, 0
        for i, char in enumerate(string):
            index[unit] = i
            unit += 2 if char > "\uffff" else 1
        places = [index.get(offset, -1) for offset in offsets]
    else:
        places = offsets
    if len(set(places)) == len(places) and all(
        0 <= place < len(string) and string[place] == PLACEHOLDER for place in places
    ):
        return places
    inorder = [i for i, char in enumerate(string) if char == PLACEHOLDER][: len(offsets)]
    return inorder + [len(string)] * (len(offsets) - len(inorder))


def build_text(text: str | Text) -> dict[str, Any]:
    """The Value of a token string."""
    if isinstance(text, str):
        return {"string": text}
    string: list[str] = []
    table: dict[str, Any] = {}
    offset = 0
    for part in text.parts:
        if isinstance(part, Token):
            table[f"{{{offset}, 1}}"] = build_token(part)
            string.append(PLACEHOLDER)
            offset += 1
        else:
            string.append(part)
            offset += len(part) if part.isascii() else len(part.encode("utf-16-le", "surrogatepass")) // 2
    return {"attachmentsByRange": table, "string": "".join(string)}


def wrap_text(text: str | Text) -> dict[str, Any]:
    """A text as a token string, the value of a parameter."""
    return {"Value": build_text(text), "WFSerializationType": STRING}
