"""What fails in W&B costs a run one line: the real client, with a server that is away, refuses, or dies."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import wandb

from tests.tracking.wandb_server import KEY, environment, wandb_server
from wfllm.config.schema import WandbLogger
from wfllm.tracking import wandb_start
from wfllm.tracking.artifacts import Item
from wfllm.tracking.tracker import Tracker
from wfllm.tracking.wandb_files import records
from wfllm.tracking.wandb_run import WandbTracker, reporting
from wfllm.tracking.wandb_start import About

pytestmark = pytest.mark.slow
ONLINE = WandbLogger(name="wandb", mode="online")
OFFLINE = WandbLogger(name="wandb")


@pytest.fixture(autouse=True)
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A client that knows of no settings but the test's."""
    wandb.teardown()
    for name in [name for name in os.environ if name.startswith("WANDB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WANDB_ERROR_REPORTING", "false")
    yield
    with suppress(Exception):  # of a client that was killed
        wandb.teardown()


def logged(logger: WandbLogger, folder: Path) -> type[Tracker]:
    """A run that logs a little; the kind of tracker it had."""
    folder.mkdir(exist_ok=True)
    with reporting(logger, About("r1", "run", folder, "g", "train", {"seed": 1})) as tracker:
        tracker.metrics({"train/loss": 0.5}, 0)
        tracker.uses([Item("dataset-x", "dataset", (folder,))])
        tracker.table("samples", ["a"], [[1]])
        tracker.summary({"x": 1.0})
    return type(tracker)


def kept_offline(folder: Path) -> set[str]:
    """Kinds of records, once the client's own process has written the last of them."""
    (file,) = folder.glob("wandb/offline-run-*/run-r1.wandb")
    deadline = time.monotonic() + 30
    while True:
        found = {str(record.WhichOneof("record_type")) for record, _ in records(file)}
        if "exit" in found or time.monotonic() > deadline:
            return found
        time.sleep(0.2)


def require_one_line(said: str, *words: str) -> None:
    lines = said.splitlines()
    assert len(lines) == 1, said
    assert lines[0].startswith("W&B: ")
    assert all(word in lines[0] for word in words), said


def test_a_server_that_is_away_costs_one_line_and_no_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("WANDB_BASE_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    assert logged(ONLINE, tmp_path / "run") is WandbTracker
    require_one_line(capfd.readouterr().err, "cannot be reached", f"wandb sync {tmp_path / 'run' / 'wandb'}")
    assert {"run", "history", "summary", "artifact", "exit"} <= kept_offline(tmp_path / "run")


def test_no_key_is_one_line_and_nobody_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    assert logged(ONLINE, tmp_path / "run") is WandbTracker
    require_one_line(capfd.readouterr().err, "no key for 127.0.0.1", "wandb login", "wandb sync")
    assert "exit" in kept_offline(tmp_path / "run")


def test_a_key_that_is_refused_is_one_line_and_the_run_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with wandb_server() as server:
        server.refuse = True
        for name, value in environment(server, str(tmp_path)).items():
            monkeypatch.setenv(name, value)
        assert logged(ONLINE, tmp_path / "run") is WandbTracker
    require_one_line(capfd.readouterr().err, "This run is kept offline", "wandb sync")
    assert "exit" in kept_offline(tmp_path / "run")


def test_a_server_that_dies_in_the_middle_stops_no_run_and_is_waited_for_so_long_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wandb_start, "UPLOAD", 3.0)
    folder = tmp_path / "run"
    folder.mkdir()
    with wandb_server() as server:
        for name, value in environment(server, str(tmp_path)).items():
            monkeypatch.setenv(name, value)
        entered = reporting(ONLINE, About("r1", "run", folder, "g", "train"))
        tracker = entered.__enter__()
        tracker.metrics({"train/loss": 0.5}, 0)
    tracker.metrics({"train/loss": 0.4}, 1)
    tracker.table("samples", ["a"], [[1]])
    tracker.keeps(Item("model-x", "model", (folder / "nowhere",)))
    entered.__exit__(None, None, None)
    assert len(capfd.readouterr().err.splitlines()) <= 1
    (file,) = folder.glob("wandb/run-*/run-r1.wandb")
    told = [record for record, _ in records(file) if record.WhichOneof("record_type") == "history"]
    assert len(told) >= 2  # both points wait for `wandb sync`


def test_a_client_that_dies_costs_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    with reporting(OFFLINE, About("r1", "run", folder, "g", "train")) as tracker:
        tracker.metrics({"train/loss": 0.5}, 0)
        listed = subprocess.run(
            ["ps", "--ppid", str(os.getpid()), "-o", "pid=,comm="], capture_output=True, text=True, check=True
        )
        for line in listed.stdout.splitlines():
            pid, name = line.split(maxsplit=1)
            if "wandb" in name:
                os.kill(int(pid), signal.SIGKILL)
        for step in range(1, 4):
            tracker.metrics({"train/loss": 0.5}, step)
            tracker.table("samples", ["a"], [[step]])
    assert 1 <= len(capfd.readouterr().err.splitlines()) <= 2


def test_a_full_disk_costs_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(wandb, "init", full)
    assert logged(OFFLINE, tmp_path / "run") is Tracker
    require_one_line(capsys.readouterr().err, "No space left on device", str(tmp_path / "run"))


def test_a_report_that_fails_is_the_last_and_its_line_the_only_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Run:
        def __init__(self) -> None:
            self.calls = 0

        def log(self, _: Any) -> None:
            self.calls += 1
            raise RuntimeError("the service is gone\nand more")

    run = Run()
    tracker = WandbTracker(run, OFFLINE, tmp_path)
    for step in range(3):
        tracker.metrics({"train/loss": 1.0}, step)
    tracker.summary({"x": 1.0})
    assert run.calls == 1
    require_one_line(capsys.readouterr().err, "the service is gone", "The run goes on")
