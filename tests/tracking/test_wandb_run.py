"""W&B as the real client writes it offline, read back from its file: config, curves, tables, artifacts."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from wfllm.config.schema import WandbLogger
from wfllm.evaluation.breakdown import Part
from wfllm.evaluation.metrics import METRICS
from wfllm.evaluation.predictions import Prediction
from wfllm.tracking.artifacts import Item
from wfllm.tracking.run_folder import open_run
from wfllm.tracking.tracker import Tracker
from wfllm.tracking.wandb_files import records
from wfllm.tracking.wandb_run import tracking

pytestmark = pytest.mark.slow


def by_kind(folder: Path) -> dict[str, list[Any]]:
    """Records of the only run below `folder` by kind, once W&B's own process has written the last of them."""
    deadline = time.monotonic() + 30
    while True:
        (file,) = folder.glob("wandb/offline-run-*/run-*.wandb")
        found: dict[str, list[Any]] = {}
        for record, _ in records(file):
            found.setdefault(record.WhichOneof("record_type"), []).append(record)
        if "exit" in found and "run" in found:
            return found
        assert time.monotonic() < deadline, sorted(found)
        time.sleep(0.2)


def test_a_run_is_whole_and_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_SILENT", "true")
    folder = open_run("train", "x", {"seed": 3, "data": {"name": "starter"}}, [], "fingerprint", tmp_path)
    artifact = tmp_path / "model"
    artifact.mkdir()
    (artifact / "weights").write_text("w")
    scores = dict.fromkeys(METRICS, 0.5)
    prediction = Prediction("p", "Greet me.", [], "answer", "x = 1", "x = 2")
    config = WandbLogger(name="wandb", project="test", tags=["a"])
    with tracking(config, folder, {"seed": 3, "data": {"name": "starter"}}, "group", "train") as tracker:
        for logger in tracker.lightning():
            logger.log_metrics({"train/loss": 0.25}, step=0)
        tracker.samples([(1, "Greet me.", "x = 2", "x = 1")])
        tracker.scores("after-id", scores, [prediction], [{**scores}])
        tracker.breakdown("after-id", [Part("all", "all", "codebleu", 1, 0.5, 0.5, 0.5)])
        page = tmp_path / "report.html"
        page.write_text("<!DOCTYPE html><title>ä</title>", encoding="utf-8")
        tracker.report(page)
        tracker.keeps(Item("model-test", "model", (artifact,), metadata={"seed": 3}, aliases=("best",)))
    found = by_kind(folder.path)
    run = found["run"][0].run
    assert run.run_id.startswith(folder.info["id"])
    assert (run.project, run.run_group, run.job_type, list(run.tags)) == ("test", "group", "train", ["a"])
    kept = {u.key: json.loads(u.value_json) for u in run.config.update}
    assert kept["seed"] == 3
    assert kept["data"] == {"name": "starter"}
    assert kept["data_fingerprint"] == "fingerprint"
    keys = {i.key or "/".join(i.nested_key) for r in found["history"] for i in r.history.item}
    assert "train/loss" in keys
    assert any(k.startswith("samples") for k in keys)
    assert any(k.startswith("predictions/after-id") for k in keys)
    assert any(k.startswith("breakdown/after-id") for k in keys)
    assert any(k.startswith("report") for k in keys)
    (kept_page,) = folder.path.glob("wandb/offline-run-*/files/media/html/report_*.html")
    assert kept_page.read_text(encoding="utf-8") == page.read_text(encoding="utf-8")
    assert {"model-test", f"report-{run.run_id}"} <= {r.artifact.name for r in found["artifact"]}
    assert found["exit"][0].exit.exit_code == 0


def test_a_failed_run_is_closed_and_says_so_and_the_next_is_another(tmp_path: Path) -> None:
    config = WandbLogger(name="wandb", project="test")
    ids = []
    for seed in (0, 1):
        folder = open_run("train", "x", {"seed": seed}, [], "d", tmp_path)
        with (
            pytest.raises(RuntimeError, match="stop"),
            tracking(config, folder, {"seed": seed}, "g", "train"),
        ):
            raise RuntimeError("stop")
        found = by_kind(folder.path)
        assert found["exit"][0].exit.exit_code == 1
        ids.append(found["run"][0].run.run_id)
    assert ids[0] != ids[1]


def test_no_logger_reports_nothing(tmp_path: Path) -> None:
    from wfllm.config.schema import NoLogger

    folder = open_run("train", "x", {}, [], "d", tmp_path)
    with tracking(NoLogger(name="none"), folder, {}, "g", "train") as tracker:
        assert type(tracker) is Tracker
        assert tracker.lightning() == []
    assert not (folder.path / "wandb").exists()
