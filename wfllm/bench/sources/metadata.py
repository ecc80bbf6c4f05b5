"""What is known of shortcut files beside them: title, description, category, language; a table of any kind.

CSV with a heading, a JSON list, JSON lines, or one JSON object of file → entry. An entry names its file by
the path below the folder, or by the file's name alone.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wfllm.bench.categories import BY_SLUG, CATEGORIES, slug
from wfllm.bench.sources.fields import check_fields
from wfllm.bench.sources.json_stream import json_items, why
from wfllm.errors import WfllmError, suggestion

FILE = ("file", "filename", "file_name", "path")
"""Columns that name the file."""
_MOST = 2**28
"""Bytes of a table."""


@dataclass
class Entry:
    """What is known of one file."""

    where: str
    """The entry's own place."""
    category: str | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    """Title, description, language, and whatever else the table says."""
    fault: WfllmError | None = None
    """What is wrong with it."""


@dataclass
class Metadata:
    """A table matched to the files."""

    entries: dict[Path, Entry]
    faults: list[WfllmError]
    """Entries that name no file, files without an entry, entries with a fault: one line each."""


def match_metadata(table: Path, files: Sequence[Path], root: Path) -> Metadata:
    """Read a table and give each file its entry.

    Args:
        table: the file.
        files: the shortcuts; the table itself may be among them.
        root: the folder that paths in the table start from.

    Raises:
        WfllmError: the table cannot be read at all.
    """
    by_name: dict[str, list[Path]] = {}
    for path in files:
        if path == table:
            continue
        inside = path.relative_to(root).as_posix() if root in path.parents else path.name
        for name in {inside, path.name, path.stem}:
            by_name.setdefault(_same(name), []).append(path)
    made = Metadata({}, [])
    for where, row in _rows(table):
        fault = row if isinstance(row, WfllmError) else None
        if fault is None:
            path_or_fault = _file(row, by_name, where)
            if isinstance(path_or_fault, Path):
                entry = _entry(row, where)
                if path_or_fault in made.entries:
                    fault = WfllmError(f"{path_or_fault.name} has an entry already", where=where)
                else:
                    made.entries[path_or_fault] = entry
                    fault = entry.fault
            else:
                fault = path_or_fault
        if fault is not None:
            made.faults.append(fault)
    for path in files:
        if path != table and path not in made.entries:
            mend = f"Add a line for it to {table.name}."
            made.entries[path] = Entry(str(path), fault=WfllmError("has no metadata", where=path, mend=mend))
            made.faults.append(made.entries[path].fault or WfllmError("has no metadata", where=path))
    return made


def _same(name: str) -> str:
    """macOS writes é in file names as two characters, tables as one."""
    return unicodedata.normalize("NFC", name.strip().removeprefix("./"))


def _file(row: Any, by_name: dict[str, list[Path]], where: str) -> Path | WfllmError:
    if not isinstance(row, dict):
        return WfllmError(f"an entry is an object, not {type(row).__name__}", where=where)
    named = next((row[key] for key in FILE if row.get(key)), None)
    if not isinstance(named, str):
        return WfllmError("names no file", where=where, mend='Give it a "file".')
    found = by_name.get(_same(named), [])
    if not found:
        return WfllmError(f"no file {named[:100]}", where=where, mend=suggestion(named, by_name))
    if len(found) > 1:
        mend = "Write its path below the folder."
        return WfllmError(f"{len(found)} files are called {named[:100]}", where=where, mend=mend)
    return found[0]


def _entry(row: dict[str, Any], where: str) -> Entry:
    meta = {str(k): v for k, v in row.items() if k not in (*FILE, "category") and v not in (None, "", [])}
    entry = Entry(where, meta=meta)
    try:
        check_fields({"meta": meta}, where)
        entry.category = category_of(row.get("category"), where)
    except WfllmError as fault:
        entry.fault = fault
    return entry


def category_of(given: Any, where: str) -> str | None:
    """One of the 28 categories, however it is spelled; None where none is given.

    Raises:
        WfllmError: it is none of them; the nearest is suggested.
    """
    if given is None or given == "":
        return None
    if isinstance(given, str):
        spelled = slug(" ".join(given.split()))
        if spelled in BY_SLUG:
            return BY_SLUG[spelled]
    shown = given if isinstance(given, str) else json.dumps(given)
    folded = {c.lower(): c for c in CATEGORIES}
    mend = suggestion(shown.lower(), folded)
    for lower, name in folded.items():
        mend = mend.replace(f"mean {lower}?", f"mean {name}?")
    mend = mend or f"One of {', '.join(CATEGORIES)}."
    raise WfllmError(f"{shown[:60]!a} is none of the 28 categories", where=where, mend=mend)


def _rows(table: Path) -> Iterator[tuple[str, Any]]:
    try:
        if table.stat().st_size > _MOST:
            raise WfllmError(f"more than {_MOST >> 20} MB", where=table, mend="Split the folder.")
        text = table.read_text(encoding="utf-8-sig")
    except OSError as fault:
        mend = "Set data.metadata to a .csv, .json or .jsonl file."
        raise WfllmError(f"cannot be read ({fault.strerror})", where=table, mend=mend) from None
    except UnicodeDecodeError as fault:
        raise WfllmError(f"is not UTF-8 text (byte {fault.start})", where=table) from None
    if table.suffix.lower() == ".csv":
        yield from _csv_rows(text, table)
    elif (whole := _object(text, table)) is not None:
        for name, entry in whole.items():
            yield f"{table}, {name}", {"file": name, **entry} if isinstance(entry, dict) else entry
    else:
        yield from json_items(io.StringIO(text), str(table))


def _object(text: str, table: Path) -> dict[str, Any] | None:
    """A table that is one object of file → entry; None where it is a list or lines."""
    if table.suffix.lower() != ".json" or not text.lstrip().startswith("{"):
        return None
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as fault:
        if fault.msg == "Extra data":
            return None
        raise WfllmError(f"is not JSON ({why(fault)})", where=table) from None
    except (ValueError, RecursionError) as fault:
        raise WfllmError(f"is not JSON ({why(fault)})", where=table) from None
    return whole if isinstance(whole, dict) and not any(key in whole for key in FILE) else None


def _csv_rows(text: str, table: Path) -> Iterator[tuple[str, Any]]:
    lines = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True)
    try:
        heads = [h.strip().lower() for h in lines.fieldnames or []]
        if not set(FILE) & set(heads):
            mend = 'The first line names the columns, one of them "file".'
            raise WfllmError("has no column that names the file", where=table, mend=mend)
        lines.fieldnames = heads
        for row in lines:
            place = f"{table}:{lines.line_num}"
            if None in row:
                yield place, WfllmError("has more values than columns", where=place, mend="Quote commas.")
            else:
                yield place, row
    except csv.Error as fault:
        raise WfllmError(f"is not CSV ({fault})", where=table) from None
