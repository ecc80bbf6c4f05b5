"""A finished training run of a tiny model without any training: what `wfllm export` finds in a run folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
import yaml

from wfllm.bench.record import Record
from wfllm.commands.scoring import write_scores
from wfllm.config.compose import compose
from wfllm.config.schema import TrainCommand
from wfllm.evaluation.metrics import Scores
from wfllm.evaluation.predictions import growing, prediction
from wfllm.models.base import base_files
from wfllm.models.load import load_tokenizer
from wfllm.training.checkpoints import save_trained
from wfllm.training.strategies import apply_strategy, load_base

TEXTS = [
    "Show an alert.",
    "Every morning, tell me the weather.",
    "is_workflow_actions_alert(WFAlertActionTitle='Hi')",
]


def finished_run(folder: Path, *overrides: str) -> Path:
    """A run folder with a model whose trained weights are not those it started with."""
    composed = compose("train", ["experiment=tiny", "logger=none", "model.vocabulary=400", *overrides])
    config = composed.config
    assert isinstance(config, TrainCommand)
    run = folder / "outputs" / "train" / "tiny" / "2026-01-31_0123abcd"
    run.mkdir(parents=True)
    base = base_files(config.model, run / "base", TEXTS, config.seed)
    torch.manual_seed(1)
    model: Any = apply_strategy(load_base(base, config.model, config.strategy), config.strategy)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(0.05 * torch.randn_like(parameter))
    save_trained(model, load_tokenizer(base, config.model), run / "model")
    (run / "config.yaml").write_text(yaml.safe_dump(composed.plain, allow_unicode=True))
    info = {
        "id": "0123abcd",
        "command": "train",
        "experiment": "tiny",
        "started": "2026-01-31T10:00:00+00:00",
        "status": "finished",
        "overrides": [
            *overrides,
            f"output={folder}/outputs",
            f"catalogue={folder}/my.yaml",
            "logger.project=secret",
        ],
        "commit": "abc123",
        "data": "f" * 64,
        "python": "3.11.7",
        "machine": "Linux x86_64, 2 cores",
        "packages": {"torch": "2.13.0", "peft": "0.21.2", "Nobody": "1"},
        "results": {
            "lengths": {"train": {"records": 12, "tokens": 3400, "supervised": 900, "dropped": 1}},
            "losses": {"steps": 6, "train": 5.25, "val": 5.5},
        },
    }
    (run / "run.json").write_text(json.dumps(info))
    return run


def with_scores(run: Path, when: str = "after") -> None:
    """Four scored answers in the folder of a run."""
    path = run / "predictions" / f"{when}-id.jsonl"
    records = [Record(f"Request {n}", [], "", "x = 1", id=f"r{n}") for n in range(4)]
    with growing(path, {}) as add:
        add([prediction(record, "```python\nx = 1\n```") for record in records])
    values: list[Scores] = [{"codebleu": n / 4, "parses": 1.0, "ngram": 0.125} for n in range(4)]
    write_scores(path.with_suffix(".csv"), [record.id for record in records], values)
