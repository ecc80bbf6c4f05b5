"""What do the stages that see everything remember, on disk and in dicts?

    python benchmarks/build_memory.py [records …]      (default 1000 10000 100000)

Stages `filter`, `split` and `distinct` over small items whose keys are drawn, one in 20 twice; each size and
way in a process of its own. Peak memory is the kernel's, reset before each stage (Linux alone), seconds are
CPU seconds. Both ways must leave the same items.
"""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.build_scale import _peak, _reset_peak, _seconds

SIZES = (1000, 10_000, 100_000)
WORDS = [f"word{n}" for n in range(5000)]


class InDicts:
    """`Remembered` as it would be without a disk."""

    def __init__(self) -> None:
        self.things: dict[int, Any] = {}
        self.get, self.first = self.things.get, self.things.setdefault

    def set(self, key: int, value: Any) -> None:
        self.things[key] = value

    def close(self) -> None:
        self.things.clear()

    def __enter__(self) -> InDicts:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.close()


def items(count: int, kind: str) -> Iterator[dict[str, Any]]:
    for number in range(count):
        draw = random.Random(f"{kind}{number - (number % 20 == 19)}")
        keys = [draw.randbytes(16).hex() for _ in range(2)]
        stats = {"actions": 5, "loops": 0, "ifs": 0, "depth": 0, "apis": 5, "apps": 0}
        yield {
            "id": f"{kind}/{number:06d}",
            "query": " ".join(draw.choices(WORDS, k=40)),
            "apis": [f"is.workflow.actions.a{int(draw.paretovariate(1)) % 500}" for _ in range(6)],
            "task_plan": "1. Show.",
            "annotated_code": "is_workflow_actions_showresult()\n",
            "split": "train" if kind == "synthetic" else None,
            "meta": {},
            "measured": {"keys": keys, "stats": stats},
        }


def measure(count: int, way: str, root: Path) -> dict[str, Any]:
    """Peak memory and seconds of each stage, and a digest of what they kept."""
    from wfllm.bench import scratch

    if way == "dicts":
        scratch.Remembered = InDicts  # type: ignore[assignment,misc]
    from wfllm.bench.stages.distinct import distinguishing
    from wfllm.bench.stages.engine import Build
    from wfllm.bench.stages.filter import filtering
    from wfllm.bench.stages.split import splitting
    from wfllm.bench.stages.stage import Whole
    from wfllm.config import schema as s

    def kept(name: str, reads: str) -> Whole:
        return Whole(name, (reads,), lambda inputs: inputs.items(reads))

    build = Build(
        root,
        [
            Whole("transcribe", (), lambda _: items(count, "real")),
            filtering(s.Filter(documented=False)),
            kept("thoughts", "filter"),
            splitting(s.Splits()),
            Whole("confirm", (), lambda _: items(count, "synthetic")),
            distinguishing(s.Confirm(), s.Expand()),
        ],
    )
    found: dict[str, Any] = {}
    digest = hashlib.sha256()
    begun = _seconds()
    _reset_peak()
    for report in build.run():
        if report.name in ("filter", "split", "distinct"):
            found[report.name] = [_peak(), _seconds() - begun]
            for item in build.items(report.name):
                digest.update(json.dumps(item).encode())
        _reset_peak()
        begun = _seconds()
    return {**found, "digest": digest.hexdigest()}


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--one"]:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure(int(arguments[1]), arguments[2], Path(folder))))
        return
    print("| records | way | filter | split | distinct |\n|---|---|---|---|---|")
    for size in [int(a) for a in arguments] or SIZES:
        digests = set()
        for way in ("dicts", "disk"):
            command = [sys.executable, "-m", "benchmarks.build_memory", "--one", str(size), way]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            found = json.loads(done.stdout.splitlines()[-1])
            digests.add(found.pop("digest"))
            cells = " | ".join(f"{memory:.0f} MB, {seconds:.1f} s" for memory, seconds in found.values())
            print(f"| {size:,} | {way} | {cells} |", flush=True)
        assert len(digests) == 1, "the two ways differ"


if __name__ == "__main__":
    main(sys.argv[1:])
