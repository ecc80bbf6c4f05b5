"""The bytes of one file as a shortcut: property list (binary, XML), JSON, bare actions, signed."""

from __future__ import annotations

import datetime
import json
import math
import plistlib
import re
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

from wfllm.errors import WfllmError
from wfllm.shortcuts.signed import read_signed

MAX_BYTES = 32 * 2**20
"""Of one file. Of 356 real shortcuts the largest has 0.9 MB, most of it pictures; larger ones exist."""
MAX_VALUES = 300_000
"""Of one file, shared ones counted each time they are reached: a small file can unfold to billions. The
largest workflow known (4,425 actions) has some 50,000. Many more take minutes and gigabytes to write."""
MAX_NESTING = 400
_SPACE = b"\xef\xbb\xbf \t\r\n"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_ENCODING = re.compile(r"""<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)""")
_ENCODINGS = ("utf-8", "utf-16", "us-ascii", "iso-8859-1")
_ELEMENTS = frozenset(
    (b"plist", b"dict", b"array", b"key", b"string", b"integer", b"real", b"true", b"false", b"date", b"data")
)
_TRAILER = 32
_UNREADABLE = (
    plistlib.InvalidFileException,
    ExpatError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    OverflowError,
    EOFError,
    LookupError,
)
_EXPORT = "Export or download the shortcut again."
_ORIGIN = "No real shortcut is: check its origin."


def load(content: bytes, where: str | Path = "") -> tuple[dict[str, Any], list[str]]:
    """The property list of a shortcut, whatever container it comes in; its `WFWorkflowActions` is a list.

    Its size and depth are bounded, and it holds only values that a property list can hold.

    Returns:
        The property list, and what was left out to make it one, a line each.

    Raises:
        WfllmError: not a shortcut, damaged, or beyond the limits.
    """
    if content.startswith(b"AEA1"):
        content = read_signed(content, where)
    start = content[:256].lstrip(_SPACE)
    if not start:
        raise WfllmError("empty file", where=where, mend="Export the shortcut again.")
    kind = "JSON" if start[:1] in (b"{", b"[") else "property list"
    objects = _Objects()
    try:
        loaded = _load(content, start, where, objects)
    except WfllmError:
        raise
    except (RecursionError, MemoryError) as fault:
        raise WfllmError("nested too deeply", where=where, mend=_ORIGIN) from fault
    except _UNREADABLE as fault:
        reason = " ".join(str(fault).split())[:120] or type(fault).__name__
        raise WfllmError(f"damaged {kind} ({reason})", where=where, mend=_EXPORT) from fault
    whole = _as_shortcut(loaded, content.lstrip(_SPACE) if start[:1] == b"<" else b"", where)
    return whole, objects.notes


def _load(content: bytes, start: bytes, where: str | Path, objects: _Objects) -> Any:
    """What the bytes hold. What would take long is refused before: the parsers know no limits."""
    if start[:1] in (b"{", b"["):
        if content.count(b",") + content.count(b"[") > MAX_VALUES:
            raise _too_many(where)
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=objects, parse_constant=_no_constant)
    if start.startswith(b"bplist"):
        declared = int.from_bytes(content[-_TRAILER + 8 : -_TRAILER + 16], "big")
        if MAX_VALUES < declared < len(content):  # more than bytes is damage, and found at once
            raise _too_many(where)
        return plistlib.loads(content)
    if start.startswith((b"<", *_UTF_16)):
        if content.count(b"<") > 2 * MAX_VALUES:
            raise _too_many(where)
        _check_encoding(content, where)
        return plistlib.loads(content.lstrip(_SPACE), fmt=plistlib.FMT_XML)
    raise WfllmError(
        "not a shortcut (neither property list, JSON, zip nor signed shortcut)",
        where=where,
        mend="Export it from the Shortcuts app as a .shortcut file.",
    )


def _check_encoding(xml: bytes, where: str | Path) -> None:
    """For an encoding that it does not know itself, the parser would import a module of the file's choice."""
    head = xml[: xml.find(b">")]
    declared = _ENCODING.search(head.decode("utf-16" if xml.startswith(_UTF_16) else "latin-1", "replace"))
    if declared and declared[1].lower() not in _ENCODINGS:
        raise WfllmError(
            f"XML in the encoding {declared[1]!r:.40}", where=where, mend="Property lists are in UTF-8."
        )


def _too_many(where: str | Path) -> WfllmError:
    return WfllmError(
        f"unfolds to more than {MAX_VALUES:,} values", where=where, mend="No real shortcut does."
    )


class _Objects:
    """JSON objects as dictionaries. Exporters write null for what is not there; it is left out."""

    def __init__(self) -> None:
        self.nulls = 0

    def __call__(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            raise ValueError("a key stands twice in one dictionary")
        if None in made.values():
            said = {key: value for key, value in made.items() if value is not None}
            self.nulls += len(made) - len(said)
            return said
        return made

    @property
    def notes(self) -> list[str]:
        """What was left out."""
        return [f"{self.nulls} keys that are null were left out"] if self.nulls else []


def _no_constant(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _as_shortcut(loaded: Any, xml: bytes, where: str | Path) -> dict[str, Any]:
    """The property list with its actions, whatever the dump looks like."""
    entries = _check(loaded, where)
    if xml and (lost := _lost(xml, entries)):
        raise WfllmError(f"damaged property list ({lost})", where=where, mend=_EXPORT)
    if isinstance(loaded, list):
        loaded = {"WFWorkflowActions": loaded}
    if isinstance(loaded, dict) and "WFWorkflowActions" not in loaded:
        inner = [v for v in loaded.values() if isinstance(v, dict) and "WFWorkflowActions" in v]
        loaded = inner[0] if len(inner) == 1 else loaded
    if not isinstance(loaded, dict) or not isinstance(loaded.get("WFWorkflowActions"), list):
        raise WfllmError(
            "a property list, but no shortcut: it has no WFWorkflowActions",
            where=where,
            mend="Export it from the Shortcuts app as a .shortcut file.",
        )
    return loaded


class _Once(dict[str, Any]):
    """A dictionary that takes no key twice: the parser keeps the last one in silence."""

    def __setitem__(self, key: str, value: Any) -> None:
        if key in self:
            raise KeyError(key)
        super().__setitem__(key, value)


def _lost(xml: bytes, entries: int) -> str:
    """What the parser of XML passes over in silence; empty where it read everything.

    A first look at the bytes is quick and errs only in what stands in comments and CDATA.
    """
    if len(re.findall(rb"<key\b", xml)) != entries:
        try:
            plistlib.loads(xml, fmt=plistlib.FMT_XML, dict_type=_Once)
        except KeyError:
            return "a key stands twice in one dictionary"
    if set(re.findall(rb"<([A-Za-z][^\s/>]*)", xml)) - _ELEMENTS:
        names: set[str] = set()
        parser = ParserCreate()
        parser.StartElementHandler = lambda name, _: names.add(name)
        parser.Parse(xml, True)
        strange = sorted(names - {name.decode() for name in _ELEMENTS})
        return f"no element of property lists: {strange[0][:40]}" if strange else ""
    return ""


def _check(loaded: Any, where: str | Path) -> int:
    """Refuses what is too much or no property list; the number of dictionary entries.

    Values are counted, and texts measured, as they unfold; binary property lists can share values and even
    contain themselves.
    """
    level, count, size, entries = [loaded], 1, 0, 0
    for _ in range(MAX_NESTING):
        inner: list[Any] = []
        for value in level:
            kind = type(value)
            if kind is str:
                size += len(value)
                if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
                    raise _half(where)
            elif kind is bytes:
                size += len(value)
            elif kind is dict:
                if not all(type(key) is str for key in value):
                    raise WfllmError("a dictionary whose keys are no texts", where=where, mend=_EXPORT)
                size += sum(map(len, value))
                if any("\ud800" <= c <= "\udfff" for key in value if not key.isascii() for c in key):
                    raise _half(where)
                entries += len(value)
                inner.extend(value.values())
            elif kind is list:
                inner.extend(value)
            else:
                _check_leaf(value, where)
            if count + len(inner) > MAX_VALUES:
                raise _too_many(where)
            if size > MAX_BYTES:
                raise WfllmError(
                    f"unfolds to more than {MAX_BYTES >> 20} MB of text",
                    where=where,
                    mend="No real shortcut does.",
                )
        level, count = inner, count + len(inner)
        if not level:
            return entries
    raise WfllmError(f"nested more than {MAX_NESTING} deep", where=where, mend=_ORIGIN)


def _half(where: str | Path) -> WfllmError:
    """JSON can spell them."""
    return WfllmError("holds half a character (a lone surrogate)", where=where, mend=_EXPORT)


def _check_leaf(value: Any, where: str | Path) -> None:
    """A property list has no null, no number that is none, and integers of 64 bits."""
    kind = type(value)
    if kind is bool or kind is datetime.datetime or kind is plistlib.UID:
        return
    if kind is int and -(2**63) <= value < 2**64:
        return
    if kind is float and math.isfinite(value):
        return
    shown = "null" if value is None else "a number that is too large or none at all"
    raise WfllmError(f"holds {shown}, which no property list can", where=where, mend=_EXPORT)
