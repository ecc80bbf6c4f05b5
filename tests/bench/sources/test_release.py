"""The published release in its own layout, made here of records of our own."""

from __future__ import annotations

import json
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import pytest

from wfllm.bench.sources import load_records
from wfllm.bench.sources.release import keys_file, published_catalogue
from wfllm.bench.stages.engine import Build
from wfllm.bench.stages.pipeline import pipeline
from wfllm.config.compose import compose
from wfllm.config.schema import BuildCommand, WorkflowBenchData
from wfllm.errors import WfllmError

URL = "is.workflow.actions.url"
KNOWN = "com.example.app.DoIntent"


def release(folder: Path, seed: int = 6) -> Path:
    """A release with `seed` workflows and two synthetic ones."""
    folder.mkdir(parents=True)
    rows = [
        {
            "key": f"Title {n} ",
            "query": "q",
            "task_plan": "p",
            "workflow_code": f"com_example_app_DoIntent(n={n})\n",
        }
        for n in range(seed)
    ]
    (folder / "seed_data.json").write_text(json.dumps(rows))
    made = [{"query": "s", "apis": [KNOWN], "task_plan": "", "workflow_code": f"f(n={n})\n"} for n in (1, 2)]
    (folder / "synthesized_data.json").write_text(json.dumps(made))
    keys = {
        "train": ["Title 0 ", "Title 1 "],
        "dev": ["Title 2 "],
        "test": ["Title 3 "],
        "reward": ["Title 4 "],
    }
    (folder / "dataset_split_keys.json").write_text(json.dumps(keys))
    documents = {
        KNOWN: {
            "name": "Do",
            "description": "Does it.",
            "required_parameters": [{"name": "n", "type": "Number"}],
        },
        "com.example.app.Odd": ["no document"],
    }
    pickled: dict[str, Any] = {
        "identifier2json.pkl": documents,
        "identifier2python.pkl": {
            KNOWN.replace(".", "_"): "def com_example_app_DoIntent(\n    n: int = 3\n): ..."
        },
        "statistics.pkl": {
            "Title 0 ": {"action_names": [KNOWN, "is.workflow.actions.gettext", URL, KNOWN], "type": "Books"},
            "Title 1 ": {"action_names": "odd", "type": 3},
        },
    }
    for name, value in pickled.items():
        (folder / name).write_bytes(pickle.dumps(value))
    return folder


def data(path: Path, **more: Any) -> WorkflowBenchData:
    return WorkflowBenchData(name="workflowbench", path=str(path), **more)


@pytest.mark.parametrize("inside", [".", "data"])
def test_all_of_it_is_read(tmp_path: Path, inside: str) -> None:
    folder = release(tmp_path / "r" / inside)
    splits, faults = load_records(data(tmp_path / "r", keys=str(folder / "dataset_split_keys.json")))
    assert {split: len(rows) for split, rows in splits.items()} == {"train": 4, "dev": 1, "id": 1, "ood": 0}
    assert [fault.cause for fault in faults] == [
        "1 records set aside for the reward",
        "1 records in none of the lists",
    ]
    first = splits["train"][0]
    assert (first.id, first.meta, first.source) == ("Title 0 ", {"title": "Title 0 "}, "seed_data.json")
    assert first.apis == [KNOWN, URL]  # what became syntax is left out, as the release's own lists do
    assert first.category == "Books"
    assert splits["train"][1].apis == []
    assert splits["train"][2].meta == {"synthetic": True}
    without, _ = load_records(data(tmp_path / "r", synthetic=False))
    assert sum(map(len, without.values())) == 6


def test_its_documents_are_documentation(tmp_path: Path) -> None:
    folder = release(tmp_path / "r")
    catalogue = published_catalogue(data(folder))
    assert catalogue is not None
    assert set(catalogue) == {KNOWN}
    assert [(p.name, p.type) for p in catalogue[KNOWN].parameters] == [("n", "number")]
    config = compose(
        "build", ["data=workflowbench", f"data.path={folder}", f"output={tmp_path / 'out'}"]
    ).config
    assert isinstance(config, BuildCommand)
    build = Build(tmp_path / "out", pipeline(config))
    list(build.run(only=["collect", "transcribe", "filter"]))
    assert [i["id"] for i in build.items("filter")][:2] == ["Title 0 ", "Title 1 "]
    (folder / "identifier2json.pkl").unlink()
    again = Build(tmp_path / "other", pipeline(config))
    list(again.run(only=["collect", "transcribe", "filter"]))
    assert {d.rule for d in again.drops("filter")} == {"documented"}


def test_a_hostile_file_of_it_is_told_and_runs_nothing(tmp_path: Path) -> None:
    folder, marker = release(tmp_path / "r"), tmp_path / "marker"

    class Runs:
        def __reduce__(self) -> Any:
            return os.system, (f"touch {marker}",)

    for name in ("statistics.pkl", "identifier2json.pkl"):
        good = (folder / name).read_bytes()
        (folder / name).write_bytes(pickle.dumps({"x": Runs()}))
        with pytest.raises(WfllmError, match=rf"{name}: asks for \w+\.system"):
            load_records(data(folder)) if name == "statistics.pkl" else published_catalogue(data(folder))
        (folder / name).write_bytes(good)
    assert not marker.exists()


def test_its_zip_is_read_without_the_lists(tmp_path: Path) -> None:
    folder = release(tmp_path / "r")
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, path.name)
    splits, faults = load_records(data(tmp_path / "data.zip"))
    assert (sum(map(len, splits.values())), faults) == (8, [])


def test_the_published_samples_are_read_completely(shared_data: Path) -> None:
    samples = shared_data / "workflowbench" / "data_samples.json"
    splits, faults = load_records(data(samples))
    found = {r.annotated_code for rows in splits.values() for r in rows}
    assert faults == []
    assert found == {row["annotated_code"] for row in json.loads(samples.read_text("utf-8"))}
    mended, _ = load_records(data(samples, repair=True))
    records = [r for rows in mended.values() for r in rows]
    assert sum("repaired" in r.meta for r in records) == 13
    assert sum("unrepaired" in r.meta for r in records) == 47
    assert len(records) == 67


def test_its_lists_are_found_beside_the_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bare name that `conf/data/workflowbench_id.yaml` has: a file here comes before one there."""
    folder = release(tmp_path / "r" / "data")
    named = data(tmp_path / "r", keys="dataset_split_keys.json")
    assert keys_file(named) == folder / "dataset_split_keys.json"
    assert len(load_records(named)[0]["id"]) == 1
    assert keys_file(data(folder / "seed_data.json", keys="k.json")) == folder / "k.json"
    assert keys_file(data(folder, keys="other/k.json")) == Path("other/k.json")
    assert keys_file(data(folder)) is None
    monkeypatch.chdir(tmp_path)
    Path("dataset_split_keys.json").write_text("{}")
    assert keys_file(named) == Path("dataset_split_keys.json")


def test_lists_without_a_test_leave_it_to_apis_that_training_never_sees(tmp_path: Path) -> None:
    folder = release(tmp_path / "r")
    rows = json.loads((folder / "seed_data.json").read_text())
    for row, apis in zip(rows, [[URL], [URL], [KNOWN], [URL, KNOWN], ["a.b.rare", URL], []], strict=True):
        row["apis"] = apis
    (folder / "seed_data.json").write_text(json.dumps(rows))
    lists = {"train": ["Title 0 ", "Title 1 "], "dev": ["Title 2 "]}
    (folder / "dataset_split_keys_ood.json").write_text(json.dumps(lists))
    splits, faults = load_records(data(folder, keys="dataset_split_keys_ood.json", synthetic=False))
    assert {split: [r.id for r in rows] for split, rows in splits.items()} == {
        "train": ["Title 0 ", "Title 1 "],
        "dev": ["Title 2 "],
        "id": [],
        "ood": ["Title 4 "],
    }
    assert [fault.cause for fault in faults] == ["2 records in none of the lists"]
