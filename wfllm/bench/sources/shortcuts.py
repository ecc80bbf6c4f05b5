"""Records from a folder of shortcut files: transcribed, with thoughts from the catalogue."""

from __future__ import annotations

from wfllm.bench.record import Record
from wfllm.bench.thoughts.catalogue import annotate
from wfllm.errors import WfllmError
from wfllm.progress import progress
from wfllm.shortcuts.reader import Source, find, read
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree


def read_shortcuts(where: str) -> tuple[list[Record], list[WfllmError]]:
    """A record for every shortcut below `where` (file, folder or glob), and a fault for each left out.

    Raises:
        WfllmError: nothing there is a shortcut.
    """
    paths = find(where)
    records: list[Record] = []
    faults: list[WfllmError] = []
    with progress("Reading shortcuts", len(paths), "file") as bar:
        for path in paths:
            for source in read(path):
                try:
                    records.append(_record(source, str(path)))
                except WfllmError as fault:
                    faults.append(fault)
            bar.advance()
    if not records:
        raise WfllmError(
            "holds no shortcut that can be read", where=where, mend=faults[0].line() if faults else ""
        )
    return records, faults


def _record(source: Source, where: str) -> Record:
    if source.error is not None or source.plist is None:
        raise source.error or WfllmError("holds no shortcut", where=where)
    script = transcribe(build_tree(source.plist, source.name))
    if not script.apis:
        raise WfllmError("calls no API, so there is nothing to learn from", where=where)
    bare = Record(
        query="", apis=script.apis, task_plan="", annotated_code=script.code, id=source.name, source=where
    )
    return annotate(bare)
