"""A finished run told once more: what its folder keeps, as a tracker was told it while it went."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator

from wfllm.tracking.metrics_file import read_metrics
from wfllm.tracking.run_folder import RunFolder
from wfllm.tracking.tracker import Tracker

SWEEP = "WANDB_SWEEP_ID"
"""Set by W&B in what its sweeps start."""


def in_a_sweep_of_wandb() -> bool:
    """Whether a sweep of W&B has started this process and waits for a run, be it done already or not."""
    return bool(os.environ.get(SWEEP))


def replay(folder: RunFolder, tracker: Tracker) -> None:
    """Tell the curves and scores of a finished run."""
    for row in read_metrics(folder.path / "metrics.jsonl"):
        values = {k: v for k, v in row.items() if k != "step" and isinstance(v, (int, float))}
        step = row["step"]
        tracker.metrics(values, int(step) if isinstance(step, (int, float)) else None)
    tracker.summary(dict(figures(folder.info.get("results") or {})))


def figures(results: dict[str, object]) -> Iterator[tuple[str, float]]:
    """Scores as the summary of a run names them: `after-id/codebleu`."""
    for when in ("before", "after", "scores"):
        splits = results.get(when)
        for split, means in (splits if isinstance(splits, dict) else {}).items():
            for name, value in (means if isinstance(means, dict) else {}).items():
                if isinstance(value, (int, float)) and math.isfinite(value):
                    yield f"{when}-{split}/{name}", float(value)
