"""Values: what a parameter can hold, as typed objects.

Several forms of the file mean the same (a plain text and a token string without tokens, say). They are
one value here. `parse_values.py` reads them from property lists, `build_values.py` writes them in the usual
form; which form a file had is a hint for the sidecar.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wfllm.shortcuts.tokens import Text, Token

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
ITEM_TYPES = ("text", "dictionary", "array", "number", "boolean", "file")
"""Types of items, by their number in the file."""

OPERATORS = {
    4: "is",
    5: "is not",
    0: "<",
    1: "<=",
    2: ">",
    3: ">=",
    99: "contains",
    999: "does not contain",
    8: "begins with",
    9: "ends with",
    100: "has any value",
    101: "has no value",
    1000: "in the next",
    1001: "in the last",
    1002: "is today",
    1003: "between",
}
"""Numbers of the conditions in filters and Ifs, in the editor's words."""


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
    Where `odd`, the value is of none of these and stands as `parse` gives it (None: there is none); so is
    one whose type is a number without a name here.
    Items of menus, which are texts, may carry a subtitle, and other words to call them by.
    """

    type: str
    value: Any
    odd: bool = False
    subtitle: str | Text | None = None
    synonyms: list[str | Text] | None = None


@dataclass(frozen=True)
class Items:
    """A dictionary made in the editor: keys with typed items, in order."""

    pairs: list[tuple[str | Text, Item]]


@dataclass(frozen=True)
class Quantity:
    """A number with a unit, e.g. 3 km.

    Magnitude: str, int, float, Bare, or None where absent. Unit: str, or None where the magnitude is a
    variable that brings its own.
    """

    magnitude: Any
    unit: Any
    fields: dict[str, Any] = field(default_factory=dict)
    """Keys that are not known here."""


@dataclass(frozen=True)
class Table:
    """The rows of a filter: `prefix` 1 all of them, 0 any of them, others not known (None: none is said)."""

    prefix: int | None
    rows: list[dict[str, Any]]
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Typed:
    """A value under a serialization type that has no form of its own here."""

    type: str
    fields: dict[str, Any]
    """Value (absent in some files) and whatever stands beside it."""


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
