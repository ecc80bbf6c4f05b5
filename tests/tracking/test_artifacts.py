"""What runs make and use: the same name and files wherever it is met; and a finished run told once more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from wfllm.config.schema import MixData, RecordsData, ShortcutsData, StarterData
from wfllm.tracking.artifacts import dataset_in, inputs_of, model_of, plain
from wfllm.tracking.replay import SWEEP, in_a_sweep_of_wandb, replay
from wfllm.tracking.run_folder import RunFolder, open_run
from wfllm.tracking.tracker import Tracker


def test_what_a_build_makes_is_what_a_training_uses(tmp_path: Path) -> None:
    dataset = tmp_path / "mine" / "dataset"
    (dataset / "parquet").mkdir(parents=True)
    for name in ("train.jsonl", "parquet/train.parquet", ".hidden"):
        (dataset / name).write_text(name)
    (tmp_path / "mine" / ".dataset.json").write_text('{"counts": {"train": 1}}')
    made = dataset_in(dataset)
    (used,) = inputs_of(RecordsData(name="records", path=str(dataset)))
    assert made.name == used.name == "dataset-mine"
    assert made.kind == used.kind == "dataset"
    assert made.metadata == used.metadata == {"records": {"train": 1}}
    assert (
        [n for n, _ in made.files()]
        == [n for n, _ in used.files()]
        == ["parquet/train.parquet", "train.jsonl"]
    )


def test_the_inputs_of_every_source(tmp_path: Path) -> None:
    (tmp_path / "my shortcuts").mkdir()
    (shortcuts,) = inputs_of(ShortcutsData(name="shortcuts", path=str(tmp_path / "my shortcuts")))
    assert (shortcuts.name, shortcuts.kind) == ("shortcuts-my-shortcuts", "shortcuts")
    (starter,) = inputs_of(StarterData(name="starter"))
    assert starter.name == "dataset-starter"
    assert any(name.startswith("train/weather/") for name, _ in starter.files())
    mixed = inputs_of(MixData(name="mix", parts=["starter", f"2*shortcuts:{tmp_path / 'my shortcuts'}"]))
    assert [item.name for item in mixed] == ["dataset-starter", "shortcuts-my-shortcuts"]
    assert inputs_of(MixData(name="mix", parts=["nothing"])) == []
    (hub,) = inputs_of(RecordsData(name="records", path="someone/records"))
    assert (hub.name, hub.links) == ("dataset-someone-records", ("hf://datasets/someone/records",))


def finished(root: Path, seed: int, loss: float, data: str = "d") -> RunFolder:
    run = open_run("train", "a/b", {"seed": seed, "strategy": {"name": "lora"}}, [], data, root)
    run.finish(losses={"steps": 2, "train": 1.0, "val": loss}, after={"id": {"codebleu": 0.5, "parses": 1.0}})
    return run


def test_best_is_the_lowest_validation_loss_on_the_same_records(tmp_path: Path) -> None:
    first = finished(tmp_path, 0, 0.5)
    other = finished(tmp_path, 1, 0.1, "other records")
    assert model_of(first).aliases == (first.info["id"], "best")
    second = finished(tmp_path, 2, 0.4)
    assert "best" not in model_of(first).aliases
    assert "best" in model_of(second).aliases
    assert "best" in model_of(other).aliases
    assert "best" not in model_of(second, {"losses": {"val": float("nan")}}).aliases
    (tmp_path / "train" / "a-b" / "2026-01-01_00000000").mkdir()
    (tmp_path / "train" / "a-b" / "2026-01-01_00000000" / "run.json").write_text("{")
    item = model_of(second)
    assert (item.name, "best" in item.aliases) == ("model-a-b", True)
    assert item.metadata["scores"] == {"id": {"codebleu": 0.5, "parses": 1.0}}


def test_metadata_is_json() -> None:
    told = plain({"a": float("nan"), 1: [float("inf"), 2.5, None, True], "p": Path("x")})
    assert json.loads(json.dumps(told, allow_nan=False)) == {
        "a": "nan",
        "1": ["inf", 2.5, None, True],
        "p": "x",
    }


class Heard(Tracker):
    def __init__(self) -> None:
        self.points: list[tuple[int | None, Mapping[str, float]]] = []
        self.figures: Mapping[str, float] = {}

    def metrics(self, values: Mapping[str, float], step: int | None) -> None:
        self.points.append((step, values))

    def summary(self, values: Mapping[str, float]) -> None:
        self.figures = values


def test_a_finished_run_is_told_from_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = finished(tmp_path, 0, 0.5)
    lines = [
        '{"step": 0, "train/loss": 2.0}',
        '{"step": 1, "train/loss": 1.0}',
        '{"step": 1, "val/loss": 0.5}',
    ]
    (run.path / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    heard = Heard()
    replay(run, heard)
    assert heard.points == [(0, {"train/loss": 2.0}), (1, {"train/loss": 1.0}), (1, {"val/loss": 0.5})]
    assert heard.figures == {"after-id/codebleu": 0.5, "after-id/parses": 1.0}
    monkeypatch.delenv(SWEEP, raising=False)
    assert not in_a_sweep_of_wandb()
    monkeypatch.setenv(SWEEP, "s")
    assert in_a_sweep_of_wandb()
