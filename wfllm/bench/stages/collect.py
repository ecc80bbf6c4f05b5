"""Stage `collect`: which files or records there are. A file is hashed here and read in the next stage."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from wfllm.bench.sources import load_records
from wfllm.bench.stages.stage import Dropped, Outcome, Whole
from wfllm.config import schema as s
from wfllm.progress import progress
from wfllm.shortcuts.reader import find


def collect(data: s.Data) -> Whole:
    """The stage for a data source: items with `file` and `sha256`, or whole records.

    What the source holds determines the result, so its files are hashed before anything is decided.

    Raises:
        WfllmError: the source is not there.
    """
    settings = {"data": data.model_dump(mode="json")}
    if isinstance(data, s.ShortcutsData):
        files = list(_hashed(find(data.path)))
        root = Path(data.path).expanduser()
        return Whole("collect", (), lambda _inputs: _files(files, root), {**settings, "files": files})
    return Whole("collect", (), lambda _inputs: _records(data), {**settings, "files": _content(data)})


def _hashed(paths: list[Path]) -> Iterator[tuple[str, str]]:
    with progress("Hashing", len(paths), "files") as bar:
        for path in paths:
            yield str(path), hashlib.sha256(path.read_bytes()).hexdigest()
            bar.advance()


def _content(data: s.Data) -> list[tuple[str, str]]:
    """Hashes of the files that records are read from."""
    if not isinstance(data, s.HeldOutData):
        return []
    path = Path(data.path).expanduser()
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    return list(_hashed([p for p in files if p.is_file()]))


def _files(files: list[tuple[str, str]], root: Path) -> Iterator[Outcome]:
    for file, digest in files:
        path = Path(file)
        source = path.relative_to(root) if root in path.parents else Path(path.name)
        name, shown = (text.encode("utf-8", "replace").decode() for text in (path.stem, source.as_posix()))
        yield {"id": name, "source": shown, "file": file, "sha256": digest, "meta": {"title": name}}


def _records(data: s.Data) -> Iterator[Outcome]:
    if isinstance(data, s.HeldOutData):  # one bad record costs that record: it is kept aside, and told
        data = data.model_copy(update={"on_error": "skip"})
    splits, faults = load_records(data)
    for records in splits.values():
        yield from (record.as_json() for record in records)
    for fault in faults:
        yield Dropped({"id": fault.where}, "unreadable", fault.line())
