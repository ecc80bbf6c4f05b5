"""A run's folder: found again by what determines the result, whole at any moment."""

from __future__ import annotations

import errno
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from wfllm.bench.record import Record
from wfllm.commands.checkpoint import open_checkpoint
from wfllm.commands.report import argument
from wfllm.config.compose import compose
from wfllm.errors import WfllmError
from wfllm.tracking.compare import differing_keys, rows_of
from wfllm.tracking.identity import data_fingerprint, run_id
from wfllm.tracking.metrics_file import read_metrics
from wfllm.tracking.metrics_log import MetricsLog
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
    assert "ValueError" in (run.path / "error.txt").read_text()
    run.finish(losses={"train": 1.0})
    assert run.finished
    assert "error" not in run.info
    assert not (run.path / "error.txt").exists()


def test_a_full_disk_does_not_hide_the_first_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = open_run("train", "x", PLAIN, [], "data", tmp_path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("wfllm.tracking.run_folder.os.replace", full)
    with pytest.raises(ValueError, match="first"), run.kept():
        raise ValueError("first")
    assert not list(run.path.glob("*.part")) + list(run.path.glob(".*.part"))
    assert run.info["status"] == "running"


GOES_ON = """
import sys, time
from pathlib import Path
from wfllm.tracking.run_folder import open_run
open_run("train", "x", {"seed": 0}, [], "data", Path(sys.argv[1]))
print("open", flush=True)
time.sleep(60)
"""


@contextmanager
def going_on(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the run open."""
    process = subprocess.Popen(
        [sys.executable, "-c", GOES_ON, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "open\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_one_process_a_run_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    with going_on(tmp_path):
        with pytest.raises(WfllmError, match="this very run is going on in another process"):
            open_run("train", "x", {"seed": 0}, [], "data", tmp_path)
        other = open_run("train", "x", {"seed": 1}, [], "data", tmp_path)
        assert "resumed" not in find_runs(str(tmp_path))[0].info
        other.finish()
    assert open_run("train", "x", {"seed": 0}, [], "data", tmp_path).info["resumed"]


@pytest.mark.parametrize("end", ["finish", "kept", "failure"])
def test_a_run_that_is_over_is_free_for_other_processes(tmp_path: Path, end: str) -> None:
    run = open_run("train", "x", {"seed": 0}, [], "data", tmp_path)
    lock = pytest.importorskip("fcntl")

    def free() -> bool:
        with (run.path / ".lock").open("r+") as file:
            try:
                lock.flock(file, lock.LOCK_EX | lock.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    assert not free()
    if end == "finish":
        run.finish()
    elif end == "kept":
        with run.kept():
            pass
    else:
        with pytest.raises(KeyboardInterrupt), run.kept():
            raise KeyboardInterrupt
    assert free()


def test_a_finished_run_needs_no_lock(tmp_path: Path) -> None:
    open_run("train", "x", {"seed": 0}, [], "data", tmp_path).finish()
    again = open_run("train", "x", {"seed": 0}, [], "data", tmp_path)
    (again.path / ".lock").unlink()
    assert open_run("train", "x", {"seed": 0}, [], "data", tmp_path).finished
    assert not (again.path / ".lock").exists()


@pytest.mark.parametrize("content", [None, "", "{", "[]", "{}", "[" * 100_000, "\xff\xfe"])
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


def faulty_info(run: RunFolder, **changes: Any) -> None:
    info = {k: v for k, v in (run.info | changes).items() if v is not None}
    (run.path / "run.json").write_text(json.dumps(info))


@pytest.mark.parametrize("config", ["a: [", "- a", "", "a: 2024-99-99", "a: \xff"])
def test_a_damaged_config_is_a_damaged_row(tmp_path: Path, config: str) -> None:
    run = open_run("train", "x", PLAIN, [], "data", tmp_path)
    (run.path / "config.yaml").write_text(config, encoding="latin-1")
    (row,) = rows_of([run])
    assert row.status == "damaged"
    assert row.error
    assert "config.yaml: is damaged" in row.error
    assert "\n" not in row.error


@pytest.mark.parametrize("key", ["id", "command", "experiment", "started", "status", "overrides"])
def test_a_run_without_what_others_rely_on_is_damaged(tmp_path: Path, key: str) -> None:
    run = open_run("train", "x", PLAIN, [], "data", tmp_path)
    faulty_info(run, **{key: None})
    with pytest.raises(WfllmError, match=key):
        _ = run.info
    assert [row.status for row in rows_of([run])] == ["damaged"]


@pytest.mark.parametrize(
    "results",
    [[1], {"losses": 3}, {"after": "x"}, {"after": {"id": 3}}, {"after": {"id": {"codebleu": "high"}}}],
)
def test_results_of_another_form_are_a_damaged_row(tmp_path: Path, results: Any) -> None:
    run = open_run("train", "x", PLAIN, [], "data", tmp_path)
    faulty_info(run, results=results)
    assert [row.status for row in rows_of([run])] == ["damaged"]


def test_a_metric_that_a_run_has_not_is_left_out(tmp_path: Path) -> None:
    run = open_run("train", "x", PLAIN, [], "data", tmp_path)
    run.finish(after={"id": {"codebleu": 0.5, "gone": 1.0}})
    (row,) = rows_of([run])
    assert {name for name in row.results if name.startswith("after")} == {"after-id/codebleu"}


@pytest.mark.parametrize("where", ["{home}/runs/train/*", "~/runs", "~/runs/**/x", "runs/t*", "{home}/runs"])
def test_runs_are_found_by_folder_and_glob(
    tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = open_run("train", "x", PLAIN, [], "data", tmp_path / "runs")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert [r.path.resolve() for r in find_runs(where.format(home=tmp_path))] == [run.path.resolve()]


def test_printed_commands_survive_odd_paths(tmp_path: Path) -> None:
    for path in ("plain/run", "with space/run", 'it\'s (one), "two" $HOME [3] = é#/run'):
        (typed,) = shlex.split(argument("checkpoint", path))
        config: Any = compose("generate", ["query=a timer", typed]).config
        assert config.checkpoint == path
    assert argument("checkpoint", "a/b") == "checkpoint=a/b"
    overrides = ["experiment=starter", "data.path=my data/a.jsonl"]
    run = open_run("train", "x", PLAIN, overrides, "data", tmp_path)
    with pytest.raises(WfllmError, match="no trained model") as raised:
        open_checkpoint(str(run.path))
    assert shlex.split(raised.value.mend.split("wfllm train ")[1]) == overrides


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


def test_a_kill_while_rewinding_loses_no_metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = MetricsLog(tmp_path / "metrics.jsonl")
    for step in range(3):
        log.log_metrics({"train/loss": 0.1}, step)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    # Killed with the new text written, at the last moment before it takes the place of the old one.
    monkeypatch.setattr("wfllm.tracking.run_folder.os.replace", killed)
    with pytest.raises(KeyboardInterrupt):
        log.rewind(1)
    assert len(read_metrics(log.path)) == 3


def test_each_row_is_on_the_disk_when_it_is_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = MetricsLog(tmp_path / "metrics.jsonl")
    synced = []
    monkeypatch.setattr(
        "wfllm.tracking.metrics_log.os.fsync", lambda file: synced.append(os.fstat(file).st_size)
    )
    log.log_metrics({"train/loss": 0.1}, 0)
    assert synced == [log.path.stat().st_size] != [0]


def test_rows_whose_step_is_a_float_are_kept_and_others_without_a_step_are_not(tmp_path: Path) -> None:
    log = MetricsLog(tmp_path / "metrics.jsonl")
    log.path.write_text('{"step": 0.0, "a": 1}\n{"step": null}\n{"step": "x"}\n{"step": 1}\n{"step": 2.0}\n')
    log.rewind(2)
    assert [row["step"] for row in read_metrics(log.path)] == [0, 1]
