"""A comparison kept in W&B: a run of job type `compare` with the table, the pictures and the page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from wfllm.config.schema import WandbLogger
from wfllm.tracking.artifacts import plain
from wfllm.tracking.compare import Row, differing_keys
from wfllm.tracking.wandb_run import reporting
from wfllm.tracking.wandb_start import About

JOB = "compare"


def comparison_id(rows: Sequence[Row]) -> str:
    """The same runs with the same results are the same comparison, and one run of W&B."""
    told = [[row.name, row.command, row.status, plain(row.results)] for row in rows]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]


def keep_comparison(
    logger: WandbLogger, rows: Sequence[Row], pictures: Sequence[Path], page: Path, folder: Path
) -> None:
    """Log runs side by side.

    Args:
        pictures: PNG files.
        page: the comparison as HTML.
        folder: where the client keeps its files.
    """
    groups = list(dict.fromkeys(group for row in rows for group in row.groups))
    about = About(
        id=f"{JOB}-{comparison_id(rows)}",
        name=f"{len(rows)} runs: {', '.join(groups)[:60]}",
        folder=folder,
        group=JOB,
        job=JOB,
        config={"runs": [row.path.name for row in rows], "groups": groups},
    )
    keys = differing_keys(rows)
    results = list(dict.fromkeys(name for row in rows for name in row.results))
    with reporting(logger, about) as tracker:
        columns = ["run", "command", "status", *keys, *results]
        tracker.table("runs", columns, [_cells(row, keys, results) for row in rows])
        for picture in pictures:
            tracker.picture(picture)
        tracker.page("comparison", page)


def _cells(row: Row, keys: Sequence[str], results: Sequence[str]) -> list[object]:
    """A row as W&B takes it: a column has one type, so values of the config are text."""
    config = [row.config.get(key) for key in keys]
    shown = [v if v is None or isinstance(v, str) else json.dumps(plain(v)) for v in config]
    return [row.name, row.command, row.status, *shown, *(row.results.get(name) for name in results)]
