"""`wfllm build`: make a dataset of records, stage by stage."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.table import Table

from wfllm import lock
from wfllm.bench.stages.assemble import FOLDER, assemble
from wfllm.bench.stages.engine import Build, StageReport
from wfllm.bench.stages.merge import merge
from wfllm.bench.stages.pipeline import pipeline
from wfllm.config.compose import Composed
from wfllm.config.schema import BuildCommand
from wfllm.errors import WfllmError
from wfllm.tracking.identity import code_fingerprint

_FAULTS = ("unreadable", "changed", "thoughts")
"""Rules by which an item is left out for a fault of its own, not by choice: the exit status tells."""
_SHOWN = 12


def run(composed: Composed) -> int:
    """Run the stages that are not there yet. 1 where items were left out for a fault of theirs."""
    config = cast(BuildCommand, composed.config)
    console = Console()
    root = Path(config.output).expanduser()
    if root.is_file():
        raise WfllmError("is a file", where=f"output={root}", mend="Name a folder for the build.")
    shard = _shard(config.shard)
    stages = pipeline(config)
    names = [stage.name for stage in stages]
    for key, given in (("stages", config.stages or []), ("skip", config.skip)):
        if unknown := [name for name in given if name not in names]:
            raise WfllmError(
                f"no stage {unknown[0]}", where=f"{key}={unknown[0]}", mend=f"One of {', '.join(names)}."
            )
    root.mkdir(parents=True, exist_ok=True)
    name = f".lock-{shard[0]}-of-{shard[1]}"
    lock.take(
        root,
        cause="another build is writing here",
        mend="Wait for it, stop it, or name another output=.",
        name=name,
    )
    try:
        build = Build(root, stages, code_fingerprint(), config.skip)
        if config.merge:
            copied = merge(build, [Path(folder).expanduser() for folder in config.merge])
            console.print(f"{copied} chunks taken from {len(config.merge)} folders", highlight=False)
        reports = list(build.run(config.stages, shard, config.n_jobs))
        _print(reports, console)
        last = stages[-1].name
        if not build.is_complete(last):
            console.print(
                f"Next: the other shards, then the same command without shard= in {root}", highlight=False
            )
            return 0
        counts = assemble(root, build.items(last))
        faults = [drop for name in names for drop in build.drops(name) if drop.rule in _FAULTS]
    finally:
        lock.release(root, name)
    for fault in faults[:_SHOWN]:
        console.print(f"left out: {fault.reason}", style="yellow", highlight=False, markup=False)
    if len(faults) > _SHOWN:
        console.print(
            f"… and {len(faults) - _SHOWN} more, in the stages' .dropped.jsonl files", highlight=False
        )
    sizes = ", ".join(f"{split} {count}" for split, count in counts.items())
    console.print(f"{root / FOLDER}: {sizes}", highlight=False, soft_wrap=True)
    console.print(
        f"Next: wfllm train data=records data.path={root / FOLDER}", highlight=False, soft_wrap=True
    )
    return int(bool(faults))


def _shard(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,5})/(\d{1,5})", text)
    number, of = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= number <= of:
        raise WfllmError(
            f"{text} is no part of a whole", where="shard", mend="Write shard=3/16 for the third of 16."
        )
    return number, of


def _print(reports: list[StageReport], console: Console) -> None:
    table = Table("stage", "kept", "dropped", "seconds", "")
    for report in reports:
        note = report.waiting or ("was there" if report.there else "")
        seconds = "" if report.there else f"{report.seconds:.1f}"
        table.add_row(report.name, f"{report.kept:,}", f"{report.dropped:,}", seconds, note)
    console.print(table)
