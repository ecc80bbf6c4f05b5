"""Stage `collect`: which files or records there are. A file is hashed here and read in the next stage."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wfllm.bench.record import Record
from wfllm.bench.sources import REPEAT, repeated, stream
from wfllm.bench.sources.mix import parts_of, times
from wfllm.bench.sources.plugin import of_plugin
from wfllm.bench.sources.records import record_files
from wfllm.bench.sources.release import release_files
from wfllm.bench.sources.shortcuts import Found, find_shortcuts
from wfllm.bench.stages.stage import Dropped, Outcome, Whole
from wfllm.config import schema as s
from wfllm.errors import WfllmError
from wfllm.progress import progress

UNREAD = "unread"
"""In place of the hash of a file that cannot be read; the next stage says why."""
_PLACES = {"path", "metadata", "apis", "keys", "parts"}
"""Keys of a source that say where something lies: what lies there counts, so that a build moves."""


@dataclass
class _Part:
    data: s.Data
    weight: float
    found: Found | None
    """Of a source of shortcut files."""
    hashes: list[tuple[str, str]]
    """Name below the folder and hash of each file."""


def collect(data: s.Data) -> tuple[Whole, list[Path]]:
    """The stage for a data source, and the folders that the files of its items lie in.

    Items are whole records, or name a `file` with its `sha256` and the number of its `root` among those
    folders. What the source holds determines the result, so its files are hashed before anything is decided.

    Raises:
        WfllmError: the source is not there.
    """
    given = [(p.data, p.weight) for p in parts_of(data)] if isinstance(data, s.MixData) else [(data, 1.0)]
    parts = [_part(part, weight) for part, weight in given]
    settings = [
        {**p.data.model_dump(mode="json", exclude=_PLACES), "weight": p.weight, "files": _digest(p.hashes)}
        for p in parts
    ]
    roots = [p.found.root for p in parts if p.found is not None]
    return Whole("collect", (), lambda _inputs: _outcomes(parts), {"parts": settings}), roots


def _part(data: s.Data, weight: float) -> _Part:
    if of_plugin(data):
        return _Part(data, weight, None, [(data.name, _read_through(data))])
    if isinstance(data, s.ShortcutsData):
        found = find_shortcuts(data.path, data.metadata)
        hashes = [(_below(p, found.root), digest) for p, digest in _hashed(found.files)]
        if data.metadata is not None:
            told = [f.line() for f in found.faults] + [repr(e) for e in found.entries.values()]
            hashes.append(("", hashlib.sha256("\n".join(told).encode("utf-8", "replace")).hexdigest()))
        return _Part(data, weight, found, hashes)
    files: list[Path] = []
    if isinstance(data, s.HeldOutData):
        path = Path(data.path).expanduser()
        files = (release_files(data) if isinstance(data, s.WorkflowBenchData) else []) or record_files(path)
    return _Part(data, weight, None, [(p.name, digest) for p, digest in _hashed(files)])


def _read_through(data: s.Data) -> str:
    """A hash of all that a plug-in's source yields: nobody else knows which files it reads."""
    digest = hashlib.sha256()
    for one in stream(data):
        told = one.line() if isinstance(one, WfllmError) else json.dumps(one.as_json(), sort_keys=True)
        digest.update(told.encode("utf-8", "replace"))
    return digest.hexdigest()


def _below(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if root in path.parents else path.name


def _digest(hashes: Iterable[tuple[str, str]]) -> str:
    digest = hashlib.sha256()
    for name, value in hashes:
        digest.update(f"{name}\0{value}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _hashed(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    with progress("Hashing", len(paths), "files") as bar:
        for path in paths:
            yield path, hash_of(path)
            bar.advance()


def hash_of(path: Path) -> str:
    """SHA-256 of a file; UNREAD where it is none or cannot be read."""
    digest = hashlib.sha256()
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would wait for ever
            return UNREAD
        with path.open("rb") as file:
            while block := file.read(2**20):
                digest.update(block)
    except OSError:
        return UNREAD
    return digest.hexdigest()


def _outcomes(parts: list[_Part]) -> Iterator[Outcome]:
    root = 0
    for part in parts:
        if part.found is not None:
            yield from _files(part, part.found, root)
            root += 1
        else:
            yield from _records(part)


def _files(part: _Part, found: Found, root: int) -> Iterator[Outcome]:
    for fault in found.faults:
        if not any(e.fault is fault for e in found.entries.values()):
            yield Dropped({"id": fault.where}, "metadata", fault.line())
    limit = part.data.max_records
    for path, (file, digest) in list(zip(found.files, part.hashes, strict=False))[:limit]:
        entry = found.entries.get(path)
        name, shown = (text.encode("utf-8", "replace").decode() for text in (path.stem, file))
        item: dict[str, Any] = {"id": name, "source": shown, "file": file, "root": root, "sha256": digest}
        if entry is not None and entry.fault is not None:
            yield Dropped(item, "metadata", entry.fault.line())
            continue
        meta = {"title": name, **(entry.meta if entry else {})}
        if entry and entry.category:
            item["category"] = entry.category
        for number in range(1, times(part.weight, digest) + 1):
            again = {REPEAT: number} if number > 1 else {}
            yield {**item, "meta": {**meta, **again}}


def _records(part: _Part) -> Iterator[Outcome]:
    taken: dict[str | None, int] = {}
    for one in stream(part.data):
        if isinstance(one, WfllmError):  # one bad record costs that record: it is kept aside, and told
            yield Dropped({"id": one.where}, "unreadable", one.line())
        elif _room(one, part.data.max_records, taken):
            yield from (record.as_json() for record in repeated(one, part.weight))


def _room(record: Record, limit: int | None, taken: dict[str | None, int]) -> bool:
    taken[record.split] = taken.get(record.split, 0) + 1
    return limit is None or taken[record.split] <= limit
