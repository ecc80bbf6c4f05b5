"""A comparison as the real client keeps it offline, read back from its files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wfllm.config.schema import WandbLogger
from wfllm.tracking.compare import Row
from wfllm.tracking.wandb_compare import comparison_id, keep_comparison
from wfllm.tracking.wandb_files import records

pytestmark = pytest.mark.slow
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
    "000000050001a5f645400000000049454e44ae426082"
)


def test_a_comparison_is_a_run_with_table_pictures_and_page(tmp_path: Path) -> None:
    config = [{"optim.lr": 1e-4, "strategy.name": "lora"}, {"optim.lr": 1e-3, "strategy.name": "full"}]
    rows = [
        Row(Path("a"), "train", "x/a", "finished", config[0], {"val/loss": 0.5}, None, ("tiny",)),
        Row(Path("b"), "train", "x/b", "failed", config[1], {"val/loss": float("nan")}, "stop", ("tiny",)),
    ]
    page, picture = tmp_path / "page.html", tmp_path / "scores.png"
    page.write_text("<!DOCTYPE html><title>ä</title>", encoding="utf-8")
    picture.write_bytes(PIXEL)
    keep_comparison(WandbLogger(name="wandb"), rows, [picture], page, tmp_path)
    (file,) = tmp_path.glob("wandb/offline-run-*/run-*.wandb")
    (run,) = [r.run for r, _ in records(file) if r.WhichOneof("record_type") == "run"]
    assert run.run_id == f"compare-{comparison_id(rows)}"
    assert (run.job_type, run.display_name) == ("compare", "2 runs: tiny")
    assert json.loads({u.key: u.value_json for u in run.config.update}["runs"]) == ["a", "b"]
    files = file.parent / "files" / "media"
    (table,) = files.glob("table/runs_*.table.json")
    kept = json.loads(table.read_text(encoding="utf-8"))
    assert kept["columns"] == ["run", "command", "status", "strategy.name", "optim.lr", "val/loss"]
    assert kept["data"][0] == ["x/a", "train", "finished", "lora", "0.0001", 0.5]
    assert kept["data"][1][:5] == ["x/b", "train", "failed", "full", "0.001"]
    assert len(list(files.glob("images/scores_*.png"))) == 1
    (shown,) = files.glob("html/comparison_*.html")
    assert shown.read_text(encoding="utf-8") == page.read_text(encoding="utf-8")
