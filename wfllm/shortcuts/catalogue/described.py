"""APIs described as text: a JSON table identifier → signature, parameters and description in words.

The form of ShortcutsBench (arXiv 2407.00132). In it an action without a description of its own carries
that of the entry before; such a one is dropped.
"""

from __future__ import annotations

import ast
import re
from typing import Any

from wfllm.shortcuts.api import Api, Parameter, ValueType
from wfllm.shortcuts.catalogue.imported import (
    LONGEST_TEXT,
    BadEntryError,
    Imported,
    choices_of,
    default_of,
    each,
    name_of,
    sentence,
    words,
)

_TYPES: dict[str, ValueType] = {
    "String": "text",
    "Bool": "boolean",
    "Integer": "number",
    "Float": "number",
    "File": "file",
    "WFDictionaryParameter(Object)": "dictionary",
    "WFFilePickerParameter(Object)": "file",
    "WFVariablePickerParameter(Object)": "variable",
}
_SECTION = re.compile(r"^(Parameters|Return Value|Description|ParameterSummary):", re.MULTILINE)
_CHOICES = "must be one of the following values"
_QUOTED = re.compile(r'"([^"\n]{1,200})"')
_LONGEST = 100_000
"""Characters of one description that are read."""


def is_described(document: Any) -> bool:
    """Whether a JSON document is such a table."""
    return (
        isinstance(document, dict)
        and bool(document)
        and all(isinstance(v, str) for v in document.values())
        and any(v.startswith(f"{k}(") for k, v in document.items())
    )


def import_described(document: dict[str, str], where: str) -> Imported:
    """The APIs of a table; an entry that is not of the format becomes a note."""
    last = ""

    def read(identifier: str, text: Any) -> Api:
        nonlocal last
        sections = _sections(identifier, text)
        before, last = last, sections.get("Description", "")
        return _api(identifier, sections, last if last != before else "")

    return each(document.items(), read, Imported("published", where))


def _sections(identifier: str, text: Any) -> dict[str, str]:
    if not isinstance(text, str) or not text.startswith(f"{identifier}(") or len(text) > _LONGEST:
        raise BadEntryError("the text does not begin with the API's name and (")
    parts = _SECTION.split(text)
    return {"head": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def _api(identifier: str, sections: dict[str, str], description: str) -> Api:
    identifier = name_of(identifier, "the identifier")
    inside, _, after = sections["head"][len(identifier) + 1 :].rpartition(")")
    if "->" in inside:
        inside, _, after = inside.rpartition(") ->")
    else:
        after = after.partition("->")[2]
    told = _told(sections.get("Parameters", ""))
    parameters = [_parameter(part, told) for part in _split(inside)]
    title, colon, rest = words(description).partition(": ")
    output = words(after.lstrip("->").split("\n")[0].partition(":")[0])
    return Api(
        identifier=identifier,
        title=title if colon or not rest else "",
        description=sentence(rest or title),
        parameters=tuple({p.name: p for p in parameters}.values()),
        returns="any" if output else None,
        output_name=output,
        source="published",
    )


def _split(inside: str) -> list[str]:
    """`name: Type = default` parts of a signature; commas in brackets or quotes part nothing."""
    parts, depth, quoted, begin = [], 0, False, 0
    for i, char in enumerate(inside):
        quoted ^= char == '"'
        if not quoted:
            depth += (char in "([{") - (char in ")]}")
            if char == "," and depth == 0:
                parts.append(inside[begin:i])
                begin = i + 1
    return [p.strip() for p in [*parts, inside[begin:]] if p.strip()]


def _parameter(part: str, told: dict[str, str]) -> Parameter:
    name, _, rest = part.partition(":")
    name = name_of(name.strip(), "the name of a parameter")
    kind, _, value = rest.partition(" = ")
    kind = kind.strip()
    words_of, _, listed = told.get(name, "").partition(_CHOICES)
    listed = listed.partition(". This value depends")[0]
    choices = choices_of(_QUOTED.findall(listed)) if kind.endswith("Enum)") or kind == "Enum" else ()
    typed: ValueType = (
        "choice" if choices else "list" if kind.startswith("array") else _TYPES.get(kind, "any")
    )
    return Parameter(
        name=name,
        type=typed,
        description=sentence(words_of.replace("The value of this Enum", "")),
        default=default_of(_literal(value.strip()), typed, choices),
        choices=choices,
        source="published",
    )


def _literal(text: str) -> Any:
    if not text or len(text) > LONGEST_TEXT:
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _told(section: str) -> dict[str, str]:
    """Parameter → what is said of it; a line indented by four begins one."""
    told: dict[str, str] = {}
    for line in re.split(r"\n {4}(?=\S)", "\n" + section.strip("\n")):
        name, colon, text = line.strip().partition(":")
        if colon:
            told.setdefault(name, words(text))
    return told
