"""Stage `assemble`: the finished dataset; visible whole or not at all.

`<split>.jsonl` is what `data=records` reads, `parquet/` with `README.md` what `datasets.load_dataset` reads,
`workflowbench/` the published release's layout, `trajectories.jsonl` what a repair mended. Everything is
written record by record.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import Any, Protocol, TextIO

from wfllm.bench.ids import UniqueIds
from wfllm.bench.record import Record
from wfllm.bench.splits import SPLITS
from wfllm.bench.stages.card import card
from wfllm.bench.stages.parquet import ParquetFiles
from wfllm.bench.stages.stage import TRAJECTORIES, Item
from wfllm.errors import WfllmError
from wfllm.files import write_text

FOLDER = "dataset"
PAIRS = "trajectories.jsonl"
_NOTE = ".dataset.json"
"""Beside the dataset: what it was made of, and its files' sizes."""
_KEYS = [f.name for f in fields(Record)]


class Writer(Protocol):
    """One form of the dataset."""

    def add(self, record: dict[str, Any]) -> None:
        """One record, its `split` set."""

    def close(self) -> None:
        """Write what is left."""


def assemble(
    root: Path,
    items: Iterable[Item],
    formats: Collection[str] = ("parquet", "workflowbench"),
    key: Sequence[str] = (),
    finish: Callable[[Path], None] | None = None,
) -> dict[str, int]:
    """Write `<root>/dataset/`; the number of records of each split.

    What stood there before stays until all is written. Two records with one id become `x` and `x#2`:
    predictions are matched to records by id.

    Args:
        root: the build's folder.
        items: with their splits.
        formats: what to write beside JSON lines.
        key: what determines the items; a dataset that was made of the same and is whole stays as it is.
        finish: writes more into the folder before it is visible; what determines that is in `key`, too.

    Raises:
        WfllmError: it cannot be written.
    """
    new, old = root / f".new-{FOLDER}", root / f".old-{FOLDER}"
    target = root / FOLDER
    made_of = hashlib.sha256(json.dumps([list(key), sorted(formats)]).encode()).hexdigest() if key else ""
    if key and (counts := _there(root, made_of)) is not None:
        return counts
    try:
        for leftover in (new, old):
            shutil.rmtree(leftover, ignore_errors=True)
        new.mkdir(parents=True)
        counts = _write(new, items, formats)
        if finish is not None:
            finish(new)
        if target.exists():
            target.rename(old)
        new.rename(target)
        shutil.rmtree(old, ignore_errors=True)
        note = {"key": made_of, "counts": counts, "files": _sizes(target)}
        write_text(root / _NOTE, json.dumps(note, indent=1) + "\n")
    except OSError as fault:
        raise WfllmError(
            f"cannot be written ({fault.strerror or fault})",
            where=target,
            mend="Make room or give the right to write; the same command goes on from here.",
        ) from fault
    return counts


def _there(root: Path, made_of: str) -> dict[str, int] | None:
    """The counts of the dataset that is there, if it was made of the same and no file was cut since."""
    try:
        note = json.loads((root / _NOTE).read_bytes())
        whole = note["key"] == made_of and note["files"] == _sizes(root / FOLDER)
        return {split: int(note["counts"][split]) for split in SPLITS} if whole else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _sizes(folder: Path) -> dict[str, int]:
    return {
        p.relative_to(folder).as_posix(): p.stat().st_size for p in sorted(folder.rglob("*")) if p.is_file()
    }


def _write(folder: Path, items: Iterable[Item], formats: Collection[str]) -> dict[str, int]:
    counts = dict.fromkeys(SPLITS, 0)
    categories: dict[str, int] = {}
    makers: dict[str, Callable[[Path], Writer]] = {"parquet": ParquetFiles, "workflowbench": PublishedFiles}
    with ExitStack() as stack:
        writers: list[Writer] = [LineFiles(folder)]
        writers += [make(folder / name) for name, make in makers.items() if name in formats]
        for writer in writers:
            stack.callback(writer.close)
        ids = stack.enter_context(UniqueIds())
        pairs = PairFile(folder / PAIRS)
        stack.callback(pairs.close)
        for item in items:
            record = {key: item[key] for key in _KEYS if key in item}
            record["id"] = ids.unique(record["id"])
            pairs.add(record["id"], item)
            for writer in writers:
                writer.add(record)
            counts[item["split"]] += 1
            name = item.get("category") or "none"
            categories[name] = categories.get(name, 0) + 1
    (folder / "README.md").write_text(card(counts, categories, formats), encoding="utf-8")
    return counts


class LineFiles:
    """`<split>.jsonl`, one record a line."""

    def __init__(self, folder: Path) -> None:
        self.files = {s: (folder / f"{s}.jsonl").open("w", encoding="utf-8", newline="\n") for s in SPLITS}

    def add(self, record: dict[str, Any]) -> None:
        self.files[record["split"]].write(json.dumps(record, ensure_ascii=False) + "\n")

    def close(self) -> None:
        for file in self.files.values():
            file.close()


class PairFile:
    """`trajectories.jsonl`: lines that a model got wrong beside what mended them; no file without any."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: TextIO | None = None

    def add(self, name: str, item: Item) -> None:
        for pair in item.get(TRAJECTORIES, ()):
            self.file = self.file or self.path.open("w", encoding="utf-8", newline="\n")
            self.file.write(json.dumps({**pair, "id": name}, ensure_ascii=False) + "\n")

    def close(self) -> None:
        if self.file is not None:
            self.file.close()


class PublishedFiles:
    """`seed_data.json`, `synthesized_data.json` and `dataset_split_keys.json`, as the published release
    has them.

    Records carry the release's keys first and all of ours behind them, so that nothing is lost on the way
    back.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.files = {
            synthetic: (folder / f"{name}_data.json").open("w", encoding="utf-8", newline="\n")
            for synthetic, name in ((False, "seed"), (True, "synthesized"))
        }
        self.begun: set[bool] = set()
        self.keys = (folder / "dataset_split_keys.json").open("w", encoding="utf-8", newline="\n")
        self.lists: dict[str, list[str]] = {split: [] for split in SPLITS}

    def add(self, record: dict[str, Any]) -> None:
        synthetic = bool((record.get("meta") or {}).get("synthetic"))
        row = {"key": record["id"], **record}
        text = json.dumps(row, ensure_ascii=False)
        self.files[synthetic].write(f"{',' if synthetic in self.begun else '['}\n{text}")
        self.begun.add(synthetic)
        self.lists[record["split"]].append(record["id"])

    def close(self) -> None:
        for synthetic, file in self.files.items():
            file.write("\n]\n" if synthetic in self.begun else "[]\n")
            file.close()
        lists = {"train": self.lists["train"], "dev": self.lists["dev"], "test": self.lists["id"]}
        if self.lists["ood"]:
            lists["ood"] = self.lists["ood"]
        json.dump(lists, self.keys, ensure_ascii=False, indent=0)
        self.keys.close()
