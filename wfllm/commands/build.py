"""`wfllm build`: make a dataset of records, stage by stage."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from wfllm import lock
from wfllm.bench.sources.release import REPAIRED, UNREPAIRED
from wfllm.bench.sources.repair import REPAIRS
from wfllm.bench.stages.asking import build_llm
from wfllm.bench.stages.assemble import FOLDER, assemble
from wfllm.bench.stages.describe import PAGE, Describing, known_prices
from wfllm.bench.stages.engine import Build, StageReport
from wfllm.bench.stages.merge import merge
from wfllm.bench.stages.pipeline import SOURCES, pipeline
from wfllm.bench.stages.stage import Stage
from wfllm.commands.annotator import make_annotator
from wfllm.commands.lengths import lengths_of
from wfllm.commands.plan_build import show_plan
from wfllm.commands.shards import read_shard
from wfllm.config import schema as s
from wfllm.config.compose import Composed
from wfllm.errors import WfllmError, one_line, suggestion
from wfllm.llm.limits import Spent
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.tracking.artifacts import dataset_in, inputs_of
from wfllm.tracking.identity import code_fingerprint, data_fingerprint
from wfllm.tracking.wandb_run import reporting
from wfllm.tracking.wandb_start import About

_FAULTS = ("unreadable", "changed", "metadata", "thoughts")
"""Rules by which an item is left out for a fault of its own, not by choice: the exit status tells."""
_SHOWN = 12
_LONGEST, _NAME = 120, 40
"""Characters of an example's reason and of its id in a table; ids of files differ at their end."""


def run(composed: Composed) -> int:
    """Run the stages that are not there yet. 1 where items were left out for a fault of theirs, or failed."""
    config = cast(s.BuildCommand, composed.config)
    console = Console()
    root = Path(config.output).expanduser()
    _require_apart(config, root)
    shard = read_shard(config.shard)
    spent = Spent()
    stages = pipeline(
        config, make_annotator(config.annotator, build_llm(config.llm, root), root, spent), spent
    )
    _require_stages(config, [stage.name for stage in stages])
    if config.dry_run:
        show_plan(Build(root, stages, _code(config), config.skip), console)
        return 0
    root.mkdir(parents=True, exist_ok=True)
    _lock(root, shard)
    try:
        return _run(config, stages, shard, root, console)
    finally:
        lock.release(root, _part(shard))
        lock.release(root)


def _run(
    config: s.BuildCommand, stages: Sequence[Stage], shard: tuple[int, int], root: Path, console: Console
) -> int:
    build = Build(root, stages, _code(config), config.skip)
    if config.merge:
        copied = merge(build, [Path(folder).expanduser() for folder in config.merge], shard)
        console.print(f"{copied} files taken from {len(config.merge)} folders", highlight=False)
    reports = list(build.run(config.stages, shard, config.n_jobs))
    console.print(_table(reports))
    faults = _tell_drops(build, reports, console)
    if getattr(config.data, "repair", False) and build.is_complete("collect"):
        _tell_repairs(build, console)
    if incomplete := next((report for report in reports if report.failed), None):
        _tell_failed(incomplete, console)
        return 1
    sources = [name for name in SOURCES if name in build.folders]
    if lacking := next((name for name in sources if not build.is_complete(name)), None):
        others = "the other shards, then the same command without shard="
        here = f"the same command without stages= (stage {lacking} is to come)"
        console.print(f"Next: {others if shard != (1, 1) else here} in {root}", highlight=False)
        return int(bool(faults))
    describing = Describing(build, sources, lengths_of(config.describe), known_prices(config))
    with build.alone(shard):
        items = chain.from_iterable(build.items(name) for name in sources)
        keys = [*(build.keys[name] for name in sources), describing.key]
        counts = assemble(root, items, config.formats, keys, describing)
    with reporting(config.logger, _about(config, root, keys)) as tracker:
        tracker.uses(inputs_of(config.data))
        tracker.summary({f"records/{split}": count for split, count in counts.items()})
        tracker.keeps(dataset_in(root / FOLDER))
        tracker.page("dataset", root / FOLDER / PAGE)
    sizes = ", ".join(f"{split} {count:,}" for split, count in counts.items())
    console.print(f"{root / FOLDER}: {sizes}", highlight=False, soft_wrap=True)
    console.print(f"In numbers: {root / FOLDER / PAGE}", highlight=False, soft_wrap=True)
    console.print(
        f"Next: wfllm train data=records data.path={root / FOLDER}", highlight=False, soft_wrap=True
    )
    return int(bool(faults))


def _code(config: s.BuildCommand) -> str:
    """What tells this program and catalogue from others: what another made is made again."""
    plain = config.model_dump(mode="json", exclude={"dry_run"})
    return code_fingerprint(plain) + data_fingerprint((), load_catalogue().values())


def _about(config: s.BuildCommand, root: Path, keys: Sequence[str]) -> About:
    """The build as W&B knows it: the same command on the same data is the same run there."""
    made_of = hashlib.sha256(json.dumps(list(keys)).encode()).hexdigest()[:12]
    plain = config.model_dump(mode="json")
    return About(f"build-{made_of}", root.name, root, root.name, "build", {**plain, "dataset": made_of})


def _require_apart(config: s.BuildCommand, root: Path) -> None:
    if root.is_file():
        raise WfllmError("is a file", where=f"output={root}", mend="Name a folder for the build.")
    path = getattr(config.data, "path", None)
    data = path and Path(path).expanduser().resolve()
    if data and data.is_dir() and (data == root.resolve() or data in root.resolve().parents):
        mend = "The build would read its own files. Name a folder beside the data."
        raise WfllmError(f"lies in data.path={path}", where=f"output={root}", mend=mend)


def _require_stages(config: s.BuildCommand, names: list[str]) -> None:
    for key, given in (("stages", config.stages or []), ("skip", config.skip)):
        for name in given:
            if name not in names:
                mend = suggestion(name, names, everything="Stages")
                raise WfllmError(f"no stage {name}", where=f"{key}={name}", mend=mend)


def _lock(root: Path, shard: tuple[int, int]) -> None:
    """One build a folder, or shards of one build beside each other, each once."""
    whole = shard == (1, 1)
    mend = "Wait for it, stop it, or name another output=."
    lock.take(root, cause="another build is writing here", mend=mend, shared=not whole)
    if not whole:
        lock.take(root, cause=f"shard {shard[0]}/{shard[1]} is being made here", mend=mend, name=_part(shard))


def _part(shard: tuple[int, int]) -> str:
    return f".lock-{shard[0]}-of-{shard[1]}"


def _table(reports: list[StageReport]) -> Table:
    table = Table("stage", "kept", "dropped", "seconds", "")
    for column in table.columns[1:4]:
        column.justify = "right"
    for report in reports:
        mended = f"{report.mended} damaged chunks made again" if report.mended else ""
        failed = f"{len(report.failed)} failed" if report.failed else ""
        note = report.waiting or failed or mended or ("was there" if report.there else "")
        seconds = "" if report.there else f"{report.seconds:.1f}"
        table.add_row(report.name, f"{report.kept:,}", f"{report.dropped:,}", seconds, note)
    return table


def _tell_drops(build: Build, reports: list[StageReport], console: Console) -> list[str]:
    """A table of drops by rule, with an example of each; the reasons of those that are faults."""
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], str] = {}
    faults: list[str] = []
    for name in (report.name for report in reports if report.dropped):
        for drop in build.drops(name):
            counts[name, drop.rule] += 1
            name_of = str(drop.item.get("id", ""))
            shown = f"…{name_of[1 - _NAME :]}" if len(name_of) > _NAME else name_of
            examples.setdefault((name, drop.rule), f"{shown}: {drop.reason[:_LONGEST]}")
            if drop.rule in _FAULTS:
                faults.append(drop.reason)
    if counts:
        table = Table("stage", "rule", "dropped", "for example")
        table.columns[2].justify = "right"
        for (name, rule), count in counts.items():
            table.add_row(name, rule, f"{count:,}", Text(_plain(examples[name, rule])))
        console.print(table)
    if faults:
        _tell(console, f"{len(faults)} left out for a fault", faults, "the stages' .dropped.jsonl files")
    return faults


def _tell_repairs(build: Build, console: Console) -> None:
    made: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    repaired = 0
    for item in build.items("collect"):
        meta = item.get("meta") or {}
        repaired += REPAIRED in meta
        made.update(meta.get(REPAIRED, {}))
        if UNREPAIRED in meta:
            lost[re.sub(r" \(line .*|:.*", "", meta[UNREPAIRED])] += 1
    table = Table("repair", "", "")
    table.columns[1].justify = "right"
    for name, count in made.items():
        table.add_row(name, f"{count:,}", Text(REPAIRS[name]))
    for why, count in lost.most_common(_SHOWN):
        table.add_row("not repaired", f"{count:,}", Text(_plain(why)))
    console.print(f"{repaired:,} records made Python, {sum(lost.values()):,} could not be", highlight=False)
    console.print(table)


def _tell_failed(report: StageReport, console: Console) -> None:
    """What nobody could work at, and how to go on."""
    lines = [f"{one.item.get('id')}: {one.reason}" for one in report.failed]
    _tell(console, f"{len(report.failed)} items of stage {report.name} failed", lines, str(report.told))
    console.print("Next: the same command again; it does what is missing alone.", highlight=False)


def _tell(console: Console, title: str, lines: list[str], where: str) -> None:
    console.print(f"{title}:", style="yellow", highlight=False)
    for line in lines[:_SHOWN]:
        console.print(f"  {_plain(line)}", style="yellow", highlight=False, markup=False, soft_wrap=True)
    if len(lines) > _SHOWN:
        console.print(f"  … and {len(lines) - _SHOWN} more, in {where}", highlight=False)


def _plain(text: str) -> str:
    return one_line(text)[:500]
