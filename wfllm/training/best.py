"""Which validation was the best: keeping its weights, and stopping when there is no better one to come."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback

from wfllm.config.schema import Trainer
from wfllm.training.sharded import cut, plain
from wfllm.training.whole import save_whole

BEST = "best.ckpt"


def _lower_is_better(trainer: pl.Trainer, by: str) -> float:
    """What `trainer.best` goes by, as a number of which less is better; infinite where it is none."""
    value = float(trainer.callback_metrics["val/codebleu" if by == "codebleu" else "val/loss"])
    value = -value if by == "codebleu" else value
    return value if math.isfinite(value) else math.inf


class KeepBest(Callback):
    """Writes the trained weights of the best validation so far to `best.ckpt`; in the end the model has them.

    Args:
        folder: of checkpoints.
        by: `trainer.best`: loss or codebleu.
    """

    def __init__(self, folder: Path, by: str) -> None:
        self.path, self.by, self.best = folder / BEST, by, math.inf

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        value = _lower_is_better(trainer, self.by)
        if value >= self.best:
            return
        self.best = value
        weights = {n: plain(p.detach()).cpu() for n, p in pl_module.named_parameters() if p.requires_grad}
        if trainer.is_global_zero:
            save_whole(
                {"global_step": trainer.global_step, "best": abs(value), "weights": weights}, self.path
            )

    @torch.no_grad()
    def on_fit_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if math.isinf(self.best):  # no validation was reached
            return
        trainer.strategy.barrier()
        kept = torch.load(self.path, map_location="cpu", weights_only=True, mmap=True)["weights"]
        for name, weight in pl_module.named_parameters():
            if name in kept:
                weight.copy_(cut(kept[name], weight))

    def state_dict(self) -> dict[str, Any]:
        return {"best": self.best}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.best = state_dict["best"]


class EarlyStop(Callback):
    """Ends training after `trainer.patience` validations in a row without a gain of `trainer.min_gain`."""

    def __init__(self, config: Trainer) -> None:
        assert config.patience is not None
        self.by, self.patience, self.min_gain = config.best, config.patience, config.min_gain
        self.best, self.waited = math.inf, 0

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        value = _lower_is_better(trainer, self.by)
        if value < self.best - self.min_gain:
            self.best, self.waited = value, 0
            return
        self.waited += 1
        if self.waited >= self.patience:
            trainer.should_stop = True

    def state_dict(self) -> dict[str, Any]:
        return {"best": self.best, "waited": self.waited}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.best, self.waited = state_dict["best"], state_dict["waited"]
