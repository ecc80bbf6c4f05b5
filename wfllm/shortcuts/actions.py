"""The actions that the dialect has a form for, and which parameters of an action say what it does."""

from __future__ import annotations

from typing import Any

from wfllm.shortcuts.tree import BLOCKS, Action

BUILTIN = "is.workflow.actions."
COMMENT, NOTHING = BUILTIN + "comment", BUILTIN + "nothing"
SET, APPEND, GET = BUILTIN + "setvariable", BUILTIN + "appendvariable", BUILTIN + "getvariable"
TEXT, NUMBER, LIST = BUILTIN + "gettext", BUILTIN + "number", BUILTIN + "list"
DICTIONARY, VALUE = BUILTIN + "dictionary", BUILTIN + "getvalueforkey"
ASK, RUN = BUILTIN + "ask", BUILTIN + "runworkflow"
EXIT, OUTPUT = BUILTIN + "exit", BUILTIN + "output"

HINT_KEYS = frozenset(
    (
        "UUID",
        "CustomOutputName",
        "GroupingIdentifier",
        "WFConditionalLegacyComparisonBehavior",
        "WFMenuLegacyCancelBehavior",
    )
)
"""Keys of the editor and of older versions, which no run depends on; so are those that begin with `Show-`."""
_OF_CALLS = {identifier: HINT_KEYS - {"GroupingIdentifier"} for identifier in BLOCKS}

OWN_KEYS = {
    SET: frozenset(("WFVariableName", "WFInput")),
    APPEND: frozenset(("WFVariableName", "WFInput")),
    GET: frozenset(("WFVariable",)),
    TEXT: frozenset(("WFTextActionText",)),
    NUMBER: frozenset(("WFNumberActionNumber",)),
    LIST: frozenset(("WFItems",)),
    DICTIONARY: frozenset(("WFItems",)),
    VALUE: frozenset(("WFInput", "WFDictionaryKey", "WFGetDictionaryValueType")),
}
"""All keys these actions have. Old files hold others, left over from an action that stood there before."""

ALWAYS_NAMED = frozenset((TEXT, NUMBER, LIST, DICTIONARY, VALUE))
"""Their statement is an assignment even where nothing uses the output."""


def meaningful(action: Action) -> dict[str, Any]:
    """The parameters that say what the action does."""
    own = OWN_KEYS.get(action.identifier)
    if own is not None:
        return {k: v for k, v in action.parameters.items() if k in own}
    return {k: v for k, v in action.parameters.items() if k not in HINT_KEYS and not k.startswith("Show-")}


def written_in_call(action: Action) -> list[tuple[str, Any]]:
    """The parameters that a plain call of the action holds: leftover keys too, and the group of a part of
    a block that stands alone."""
    hints = _OF_CALLS.get(action.identifier, HINT_KEYS)
    return [(k, v) for k, v in action.parameters.items() if k not in hints and not k.startswith("Show-")]
