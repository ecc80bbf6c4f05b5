"""Records from a folder of shortcut files: transcribed, with thoughts from the catalogue."""

from __future__ import annotations

from typing import Literal

from wfllm.bench.record import Record
from wfllm.bench.sources.fields import check_record
from wfllm.bench.sources.records import first_of
from wfllm.bench.thoughts.catalogue import annotate
from wfllm.errors import WfllmError
from wfllm.progress import progress
from wfllm.shortcuts.actions import COMMENT, NOTHING
from wfllm.shortcuts.reader import Source, find, read
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree


def read_shortcuts(
    where: str, *, on_error: Literal["fail", "skip"] = "fail"
) -> tuple[list[Record], list[WfllmError]]:
    """A record for every shortcut below `where` (file, folder or glob), and a fault for each left out.

    Args:
        on_error: `fail` raises at the first shortcut that cannot be read, telling how many more there
            are; `skip` leaves them out. One that calls no API is no error: it is left out either way.

    Raises:
        WfllmError: nothing there is a shortcut, or an unreadable one under `fail`.
    """
    paths = find(where)
    records: list[Record] = []
    faults: list[WfllmError] = []
    unreadable: list[WfllmError] = []
    with progress("Reading shortcuts", len(paths), "file") as bar:
        for path in paths:
            for source in read(path):
                try:
                    records.append(_record(source, str(path)))
                except _NothingToLearnError as fault:
                    faults.append(fault)
                except WfllmError as fault:
                    faults.append(fault)
                    unreadable.append(fault)
            bar.advance()
    if unreadable and on_error == "fail":
        raise first_of(unreadable, "shortcuts")
    if not records:
        raise WfllmError(
            "holds no shortcut that can be read", where=where, mend=faults[0].line() if faults else ""
        )
    return records, faults


class _NothingToLearnError(WfllmError):
    """A sound shortcut that makes no record."""


def _record(source: Source, where: str) -> Record:
    if source.error is not None or source.plist is None:
        raise source.error or WfllmError("holds no shortcut", where=where)
    where = f"{where}:{source.member}" if source.member else where
    # A file's name may hold bytes that are no UTF-8.
    name, place = (text.encode("utf-8", "replace").decode() for text in (source.name, where))
    script = transcribe(build_tree(source.plist, name))
    if set(script.apis) <= {COMMENT, NOTHING}:
        raise _NothingToLearnError("calls no API, so there is nothing to learn from", where=where)
    bare = Record(query="", apis=script.apis, task_plan="", annotated_code=script.code, id=name, source=place)
    record = annotate(bare)
    check_record(record, where)
    return record
