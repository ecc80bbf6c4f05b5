"""Records from a folder of shortcut files: transcribed, with thoughts from the catalogue."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from wfllm.bench.record import Record
from wfllm.bench.sources.fields import check_record
from wfllm.bench.sources.metadata import Entry, match_metadata
from wfllm.bench.sources.records import first_of
from wfllm.bench.thoughts.catalogue import annotate
from wfllm.errors import WfllmError
from wfllm.progress import progress
from wfllm.shortcuts.actions import COMMENT, NOTHING
from wfllm.shortcuts.reader import Source, find, read
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree


@dataclass(frozen=True)
class Found:
    """Shortcut files, and what a table beside them says."""

    root: Path
    """Folder that the files' names start from."""
    files: list[Path]
    entries: dict[Path, Entry]
    faults: list[WfllmError]
    """Of the table."""


def find_shortcuts(where: str, metadata: str | None = None) -> Found:
    """The files below `where` (file, folder or glob) with their metadata.

    Raises:
        WfllmError: no shortcut there, or a table that cannot be read.
    """
    files = find(where)
    root = Path(where).expanduser()
    if not root.is_dir():
        root = Path(os.path.commonpath([path.parent for path in files]))
    if metadata is None:
        return Found(root, files, {}, [])
    table = Path(metadata).expanduser()
    matched = match_metadata(table, files, root)
    return Found(root, [p for p in files if p != table], matched.entries, matched.faults)


def read_shortcuts(
    where: str, *, on_error: Literal["fail", "skip"] = "fail", metadata: str | None = None
) -> tuple[list[Record], list[WfllmError]]:
    """A record for every shortcut below `where` (file, folder or glob), and a fault for each left out.

    Args:
        on_error: `fail` raises at the first shortcut that cannot be read, telling how many more there
            are; `skip` leaves them out. One that calls no API is no error: it is left out either way.
        metadata: a table beside them, see `match_metadata`.

    Raises:
        WfllmError: nothing there is a shortcut, or an unreadable one under `fail`.
    """
    records: list[Record] = []
    faults: list[WfllmError] = []
    unreadable: list[WfllmError] = []
    for one in stream_shortcuts(where, metadata):
        if isinstance(one, Record):
            records.append(one)
            continue
        faults.append(one)
        if not isinstance(one, NothingToLearnError):
            unreadable.append(one)
    if unreadable and on_error == "fail":
        raise first_of(unreadable, "shortcuts")
    if not records:
        raise WfllmError(
            "holds no shortcut that can be read", where=where, mend=faults[0].line() if faults else ""
        )
    return records, faults


def stream_shortcuts(where: str, metadata: str | None = None) -> Iterator[Record | WfllmError]:
    """Records and faults one by one, in the order of the files.

    Raises:
        WfllmError: nothing there, or a table that cannot be read.
    """
    found = find_shortcuts(where, metadata)
    yield from found.faults
    with progress("Reading shortcuts", len(found.files), "file") as bar:
        for path in found.files:
            entry = found.entries.get(path)
            for source in read(path) if entry is None or entry.fault is None else ():
                try:
                    yield _record(source, str(path), entry)
                except WfllmError as fault:
                    yield fault
            bar.advance()


class NothingToLearnError(WfllmError):
    """A sound shortcut that makes no record."""


def _record(source: Source, where: str, entry: Entry | None) -> Record:
    if source.error is not None or source.plist is None:
        raise source.error or WfllmError("holds no shortcut", where=where)
    where = f"{where}:{source.member}" if source.member else where
    # A file's name may hold bytes that are no UTF-8.
    name, place = (text.encode("utf-8", "replace").decode() for text in (source.name, where))
    script = transcribe(build_tree(source.plist, name))
    if set(script.apis) <= {COMMENT, NOTHING}:
        raise NothingToLearnError("calls no API, so there is nothing to learn from", where=where)
    bare = Record(query="", apis=script.apis, task_plan="", annotated_code=script.code, id=name, source=place)
    if entry is not None:
        bare = replace(bare, category=entry.category, meta=dict(entry.meta))
    record = annotate(bare)
    check_record(record, where)
    return record
