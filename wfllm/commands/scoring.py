"""Held-out records answered and scored, by a model that is loaded only where an answer is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from wfllm.bench.record import Record
from wfllm.commands.judging import Judging
from wfllm.commands.prepare import Work
from wfllm.config import schema as s
from wfllm.evaluation.breakdown import breakdown, write_breakdown
from wfllm.evaluation.predictions import predict
from wfllm.evaluation.findings import write_findings
from wfllm.evaluation.score import Scores, mean, score
from wfllm.models.load import computes_bfloat16
from wfllm.tracking.metrics_file import read_metrics
from wfllm.tracking.run_folder import RunFolder
from wfllm.tracking.wandb_run import Tracker

Load = Callable[[], Any]
"""Loads a model; called only where something is left to generate."""


def evaluate_splits(
    when: str,
    load: Load,
    tokenizer: Any,
    held_out: Mapping[str, Sequence[Record]],
    work: Work,
    config: s.TrainCommand | s.EvaluateCommand,
    folder: RunFolder,
    tracker: Tracker,
    judging: Judging | None = None,
) -> dict[str, dict[str, float]]:
    """Answer and score held-out records; split → metric → mean. The model is loaded once, if at all."""
    loaded: list[Any] = []
    accelerator = config.trainer.accelerator if isinstance(config, s.TrainCommand) else "auto"

    def model() -> Any:
        """Loaded when the first answer is asked for: a finished evaluation needs none."""
        if not loaded:
            loaded.append(for_generation(load(), config.decoding, accelerator))
        return loaded[0]

    means: dict[str, dict[str, float]] = {}
    for split, records in held_out.items():
        path = folder.path / "predictions" / f"{when}-{split}.jsonl"
        predictions = predict(
            f"Answering {split} ({when})",
            model,
            tokenizer,
            records,
            work.catalogue,
            config.prompts,
            config.target,
            config.decoding,
            path,
        )
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
        means[split] = {"samples": float(len(each)), **average}
    return means


def for_generation(model: Any, decoding: s.Decoding, accelerator: str = "auto", requests: int = 2) -> Any:
    """The model where and in the arithmetic it generates fastest, as `decoding.dtype` allows."""
    device = "cuda" if accelerator != "cpu" and torch.cuda.is_available() else "cpu"
    # A CPU that answers one request reads weights rather than multiplies them: float32 is faster there.
    fast = computes_bfloat16(accelerator) and (device == "cuda" or requests > 1)
    low = decoding.dtype == "bfloat16" or (decoding.dtype == "auto" and fast)
    return model.to(device=device, dtype=torch.bfloat16 if low else torch.float32)


def write_scores(path: Path, ids: Sequence[str], each: Sequence[Scores]) -> None:
    """The scores of every request as CSV; empty where a metric has nothing to say."""
    import csv

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["id", *each[0]])
        writer.writeheader()
        writer.writerows({"id": name, **row} for name, row in zip(ids, each, strict=True))


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
