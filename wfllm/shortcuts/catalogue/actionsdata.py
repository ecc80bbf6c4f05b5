"""App Intents as Xcode writes them into a built app: `Metadata.appintents/extract.actionsdata`.

JSON: `actions` (name → title, description, parameters with a value type that is a table of one key) and
`enums` (a list). The numbers of primitive types are documented nowhere; those below are what apps
show. Names are without the app's bundle id, which the file does not hold.
"""

from __future__ import annotations

import re
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

_PRIMITIVES: dict[int, ValueType] = {
    0: "text",
    1: "boolean",
    2: "number",
    7: "number",
    8: "date",
    9: "date",
    11: "text",  # an address
    12: "text",  # with attributes
}
_FILE = 12
"""Type identifier of a file among `intents`."""
_DEFAULT = "LNValueTypeSpecificMetadataKeyDefaultValue"
_HIDDEN = "hidden from Shortcuts"

Choices = dict[str, tuple[str, ...]]


def is_actionsdata(document: Any) -> bool:
    """Whether a JSON document is such a file."""
    return (
        isinstance(document, dict)
        and isinstance(document.get("actions"), dict)
        and isinstance(document.get("enums", []), list)
    )


def import_actionsdata(document: dict[str, Any], bundle: str, where: str) -> Imported:
    """The actions of an app; one that is broken or hidden from Shortcuts becomes a note.

    Args:
        bundle: bundle id of the app, which begins every identifier.
    """
    made = Imported("actionsdata", where)
    choices = _enums(document.get("enums"), made)
    hidden = 0

    def read(name: str, entry: Any) -> Api | None:
        nonlocal hidden
        entry = mapping(entry, "the entry")
        visible = mapping(entry.get("visibilityMetadata"), "visibilityMetadata")
        if visible.get("isDiscoverable", entry.get("isDiscoverable", True)) is False:
            hidden += 1
            return None
        return _action(name, entry, bundle, choices)

    each(document["actions"].items(), read, made)
    if hidden:
        made.notes.append(f"{where}: {hidden} {_HIDDEN}")
    return made


def _enums(value: Any, made: Imported) -> Choices:
    choices: Choices = {}
    for row in value if isinstance(value, list) else ():
        try:
            name = name_of(mapping(row, "an enum").get("identifier"), "the name of an enum")
            cases = rows(row.get("cases"), f"cases of {name}")
            choices[name] = tuple(dict.fromkeys(name_of(c.get("identifier"), "a case") for c in cases))
        except BadEntryError as fault:
            made.notes.append(f"{made.where}: enums: {fault}")
    return choices


def _action(name: str, entry: dict[str, Any], bundle: str, choices: Choices) -> Api:
    own = name_of(entry.get("identifier", name), "the identifier")
    described = mapping(entry.get("descriptionMetadata"), "descriptionMetadata")
    title = _localized(entry.get("title")) or _apart(own)
    found: dict[str, Parameter] = {}
    taken: str | None = None
    for row in rows(entry.get("parameters"), "parameters"):
        parameter = _parameter(row, choices)
        found.setdefault(parameter.name, parameter)
        if row.get("isInput") is True:
            taken = taken or parameter.name
    out = entry.get("outputType")
    returns = _value_type(out, choices)[0] if out else None
    return Api(
        identifier=f"{bundle}.{own}",
        title=title,
        description=sentence(_localized(described.get("descriptionText")), title),
        parameters=tuple(found.values()),
        input=taken,
        returns=returns,
        output_name=title if returns else "",
        source="actionsdata",
    )


def _parameter(row: dict[str, Any], choices: Choices) -> Parameter:
    name = name_of(row.get("name"), "the name of a parameter")
    kind, options = _value_type(row.get("valueType"), choices)
    default = default_of(_default(row.get("typeSpecificMetadata")), kind, options)
    return Parameter(
        name=name,
        type=kind,
        description=sentence(
            _localized(row.get("parameterDescription")), _localized(row.get("title")), _apart(name)
        ),
        required=row.get("isOptional") is False and default is None,
        default=default,
        choices=options,
        source="actionsdata",
    )


def _value_type(value: Any, choices: Choices) -> tuple[ValueType, tuple[str, ...]]:
    """Type and choices of a value type, a table of one key that says what kind of type it is."""
    for kind, body in mapping(value, "valueType").items():
        inside = mapping(mapping(body, kind).get("wrapper"), kind)
        number = inside.get("typeIdentifier")
        if kind == "array":
            return "list", ()
        if kind == "linkEnumeration":
            options = choices.get(str(inside.get("identifier")), ())
            return ("choice", options) if options else ("any", ())
        if kind == "primitive" and isinstance(number, int):
            return _PRIMITIVES.get(number, "any"), ()
        if kind == "intents" and number == _FILE:
            return "file", ()
    return "any", ()


def _default(pairs: Any) -> Any:
    """The default in a list of keys and values in turn: `{"int": {"wrapper": 1}}` after its key."""
    if not isinstance(pairs, list):
        return None
    for key, value in zip(pairs[::2], pairs[1::2], strict=False):
        if key == _DEFAULT and isinstance(value, dict) and len(value) == 1:
            (body,) = value.values()
            return body.get("wrapper") if isinstance(body, dict) else None
    return None


def _localized(value: Any) -> str:
    """`{"key": "Open List", …}` holds the text itself; the key of a translation table says nothing."""
    return words(value.get("key") if isinstance(value, dict) else value)


def _apart(name: str) -> str:
    """`StopRecordingIntent` → `Stop recording`."""
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name.removesuffix("Intent")).replace("_", " ").split()
    return " ".join([*parts[:1], *(p.lower() if not p.isupper() else p for p in parts[1:])]).capitalize()
