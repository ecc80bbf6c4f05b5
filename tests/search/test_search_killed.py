"""Real searches with a tiny model, whose processes are killed: no trial is lost, and none begins anew."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.commands.conftest import QUICK, environment

pytestmark = pytest.mark.slow

STEPS = 8
SEARCH = [
    "train",
    "sweep=optuna",
    *[o for o in QUICK if not o.startswith(("trainer.max_steps", "evaluation"))],
    "evaluation.before=false",
    "evaluation.after=false",
    f"trainer.max_steps={STEPS}",
    "trainer.epochs=9",
    "trainer.validate_every=0.5",
    "trainer.samples=0",
    "optim.lr=interval(1e-4,1e-2)",
    "sweep.study=killed",
    "sweep.pruner=none",
]


_started: list[subprocess.Popen[str]] = []


@pytest.fixture(autouse=True)
def none_left_behind() -> Iterator[None]:
    yield
    while _started:
        process = _started.pop()
        process.kill()
        process.communicate()


def start(folder: Path, *overrides: str) -> subprocess.Popen[str]:
    folder.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "wfllm.cli", *SEARCH, *overrides],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    _started.append(process)
    return process


def ended(process: subprocess.Popen[str], status: int = 0) -> str:
    out, _ = process.communicate(timeout=540)
    assert process.returncode == status, out
    return out


def wait_for(done: Callable[[], object], process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 300
    while not done():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < until
        time.sleep(0.05)


def trained(folder: Path) -> int:
    """Lines of metrics of all runs."""
    return sum(p.read_text().count("train/loss") for p in folder.glob("outputs/train/*/*/metrics.jsonl"))


def trials(folder: Path) -> list[dict[str, str]]:
    with (folder / "outputs" / "sweeps" / "killed" / "study.csv").open(encoding="utf-8") as file:
        return [
            {k: v for k, v in row.items() if k in ("trial", "state", "val/loss", "optim.lr")}
            for row in csv.DictReader(file)
        ]


def test_a_killed_search_goes_on_where_it_was(tmp_path: Path) -> None:
    ended(start(tmp_path / "whole", "sweep.trials=2"))
    folder = tmp_path / "killed"
    process = start(folder, "sweep.trials=2")
    wait_for(lambda: trained(folder) > STEPS + 2, process)  # in the second trial
    process.send_signal(signal.SIGKILL)
    process.wait()
    out = ended(start(folder, "sweep.trials=2"))
    assert ", 1 of them done" in out
    assert "── trial 0" not in out
    assert trials(folder) == trials(tmp_path / "whole")  # to the last digit
    runs = [json.loads(p.read_text()) for p in folder.glob("outputs/train/*/*/run.json")]
    assert sorted(len(run.get("resumed", [])) for run in runs) == [0, 1]


def test_two_workers_share_a_study_and_one_may_be_killed(tmp_path: Path) -> None:
    process = start(tmp_path, "sweep.trials=4", "sweep.n_jobs=2")
    logs = [tmp_path / "outputs" / "sweeps" / "killed" / f"worker-{n}.log" for n in (0, 1)]
    wait_for(lambda: all(log.is_file() and "Run folder" in log.read_text() for log in logs), process)
    wait_for(lambda: trained(tmp_path) > 3, process)
    (pid,) = re.findall(r"^process (\d+)$", logs[1].read_text(), re.MULTILINE)
    os.kill(int(pid), signal.SIGKILL)
    out = ended(process)
    assert "worker 1 was killed (signal 9); another goes on" in out
    rows = trials(tmp_path)
    assert [row["trial"] for row in rows] == ["0", "1", "2", "3"]
    assert {row["state"] for row in rows} == {"done"}
    runs = [json.loads(p.read_text()) for p in tmp_path.glob("outputs/train/*/*/run.json")]
    assert {run["status"] for run in runs} == {"finished"}
    assert len(runs) == len({row["optim.lr"] for row in rows})
    assert sum(len(run.get("resumed", [])) for run in runs) == 1
