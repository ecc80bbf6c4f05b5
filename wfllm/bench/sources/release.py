"""The published release in its own layout, as its README lists it.

`seed_data.json` (records with `key`, the shortcut's title), `synthesized_data.json`,
`dataset_split_keys.json` and `dataset_split_keys_ood.json` (split → titles), `identifier2json.pkl` and
`identifier2python.pkl` (API documents), `statistics.pkl` (title → `action_names` and more). They lie in a
folder, in `data/` of it, or loose.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wfllm.bench.categories import CATEGORIES
from wfllm.bench.record import Record
from wfllm.bench.sources.pickles import plain, read_pickle
from wfllm.bench.sources.records import as_record, file_items, stream_records
from wfllm.bench.sources.repair import repair
from wfllm.config import schema as s
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.catalogue.published import import_published, read_published
from wfllm.shortcuts.used import BECAME_SYNTAX

SEED, SYNTHETIC = "seed_data.json", "synthesized_data.json"
_DOCUMENTS, _STUBS, _STATISTICS = "identifier2json.pkl", "identifier2python.pkl", "statistics.pkl"


def release_folder(path: Path) -> Path | None:
    """The folder of a release that `path` stands for: itself, or `data/` in it; None where it is none."""
    for folder in (path, path / "data"):
        if (folder / SEED).is_file() or (folder / SYNTHETIC).is_file():
            return folder
    return None


def release_files(data: s.WorkflowBenchData) -> list[Path]:
    """Files of a release that determine its records; empty where the path is no release."""
    folder = release_folder(Path(data.path).expanduser())
    names = [SEED, _STATISTICS, *([SYNTHETIC] if data.synthetic else [])]
    return [folder / name for name in names if (folder / name).is_file()] if folder else []


def keys_file(data: s.WorkflowBenchData) -> Path | None:
    """The file that `data.keys` names, None where it names none. A bare name of which there is no file here
    is that of one beside the records: the release has its lists there."""
    if not data.keys:
        return None
    given, path = Path(data.keys).expanduser(), Path(data.path).expanduser()
    if given.name == data.keys and not given.is_file():
        return (release_folder(path) or (path if path.is_dir() else path.parent)) / given
    return given


def stream_published(data: s.WorkflowBenchData) -> Iterator[Record | WfllmError]:
    """Records and faults one by one: of a release, or of files that hold such records.

    A record of the seed data is named by its title; one of the synthetic data belongs to training. What a
    record lacks of `apis` comes from the statistics.

    Raises:
        WfllmError: nothing there.
    """
    path = Path(data.path).expanduser()
    folder = release_folder(path)
    found = stream_records(path) if folder is None else _release(folder, data)
    for one in found:
        if data.repair and isinstance(one, Record):
            _repair(one)
        yield one


REPAIRED, UNREPAIRED = "repaired", "unrepaired"
"""Keys of `meta`: repairs by name and number, or why there is still no Python."""


def _repair(record: Record) -> None:
    done = repair(record.annotated_code)
    if done.made:
        record.annotated_code = done.code
        record.meta = {**record.meta, REPAIRED: dict(sorted(done.made.items()))}
    elif done.lost:
        record.meta = {**record.meta, UNREPAIRED: done.lost}


def _release(folder: Path, data: s.WorkflowBenchData) -> Iterator[Record | WfllmError]:
    used: dict[str, Any] = {}
    if (folder / _STATISTICS).is_file():
        used = _mapping(folder / _STATISTICS)
    for name in (SEED, SYNTHETIC):
        synthetic = name == SYNTHETIC
        if not (folder / name).is_file() or (synthetic and not data.synthetic):
            continue
        for number, (where, item) in enumerate(file_items(folder / name)):
            try:
                record = as_record(item, where, default_id=f"{Path(name).stem}/{number}")
            except WfllmError as fault:
                yield fault
                continue
            record.source = record.source or name
            if synthetic:
                record.split = record.split or "train"
                record.meta = {"synthetic": True, **record.meta}
            elif "id" not in item:  # the release has a title alone; what `wfllm build` writes has both
                record.meta = {"title": record.id, **record.meta}
            _from_statistics(record, used.get(record.id))
            yield record


def _from_statistics(record: Record, entry: Any) -> None:
    if not isinstance(entry, dict):
        return
    names = entry.get("action_names")
    if not record.apis and isinstance(names, (list, tuple, set)):
        texts = [n for n in names if isinstance(n, str)]
        record.apis = [n for n in dict.fromkeys(texts) if n not in BECAME_SYNTAX]
    if record.category is None and entry.get("type") in CATEGORIES:
        record.category = entry["type"]


def published_catalogue(data: s.Data) -> Catalogue | None:
    """API documents that come with a source: the file it names, else the release's; None where there are
    none.

    Raises:
        WfllmError: they are there and cannot be read.
    """
    if not isinstance(data, s.WorkflowBenchData):
        return None
    if data.apis:
        return read_published(Path(data.apis).expanduser())
    folder = release_folder(Path(data.path).expanduser())
    if folder is None or not (folder / _DOCUMENTS).is_file():
        return None
    documents = _mapping(folder / _DOCUMENTS)
    stubs = _mapping(folder / _STUBS) if (folder / _STUBS).is_file() else {}
    lines = []
    for identifier, document in documents.items():
        row = {
            "identifier": str(identifier),
            "python": str(stubs.get(str(identifier).replace(".", "_")) or ""),
        }
        try:
            row["json"] = plain(document, where=folder / _DOCUMENTS)
        except WfllmError:
            continue  # one odd document costs itself alone
        lines.append(json.dumps(row))
    return Catalogue(import_published("\n".join(lines).encode(), str(folder / _DOCUMENTS)).apis)


def _mapping(path: Path) -> dict[str, Any]:
    value = read_pickle(path)
    if not isinstance(value, dict):
        raise WfllmError(f"holds {type(value).__name__}, not a dictionary", where=path)
    return {key: inner for key, inner in value.items() if isinstance(key, str)}
