"""Running the real command line in a process of its own, as a person would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Result = subprocess.CompletedProcess[str]
Run = Callable[..., Result]
QUICK = [
    "experiment=tiny",
    "logger=none",
    "data.max_records=12",
    "trainer.max_steps=6",
    "trainer.accumulate=2",
    "trainer.checkpoint_every=1",
    "trainer.threads=1",
    "evaluation.limit=2",
    "decoding.max_new_tokens=8",
]
"""A whole training run in seconds."""


def environment() -> dict[str, str]:
    return {**os.environ, "HF_HUB_OFFLINE": "1", "WANDB_MODE": "offline", "COLUMNS": "200", "NO_COLOR": "1"}


@pytest.fixture
def wfllm(tmp_path: Path) -> Run:
    """`wfllm(*args)` in an empty folder; fails the test on an unexpected exit status."""

    def run(*args: str, status: int | None = 0) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "wfllm.cli", *args],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )
        if status is not None:
            assert done.returncode == status, f"{args}\n{done.stdout}\n{done.stderr}"
        return done

    return run


def the_run(folder: Path, command: str = "train") -> Path:
    """The only run folder of a command below `outputs`."""
    found = sorted((folder / "outputs" / command).glob("*/*/run.json"))
    assert len(found) == 1, found
    return found[0].parent
