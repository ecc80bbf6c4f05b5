"""Run folders with config, results and scores of single samples, for comparisons; no model is involved."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from tests.report.making import sample
from wfllm.evaluation.breakdown import breakdown, write_breakdown
from wfllm.tracking.compare import Row, rows_of
from wfllm.tracking.run_folder import RunFolder


def make_scored(
    output: Path,
    name: str,
    scores: Mapping[str, Sequence[float | None]],
    *,
    when: str = "after-id",
    config: Mapping[str, Any] | None = None,
    report: bool = False,
    ids: Sequence[str] | None = None,
    **info: Any,
) -> RunFolder:
    """A finished run of `wfllm train` with these scores.

    Args:
        name: end of the folder's name.
        scores: metric → score of every sample.
        when: set that was scored.
        config: what differs from the usual.
        report: whether it has the breakdown that a report leaves.
        ids: of the samples; s0, s1, … by default.
        info: what differs in run.json.
    """
    path = output / "train" / "door" / f"2026-01-01_{name}"
    (path / "predictions").mkdir(parents=True)
    count = len(next(iter(scores.values())))
    ids = ids or [f"s{i}" for i in range(count)]
    each = [{metric: values[i] for metric, values in scores.items()} for i in range(count)]
    predictions = [sample(one) for one in ids]
    file = path / "predictions" / f"{when}.jsonl"
    file.write_text("".join(json.dumps(asdict(p)) + "\n" for p in predictions), encoding="utf-8")
    with file.with_suffix(".csv").open("w", encoding="utf-8", newline="") as opened:
        out = csv.DictWriter(opened, ["id", *scores])
        out.writeheader()
        out.writerows({"id": i, **row} for i, row in zip(ids, each, strict=True))
    if report:
        write_breakdown(file.with_suffix(".by.csv"), breakdown(predictions, each))
    told = {metric: [v for v in values if v is not None] for metric, values in scores.items()}
    means = {metric: sum(values) / len(values) for metric, values in told.items() if values}
    plain = {"seed": 0, "optim": {"name": "adamw", "lr": 0.001}, "logger": {"name": "none"}, **(config or {})}
    (path / "config.yaml").write_text(yaml.safe_dump(plain), encoding="utf-8")
    begin, _, split = when.partition("-")
    base = {
        "id": name,
        "command": "train",
        "experiment": "door",
        "status": "finished",
        "overrides": [],
        "started": f"2026-01-01T00:00:0{len(list(path.parent.iterdir()))}+00:00",
        "data": "records",
        "results": {"losses": {"train": 1.0, "val": 2.0}, begin: {split: {"samples": count, **means}}},
    }
    (path / "run.json").write_text(json.dumps({**base, **info}), encoding="utf-8")
    return RunFolder(path)


def row_of(run: RunFolder) -> Row:
    """The run as a row."""
    (row,) = rows_of([run])
    assert row.status != "damaged", row.error
    return row
