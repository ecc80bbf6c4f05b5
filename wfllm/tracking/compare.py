"""Runs as rows: the config keys in which they differ, their losses and scores.

Results are named as `sweep.metric` and W&B name them: `after-id/codebleu` (a share of 1), `val/loss`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from wfllm.errors import WfllmError
from wfllm.evaluation.metrics import TEVAL, headings
from wfllm.progress import progress
from wfllm.tracking.conditions import Condition
from wfllm.tracking.metrics_file import read_metric
from wfllm.tracking.run_folder import PRUNED, RUNNING, RunFolder, minutes_of

HIDDEN = ("output", "dry_run", "show", "logger", "sweep")

RATE = "train/tokens_per_s"
WHENS = ("before", "after", "scores")
"""Before and after training; `scores` are those of `wfllm evaluate`."""


@dataclass(frozen=True)
class Row:
    """One run: flat config, flat results (`after-id/codebleu`: share of 1), status."""

    path: Path
    command: str
    name: str
    status: str
    config: dict[str, Any]
    results: dict[str, float]
    error: str | None
    groups: tuple[str, ...] = ()
    """Its experiment and its `logger.group`."""
    tags: tuple[str, ...] = ()
    studies: tuple[str, ...] = ()
    """Searches it is a trial of."""
    data: str = ""
    """Fingerprint of its records."""
    code: str = ""
    """Commit of the code it ran with."""

    @property
    def values(self) -> dict[str, object]:
        """Everything that a condition may ask for."""
        marks = {"command": self.command, "status": self.status, "experiment": next(iter(self.groups), None)}
        return {**marks, **self.config, **self.results}


def rows_of(runs: Sequence[RunFolder]) -> list[Row]:
    """A row for every run that can be read; one that cannot has its fault as error."""
    rows = []
    with progress("Reading runs", len(runs), "runs") as bar:
        for run in runs:
            try:
                rows.append(_row(run))
            except (WfllmError, OSError) as fault:
                told = fault.line() if isinstance(fault, WfllmError) else f"{run.path}: {fault.strerror}"
                rows.append(Row(run.path, "?", run.path.name, "damaged", {}, {}, told))
            bar.advance()
    return rows


def _row(run: RunFolder) -> Row:
    info = run.info
    kept = _mapping(info.get("results"), "results", run)
    results: dict[str, float] = {}
    losses = _mapping(kept.get("losses"), "losses", run) or _losses_so_far(run)
    metrics = (*headings(), *TEVAL)
    found: dict[str, Any] = {f"{name}/loss": losses.get(name) for name in ("train", "val")}
    for when in WHENS:
        for split, kept_means in _mapping(kept.get(when), when, run).items():
            means = _mapping(kept_means, f"{when} {split}", run)
            found |= {f"{when}-{split}/{metric}": means.get(metric) for metric in metrics}
    for name, value in found.items():
        if value is None:  # a run of a version that had no such metric
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise WfllmError(f"is damaged ({name} is no number)", where=run.path / "run.json")
        results[name] = value
    status = info["status"]
    shown = "interrupted or running" if status == RUNNING else status
    results |= _speed(run, info)
    plain = run.config
    config = {k: v for k, v in flat(plain).items() if k.split(".")[0] not in HIDDEN}
    name = f"{info['experiment']}/{run.path.name}"
    error = str(info.get("error")) if status in ("failed", PRUNED) else None
    logger = plain.get("logger")
    logger = logger if isinstance(logger, dict) else {}
    groups = tuple(dict.fromkeys(str(g) for g in (info["experiment"], logger.get("group")) if g))
    tags, studies = _texts(logger.get("tags")), _texts(info.get("studies"))
    data, code = (text if isinstance(text := info.get(key), str) else "" for key in ("data", "commit"))
    return Row(
        run.path, info["command"], name, shown, config, results, error, groups, tags, studies, data, code
    )


def chosen(
    rows: Sequence[Row], wanted: Mapping[str, str | None], conditions: Sequence[Condition] = ()
) -> list[Row]:
    """The rows that have every wanted mark and fulfil every condition.

    Args:
        wanted: `command`, `group`, `tag`, `study`; null wants none.
    """
    marks: dict[str, Callable[[Row], tuple[str, ...]]] = {
        "command": lambda row: (row.command,),
        "group": lambda row: row.groups,
        "tag": lambda row: row.tags,
        "study": lambda row: row.studies,
    }
    return [
        row
        for row in rows
        if all(v is None or v in marks[k](row) for k, v in wanted.items())
        and (not conditions or all(condition.holds(row.values) for condition in conditions))
    ]


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _speed(run: RunFolder, info: Mapping[str, Any]) -> dict[str, float]:
    """Minutes from start to end of a run that was never interrupted, and its tokens per second."""
    found: dict[str, float] = {}
    minutes = minutes_of(info)
    if minutes is not None:
        found["minutes"] = minutes
    rates = read_metric(run.path / "metrics.jsonl", RATE)
    if rates:
        found["tokens/s"] = median(rates)
    return found


def _mapping(value: Any, name: str, run: RunFolder) -> dict[str, Any]:
    """Part of the results; empty where the run has none yet."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise WfllmError(f"is damaged ({name} is not an object)", where=run.path / "run.json")
    return value


def _losses_so_far(run: RunFolder) -> dict[str, Any]:
    losses = read_metric(run.path / "metrics.jsonl", "train/loss")
    return {"train": losses[-1]} if losses else {}


def flat(node: Any, prefix: str = "") -> dict[str, Any]:
    """A nested dictionary with dotted keys; lists stay whole."""
    if not isinstance(node, dict):
        return {prefix: node}
    found: dict[str, Any] = {}
    for key, value in node.items():
        found |= flat(value, f"{prefix}.{key}".lstrip("."))
    return found


def differing_keys(rows: Sequence[Row]) -> list[str]:
    """Config keys with more than one value among the runs that have them, part names first.

    A key that only some runs have (a LoRA rank beside a full fine-tuning) says nothing the part's name
    does not say.
    """
    readable = [row.config for row in rows if row.config]
    keys = dict.fromkeys(key for config in readable for key in config)
    different = [k for k in keys if len({repr(c[k]) for c in readable if k in c}) > 1]
    return sorted(different, key=lambda k: not k.endswith(".name"))
