"""What reading one file of definitions gives, and the small tools that every importer needs."""

from __future__ import annotations

import json
import math
import plistlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from wfllm.errors import WfllmError
from wfllm.shortcuts.api import Api, Origin, ValueType

MAX_BYTES = 64 << 20
"""Largest file of definitions that is read; Apple's own has a quarter of a megabyte."""
LONGEST_TEXT = 300
"""Characters of a title or description that are kept."""
LONGEST_NAME = 200
"""Characters of an identifier or key; longer ones are no names."""
MAX_PARAMETERS = 200_000
"""Parameters of all entries of one file; a small property list can unfold to billions."""
_UNRESOLVED = re.compile(r"[A-Z0-9]+(?:[_.-][A-Z0-9]+)+")


@dataclass
class Imported:
    """The APIs of one file."""

    source: Origin
    where: str
    """The file."""
    apis: list[Api] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What was left out and why, one line each: file, entry, cause."""


class BadEntryError(ValueError):
    """An entry that is not of the format; the others are read on."""


def bytes_of(path: Path) -> bytes:
    """The content of a file.

    Raises:
        WfllmError: it cannot be read or is too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as fault:
        raise WfllmError(f"cannot be read ({fault})", where=path, mend="Check the path.") from fault
    if len(content) > MAX_BYTES:
        raise WfllmError(f"over {MAX_BYTES >> 20} MB", where=path, mend="Is this the right file?")
    return content


def plist_of(content: bytes, where: str | Path) -> Any:
    """A property list, binary or XML.

    Raises:
        WfllmError: it is none.
    """
    try:
        return plistlib.loads(content)
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError, ExpatError) as fault:
        cause = f"not a property list ({fault.__class__.__name__})"
        raise WfllmError(cause, where=where, mend="Is the file whole?") from fault
    except (RecursionError, MemoryError) as fault:
        raise WfllmError("nested too deeply", where=where, mend="Is this the right file?") from fault


def json_of(content: bytes, where: str | Path) -> Any:
    """A JSON document.

    Raises:
        WfllmError: it is none.
    """
    try:
        return json.loads(content)
    except (RecursionError, MemoryError) as fault:
        raise WfllmError("nested too deeply", where=where, mend="Is this the right file?") from fault
    except ValueError as fault:
        raise WfllmError(f"not JSON ({fault})", where=where, mend="Is the file whole?") from fault


def each(
    entries: Iterable[tuple[str, Any]], read: Callable[[str, Any], Api | None], into: Imported
) -> Imported:
    """Reads entry by entry; one that is not of the format becomes a note, the others stay.

    Raises:
        WfllmError: there are more than any real file has.
    """
    parameters = 0
    for name, entry in entries:
        try:
            api = read(name, entry)
        except (BadEntryError, KeyError, TypeError, AttributeError, ValueError, RecursionError) as fault:
            cause = fault if isinstance(fault, BadEntryError) else f"{fault.__class__.__name__}: {fault}"
            into.notes.append(" ".join(f"{into.where}: {str(name)[:LONGEST_NAME]}: {cause}".split()))
            continue
        if api is not None:
            into.apis.append(api)
            parameters += 1 + len(api.parameters)
            if parameters > MAX_PARAMETERS:
                cause = f"more than {MAX_PARAMETERS:,} parameters"
                raise WfllmError(cause, where=into.where, mend="No real file is: check its origin.")
    return into


def mapping(value: Any, what: str) -> dict[str, Any]:
    """The value, where it is a table; nothing where it is left out."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadEntryError(f"{what} is no table")
    return value


def rows(value: Any, what: str) -> Iterator[dict[str, Any]]:
    """The tables in a list; nothing where it is left out."""
    if value is None:
        return
    if not isinstance(value, list):
        raise BadEntryError(f"{what} is no list")
    for row in value[:MAX_PARAMETERS]:
        yield mapping(row, what)


def name_of(value: Any, what: str) -> str:
    """A name that can be a key or an identifier."""
    if (
        not isinstance(value, str)
        or not value.strip()
        or len(value) > LONGEST_NAME
        or not value.isprintable()
    ):
        raise BadEntryError(f"{what} is no name")
    return value


def printable(text: str) -> str:
    """The text without what no file of text should hold: control characters, halves of characters."""
    return text if text.isprintable() else "".join(c for c in text if c.isprintable() or c in "\n\t")


def words(value: Any) -> str:
    """A title as people read it: one line, not too long; empty for the key of a translation table."""
    text = printable(" ".join(value[: 4 * LONGEST_TEXT].split())) if isinstance(value, str) else ""
    return "" if _UNRESOLVED.fullmatch(text) else text[:LONGEST_TEXT]


def choices_of(values: Iterable[Any]) -> tuple[str, ...]:
    """The texts among the values that can be choices, each once."""
    texts = (v for v in values if isinstance(v, str) and 0 < len(v) <= LONGEST_NAME and v.isprintable())
    return tuple(dict.fromkeys(texts))


def sentence(*values: Any) -> str:
    """The first sentence of the first text that says something, with its full stop."""
    text = next((t for v in values if (t := words(v))), "")
    first = re.split(r"(?<=[.!?]) ", text, maxsplit=1)[0]
    return first if not first or first[-1] in ".!?…" else f"{first}."


def default_of(value: Any, kind: ValueType, choices: tuple[str, ...] = ()) -> Any:
    """A default that a table can hold and that is of the type; None for anything else."""
    if kind == "choice":
        return value if value in choices else None
    if kind == "boolean":
        truths = {"true": True, "false": False, "1": True, "0": False}
        return truths.get(str(value).lower())
    if kind == "number":
        return _number(value)
    if kind == "text":
        fits = isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT and printable(value) == value
        return value if fits else None
    return None


def _number(value: Any) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)[:40]) > 30:
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return (int(number) if number.is_integer() else number) if math.isfinite(number) else None
