"""The LightningModule: one supervised token weighs the same wherever it stands in an optimiser step."""

from __future__ import annotations

import math
import time
from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor, nn

from wfllm.config.schema import Optim
from wfllm.data.batches import Batch
from wfllm.errors import WfllmError
from wfllm.training.distributed import gathered, rank, ranks, summed
from wfllm.training.loss import summed_loss
from wfllm.training.optim import adamw, schedule
from wfllm.training.resume import refuse_other, stamp
from wfllm.training.sharded import Sharded, plain


class WorkflowModule(pl.LightningModule):
    """Fine-tunes a causal language model on supervised tokens.

    Lightning averages the micro-batches' losses, so a short answer would weigh more than a long one. Here
    every micro-batch returns its *summed* loss and the gradient is divided once, before clipping, by the
    supervised tokens of the whole step.

    Args:
        model: transformers model, already prepared by a strategy.
        optim: optimiser and schedule.
        steps: optimiser steps of the whole run, for the schedule.
        accumulate: micro-batches in one optimiser step.
    """

    def __init__(self, model: nn.Module, optim: Optim, *, steps: int, accumulate: int) -> None:
        super().__init__()
        self.model, self.optim, self.steps, self.accumulate = model, optim, steps, accumulate
        self.strict_loading = False  # a checkpoint holds only what is trained
        self._loss, self._weight, self._since = 0.0, 0.0, time.monotonic()
        self._tokens, self._all_tokens = 0, 0
        self._generator_state: Tensor | None = None

    def configure_model(self) -> None:
        """Lightning calls it when the processes know each other: now weights can be cut over them."""
        if isinstance(self.trainer.strategy, Sharded):
            self.trainer.strategy.shard(self.model)

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        loss, weight = summed_loss(self.model, batch)
        self._loss += float(loss.detach())
        self._weight += float(weight)
        self._tokens += batch["supervised"]
        self._all_tokens += batch["tokens"]
        return loss * self.accumulate  # undoes Lightning's division

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        loss, weight, tokens, all_tokens = summed(self._loss, self._weight, self._tokens, self._all_tokens)
        mean = loss / weight
        if not math.isfinite(mean):
            raise WfllmError(
                f"the loss became {mean} at step {self.global_step + 1}",
                where="training",
                mend="Lower optim.lr or raise the precision; checkpoints/last.ckpt is the last good state.",
            )
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.grad.div_(weight / ranks())  # which average their gradients
        now = time.monotonic()
        seconds, self._since = max(now - self._since, 1e-9), now
        rate: float = optimizer.param_groups[0]["lr"]
        # Steps are counted from 0 and named by us: after a resume Lightning's own count may be one too high.
        self.log_dict({"train/loss": mean, "train/lr": rate, "step": float(self.global_step)})
        self.log_dict({"train/tokens_per_s": all_tokens / seconds, "train/supervised_tokens": float(tokens)})
        self._loss, self._weight, self._tokens, self._all_tokens = 0.0, 0.0, 0, 0

    def configure_gradient_clipping(
        self,
        optimizer: Any,
        gradient_clip_val: float | None = None,
        gradient_clip_algorithm: str | None = None,
    ) -> None:
        """Clip by the norm over all weights; Lightning's own way refuses a fused optimiser under autocast."""
        weights = [p for group in optimizer.param_groups for p in group["params"]]
        norm = nn.utils.clip_grad_norm_(weights, gradient_clip_val or math.inf)
        self.log("train/grad_norm", float(plain(norm)))

    def on_validation_epoch_start(self) -> None:
        self._dev_loss, self._dev_weight = 0.0, 0.0

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        loss, weight = summed_loss(self.model, batch)
        self._dev_loss += float(loss)
        self._dev_weight += float(weight)

    def on_validation_epoch_end(self) -> None:
        loss, weight = summed(self._dev_loss, self._dev_weight)
        mean = loss / max(1e-9, weight)
        self.log_dict({"val/loss": mean, "step": float(self.global_step - 1)})

    def on_validation_end(self) -> None:
        self._since = time.monotonic()

    def configure_optimizers(self) -> Any:
        optimizer = adamw(self.model, self.optim, fused=self.trainer.precision != "16-mixed")
        rate = {"scheduler": schedule(optimizer, self.optim, self.steps), "interval": "step"}
        return {"optimizer": optimizer, "lr_scheduler": rate}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        trained = {name for name, p in self.named_parameters() if p.requires_grad}
        weights = {k: v for k, v in checkpoint["state_dict"].items() if k in trained}
        checkpoint["state_dict"] = weights
        checkpoint["generators"] = gathered(torch.get_rng_state())
        stamp(checkpoint, self.model)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        trained = {name for name, p in self.named_parameters() if p.requires_grad}
        refuse_other(checkpoint, self.model, trained)
        states = checkpoint["generators"]
        self._generator_state = states[rank()] if rank() < len(states) else None

    def on_train_start(self) -> None:
        self._since = time.monotonic()
        if self._generator_state is not None:  # dropout goes on where it was
            torch.set_rng_state(self._generator_state.cpu())
        elif rank():  # each rank drops out other units
            torch.manual_seed(torch.initial_seed() + rank())
