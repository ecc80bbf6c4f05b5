"""A run's folder: found again by what determines the result, whole at any moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from wfllm.bench.record import Record
from wfllm.errors import WfllmError
from wfllm.tracking.compare import differing_keys, rows_of
from wfllm.tracking.identity import data_fingerprint, run_id
from wfllm.tracking.metrics_log import MetricsLog, read_metrics
from wfllm.tracking.run_folder import RunFolder, find_runs, open_run

PLAIN = {"seed": 0, "optim": {"lr": 0.1}, "output": "a"}


def test_the_same_run_is_found_again_and_another_is_not(tmp_path: Path) -> None:
    first = open_run("train", "x/y", PLAIN, ["seed=0"], "data", tmp_path)
    again = open_run("train", "x/y", {**PLAIN, "output": "elsewhere"}, [], "data", tmp_path)
    other = open_run("train", "x/y", {**PLAIN, "seed": 1}, [], "data", tmp_path)
    assert first.path == again.path != other.path
    assert first.path.parent == tmp_path / "train" / "x-y"
    assert again.info["resumed"]
    assert first.config == PLAIN


def test_identity_hangs_on_config_data_and_command_alone() -> None:
    same = run_id("train", PLAIN, "d")
    assert run_id("train", {**PLAIN, "dry_run": True, "logger": 1, "output": "b"}, "d") == same
    changed = {run_id("evaluate", PLAIN, "d"), run_id("train", PLAIN, "e"), run_id("train", {"seed": 0}, "d")}
    assert same not in changed
    assert len(changed) == 3


def test_data_fingerprint_sees_every_field_and_the_order() -> None:
    a, b = Record("q", [], "p", "c"), Record("q", [], "p", "d")
    prints = {data_fingerprint(rows) for rows in ([a, b], [b, a], [a], [a, a])}
    assert len(prints) == 4


def test_failure_is_kept_and_finish_wins(tmp_path: Path) -> None:
    run = open_run("train", "x", PLAIN, [], "data", tmp_path)
    with pytest.raises(ValueError, match="broken"), run.kept():
        raise ValueError("broken\nhere")
    assert run.info["status"] == "failed"
    assert run.info["error"] == "broken here"
    run.finish(losses={"train": 1.0})
    assert run.finished


@pytest.mark.parametrize("content", [None, "", "{", "[]", "\xff\xfe"])
def test_damaged_folders_are_told_and_do_not_stop_the_rest(tmp_path: Path, content: str | None) -> None:
    good = open_run("train", "x", PLAIN, [], "data", tmp_path)
    bad = tmp_path / "train" / "x" / "bad"
    bad.mkdir()
    if content is not None:
        (bad / "run.json").write_text(content, encoding="latin-1")
    with pytest.raises(WfllmError):
        _ = RunFolder(bad).info
    names = {row.name: row.status for row in rows_of([good, RunFolder(bad)])}
    assert names["bad"] == "damaged"
    assert len(names) == 2
    assert {r.path for r in find_runs(str(tmp_path))} >= {good.path}


def test_compare_shows_only_the_keys_that_differ(tmp_path: Path) -> None:
    runs = [open_run("train", "x", {**PLAIN, "optim": {"lr": lr}}, [], "data", tmp_path) for lr in (0.1, 0.2)]
    assert differing_keys(rows_of(runs)) == ["optim.lr"]


def test_metrics_past_the_checkpoint_are_taken_back(tmp_path: Path) -> None:
    log = MetricsLog(tmp_path / "metrics.jsonl")
    for step in range(5):
        log.log_metrics({"train/loss": 0.1 * step, "epoch": 0}, step)
    with log.path.open("a") as file:
        file.write('{"step": 5, "train/lo')
    assert len(read_metrics(log.path)) == 5
    log.rewind(3)
    assert [r["step"] for r in read_metrics(log.path)] == [0, 1, 2]
    assert read_metrics(log.path)[2] == {"step": 2, "train/loss": 0.2}
