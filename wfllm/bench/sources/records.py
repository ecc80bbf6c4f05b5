"""Records from JSON: one object a line (`wfllm build` writes these), or one list (the published release)."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

from wfllm.bench.record import Record
from wfllm.bench.sources.fields import check_fields
from wfllm.errors import WfllmError

KEYS = {f.name for f in fields(Record)}
ALIASES = {"plan": "task_plan", "code": "annotated_code"}
LARGEST = 4 * 2**30
"""Bytes a zip member may unpack to."""


def read_records(
    path: Path, *, on_error: Literal["fail", "skip"] = "fail"
) -> tuple[list[Record], list[WfllmError]]:
    """Records of a `.json`, `.jsonl` or `.zip` file, or of all such files in a folder.

    Args:
        on_error: `fail` raises at the first bad record, telling how many more there are; `skip` leaves
            them out.

    Returns:
        The good records, and a fault for each one left out.

    Raises:
        WfllmError: nothing there, nothing readable, or a bad record under `fail`.
    """
    if not path.exists():
        raise WfllmError(
            "no such file or folder", where=path, mend="Set data.path to a .json or .jsonl file."
        )
    files = [path]
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.suffix in _SUFFIXES and p.is_file())
    if not files:
        raise WfllmError("holds no .json, .jsonl or .zip file", where=path)
    records: list[Record] = []
    faults: list[WfllmError] = []
    for file in files:
        for where, item in _items(file):
            try:
                records.append(as_record(item, where, default_id=f"{file.stem}/{len(records)}"))
            except WfllmError as fault:
                faults.append(fault)
    if faults and on_error == "fail":
        raise first_of(faults, "records")
    if not records:
        raise WfllmError("holds no record", where=path)
    return records, faults


def first_of(faults: Sequence[WfllmError], kind: str) -> WfllmError:
    """The first fault, telling how many more there are and how to go on without the bad `kind`."""
    first = faults[0]
    more = f" ({len(faults) - 1} more like it)" if len(faults) > 1 else ""
    mend = f"{first.mend} Mend it, or leave bad {kind} out with data.on_error=skip."
    return WfllmError(first.cause.rstrip(".") + more, where=first.where, mend=mend.strip())


_SUFFIXES = {".json", ".jsonl", ".zip"}


def as_record(item: Any, where: str, *, default_id: str) -> Record:
    """One JSON object as a Record.

    Raises:
        WfllmError: not an object, no query, no code, a value of the wrong type, an unknown split, or
            text that cannot be written as UTF-8.
    """
    if isinstance(item, WfllmError):
        raise item
    if not isinstance(item, dict):
        raise WfllmError(f"a record is an object, not {type(item).__name__}", where=where)
    given = {ALIASES.get(str(key), str(key)): value for key, value in item.items()}
    for key in ("query", "annotated_code"):
        if not isinstance(given.get(key), str) or not given[key].strip():
            raise WfllmError(f"the record has no {key}", where=where, mend=f'Give "{key}" a text.')
    apis = [] if given.get("apis") is None else given["apis"]
    if not isinstance(apis, list) or not all(isinstance(a, str) for a in apis):
        raise WfllmError('"apis" is not a list of identifiers', where=where)
    check_fields(given, where)
    kept = {k: v for k, v in given.items() if k in KEYS and v is not None}
    kept |= {"apis": list(apis), "task_plan": given.get("task_plan") or ""}
    record = Record(**kept)
    # A file's name may hold bytes that are no UTF-8.
    record.id = str(record.id or default_id.encode("utf-8", "replace").decode())
    return record


def _items(file: Path) -> Iterator[tuple[str, Any]]:
    """(place, object) of every record in a file; a line that is not JSON comes as its fault."""
    if file.suffix == ".zip":
        yield from _zip_items(file)
        return
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise WfllmError(f"is not UTF-8 text (byte {error.start})", where=file) from None
    except OSError as error:
        raise WfllmError(f"cannot be read ({error.strerror})", where=file) from None
    yield from _text_items(text, str(file))


def _zip_items(file: Path) -> Iterator[tuple[str, Any]]:
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                if Path(member.filename).suffix not in (".json", ".jsonl"):
                    continue
                where = f"{file}!{member.filename}"
                if member.file_size > LARGEST:
                    yield where, WfllmError(f"unpacks to {member.file_size / 2**30:.0f} GB", where=where)
                    continue
                try:
                    text = archive.read(member).decode("utf-8", "replace")
                except _BAD_MEMBER as error:
                    mend = "Unpack the zip yourself."
                    yield where, WfllmError(f"cannot be unpacked ({error})", where=where, mend=mend)
                    continue
                yield from _text_items(text, where)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise WfllmError(f"is not a zip file ({error})", where=file) from None


# Damaged, encrypted, packed in a way Python does not know.
_BAD_MEMBER = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError
)  # fmt: skip


def _why(error: Exception) -> str:
    """Why text is not read as JSON, without the interpreter's own advice."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return str(error) if isinstance(error, json.JSONDecodeError) else "a number of thousands of digits"


def _text_items(text: str, where: str) -> Iterator[tuple[str, Any]]:
    if text.lstrip().startswith("["):
        try:
            whole = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise WfllmError(f"is not JSON ({_why(error)})", where=where) from None
        for number, item in enumerate(whole):
            yield f"{where}, record {number}", item
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            place = f"{where}:{number}"
            try:
                yield place, json.loads(line)
            except (ValueError, RecursionError) as error:
                yield place, WfllmError(f"the line is not JSON ({_why(error)})", where=place)
