"""Does `wfllm build` stay constant in memory and linear in time?

    python benchmarks/build_scale.py [records …]      (default 1000 3000 10000 30000 100000)

Records are made by varying the starter corpus: each has a line of its own, one in 20 repeats another in
other words, one in 50 is no Python. Each size is built in a process of its own, one process, one thread.
Stage `distinct`, which only a build with a model has, sees as many samples, whose requests are those of
`build_distinct`.
Memory is the highest resident size of each stage, as the kernel counts it, reset before the stage (Linux
alone). Seconds are the process's own CPU seconds, so that a busy machine does not tell. Writes the figure
`docs/build_scale.svg` and prints the table that `docs/log.md` holds.
"""

from __future__ import annotations

import hashlib
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SIZES = (1000, 3000, 10_000, 30_000, 100_000)
FIGURE = Path(__file__).resolve().parents[1] / "docs" / "build_scale.svg"


def varied(count: int) -> Iterator[dict[str, Any]]:
    """Records like those of the starter corpus, without thoughts."""
    from wfllm.bench.sources.starter import load_starter
    from wfllm.shortcuts.comments import without_comments

    starter = [(r, without_comments(r.annotated_code)) for r in load_starter()]
    for number in range(count):
        record, code = starter[number % len(starter)]
        told = number - 1 if number % 20 == 19 else number
        if told != number:
            record, code = starter[told % len(starter)]
        line = f'is_workflow_actions_notification(WFNotificationActionBody="Variant {told}")'
        if told != number:
            line = line.replace("Variant", "VARIANT ")
        if number % 50 == 49:
            line = "if"
        yield {
            "id": f"{record.id}/{number}",
            "query": f"{record.query} ({number})",
            "apis": [],
            "task_plan": "",
            "annotated_code": f"{code}{line}\n",
            "category": record.category,
        }


def build(source: Path, output: Path) -> list[dict[str, Any]]:
    """Build and measure: a row a stage, then `distinct`, the last one `assemble`."""
    from wfllm.bench.stages.assemble import assemble
    from wfllm.bench.stages.engine import Build
    from wfllm.bench.stages.pipeline import SOURCES, pipeline
    from wfllm.config.compose import compose
    from wfllm.config.schema import BuildCommand

    config = compose("build", ["data=records", f"data.path={source}", f"output={output}"]).config
    assert isinstance(config, BuildCommand)
    _reset_peak()
    stages = Build(output, pipeline(config))
    rows: list[dict[str, Any]] = []
    start = _seconds()
    for report in stages.run():
        seconds = _seconds() - start
        rows.append({"stage": report.name, "seconds": seconds, "megabytes": _peak(), "kept": report.kept})
        _reset_peak()
        start = _seconds()
    rows.append(distinct(sum(1 for _ in source.open("rb")), output / "synthetic"))
    _reset_peak()
    start = _seconds()
    names = [name for name in SOURCES if name in stages.folders]
    counts = assemble(output, (item for name in names for item in stages.items(name)))
    seconds = _seconds() - start
    rows.append({"stage": "assemble", "seconds": seconds, "megabytes": _peak(), "kept": sum(counts.values())})
    return rows


def distinct(count: int, output: Path) -> dict[str, Any]:
    """The stage alone, on so many samples whose code was measured before."""
    from benchmarks.build_distinct import requests
    from wfllm.bench.stages.distinct import distinguishing
    from wfllm.bench.stages.engine import Build
    from wfllm.bench.stages.stage import Whole
    from wfllm.config import schema as s

    def samples() -> Iterator[dict[str, Any]]:
        for number, query in enumerate(requests(count)):
            keys = [hashlib.sha256(f"{number}".encode()).hexdigest()[:32]] * 2
            measured = {"keys": keys, "stats": None}
            yield {"id": f"synthetic/{number:06d}", "query": query, "meta": {}, "measured": measured}

    stages = [
        Whole("split", (), lambda _: iter(())),
        Whole("confirm", (), lambda _: samples()),
        distinguishing(s.Confirm(), s.Expand()),
    ]
    row: dict[str, Any] = {}
    start = _seconds()
    for report in Build(output, stages).run():
        seconds = _seconds() - start
        row = {"stage": report.name, "seconds": seconds, "megabytes": _peak(), "kept": report.kept}
        _reset_peak()
        start = _seconds()
    return row


def _seconds() -> float:
    """CPU seconds of this process and of those it started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _peak() -> float:
    text = Path("/proc/self/status").read_text()
    return int(text.split("VmHWM:")[1].split()[0]) / 1024


def measured(size: int) -> list[dict[str, Any]]:
    """The same in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "records.jsonl")
        with source.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in varied(size))
        arguments = [sys.executable, __file__, "--one", str(source), str(Path(folder, "out"))]
        done = subprocess.run(arguments, stdout=subprocess.PIPE, text=True, check=True)
        return list(json.loads(done.stdout.splitlines()[-1]))


def table(found: dict[int, list[dict[str, Any]]]) -> str:
    stages = [row["stage"] for row in next(iter(found.values()))]
    lines = [
        f"| records | {' | '.join(stages)} | all, s | ms a record | peak MB |",
        f"|---|{'---|' * (len(stages) + 3)}",
    ]
    for size, rows in found.items():
        seconds = sum(row["seconds"] for row in rows)
        cells = " | ".join(f"{row['seconds']:.1f} s, {row['megabytes']:.0f} MB" for row in rows)
        peak = max(row["megabytes"] for row in rows)
        lines.append(f"| {size:,} | {cells} | {seconds:.0f} | {1000 * seconds / size:.1f} | {peak:.0f} |")
    return "\n".join(lines)


def plot(found: dict[int, list[dict[str, Any]]]) -> None:
    import matplotlib

    matplotlib.use("svg")
    # the same figures give the same file, and a small one
    matplotlib.rcParams.update({"svg.hashsalt": "wfllm", "svg.fonttype": "none"})
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for number, stage in enumerate(row["stage"] for row in next(iter(found.values()))):
        sizes = list(found)
        left.plot(sizes, [found[n][number]["seconds"] for n in sizes], marker="o", label=stage)
        right.plot(sizes, [found[n][number]["megabytes"] for n in sizes], marker="o", label=stage)
    for axes, title in ((left, "CPU seconds"), (right, "peak memory, MB")):
        axes.set(xscale="log", xlabel="records", title=title)
        axes.grid(alpha=0.3)
    left.set_yscale("log")
    right.set_ylim(bottom=0)
    figure.legend(*right.get_legend_handles_labels(), loc="outside right center", fontsize=8)
    figure.savefig(FIGURE, metadata={"Date": None})


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--one"]:
        print(json.dumps(build(Path(arguments[1]), Path(arguments[2]))))
        return
    found: dict[int, list[dict[str, Any]]] = {}
    for size in [int(a) for a in arguments] or SIZES:
        found[size] = measured(size)
        print(table(found), flush=True)
    plot(found)


if __name__ == "__main__":
    main(sys.argv[1:])
