"""The whole road through the real command line: train, kill, repeat, evaluate, ask, compare."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.commands.conftest import QUICK, Run, environment, the_run
from wfllm.tracking.metrics_file import read_metrics

pytestmark = pytest.mark.slow


def losses(folder: Path) -> list[float]:
    return [r["train/loss"] for r in read_metrics(folder / "metrics.jsonl") if "train/loss" in r]


def test_train_then_everything_that_follows(wfllm: Run, tmp_path: Path) -> None:
    first = wfllm("train", *QUICK)
    run = the_run(tmp_path)
    assert "CodeBLEU" in first.stdout
    assert "wfllm generate" in first.stdout
    for name in (
        "config.yaml",
        "run.json",
        "metrics.jsonl",
        "git.diff",
        "model",
        "checkpoints",
        "predictions",
    ):
        assert (run / name).exists(), name
    assert len(losses(run)) == 6
    info = json.loads((run / "run.json").read_text())
    assert info["status"] == "finished"
    assert info["overrides"] == QUICK
    assert {"torch", "transformers", "peft"} <= {n.lower() for n in info["packages"]}
    assert set(info["results"]["after"]["id"]) >= {
        "codebleu",
        "ngram",
        "syntax",
        "dataflow",
        "parses",
        "known_apis",
        "compiles",
        "control_flow",
    }
    lines = (run / "predictions" / "after-id.findings.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == info["results"]["after"]["id"]["samples"]

    again = wfllm("train", *QUICK)
    assert "finished" in again.stdout
    assert "CodeBLEU" in again.stdout
    assert len(losses(run)) == 6

    repeated = wfllm("repeat", f"run={run}")
    assert "same to the last digit" in repeated.stdout

    scored = wfllm(
        "evaluate", f"checkpoint={run}", "split=ood", "limit=2", "logger=none", "decoding.max_new_tokens=8"
    )
    assert "unseen APIs" in scored.stdout

    # as it is printed for pasting into a shell
    next_line = next(line for line in first.stdout.splitlines() if line.strip().startswith("wfllm generate"))
    asked = wfllm(*shlex.split(next_line)[1:], status=None)
    assert asked.returncode in (0, 1)  # a random model may write no code block; it must say so
    assert asked.stdout.strip()

    compared = wfllm("compare", "csv=table.csv", "html=pages/all.html", "paper=table2")
    assert run.name in compared.stdout
    assert "paper: WorkflowLlama 8B" in compared.stdout
    page = (tmp_path / "pages" / "all.html").read_text(encoding="utf-8")
    assert f'<a href="../{run.relative_to(tmp_path).as_posix()}/report.html">' in page
    assert "By complexity" in page
    assert (tmp_path / "table.csv").read_text().count("\n") == 4  # heading, train, repeat, evaluate


def test_killed_in_training_goes_on_to_the_same_losses(wfllm: Run, tmp_path: Path) -> None:
    """kill -9 after some steps; the same command then ends with an undisturbed run's losses."""
    args = [*QUICK, "evaluation.before=false", "evaluation.after=false", "trainer.max_steps=12"]
    killed = subprocess.Popen(
        [sys.executable, "-m", "wfllm.cli", "train", *args, "output=killed"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _wait_for_steps(tmp_path / "killed", 3)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    run = next((tmp_path / "killed").glob("train/*/*/run.json")).parent
    before = losses(run)
    assert 3 <= len(before) < 12
    assert not (run / "model").exists()
    wfllm("train", *args, "output=killed")
    wfllm("train", *args, "output=whole")
    whole = next((tmp_path / "whole").glob("train/*/*/run.json")).parent
    assert losses(run) == losses(whole)
    assert len(losses(run)) == 12
    assert json.loads((run / "run.json").read_text())["resumed"]
    left, right = (next((r / "model").glob("*.safetensors")).read_bytes() for r in (run, whole))
    assert left == right


def test_a_sweep_with_one_bad_job_keeps_the_good_ones(wfllm: Run, tmp_path: Path) -> None:
    common = [*QUICK, "evaluation.before=false", "evaluation.after=false", "trainer.max_steps=2"]
    wfllm("build", "data=starter", "data.max_records=6", "output=good")
    paths = "data.path=good/dataset,missing.jsonl"
    done = wfllm("train", "-m", "data=records", paths, "seed=0,1", *common, status=1)
    statuses = [
        json.loads(f.read_text())["status"] for f in (tmp_path / "outputs/train").glob("*/*/run.json")
    ]
    assert statuses == ["finished", "finished"]
    assert "2 of 4 jobs failed" in done.stdout
    assert "data.path=missing.jsonl" in done.stdout
    table = wfllm("compare").stdout
    assert table.count("finished") == 2


def test_one_of_four_jobs_fails_in_training_and_three_are_good(wfllm: Run, tmp_path: Path) -> None:
    common = [*QUICK, "evaluation.before=false", "evaluation.after=false", "trainer.max_steps=3"]
    rates = "optim.lr=1e-4,2e-4,3e-4,1e38"
    done = wfllm("train", "-m", rates, "strategy=full", *common, status=1)
    statuses = [
        json.loads(f.read_text())["status"] for f in (tmp_path / "outputs/train").glob("*/*/run.json")
    ]
    assert sorted(statuses) == ["failed", "finished", "finished", "finished"]
    assert "1 of 4 jobs failed" in done.stdout
    assert "optim.lr=1e38" in done.stdout.replace("+", "")
    table = wfllm("compare").stdout
    assert table.count("finished") == 3
    assert "failed" in table
    assert "loss became" in table


def test_a_sweep_of_good_jobs_gives_all_runs_and_compare_shows_them(wfllm: Run, tmp_path: Path) -> None:
    common = [*QUICK, "evaluation.before=false", "evaluation.after=false", "trainer.max_steps=2"]
    wfllm("train", "-m", "strategy=lora,full", "optim.lr=1e-4,3e-4", *common)
    runs = list((tmp_path / "outputs/train").glob("*/*/run.json"))
    assert len(runs) == 4
    table = wfllm("compare").stdout
    assert table.count("finished") == 4
    assert "optim.lr" in table
    two = wfllm("compare", 'where="strategy.name=lora and status=finished"').stdout
    assert two.startswith("The two runs differ in one key: optim.lr: 0.0001 → 0.0003\n")


def test_dry_run_prints_the_plan_and_writes_nothing(wfllm: Run, tmp_path: Path) -> None:
    plan = wfllm("train", *QUICK, "dry_run=true").stdout
    for word in ("records", "tokens", "learned", "steps", "parameters", "memory", "output"):
        assert word in plan
    assert not (tmp_path / "outputs").exists()


def test_published_records_train_as_they_are(wfllm: Run, tmp_path: Path, shared_data: Path) -> None:
    path = shared_data / "workflowbench" / "data_samples.json"
    overrides = [o for o in QUICK if not o.startswith("experiment")]
    wfllm("train", "data=workflowbench", f"data.path={path}", "model=tiny", "model.context=4096", *overrides)
    assert len(losses(the_run(tmp_path))) == 6


def test_built_records_train(wfllm: Run, tmp_path: Path) -> None:
    wfllm("build", "data=starter", "data.max_records=6", "output=built")
    files = sorted((tmp_path / "built" / "dataset").glob("*.jsonl"))
    rows = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    assert {r["split"] for r in rows} == {"train", "dev", "id", "ood"}
    assert all(r["query"] and r["apis"] and r["task_plan"] and "#" in r["annotated_code"] for r in rows)
    wfllm("train", "data=records", "data.path=built/dataset", *QUICK)


def test_interrupted_by_a_person_says_so_and_goes_on(wfllm: Run, tmp_path: Path) -> None:
    """Ctrl-C in the middle of training: status 130, one line, and the same command ends the run."""
    args = [
        *QUICK,
        "evaluation.before=false",
        "evaluation.after=false",
        "trainer.max_steps=40",
        "trainer.epochs=9",
    ]
    started = subprocess.Popen(
        [sys.executable, "-m", "wfllm.cli", "train", *args],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A shell ignores Ctrl-C in what it runs in the background, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    _wait_for_steps(tmp_path / "outputs", 3)
    started.send_signal(signal.SIGINT)
    _, errors = started.communicate(timeout=60)
    assert started.returncode == 130, errors
    assert "Interrupted. The same command goes on where it was." in errors
    assert "Traceback" not in errors
    wfllm("train", *args)
    assert len(losses(the_run(tmp_path))) == 40


def _wait_for_steps(folder: Path, steps: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        logs = list(folder.glob("train/*/*/metrics.jsonl"))
        if logs and len(losses(logs[0].parent)) >= steps:
            return
        time.sleep(0.005)
    raise AssertionError("training did not start")
