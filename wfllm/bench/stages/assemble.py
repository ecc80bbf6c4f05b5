"""Stage `assemble`: the finished dataset, one file a split; visible whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import TextIO

from wfllm.bench.record import Record
from wfllm.bench.splits import SPLITS
from wfllm.bench.stages.stage import Item

FOLDER = "dataset"
_KEYS = [f.name for f in fields(Record)]


def assemble(root: Path, items: Iterable[Item]) -> dict[str, int]:
    """Write `<root>/dataset/<split>.jsonl`; the number of records of each split.

    What stood there before stays until all is written.
    """
    new, old = root / f".new-{FOLDER}", root / f".old-{FOLDER}"
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    new.mkdir(parents=True)
    counts = dict.fromkeys(SPLITS, 0)
    ids: set[str] = set()
    with ExitStack() as stack:
        files: Mapping[str, TextIO] = {
            split: stack.enter_context((new / f"{split}.jsonl").open("w", encoding="utf-8"))
            for split in SPLITS
        }
        for item in items:
            record = {key: item[key] for key in _KEYS if key in item}
            record["id"] = _unique(record["id"], ids)
            files[item["split"]].write(json.dumps(record, ensure_ascii=False) + "\n")
            counts[item["split"]] += 1
    target = root / FOLDER
    if target.exists():
        target.rename(old)
    new.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    return counts


def _unique(name: str, taken: set[str]) -> str:
    """Predictions are matched to records by id: the second `x` becomes `x#2`."""
    unused, count = name, 1
    while unused in taken:
        count += 1
        unused = f"{name}#{count}"
    taken.add(unused)
    return unused
