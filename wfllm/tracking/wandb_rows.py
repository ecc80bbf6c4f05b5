"""Runs of a W&B project as rows, read through its public API: `runs=wandb:entity/project`.

Config, summary, group, tags and state are there; predictions and curves are not, so these runs have no
intervals, no differences sample by sample, and no curves.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from wfllm.errors import WfllmError, one_line
from wfllm.evaluation.metrics import TEVAL, headings
from wfllm.tracking.compare import HIDDEN, RATE, Row, flat

SCHEME = "wandb:"
STATES = {
    "finished": "finished",
    "running": "interrupted or running",
    "crashed": "failed",
    "failed": "failed",
}
"""State in W&B → status of a run, where it has another name."""
_NAME = re.compile(r"\w[\w.-]{0,127}/\w[\w.-]{0,127}")
_NOT_CONFIG = ("commit", "data_fingerprint", "uses", "_wandb")


def wandb_rows(where: str) -> list[Row]:
    """The runs of a project, oldest first.

    Args:
        where: `wandb:entity/project`. The server and the key are W&B's own business (`WANDB_BASE_URL`,
            `WANDB_API_KEY`, `wandb login`).

    Raises:
        WfllmError: the name is of another form, or W&B does not answer with that project.
    """
    name = where.removeprefix(SCHEME)
    if not _NAME.fullmatch(name):
        mend = "Write runs=wandb:entity/project."
        raise WfllmError("is no project of W&B", where=where[:200], mend=mend)
    import wandb

    try:
        runs: Any = wandb.Api(timeout=30).runs
        # Newer clients would ask for the config of each run by itself; older ones do not know of it.
        whole = {"lazy": False} if "lazy" in inspect.signature(runs).parameters else {}
        return [row_of(run) for run in runs(name, order="+created_at", per_page=200, **whole)]
    except (wandb.errors.Error, ValueError, OSError) as fault:
        mend = "Look at the name of the project on its page; `wandb login` logs in."
        raise WfllmError(one_line(str(fault))[:200], where=where, mend=mend) from None


def row_of(run: Any) -> Row:
    """A run as W&B gives it (`wandb.apis.public.Run`). What is of another type than ours is left out."""
    told = _mapping(run.config)
    config = {
        key: value
        for key, value in flat({k: v for k, v in told.items() if k not in _NOT_CONFIG}).items()
        if key.split(".")[0] not in HIDDEN
    }
    group = _text(run.group)
    return Row(
        Path(f"{SCHEME}{'/'.join(_text(part) for part in run.path)}"),
        _text(run.job_type) or "?",
        f"{group}/{_text(run.name)}".lstrip("/"),
        STATES.get(_text(run.state), _text(run.state)),
        config,
        dict(_results(_mapping(run.summary))),
        None,
        (group,) if group else (),
        tuple(_text(tag) for tag in run.tags or ()),
        (),
        _text(told.get("data_fingerprint")),
        _text(told.get("commit")),
    )


def _results(summary: Mapping[str, Any]) -> Iterable[tuple[str, float]]:
    """The numbers that a run of ours leaves in its summary, under the same names."""
    ours = headings()
    for key, value in summary.items():
        plain = isinstance(value, (int, float)) and not isinstance(value, bool)
        metric = key.rsplit("/", 1)[-1]
        if not plain or "/" not in key:
            continue
        if key in ("train/loss", "val/loss"):
            yield key, float(value)
        elif key == RATE:
            yield "tokens/s", float(value)
        elif metric in ours:
            yield key, float(value)
        elif metric in TEVAL:
            yield f"scores-{key}", float(value)


def _mapping(value: Any) -> dict[str, Any]:
    """A config or summary as plain values; W&B's own kinds of mapping go through JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    try:
        return {str(key): value[key] for key in value.keys()}  # noqa: SIM118 (not all of theirs are dicts)
    except (AttributeError, TypeError):
        return {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
