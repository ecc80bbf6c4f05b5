"""SiriKit intents of an app: `.intentdefinition`, the property list that Xcode's editor writes.

`INIntents` (name, title, parameters, response) and `INEnums`. An action's identifier is the app's bundle
id and the intent's class: its name and `Intent`.
"""

from __future__ import annotations

from typing import Any

from wfllm.shortcuts.api import Api, Parameter, ValueType
from wfllm.shortcuts.catalogue.imported import (
    BadEntryError,
    Imported,
    default_of,
    each,
    mapping,
    name_of,
    rows,
    sentence,
    words,
)

_TYPES: dict[str, ValueType] = {
    "String": "text",
    "SpeakableString": "text",
    "URL": "text",
    "Boolean": "boolean",
    "Integer": "number",
    "Decimal": "number",
    "Long": "number",
    "Double": "number",
    "DateComponents": "date",
    "Date": "date",
    "File": "file",
}
"""Type of a parameter; one that is not here (a place, a person, a type of the app's own) takes anything."""
_NO_CHOICE = "unknown"
"""First value of every enumeration: nothing was chosen."""

Choices = dict[str, tuple[str, ...]]


def is_intentdefinition(document: Any) -> bool:
    """Whether a property list is such a file."""
    return isinstance(document, dict) and isinstance(document.get("INIntents"), list)


def import_intentdefinition(document: dict[str, Any], bundle: str, where: str) -> Imported:
    """The intents of an app; one that is broken or not for Shortcuts becomes a note.

    Args:
        bundle: bundle id of the app, which begins every identifier.
    """
    made = Imported("intentdefinition", where)
    choices = _enums(document.get("INEnums"), made)

    def read(name: str, entry: Any) -> Api | None:
        entry = mapping(entry, "the entry")
        if entry.get("INIntentConfigurable") is False:
            made.notes.append(f"{where}: {name}: hidden from Shortcuts")
            return None
        return _intent(entry, bundle, choices)

    entries = ((_label(entry, i), entry) for i, entry in enumerate(document["INIntents"]))
    return each(entries, read, made)


def _label(entry: Any, index: int) -> str:
    name = entry.get("INIntentName") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else f"intent {index}"


def _enums(value: Any, made: Imported) -> Choices:
    choices: Choices = {}
    for row in value if isinstance(value, list) else ():
        try:
            name = name_of(mapping(row, "an enum").get("INEnumName"), "the name of an enum")
            values = rows(row.get("INEnumValues"), f"values of {name}")
            names = dict.fromkeys(name_of(v.get("INEnumValueName"), "a value") for v in values)
            choices[name] = tuple(n for n in names if n != _NO_CHOICE)
        except BadEntryError as fault:
            made.notes.append(f"{made.where}: INEnums: {fault}")
    return choices


def _intent(entry: dict[str, Any], bundle: str, choices: Choices) -> Api:
    own = name_of(entry.get("INIntentName"), "INIntentName")
    prefix = entry.get("INIntentClassPrefix")
    class_name = entry.get("INIntentClassName") or f"{prefix if isinstance(prefix, str) else ''}{own}Intent"
    title = words(entry.get("INIntentTitle")) or own
    found: dict[str, Parameter] = {}
    for row in rows(entry.get("INIntentParameters"), "INIntentParameters"):
        if row.get("INIntentParameterConfigurable", True) is False:
            continue
        parameter = _parameter(row, choices)
        found.setdefault(parameter.name, parameter)
    taken = entry.get("INIntentInput")
    returns, output = _response(mapping(entry.get("INIntentResponse"), "INIntentResponse"))
    return Api(
        identifier=f"{bundle}.{name_of(class_name, 'INIntentClassName')}",
        title=title,
        description=sentence(entry.get("INIntentDescription"), title),
        parameters=tuple(found.values()),
        input=taken if isinstance(taken, str) and taken in found else None,
        returns=returns,
        output_name=output,
        source="intentdefinition",
    )


def _parameter(row: dict[str, Any], choices: Choices) -> Parameter:
    name = name_of(row.get("INIntentParameterName"), "INIntentParameterName")
    options = choices.get(str(row.get("INIntentParameterEnumType")), ())
    kind = "choice" if options else _TYPES.get(str(row.get("INIntentParameterType")), "any")
    if row.get("INIntentParameterSupportsMultipleValues") is True:
        kind, options = "list", ()
    facts = mapping(row.get("INIntentParameterMetadata"), "INIntentParameterMetadata")
    return Parameter(
        name=name,
        type=kind,
        description=sentence(row.get("INIntentParameterDisplayName"), name),
        # an intent asks for whatever it was not given
        default=default_of(facts.get("INIntentParameterMetadataDefaultValue"), kind, options),
        choices=options,
        source="intentdefinition",
    )


def _response(response: dict[str, Any]) -> tuple[ValueType | None, str]:
    """Type and name of what an intent hands back: its output parameter, where it names one."""
    output = response.get("INIntentResponseOutput")
    if not isinstance(output, str):
        return None, ""
    for row in rows(response.get("INIntentResponseParameters"), "INIntentResponseParameters"):
        if row.get("INIntentResponseParameterName") == output:
            kind = _TYPES.get(str(row.get("INIntentResponseParameterType")), "any")
            if row.get("INIntentResponseParameterSupportsMultipleValues") is True:
                kind = "list"
            return kind, words(row.get("INIntentResponseParameterDisplayName")) or output
    return None, ""
