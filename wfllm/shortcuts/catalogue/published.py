"""Published API documentation read into the catalogue, for identifiers it does not describe itself.

The release (paper, appendix on API documentation) gives every API twice: as JSON with required and
optional parameters, and as a Python stub. The JSON names the parameters; the stub alone knows defaults
and enumerations.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from wfllm.errors import WfllmError
from wfllm.shortcuts.api import Api, Parameter, ValueType
from wfllm.shortcuts.catalogue.imported import Imported, choices_of, default_of, name_of, words
from wfllm.shortcuts.catalogue.lookup import Catalogue

_TYPES: tuple[tuple[str, ValueType], ...] = (
    ("SWITCH", "boolean"),
    ("EXPANDING", "boolean"),
    ("BOOL", "boolean"),
    ("ENUMERATION", "choice"),
    ("ENUM", "choice"),
    ("NUMBER", "number"),
    ("STEPPER", "number"),
    ("SLIDER", "number"),
    ("INTEGER", "number"),
    ("FLOAT", "number"),
    ("DATE", "date"),
    ("DICTIONARY", "dictionary"),
    ("FILE", "file"),
    ("ARRAY", "list"),
    ("LIST", "list"),
    ("STRING", "text"),
    ("TEXT", "text"),
    ("URL", "text"),
)
_EMPTY = ("No description available.", "No description available", "DESCRIPTION")
_ENUM = re.compile(r"^class (\w+):\n((?: {4}.*\n)+)", re.MULTILINE)
_MEMBER = re.compile(r"^ {4}(\w+) = ", re.MULTILINE)
_DEFAULT = re.compile(r"^ {4}(\w+): [^=\n]+? = (.+?),?$", re.MULTILINE)
_LONGEST_DEFAULT = 200
_ENUM_OF = re.compile(r"^- (\w+) \(.*?\):.*\bclass (\w+)", re.MULTILINE)


def read_published(path: Path) -> Catalogue:
    """A catalogue from JSON lines `{"identifier", "json", "python"}`, one API a line.

    Raises:
        WfllmError: a line that is not such a document, with its number.
    """
    apis: list[Api] = []
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    apis.append(_line(line, f"{path}:{number}"))
    except (OSError, UnicodeDecodeError) as fault:
        raise WfllmError(
            f"cannot be read ({fault})", where=path, mend="Give a file of JSON lines."
        ) from fault
    return Catalogue(apis)


def import_published(content: bytes, where: str) -> Imported:
    """The documents of such a file; a line that is none becomes a note.

    Raises:
        WfllmError: no line is one.
    """
    made = Imported("published", where)
    for number, line in enumerate(content.decode("utf-8", "replace").split("\n"), start=1):
        if line.strip():
            try:
                made.apis.append(_line(line, f"{where}:{number}"))
            except WfllmError as fault:
                made.notes.append(fault.line())
    if made.notes and not made.apis:
        raise WfllmError("no published documents in it", where=where, mend="See docs/catalogue.md.")
    return made


def describe(
    identifiers: Iterable[str], catalogue: Catalogue, published: Catalogue | None = None
) -> list[Api]:
    """The documentation of these APIs: the catalogue's, else the published one, else the bare identifier
    (which renders as a stub that takes anything)."""
    other: Mapping[str, Api] = published or {}
    return [catalogue.get(i) or other.get(i) or Api(i) for i in identifiers]


def _line(line: str, where: str) -> Api:
    try:
        row = json.loads(line)
        document = row["json"]
        identifier = name_of(row.get("identifier") or document["name"], "the identifier")
        return from_document(identifier, document, str(row.get("python") or ""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise WfllmError(
            f"not an API's document ({fault.__class__.__name__}: {fault})",
            where=where,
            mend='Each line is {"identifier": …, "json": {…}, "python": "…"}.',
        ) from fault


def from_document(identifier: str, document: Mapping[str, Any], stub: str = "") -> Api:
    """One published document as an `Api`; defaults and choices come from its stub where it parses."""
    title, defaults, choices = _from_stub(stub)
    parameters: list[Parameter] = []
    for key in ("required_parameters", "optional_parameters"):
        for entry in document.get(key) or ():
            name = name_of(entry["name"], "a parameter")
            options = choices_of(choices.get(name) or entry.get("enum") or ())
            kind = _type(str(entry.get("type", "")), bool(options))
            parameters.append(
                Parameter(
                    name=name,
                    type=kind,
                    description=words(str(entry.get("description", ""))),
                    # the release lists whatever has no default as required; Shortcuts asks for little
                    required=False,
                    default=default_of(defaults.get(name), kind, options),
                    choices=options if kind == "choice" else (),
                    source="published",
                )
            )
    returned = document.get("return_data") or ()
    return Api(
        identifier=identifier,
        title=title,
        description=_first_sentence(str(document.get("description", ""))),
        parameters=tuple(parameters),
        returns="any" if returned else None,
        output_name=words(returned[0].get("name", "")) if returned else "",
        source="published",
    )


def _type(name: str, has_choices: bool) -> ValueType:
    if has_choices:
        return "choice"
    upper = name.upper()
    return next((kind for mark, kind in _TYPES if mark in upper), "any")


def _first_sentence(text: str) -> str:
    text = words(text)
    if text in _EMPTY:
        return ""
    return re.split(r"(?<=[.!?]) ", text, maxsplit=1)[0]


def _from_stub(stub: str) -> tuple[str, dict[str, Any], dict[str, tuple[str, ...]]]:
    """Title, defaults and choices by parameter, read line by line: one stub in seven is not Python
    (hyphens in names, keywords as members)."""
    enums = {
        name.lower(): tuple(m for m in _MEMBER.findall(body) if m != "unknown")
        for name, body in _ENUM.findall(stub)
    }
    head, _, document = stub.partition('"""')
    defaults = {name: _literal(value) for name, value in _DEFAULT.findall(head)}
    choices = {p: enums[c.lower()] for p, c in _ENUM_OF.findall(document) if enums.get(c.lower())}
    title = document.strip().split("\n", 1)[0].strip()
    if title.endswith(".") or title.startswith("Parameters:"):  # built-in stubs begin with the description
        title = ""
    return title, {k: v for k, v in defaults.items() if v is not None}, choices


def _literal(text: str) -> Any:
    """A default of the stub: a literal, or the last part of `Enum.member`; None for anything else."""
    if len(text) <= _LONGEST_DEFAULT:
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return text.rpartition(".")[2] if re.fullmatch(r"[A-Za-z]\w*\.\w+", text) else None
        return value if isinstance(value, (str, int, float, bool)) else None
    return None
