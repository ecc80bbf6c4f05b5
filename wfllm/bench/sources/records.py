"""Records from JSON: one object a line (`wfllm build` writes these), or one list (the published release)."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

from wfllm.bench.record import Record
from wfllm.bench.sources.fields import check_fields
from wfllm.bench.sources.json_stream import json_items
from wfllm.errors import WfllmError

KEYS = {f.name for f in fields(Record)}
ALIASES = {"plan": "task_plan", "code": "annotated_code", "workflow_code": "annotated_code", "key": "id"}
"""Other names of keys; the last two are the published release's."""
LARGEST = 4 * 2**30
"""Bytes a zip member may unpack to."""
SUFFIXES = {".json", ".jsonl", ".zip"}
_NO_RECORDS = ("dataset_split_keys", "trajectories", "describe")
"""How files begin that lie beside records and hold none: the published release's lists, a build's pairs and
its numbers."""


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
    return sort_out(stream_records(path), path, on_error)


def sort_out(
    found: Iterator[Record | WfllmError], where: object, on_error: Literal["fail", "skip"]
) -> tuple[list[Record], list[WfllmError]]:
    """Good records and faults of a stream, apart.

    Raises:
        WfllmError: a fault under `fail`, or no record at all.
    """
    records: list[Record] = []
    faults: list[WfllmError] = []
    for one in found:
        if isinstance(one, Record):
            records.append(one)
        else:
            faults.append(one)
    if faults and on_error == "fail":
        raise first_of(faults, "records")
    if not records:
        raise WfllmError("holds no record", where=where)
    return records, faults


def stream_records(path: Path) -> Iterator[Record | WfllmError]:
    """Records and faults one by one, in the order of the files, in constant memory.

    Of a folder the files directly in it are read; where it has none, all below it.

    Raises:
        WfllmError: nothing there, or a file that cannot be read at all.
    """
    number = 0
    for file in record_files(path):
        for where, item in file_items(file):
            try:
                yield as_record(item, where, default_id=f"{file.stem}/{number}")
            except WfllmError as fault:
                yield fault
            else:
                number += 1


def record_files(path: Path) -> list[Path]:
    """The files that `stream_records` reads.

    Raises:
        WfllmError: nothing there.
    """
    if not path.exists():
        raise WfllmError(
            "no such file or folder", where=path, mend="Set data.path to a .json or .jsonl file."
        )
    if not path.is_dir():
        return [path]
    files = _files(path.glob("*")) or _files(path.rglob("*"))
    if not files:
        raise WfllmError("holds no .json, .jsonl or .zip file", where=path)
    return files


def _files(paths: Iterator[Path]) -> list[Path]:
    return sorted(
        p for p in paths if p.suffix in SUFFIXES and not p.name.startswith(_NO_RECORDS) and p.is_file()
    )


def first_of(faults: Sequence[WfllmError], kind: str) -> WfllmError:
    """The first fault, telling how many more there are and how to go on without the bad `kind`."""
    first = faults[0]
    more = f" ({len(faults) - 1} more like it)" if len(faults) > 1 else ""
    mend = f"{first.mend} Mend it, or leave bad {kind} out with data.on_error=skip."
    return WfllmError(first.cause.rstrip(".") + more, where=first.where, mend=mend.strip())


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
    given = {str(key): value for key, value in item.items()}
    for alias, key in ALIASES.items():
        if given.get(key) is None and alias in given:
            given[key] = given[alias]
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


def file_items(file: Path) -> Iterator[tuple[str, Any]]:
    """(place, object) of every record in a file; a line that is not JSON comes as its fault.

    Raises:
        WfllmError: the file cannot be read at all.
    """
    if file.suffix == ".zip":
        yield from _zip_items(file)
        return
    try:
        with file.open(encoding="utf-8") as stream:
            yield from json_items(stream, str(file))
    except UnicodeDecodeError as error:
        raise WfllmError(f"is not UTF-8 text (byte {error.start})", where=file) from None
    except OSError as error:
        raise WfllmError(f"cannot be read ({error.strerror})", where=file) from None


def _zip_items(file: Path) -> Iterator[tuple[str, Any]]:
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                name = Path(member.filename)
                if name.suffix not in (".json", ".jsonl") or name.name.startswith(_NO_RECORDS):
                    continue
                where = f"{file}!{member.filename}"
                if member.file_size > LARGEST:
                    yield where, WfllmError(f"unpacks to {member.file_size / 2**30:.0f} GB", where=where)
                    continue
                try:
                    with io.TextIOWrapper(archive.open(member), "utf-8", "replace") as stream:
                        yield from json_items(stream, where)
                except _BAD_MEMBER as error:
                    mend = "Unpack the zip yourself."
                    yield where, WfllmError(f"cannot be unpacked ({error})", where=where, mend=mend)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise WfllmError(f"is not a zip file ({error})", where=file) from None


# Damaged, encrypted, packed in a way Python does not know.
_BAD_MEMBER = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError
)  # fmt: skip
