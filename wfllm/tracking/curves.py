"""Names and logged numbers of several runs, for pictures of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from wfllm.tracking.compare import Row, differing_keys
from wfllm.tracking.metrics_file import read_metrics

LONGEST = 60
"""Characters of a run's name in a legend."""
SMOOTH = 200
"""Points of a curve above which it is drawn as means of neighbours."""


def labels(rows: Sequence[Row]) -> list[str]:
    """What tells the runs apart, in a few words each: the keys in which they differ, then their ids."""
    keys = [k for k in differing_keys(rows) if any(row.config.get(k) is not None for row in rows)]
    found = []
    for row in rows:
        short = {k: k.removesuffix(".name") for k in keys if row.config.get(k) is not None}
        text = " ".join(f"{short[k]}={_plain(row.config[k])}" for k in short)
        found.append(text[: LONGEST - 1] + "…" if len(text) > LONGEST else text)
    return [
        text if text and found.count(text) == 1 else f"{text} {row.path.name[-8:]}".strip()
        for text, row in zip(found, rows, strict=True)
    ]


def points(row: Row, metric: str) -> tuple[list[float], list[float]]:
    """Steps (from 1) and values of a metric; a value that is no number is left out."""
    logged = [
        (float(r["step"]) + 1, float(r[metric]))
        for r in read_metrics(row.path / "metrics.jsonl")
        if isinstance(r.get(metric), (int, float)) and isinstance(r["step"], (int, float))
    ]
    logged = [(step, value) for step, value in logged if math.isfinite(value)]
    size = math.ceil(len(logged) / SMOOTH) or 1
    parts = [logged[i : i + size] for i in range(0, len(logged), size)]
    return [p[-1][0] for p in parts], [sum(v for _, v in p) / len(p) for p in parts]


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
