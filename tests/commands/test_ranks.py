"""One training in several real processes, started by the command itself, by torchrun and by srun."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.commands.conftest import QUICK, Run, environment
from wfllm.tracking.metrics_file import read_metrics

pytestmark = pytest.mark.slow

ALONE = [
    *(o for o in QUICK if not o.startswith("trainer.accumulate")),
    "evaluation.before=false",
    "evaluation.after=false",
    "trainer.precision=32-true",
]
TWO = ["trainer.devices=2", "trainer.accumulate=1"]


def run_of(folder: Path) -> Path:
    (file,) = folder.glob("train/*/*/run.json")
    return file.parent


def losses(run: Path) -> list[float]:
    return [r[n] for r in read_metrics(run / "metrics.jsonl") for n in ("train/loss", "val/loss") if n in r]


def test_two_processes_give_one_processs_losses_however_they_start(wfllm: Run, tmp_path: Path) -> None:
    """The command starts its own; torchrun starts all; so does srun, whose variables are set by hand."""
    wfllm("train", *ALONE, "trainer.accumulate=2", "output=one")
    wfllm("train", *ALONE, "trainer=fsdp", *TWO, "output=own")
    one, own = run_of(tmp_path / "one"), run_of(tmp_path / "own")
    assert own.name == one.name, "the same run on other devices has the same id"
    assert losses(own) == pytest.approx(losses(one), rel=1e-6)
    assert len(losses(one)) == 7

    command = [sys.executable, "-m", "wfllm.cli", "train", *ALONE, "trainer=ddp", *TWO]
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "-m", *command[2:]]
    subprocess.run([*torchrun, "output=torchrun"], cwd=tmp_path, env=environment(), check=True, timeout=500)
    slurm = {
        "SLURM_STEP_NUM_TASKS": "2",
        "SLURM_STEP_NODELIST": "localhost",
        "SLURM_JOB_ID": str(os.getpid()),
    }
    tasks = [
        subprocess.Popen(
            [*command, "output=srun"],
            cwd=tmp_path,
            env={**environment(), **slurm, "SLURM_PROCID": str(rank), "SLURM_LOCALID": str(rank)},
        )
        for rank in range(2)
    ]
    assert [task.wait(timeout=500) for task in tasks] == [0, 0]
    for launcher in ("torchrun", "srun"):
        run = run_of(tmp_path / launcher)
        assert losses(run) == pytest.approx(losses(one), rel=1e-6)
        assert (run / "model").is_dir()


SLOW_FOLLOWER = """
import sys, time
from torch.distributed import TCPStore
from wfllm.commands import ranks
from wfllm.ranks import World

class Late(TCPStore):
    def get(self, key):
        time.sleep(1)  # the leader has nothing more to do and goes
        return super().get(key)

port, rank = map(int, sys.argv[1:])
world = World(rank, 2, rank, 2, "127.0.0.1", port, "srun")
if rank:
    sys.exit(ranks._follow(world, Late("127.0.0.1", port, 2, False)))
ranks.Leader(world, TCPStore("127.0.0.1", port, 2, True)).end()
"""


def test_a_leader_stays_until_the_others_have_read_that_it_is_over(tmp_path: Path) -> None:
    """The store of a run under srun lives in rank 0: were it gone at once, a slow rank would fail."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    both = [
        subprocess.Popen([sys.executable, "-c", SLOW_FOLLOWER, str(port), str(rank)], env=environment())
        for rank in range(2)
    ]
    assert [rank.wait(timeout=200) for rank in both] == [0, 0]


@pytest.mark.timeout(1800)  # five starts of two processes each, on a busy machine
@pytest.mark.parametrize("victim", [0, 1])
def test_a_rank_that_is_killed_ends_all_and_the_same_command_goes_on(
    wfllm: Run, tmp_path: Path, victim: int
) -> None:
    args = [*ALONE, "trainer=ddp", *TWO, "trainer.epochs=20", "trainer.max_steps=14", "output=killed"]
    started = subprocess.Popen(
        [sys.executable, "-m", "wfllm.cli", "train", *args],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list((tmp_path / "killed").glob("train/*/*/checkpoints/last.ckpt")):
        time.sleep(0.05)
        assert started.poll() is None
    children = [
        int(pid)
        for pid in subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(started.pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        if "wfllm.commands.ranks" in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    ]
    assert len(children) == 1
    os.kill([started.pid, *children][victim], signal.SIGKILL)
    _, errors = started.communicate(timeout=200)
    assert started.returncode != 0
    told = [line for line in errors.splitlines() if line.startswith(f"rank {victim}: ")]
    assert len(told) == 1, errors
    assert "last.ckpt, step" in told[0]
    assert "the same command goes on there" in told[0]
    for _ in range(100):
        if not Path(f"/proc/{children[0]}").exists():
            break
        time.sleep(0.1)
    else:
        raise AssertionError("the other rank lives on")
    run = run_of(tmp_path / "killed")
    if victim:
        assert json.loads((run / "run.json").read_text())["status"] == "failed"
    wfllm("train", *args)
    wfllm("train", *[a for a in args if not a.startswith("output=")], "output=whole")
    assert losses(run) == losses(run_of(tmp_path / "whole"))


def test_what_cannot_be_had_is_one_line(wfllm: Run, tmp_path: Path) -> None:
    done = wfllm("train", *ALONE, "trainer=deepspeed", "trainer.devices=2", status=1)
    assert done.stderr.strip().count("\n") == 0
    assert "GPU" in done.stderr
    done = wfllm("train", *ALONE, "trainer=ddp", *TWO, "trainer.nodes=2", status=1)
    assert "torchrun" in done.stderr.splitlines()[-1]
    done = wfllm("train", *ALONE, "trainer.devices=2", status=2)
    assert "trainer=ddp" in done.stderr


def test_the_papers_run_is_planned_without_a_network(wfllm: Run, tmp_path: Path) -> None:
    args = ["experiment=paper/workflowllama", "data=starter", "dry_run=true", "trainer.plan_records=106763"]
    plan = wfllm("train", *args).stdout
    for words in ("8,030,261,248", "8 x a100_80gb", "fits", "optimiser states", "10,011", "hours"):
        assert words in plan
    assert not (tmp_path / "outputs").exists()
    one = ["trainer=default", "trainer.devices=1", "trainer.accelerator=gpu", "trainer.accumulate=32"]
    alone = wfllm("train", *args, *one).stdout
    assert "does not fit" in alone
    assert "trainer=fsdp" in alone
