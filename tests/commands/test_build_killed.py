"""`wfllm build` with all its stages, killed with SIGKILL in every one of them: the same dataset, asked once.

How asking is counted: the server counts each conversation it receives. An answer is had from the moment it
is in `answers.sqlite`; what the server was at when everything was killed, or had just sent, may be asked
again, at most `CONCURRENCY` conversations a kill.
"""

from __future__ import annotations

import functools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bench.stages import fake_annotator
from tests.bench.stages.conftest import keys
from tests.commands.conftest import environment
from tests.conftest import SHARED_DATA
from tests.llm.fault_server import FaultServer, remembered
from wfllm.bench.stages.assemble import FOLDER as DATASET
from wfllm.bench.stages.folder import StageFolder

ROOT = Path(__file__).resolve().parents[2]
FILES, LARGEST = 24, 8_000
CONCURRENCY, CHUNK, SLOW = 4, 16, 0.05
KILLS, KILLS_EACH = 20, 2
ASSEMBLE = "assemble"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """Answers whatever a build asks, a while after it was asked; counts by conversation."""
    server = FaultServer()
    say = functools.cache(lambda text: fake_annotator.say(json.loads(text)))
    server.say = lambda messages: say(json.dumps(messages))
    yield server
    server.close()


def source(folder: Path) -> list[str]:
    """Overrides for some real shortcuts, or where there are none for records of the starter corpus."""
    if not SHARED_DATA.is_dir():
        return ["data=starter", f"data.max_records={FILES}", "thoughts.overwrite=true"]
    real = sorted(p for p in (SHARED_DATA / "shortcuts").rglob("*") if p.is_file())
    small = [p for p in real if p.stat().st_size <= LARGEST]
    folder.mkdir()
    for path in small[:: max(1, len(small) // FILES)][:FILES]:
        shutil.copy(path, folder)
    return ["data=shortcuts", f"data.path={folder}"]


def command(server: FaultServer, root: Path, *data: str, slow: float = 0.0) -> list[str]:
    whole = ["thoughts=llm", "expand.count=48", "annotator=llm", "confirm.repair=true", "n_jobs=2"]
    asked = keys(server, concurrency=CONCURRENCY, timeout=60)
    start = [sys.executable, "-m", "tests.commands.slow_build", str(slow), str(CHUNK)]
    return [*start, "build", f"output={root}", *data, *whole, *asked]


def chunks(root: Path) -> dict[str, bytes]:
    """What the stages left."""
    found = sorted(root.glob("[0-9][0-9]_*/chunk-*"))
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in found}


def dataset(root: Path) -> dict[str, bytes]:
    found = root / DATASET
    return {p.relative_to(found).as_posix(): p.read_bytes() for p in sorted(found.rglob("*")) if p.is_file()}


def at(root: Path, stages: list[str]) -> str:
    """The first stage that is not complete; `ASSEMBLE` where all are, nothing where the dataset is there."""
    for stage in stages:
        if not StageFolder(root / stage).info().get("complete"):
            return stage
    return "" if (root / ".dataset.json").exists() else ASSEMBLE


def begun(root: Path, stage: str, since: float) -> bool:
    """Whether a stage has been written to since, under its name or under that of what is not yet finished."""
    name = DATASET if stage == ASSEMBLE else stage
    found = [p for p in (root / name, root / f".new-{name}") if p.exists()]
    return any(p.stat().st_mtime > since for p in found)


def wait(process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> None:
    while process.poll() is None and not ready():
        time.sleep(0.002)


def killed(
    server: FaultServer, root: Path, data: list[str], stages: list[str], often: bool, draw: float
) -> str:
    """Start the build, kill it in the stage that it is at, or where that was killed often in the next; which
    stage it was at then.

    Args:
        draw: seconds from the stage's first sign of work to the kill.
    """
    since, target, asked = time.time(), at(root, stages), server.received.copy()
    process = subprocess.Popen(
        command(server, root, *data, slow=SLOW),
        cwd=ROOT, env=environment(), start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    if often:
        wait(process, lambda: at(root, stages) != target)
        target, asked = at(root, stages), server.received.copy()
    wait(process, lambda: begun(root, target, since) or server.received != asked)
    time.sleep(draw)
    assert process.poll() is None, f"it ended in {target}"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    while server.at_once:
        time.sleep(0.01)  # the server still answers the one that is gone
    return at(root, stages)


def build(server: FaultServer, root: Path, data: list[str]) -> None:
    """The same without a kill."""
    done = subprocess.run(
        command(server, root, *data), cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.mark.slow
def test_killed_in_every_stage_it_ends_with_the_same_dataset_and_asks_nothing_twice(
    server: FaultServer, tmp_path: Path
) -> None:
    data, calm, rough = source(tmp_path / "mine"), tmp_path / "calm", tmp_path / "rough"
    build(server, calm, data)
    stages = sorted(p.name for p in calm.glob("[0-9][0-9]_*"))
    asked = len(server.received)
    assert max(server.received.values()) == 1
    server.received.clear()
    server.delay = 0.02

    draw, hits, settled = random.Random(2411), Counter[str](), dict[str, int]()
    while hits.total() < KILLS or not hits[ASSEMBLE]:
        here = at(rough, stages)
        assert here, f"the build was done after {hits}"
        hits[killed(server, rough, data, stages, hits[here] >= KILLS_EACH, draw.uniform(0, 3 * SLOW))] += 1
        for conversation in remembered(rough / "answers.sqlite"):
            settled.setdefault(conversation, server.received[conversation])
    build(server, rough, data)

    print(
        f"{dict(hits)}; {asked} prompts, {sum(server.received.values())} times asked, {len(settled)} settled"
    )
    assert set(hits) == {*stages, ASSEMBLE}
    assert dataset(rough) == dataset(calm)
    assert chunks(rough) == chunks(calm)
    assert {conversation: server.received[conversation] for conversation in settled} == settled
    assert sum(server.received.values()) <= asked + CONCURRENCY * hits.total()
    assert not list(rough.rglob(".part-*"))
