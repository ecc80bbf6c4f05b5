"""One training of a tiny Llama, as the tests of this folder run it: from the start or a checkpoint on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch

from tests.training.conftest import tiny_llama
from wfllm.config.schema import Full, Optim, Strategy, Trainer
from wfllm.data.encode import WEIGHTS, Encoded
from wfllm.data.module import WorkflowData
from wfllm.models.segments import isolate
from wfllm.tracking.metrics_file import read_metrics
from wfllm.tracking.metrics_log import MetricsLog
from wfllm.training.loop import LAST, build_trainer, chosen_callbacks, total_steps
from wfllm.training.module import WorkflowModule
from wfllm.training.resume import steps_of
from wfllm.training.strategies import apply_strategy

# AdamW divides a gradient by its own size: without a large eps, rounding in a gradient near zero becomes a
# step as large as any other, and no two orders of summation would agree.
OPTIM = Optim(name="adamw", lr=1e-2, eps=1e-3)
PACK = 128
"""Tokens of a pack in these tests."""


def fit(
    folder: Path,
    samples: list[Encoded],
    *,
    strategy: Strategy | None = None,
    optim: Optim = OPTIM,
    resume: str | None = None,
    callbacks: Sequence[pl.Callback] = (),
    log: bool = False,
    weights: Sequence[float] = WEIGHTS,
    seed: int = 0,
    model: Any = None,
    dev: list[Encoded] | None = None,
    **trainer: Any,
) -> torch.Tensor:
    """Train a tiny Llama, from the last checkpoint on where one is named; all its weights as one vector."""
    settings = {"epochs": 2, "samples": 0, "precision": "32-true", **trainer}
    config = Trainer(name="default", accelerator="cpu", **settings)
    pl.seed_everything(seed, verbose=False)
    trained = apply_strategy(tiny_llama() if model is None else model, strategy or Full(name="full"))
    packed = config.batching == "packed"
    if packed:
        isolate(trained)
    held_out = samples[:3] if dev is None else dev
    data = WorkflowData(
        samples,
        held_out,
        batch_size=config.batch_size,
        pad_id=0,
        seed=seed,
        pack_tokens=PACK if packed else None,
        weights=weights,
    )
    steps = total_steps(data.batches_per_epoch, config)
    module = WorkflowModule(trained, optim, config, steps=steps, accumulate=config.accumulate, seed=seed)
    folder.mkdir(parents=True, exist_ok=True)
    loggers = [MetricsLog(folder / "metrics.jsonl")] if log else []
    for logger in loggers:
        logger.rewind(steps_of(Path(resume)) if resume else 0)
    loop = build_trainer(config, folder, loggers, [*callbacks, *chosen_callbacks(config, optim, folder)])
    loop.fit(module, datamodule=data, ckpt_path=resume, weights_only=True)
    assert loop.global_step == steps or config.patience
    return torch.cat([p.detach().flatten() for p in module.model.parameters()])


def last(folder: Path) -> str | None:
    """The checkpoint to go on from, where there is one."""
    path = folder / f"{LAST}.ckpt"
    return str(path) if path.is_file() else None


def losses(folder: Path) -> list[tuple[int, str, float]]:
    """(step, which, value) of every loss that was logged."""
    rows = read_metrics(folder / "metrics.jsonl")
    return [(r["step"], name, r[name]) for r in rows for name in ("train/loss", "val/loss") if name in r]


def logged(folder: Path, name: str) -> list[float]:
    """One metric, step after step."""
    return [r[name] for r in read_metrics(folder / "metrics.jsonl") if name in r]
