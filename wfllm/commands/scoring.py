"""Held-out records answered and scored, by a model that is loaded only where an answer is missing."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wfllm.bench.record import Record
from wfllm.commands.answering import Load, answering
from wfllm.commands.judging import Judging
from wfllm.commands.prepare import Work
from wfllm.config import schema as s
from wfllm.evaluation.breakdown import breakdown, write_breakdown
from wfllm.evaluation.findings import write_findings
from wfllm.evaluation.metrics import Scores
from wfllm.evaluation.score import mean, score
from wfllm.files import write_text
from wfllm.tracking.metrics_file import read_metrics
from wfllm.tracking.run_folder import RunFolder
from wfllm.tracking.tracker import Tracker


def evaluate_splits(
    when: str,
    load: Load | None,
    tokenizer: Any,
    held_out: Mapping[str, Sequence[Record]],
    work: Work,
    config: s.TrainCommand | s.EvaluateCommand,
    folder: RunFolder,
    tracker: Tracker,
    judging: Judging | None = None,
) -> dict[str, dict[str, float]]:
    """Answer and score held-out records; split → metric → mean."""
    answer = answering(load, tokenizer, work, config)
    means: dict[str, dict[str, float]] = {}
    for split, records in held_out.items():
        path = folder.path / "predictions" / f"{when}-{split}.jsonl"
        predictions = answer(f"Answering {split} ({when})", records, path)
        each = score(predictions, work.catalogue, config.metrics)
        if judging is not None:
            judging.add(split, predictions, work.catalogue, path, each)
        write_scores(path.with_suffix(".csv"), [p.id for p in predictions], each)
        write_findings(path, predictions, work.catalogue, config.metrics)
        average = mean(each)
        tracker.scores(f"{when}-{split}", average, predictions, each)
        parts = breakdown(predictions, each, work.catalogue)
        write_breakdown(path.with_suffix(".by.csv"), parts)
        tracker.breakdown(f"{when}-{split}", parts)
        unfit = float(sum(p.unfit for p in predictions))
        means[split] = {"samples": float(len(each)), **({"unfit": unfit} if unfit else {}), **average}
    return means


def write_scores(path: Path, ids: Sequence[str], each: Sequence[Scores]) -> None:
    """The scores of every request as CSV; empty where a metric has nothing to say."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["id", *each[0]])
    writer.writeheader()
    writer.writerows({"id": name, **row} for name, row in zip(ids, each, strict=True))
    write_text(path, text.getvalue())


def final_losses(folder: RunFolder) -> dict[str, float | None]:
    """Last training and validation loss of a run, and its steps."""
    rows = read_metrics(folder.path / "metrics.jsonl")
    train = [r["train/loss"] for r in rows if "train/loss" in r]
    dev = [r["val/loss"] for r in rows if "val/loss" in r]
    return {
        "steps": len(train),
        "train": train[-1] if train else None,
        "val": dev[-1] if dev else None,
    }
