"""Is a property list a shortcut of the forms real files have? Looked at without the compiler's own modules,
so that a fault of the compiler cannot hide itself here."""

from __future__ import annotations

import plistlib
from collections.abc import Iterator
from typing import Any

from wfllm.shortcuts.form_finding import RELAXED, FormFinding, is_integer, spoken
from wfllm.shortcuts.form_flow import flow_findings
from wfllm.shortcuts.form_tables import SUBJECTS
from wfllm.shortcuts.form_values import value_findings

__all__ = ["RELAXED", "FormFinding", "form_findings"]

TOP_LEVEL: dict[str, tuple[type, ...]] = {
    "WFQuickActionSurfaces": (list,),
    "WFWorkflowActions": (list,),
    "WFWorkflowClientRelease": (str,),
    "WFWorkflowClientVersion": (str,),
    "WFWorkflowHasOutputFallback": (bool,),
    "WFWorkflowHasShortcutInputVariables": (bool,),
    "WFWorkflowIcon": (dict,),
    "WFWorkflowImportQuestions": (list,),
    "WFWorkflowInputContentItemClasses": (list,),
    "WFWorkflowMinimumClientVersion": (int,),
    "WFWorkflowMinimumClientVersionString": (str,),
    "WFWorkflowName": (str,),
    "WFWorkflowNoInputBehavior": (dict,),
    "WFWorkflowOutputContentItemClasses": (list,),
    "WFWorkflowTypes": (list,),
}
"""Top-level keys that real files have, with their types; others are let be."""
TEXTS = ("UUID", "GroupingIdentifier", "CustomOutputName", "WFVariableName", "WFMenuItemTitle", "WFInputType")
"""Parameters that are a plain text wherever they occur."""


def form_findings(plist: Any, relaxed: bool = False) -> list[FormFinding]:
    """What in a shortcut's property list no real file has; empty where all is as in real files.

    Rules: each action has an identifier and parameters; blocks balanced, their parts in order, menu cases the
    items of their menu; references to outputs of actions before (or of the block around) and to variables set
    before; texts' tables of tokens in UTF-16 units, each on its placeholder; every kind of serialised value
    with a content of its shape; conditions with the operands they need; whole numbers where files have them;
    nothing a property list cannot hold.

    Args:
        plist: a whole shortcut, of any origin.
        relaxed: leave out the rules that some real files break, see `RELAXED`.
    """
    if not isinstance(plist, dict) or not isinstance(plist.get("WFWorkflowActions"), list):
        return [FormFinding(-1, "WFWorkflowActions", "top-level", "there is no list of actions")]
    found = [*_top_level(plist), *_writable(plist)]
    actions: list[tuple[int, str, dict[str, Any]]] = []
    for index, action in enumerate(plist["WFWorkflowActions"]):
        fault = _action_fault(action)
        if fault:
            found.append(FormFinding(index, "", "action", fault))
        else:
            actions.append(
                (index, action["WFWorkflowActionIdentifier"], action["WFWorkflowActionParameters"])
            )
    try:
        for key, value in plist.items():
            if key != "WFWorkflowActions":
                found.extend(FormFinding(-1, *fault) for fault in value_findings(value, str(key)))
        for index, identifier, parameters in actions:
            found.extend(_parameters(index, identifier, parameters))
        found.extend(flow_findings(actions))
    except RecursionError:
        found.append(FormFinding(-1, "", "not-a-property-list", "nested too deeply to look at"))
    return sorted(f for f in found if not (relaxed and f.rule in RELAXED))


def _action_fault(action: Any) -> str:
    if not isinstance(action, dict):
        return f"an action is a dictionary, not {spoken(action)}"
    if not isinstance(action.get("WFWorkflowActionIdentifier"), str):
        return "an action has an identifier"
    if not action["WFWorkflowActionIdentifier"]:
        return "the identifier is empty"
    if not isinstance(action.get("WFWorkflowActionParameters"), dict):
        return "an action has a dictionary of parameters"
    return ""


def _top_level(plist: dict[str, Any]) -> Iterator[FormFinding]:
    for key, types in TOP_LEVEL.items():
        value = plist.get(key)
        if key in plist and (type(value) not in types):
            yield FormFinding(-1, key, "top-level", f"{types[0].__name__} in real files, not {spoken(value)}")
    icon = plist.get("WFWorkflowIcon")
    icon = icon if isinstance(icon, dict) else {}
    for key in ("WFWorkflowIconStartColor", "WFWorkflowIconGlyphNumber"):
        if key in icon and not is_integer(icon[key]):
            yield FormFinding(-1, key, "top-level", "a whole number in real files")
    classes = ("WFWorkflowInputContentItemClasses", "WFWorkflowOutputContentItemClasses", "WFWorkflowTypes")
    for key in classes:
        if isinstance(plist.get(key), list) and not all(isinstance(name, str) for name in plist[key]):
            yield FormFinding(-1, key, "top-level", "a list of texts in real files")


def _writable(plist: dict[str, Any]) -> Iterator[FormFinding]:
    try:
        plistlib.dumps(plist, fmt=plistlib.FMT_BINARY)
    except (TypeError, ValueError, OverflowError, UnicodeError, RecursionError, AttributeError) as fault:
        reason = " ".join(str(fault).split())[:120]
        yield FormFinding(-1, "", "not-a-property-list", f"cannot be written ({reason})")


def _parameters(index: int, identifier: str, parameters: dict[str, Any]) -> Iterator[FormFinding]:
    for key in TEXTS:
        if key in parameters and not isinstance(parameters[key], str):
            yield FormFinding(
                index, key, "text", f"a plain text in real files, not {spoken(parameters[key])}"
            )
    own = SUBJECTS.get(identifier, {})
    for key, value in parameters.items():
        kind = own.get(key)
        if kind is not None and spoken(value) not in kind:
            allowed = " or ".join(sorted(kind))
            yield FormFinding(index, key, "parameter", f"{allowed} in real files, not {spoken(value)}")
        for place, rule, message in value_findings(value, key):
            yield FormFinding(index, place, rule, message)
