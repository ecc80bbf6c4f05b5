"""The Lightning Trainer as every run uses it: deterministic, resumable, checkpoints whole or not at all."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback
from pytorch_lightning.loggers import Logger
from pytorch_lightning.plugins.io import TorchCheckpointIO

from wfllm.config.schema import Optim, Trainer
from wfllm.models.load import computes_bfloat16
from wfllm.progress import Bar, progress
from wfllm.ranks import World
from wfllm.training.best import EarlyStop, KeepBest
from wfllm.training.distributed import Placed, lightning_strategy
from wfllm.training.ema import Ema
from wfllm.training.resume import keep_previous
from wfllm.training.whole import save_whole

LAST = "last"


def steps_per_epoch(batches: int, trainer: Trainer) -> int:
    """Optimiser steps in an epoch; a last partial window is a step."""
    return math.ceil(batches / trainer.accumulate)


def total_steps(batches: int, trainer: Trainer) -> int:
    """Optimiser steps of the whole run."""
    steps = steps_per_epoch(batches, trainer) * trainer.epochs
    return min(steps, trainer.max_steps or steps)


def precision_of(trainer: Trainer) -> Any:
    """The arithmetic that `trainer.precision` stands for on this machine, in Lightning's names."""
    if trainer.precision != "auto":
        return trainer.precision
    return "bf16-mixed" if computes_bfloat16(trainer.accelerator) else "32-true"


def chosen_callbacks(trainer: Trainer, optim: Optim, folder: Path) -> list[Callback]:
    """What `trainer` and `optim` ask for beside the steps themselves, for `build_trainer`; put them last.

    Those that look at a validation stand before the one that lends the model its averaged weights for it.
    """
    callbacks: list[Callback] = []
    if trainer.best != "last":
        callbacks.append(KeepBest(folder, trainer.best))
    if trainer.patience is not None:
        callbacks.append(EarlyStop(trainer))
    if optim.ema is not None:
        callbacks.append(Ema(optim.ema))
    return callbacks


def build_trainer(
    trainer: Trainer,
    folder: Path,
    loggers: Sequence[Logger],
    callbacks: Sequence[Callback],
    world: World | None = None,
) -> pl.Trainer:
    """A Lightning trainer that writes its checkpoints to `folder`.

    Args:
        world: this process among those that train together, which are joined already; None alone.
    """
    return pl.Trainer(
        max_epochs=trainer.epochs,
        max_steps=trainer.max_steps or -1,
        accumulate_grad_batches=trainer.accumulate,
        gradient_clip_val=trainer.clip or None,
        precision=precision_of(trainer),
        accelerator=trainer.accelerator,
        devices=trainer.devices,
        num_nodes=trainer.nodes,
        strategy=lightning_strategy(trainer, world),
        val_check_interval=trainer.validate_every if trainer.validate_every < 1 else None,
        limit_val_batches=1.0,
        num_sanity_val_steps=0,
        log_every_n_steps=1,
        logger=list(loggers),
        callbacks=[*callbacks, KeepLast(folder, trainer.checkpoint_every)],
        enable_checkpointing=False,
        plugins=[AtomicCheckpoints(), *([Placed(world)] if world else [])],
        use_distributed_sampler=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        deterministic="warn",
    )


class KeepLast(Callback):
    """Writes `last.ckpt` every so many optimiser steps, when a step is over in every respect.

    Lightning's own callback saves before the step's losses are logged and before a validation that follows,
    so a kill right after it loses them for good, and a resumed run saves once more in the middle of a
    window, without the gradients gathered so far. Here the checkpoint is written as the next batch begins;
    `WorkflowData` says where the batches stood before that one.
    """

    def __init__(self, folder: Path, every: int) -> None:
        self.folder, self.every, self._saved = folder, every, 0

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._saved = trainer.global_step

    def on_train_batch_start(self, trainer: pl.Trainer, *args: Any, **kwargs: Any) -> None:
        step = trainer.global_step
        if step != self._saved and step % self.every == 0:
            self._saved = step
            trainer.save_checkpoint(self.folder / f"{LAST}.ckpt")

    def on_save_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Take back that Lightning has the next batch in hand; else, gone on, it counts one step too many."""
        batches = checkpoint["loops"]["fit_loop"]["epoch_loop.batch_progress"]
        for count in (batches["current"], batches["total"]):
            count["ready"] = count["completed"]
        batches["is_last_batch"] = False


class AtomicCheckpoints(TorchCheckpointIO):
    """Writes a checkpoint beside the old one and then takes its place: killed at any moment, one is whole."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | os.PathLike[str], storage_options: Any | None = None
    ) -> None:
        save_whole(checkpoint, Path(path), keep_previous)


class TrainingProgress(Callback):
    """A bar over all optimiser steps of the run, with loss, tokens a second, padding and utilisation."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self._context: Any = None
        self._bar: Bar | None = None
        self._seen = 0

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._seen = trainer.global_step
        self._context = progress("Training", self.steps, "step", done=self._seen)
        self._bar = self._context.__enter__()

    def on_train_batch_end(self, trainer: pl.Trainer, *args: Any, **kwargs: Any) -> None:
        if trainer.global_step > self._seen and self._bar is not None:
            metrics: Mapping[str, Any] = trainer.callback_metrics
            note = f"loss {float(metrics['train/loss']):.3f}"
            if "val/loss" in metrics:
                note += f"  val {float(metrics['val/loss']):.3f}"
            learned, tokens = metrics["train/supervised_tokens_per_s"], metrics["train/tokens_per_s"]
            note += f"  {float(learned):.0f} of {float(tokens):.0f} tokens/s learned"
            note += f"  padding {float(metrics['train/padding']):.0%}"
            if "train/utilisation" in metrics:
                note += f"  {float(metrics['train/utilisation']):.1%} of peak"
            self._bar.advance(trainer.global_step - self._seen, note)
            self._seen = trainer.global_step

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._close()

    def on_exception(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException
    ) -> None:
        self._close()

    def _close(self) -> None:
        if self._context is not None:
            self._context.__exit__(None, None, None)
            self._context = None
