"""What is in sidecars: every hint under the reason why no run depends on it, and those without such a reason.

A hint is harmless because of the key it is about, the form it changes, or because the app ignores the key in
this action. Anything else would be a value that lives in the sidecar alone: it is counted as `unfit`, and
over real files nothing may be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wfllm.shortcuts.actions import APPEND, HINT_KEYS, OWN_KEYS, RUN, SET, VALUE
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.conditions import OPERANDS, OTHER_END, TEXT
from wfllm.shortcuts.header_forms import CLASSES, NO_INPUT, QUESTIONS
from wfllm.shortcuts.tree import BLOCKS, COUNT, EACH, IF

UNFIT = "unfit"
_OF_KEY = {
    "UUID": "uuid or group",
    "OutputUUID": "uuid or group",
    "VariableUUID": "uuid or group",
    "GroupingIdentifier": "uuid or group",
    "CustomOutputName": "name of an output",
    "OutputName": "name of an output",
    "WFCondition": "spelling of a condition",
    "WFConditions": "spelling of a condition",
    "WFControlFlowMode": "spelling of a block",
    "WFMenuItemTitle": "spelling of a block",
    "WFMenuItemAttributedTitle": "spelling of a block",
    "WFSerializationType": "form of a value",
}
_OLD_KEYS = frozenset(((RUN, "WFWorkflow"), (RUN, "WFWorkflowName")))
"""Shortcuts were run by name before they had identifiers; both keys name the same one."""
_DEFAULTS = {(VALUE, "WFGetDictionaryValueType"): {"is": "Value"}, (COUNT, "WFRepeatCount"): {"out": True}}
_TAKE_INPUT = frozenset((SET, APPEND, VALUE, RUN, IF, EACH))
"""Actions that became syntax and take the previous output as WFInput."""
_OPERANDS = frozenset((TEXT, *OPERANDS, *OTHER_END, *OTHER_END.values()))
_OF_SETTING = {
    "WFWorkflowIcon": "icon",
    "WFWorkflowName": "name of the file",
    "WFWorkflowTypes": "where it is shown",
    "WFQuickActionSurfaces": "where it is shown",
    "WFWorkflowOutputContentItemClasses": "kinds of output, as the app counted them",
    "WFWorkflowHasOutputFallback": "follows from the actions",
    "WFWorkflowHasShortcutInputVariables": "follows from the actions",
    "WFWorkflowNoInputBehavior": "form of a value",
    CLASSES: "order, or input nobody looks at",
    NO_INPUT: "form of a value",
    QUESTIONS: "order of questions",
}


def classify(sidecar: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Every hint of a sidecar that `make_sidecar` made: category, what it is about, the hint."""
    for key, (_, change) in sidecar["settings"].items():
        version = "Client" in key and key.startswith("WFWorkflow")
        yield ("client version" if version else _OF_SETTING.get(key, UNFIT)), key, change
    identifiers = [kind.partition(" ")[0] for kind in sidecar["kinds"]]
    kinds = iter(identifiers[kind] for kind, _ in sidecar["usual"])
    for hint in sidecar["actions"]:
        if isinstance(hint, dict) and "insert" in hint:
            yield "block that does not pair", "", hint
            continue
        identifier = next(kinds)
        if hint is None:
            continue
        if "drop" in hint:
            yield "block that does not pair", identifier, hint
        if "order" in hint:
            yield "order of keys", identifier, hint["order"]
        if "action" in hint:
            yield _of_action(hint["action"]), identifier, hint["action"]
        for key, (made_for, change) in hint.get("p", {}).items():
            yield _of_parameter(identifier, key, made_for, change), f"{identifier} {key}", change


def _of_parameter(identifier: str, key: str, made_for: int, change: Mapping[str, Any]) -> str:
    if key in _OF_KEY:
        return _OF_KEY[key]
    if key in HINT_KEYS or key.startswith("Show-"):
        return "key of the editor"
    if key not in OWN_KEYS.get(identifier, (key,)):
        return "left over from a former action"
    if identifier == IF and key in _OPERANDS:
        return "left over from a former test" if "is" in change else "form of a value"
    if (identifier, key) in _OLD_KEYS:
        return "key of an older version"
    if _DEFAULTS.get((identifier, key)) == change:
        return "default, said or not"
    if "out" in change:
        api = load_catalogue().get(identifier)
        taken = "WFInput" if identifier in _TAKE_INPUT else api.input if api is not None else None
        return "implicit input" if key == taken else UNFIT
    if made_for == 0 and identifier not in BLOCKS:
        return UNFIT  # a parameter that the code does not have
    value = change.get("is")
    if isinstance(value, (int, float)) or (isinstance(value, str) and _is_number(value)):
        return "spelling of a number"
    return "form of a text" if isinstance(value, str) else "form of a value"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _of_action(change: Mapping[str, Any]) -> str:
    added = change.get("add", {})
    if change.keys() <= {"order"}:
        return "order of keys"
    return (
        "mark of a compiler" if change.keys() <= {"add", "order"} and added.keys() <= {"SCPLData"} else UNFIT
    )


def hint_counts(sidecar: Mapping[str, Any]) -> dict[str, int]:
    """Category → number of hints."""
    counts: dict[str, int] = {}
    for category, _, _ in classify(sidecar):
        counts[category] = counts.get(category, 0) + 1
    return counts
