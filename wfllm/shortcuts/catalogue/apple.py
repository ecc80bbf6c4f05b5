"""Apple's own definitions of the built-in actions: `WFActions.plist` of the WorkflowKit framework.

A property list: identifier → {Name, Description, Input, Output, Parameters}. A parameter's class says how
the editor shows it, hence what it takes.
"""

from __future__ import annotations

from typing import Any

from wfllm.shortcuts.api import Api, Parameter, ValueType
from wfllm.shortcuts.catalogue.imported import (
    BadEntryError,
    Imported,
    choices_of,
    default_of,
    each,
    mapping,
    name_of,
    rows,
    sentence,
    words,
)

_CLASSES: dict[str, ValueType] = {
    "WFTextInputParameter": "text",
    "WFURLParameter": "text",
    "WFCustomDateFormatParameter": "text",
    "WFOSAScriptEditorParameter": "text",
    "WFSwitchParameter": "boolean",
    "WFExpandingParameter": "boolean",
    "WFNumberFieldParameter": "number",
    "WFStepperParameter": "number",
    "WFSliderParameter": "number",
    "WFEnumerationParameter": "choice",
    "WFDictionaryParameter": "dictionary",
    "WFDateFieldParameter": "date",
    "WFFilePickerParameter": "file",
    "WFVariablePickerParameter": "variable",
}
"""Class of a parameter → what it takes; a class that is not here takes what only the app knows."""
_TYPES: dict[str, ValueType] = {
    "NSString": "text",
    "NSURL": "text",
    "WFStringContentItem": "text",
    "WFURLContentItem": "text",
    "NSDecimalNumber": "number",
    "NSNumber": "number",
    "WFNumberContentItem": "number",
    "WFBooleanContentItem": "boolean",
    "NSDate": "date",
    "WFDateContentItem": "date",
    "NSDictionary": "dictionary",
    "WFDictionaryContentItem": "dictionary",
}
"""Class of an output → its type."""


def is_actions(document: Any) -> bool:
    """Whether a property list holds definitions of actions (and is not a shortcut, say)."""
    if not isinstance(document, dict) or "WFWorkflowActions" in document:
        return False
    return any(isinstance(v, dict) and ("ActionClass" in v or "Parameters" in v) for v in document.values())


def import_actions(document: dict[str, Any], where: str) -> Imported:
    """The actions that a file defines; an entry that is not of the format becomes a note."""
    return each(document.items(), _action, Imported("apple", where))


def _action(identifier: str, entry: Any) -> Api | None:
    entry = mapping(entry, "the entry")
    identifier = name_of(identifier, "the identifier")
    described = entry.get("Description")
    summary = described.get("DescriptionSummary") if isinstance(described, dict) else described
    into, out = mapping(entry.get("Input"), "Input"), mapping(entry.get("Output"), "Output")
    key = into.get("ParameterKey")
    found: dict[str, Parameter] = {}
    for row in rows(entry.get("Parameters"), "Parameters"):
        parameter = _parameter(row, required=row.get("Key") == key and into.get("Required") is True)
        found.setdefault(parameter.name, parameter)
    types = out.get("Types")
    return Api(
        identifier=identifier,
        title=words(entry.get("Name")),
        description=sentence(summary, entry.get("Name")),
        parameters=tuple(found.values()),
        input=key if isinstance(key, str) and key in found else None,
        returns=_returned([t for t in types if isinstance(t, str)] if isinstance(types, list) else []),
        output_name=words(out.get("OutputName")) if out else "",
        source="apple",
    )


def _parameter(row: dict[str, Any], required: bool) -> Parameter:
    kind = _CLASSES.get(str(row.get("Class")), "any")
    items = row.get("Items")
    if items is not None and not isinstance(items, list):
        raise BadEntryError(f"Items of {row.get('Key')} is no list")
    choices = choices_of(items or ())
    if choices and kind in ("any", "choice"):
        kind = "choice"
    elif kind == "choice":
        kind = "any"  # the list is made when the editor opens
    return Parameter(
        name=name_of(row.get("Key"), "the key of a parameter"),
        type=kind,
        description=sentence(row.get("Description"), row.get("Label"), row.get("Placeholder")),
        required=required,
        default=default_of(row.get("DefaultValue", row.get("Default")), kind, choices),
        choices=choices if kind == "choice" else (),
        source="apple",
    )


def _returned(types: list[str]) -> ValueType | None:
    if not types:
        return None
    kinds = {_TYPES.get(t, "any") for t in types}
    return kinds.pop() if len(kinds) == 1 else "any"
