"""The finished dataset: whole or not there, the same bytes each time, and read back by all who should."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from wfllm.bench.record import Record
from wfllm.bench.sources import load_records
from wfllm.bench.stages import assemble as module
from wfllm.bench.stages.assemble import LineFiles, assemble
from wfllm.bench.stages.stage import Item
from wfllm.config.schema import RecordsData, WorkflowBenchData
from wfllm.errors import WfllmError


def items(count: int = 40) -> list[Item]:
    splits = ["train", "train", "dev", "id", "ood"]
    made: list[Item] = []
    for n in range(count):
        record = Record(
            query=f"Wünsch {n} “x”\n😀",
            apis=["a.b", f"c.{n}"][: n % 3],
            task_plan="1. Go." if n % 2 else "",
            annotated_code=f"# why\nx = {n}\n",
            id=f"r{n % 30}",
            category="Books" if n % 4 else None,
            split=splits[n % 5],
            source="s" if n % 2 else "",
            meta={"title": f"t{n}", "deep": {"a": [1, None, 2.5]}} if n % 2 else {},
        )
        if n % 7 == 0:
            record.meta["synthetic"] = True
        made.append({**record.as_json(), "measured": {"no": "key of a record"}})
    return made


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def by_id(splits: dict[str, list[Record]]) -> dict[str, dict[str, Any]]:
    return {r.id: vars(r) for rows in splits.values() for r in rows}


def test_the_bytes_are_the_same_each_time(tmp_path: Path) -> None:
    assert assemble(tmp_path / "a", items()) == {"train": 16, "dev": 8, "id": 8, "ood": 8}
    assemble(tmp_path / "b", items())
    found = files(tmp_path / "a" / "dataset")
    assert found == files(tmp_path / "b" / "dataset")
    assert len(found) == 4 + 4 + 3 + 1
    assert not any(str(tmp_path).encode() in content for content in found.values())


def test_every_reader_reads_the_same_back(tmp_path: Path) -> None:
    assemble(tmp_path, items())
    lines, faults = load_records(RecordsData(name="records", path=str(tmp_path / "dataset")))
    assert faults == []
    published = WorkflowBenchData(name="workflowbench", path=str(tmp_path / "dataset" / "workflowbench"))
    back, faults = load_records(published)
    assert faults == []
    assert len(by_id(lines)) == 40
    theirs = by_id(back)
    for id, record in by_id(lines).items():
        source = "synthesized_data.json" if record["meta"].get("synthetic") else "seed_data.json"
        assert theirs[id] == {**record, "source": record["source"] or source}


def test_the_published_layout_is_one(tmp_path: Path) -> None:
    assemble(tmp_path, items())
    folder = tmp_path / "dataset" / "workflowbench"
    rows = json.loads((folder / "seed_data.json").read_text("utf-8"))
    assert {"key", "query", "apis", "task_plan", "annotated_code"} <= set(rows[0])
    keys = json.loads((folder / "dataset_split_keys.json").read_text("utf-8"))
    assert {name: len(ids) for name, ids in keys.items()} == {"train": 16, "dev": 8, "test": 8, "ood": 8}
    data = WorkflowBenchData(
        name="workflowbench", path=str(folder), keys=str(folder / "dataset_split_keys.json")
    )
    assert len(by_id(load_records(data)[0])) == 40


def test_a_dataset_of_nothing_is_one(tmp_path: Path) -> None:
    assert assemble(tmp_path, []) == {"train": 0, "dev": 0, "id": 0, "ood": 0}
    folder = tmp_path / "dataset"
    assert json.loads((folder / "workflowbench" / "seed_data.json").read_text()) == []
    assert "configs" not in (folder / "README.md").read_text()


@pytest.mark.slow
def test_load_dataset_gives_splits_and_every_field(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    datasets: Any = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    lines = by_id(load_records(_assembled(tmp_path))[0])
    for formats in (["parquet"], []):
        root = tmp_path / f"{len(formats)}"
        assemble(root, items(), formats)
        found = datasets.load_dataset(str(root / "dataset"), cache_dir=str(tmp_path / "cache"))
        assert {s: len(rows) for s, rows in found.items()} == {"train": 16, "dev": 8, "id": 8, "ood": 8}
        if formats:
            rows = {row["id"]: row for split in found.values() for row in split}
            back = {
                i: {**row, "meta": json.loads(row["meta"]), "source": row["source"]}
                for i, row in rows.items()
            }
            assert back == lines


def _assembled(root: Path) -> RecordsData:
    assemble(root / "lines", items())
    return RecordsData(name="records", path=str(root / "lines" / "dataset"))


def test_what_stood_there_stays_until_all_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assemble(tmp_path, items(10))
    before = files(tmp_path / "dataset")
    written = 0

    def full(self: LineFiles, record: dict[str, Any]) -> None:
        nonlocal written
        written += 1
        if written > 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(module.LineFiles, "add", full)
    with pytest.raises(WfllmError, match=r"dataset: cannot be written \(No space left on device\)"):
        assemble(tmp_path, items(20))
    assert files(tmp_path / "dataset") == before
    monkeypatch.undo()
    assemble(tmp_path, items(20))
    assemble(tmp_path / "calm", items(20))
    assert files(tmp_path / "dataset") == files(tmp_path / "calm" / "dataset")
    assert sorted(p.name for p in tmp_path.iterdir()) == [".dataset.json", "calm", "dataset"]


def test_a_dataset_that_is_there_is_not_written_again(tmp_path: Path) -> None:
    def never() -> Any:
        raise AssertionError("read")
        yield

    counts = assemble(tmp_path, items(), key=["k"])
    assert assemble(tmp_path, never(), key=["k"]) == counts
    with pytest.raises(AssertionError, match="read"):
        assemble(tmp_path, never(), key=["other"])
    with pytest.raises(AssertionError, match="read"):
        assemble(tmp_path, never(), ["parquet"], key=["k"])
    (tmp_path / "dataset" / "train.jsonl").write_text("cut")
    with pytest.raises(AssertionError, match="read"):
        assemble(tmp_path, never(), key=["k"])
