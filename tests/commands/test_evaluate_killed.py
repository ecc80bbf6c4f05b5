"""`wfllm evaluate` killed with SIGKILL at random moments: the same file, the same scores, nothing twice."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import environment
from tests.commands.slow_evaluate import run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
KILLS, SLOW = 10, 0.3
PRELOADED = ["tests.commands.slow_evaluate", "transformers.models.llama.modeling_llama"]
EVALUATE = [
    "evaluate",
    "model=tiny",
    "logger=none",
    "decoding=sample",
    "decoding.dtype=bfloat16",
    "decoding.max_new_tokens=4",
    "decoding.batch_size=2",
    "metrics.families=[codebleu,checks]",
]


def start(folder: Path, seconds: float) -> Any:
    """`wfllm evaluate` in a process of its own."""
    folder.mkdir(exist_ok=True)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    process = context.Process(target=run, args=(folder, seconds, [*EVALUATE, f"output={folder}"]))
    process.start()
    return process


def ended(process: Any, folder: Path) -> None:
    process.join()
    assert process.exitcode == 0, (folder / "said").read_text()


def log(folder: Path) -> list[list[str]]:
    """The prompts of every batch that was begun."""
    path = folder / "log"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []


def answered(folder: Path) -> list[str]:
    """The requests whose answers are kept."""
    files = folder.rglob("predictions/scores-id.jsonl")
    lines = [line for path in files for line in path.read_bytes().split(b"\n")[:-1]]
    return [json.loads(line)["query"] for line in lines]


def left(folder: Path) -> tuple[bytes, bytes, object]:
    """Predictions, scores of each, and means of a finished evaluation."""
    (found,) = (p.parent for p in folder.rglob("run.json"))
    info = json.loads((found / "run.json").read_text())
    assert info["status"] == "finished"
    files = [found / "predictions" / f"scores-id.{kind}" for kind in ("jsonl", "csv")]
    return files[0].read_bytes(), files[1].read_bytes(), info["results"]


def test_killed_ten_times_it_ends_with_the_same_predictions_and_scores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    calm, rough = tmp_path / "calm", tmp_path / "rough"
    ended(start(calm, 0), calm)
    batches = log(calm)
    assert len(batches) > KILLS
    draw, hits = random.Random(2411), []
    for kill in range(KILLS):
        before, kept = len(log(rough)), answered(rough)
        whole = [b for b in batches if all(any(query in prompt for query in kept) for prompt in b)]
        process = start(rough, SLOW)
        begun = before + 1 + kill % 2  # the first dies before it answers anything, the others later
        while kill and len(log(rough)) < begun and process.is_alive():
            time.sleep(0.005)
        time.sleep(draw.uniform(0, 1.2 * SLOW))
        assert process.is_alive(), (rough / "said").read_text()
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        hits.append((len(log(rough)), len(answered(rough))))
        assert not [b for b in log(rough)[before:] if b in whole], "a batch that was kept was answered again"
        assert all(b in batches for b in log(rough))
    ended(start(rough, 0), rough)
    print(f"(batches begun, answers kept) at each kill: {hits}; {len(batches)} batches")
    assert hits[-1][1] > 0
    assert len(log(rough)) <= len(batches) + KILLS  # at most one was under way at each kill
    assert left(rough) == left(calm)
