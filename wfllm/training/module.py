"""The LightningModule: one supervised token weighs the same wherever it stands in an optimiser step."""

from __future__ import annotations

import math
from contextlib import nullcontext
from typing import Any, cast

import pytorch_lightning as pl
import torch
from torch import Tensor, nn

from wfllm.config.schema import Optim, Trainer
from wfllm.data.batches import Batch
from wfllm.errors import WfllmError
from wfllm.training.distributed import gathered, rank, ranks, summed
from wfllm.training.flops import cost_of
from wfllm.training.lean import half_of, is_used, lean
from wfllm.training.liger import require_bare
from wfllm.training.loss import bare_head, learned_positions, summed_loss
from wfllm.training.neftune import Neftune
from wfllm.training.optim import adamw, schedule
from wfllm.training.origin import of
from wfllm.training.resume import refuse_other, stamp
from wfllm.training.sharded import Sharded, plain
from wfllm.training.speed import compile_blocks, peak_flops, recompute_activations
from wfllm.training.throughput import Window


class WorkflowModule(pl.LightningModule):
    """Fine-tunes a causal language model on supervised tokens.

    Lightning averages the micro-batches' losses, so a short answer would weigh more than a long one. Here
    every micro-batch returns its *summed* loss and the gradient is divided once, before clipping, by the
    supervised tokens of the whole step.
    `trainer.loss_mean=micro_batch` has it as it usually is: means, divided by their number.

    Args:
        model: transformers model, already prepared by a strategy.
        optim: optimiser and schedule.
        loop: how a step is computed: chunks of the loss, recomputed activations, compiled blocks.
        steps: optimiser steps of the whole run, for the schedule.
        accumulate: micro-batches in one optimiser step.
        seed: of the noise on embeddings.
    """

    def __init__(
        self,
        model: nn.Module,
        optim: Optim,
        loop: Trainer | None = None,
        *,
        steps: int,
        accumulate: int,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.model, self.optim, self.steps, self.accumulate = model, optim, steps, accumulate
        self.loop = loop or Trainer(name="default")
        self.strict_loading = False  # a checkpoint holds only what is trained
        self.window = Window()
        self.noise = Neftune(model, optim.neftune, seed) if optim.neftune is not None else None
        self._bare = self._lean = False
        self._generator_state: Tensor | None = None
        if self.loop.activation_checkpointing:
            recompute_activations(model)
        if self.loop.compile:
            compile_blocks(model)

    def configure_model(self) -> None:
        """Lightning calls it when the processes know each other: now weights can be cut over them."""
        if isinstance(self.trainer.strategy, Sharded):
            self.trainer.strategy.shard(self.model)
        elif is_used(self.loop):
            self._lean = True
            origin = of(self.model)
            lean(self.model, half_of(str(self.trainer.precision), origin.strategy.name if origin else ""))

    def on_before_batch_transfer(self, batch: Batch, dataloader_idx: int) -> Any:
        """Find out on the CPU what a GPU would have to wait for: learned positions, lengths of samples."""
        pad: int = self.trainer.datamodule.pad_id  # type: ignore[attr-defined]
        lengths = batch["segments"] or (batch["input_ids"] != pad).sum(dim=1).tolist()
        return {**batch, "places": learned_positions(batch), "lengths": lengths}

    def _summed(self, batch: Any) -> tuple[Tensor, Tensor]:
        """Summed loss and weights of a batch that `on_before_batch_transfer` has seen."""
        return summed_loss(
            self.model,
            cast(Batch, batch),
            chunk=self.loop.loss_chunk,
            liger=self.loop.liger,
            bare=self._bare,
            places=batch["places"],
            lean=self._lean,
        )

    def training_step(self, batch: Any, batch_idx: int) -> Tensor:
        lengths, packed = batch["lengths"], bool(batch["segments"])
        with self.noise.on(lengths, packed, rank()) if self.noise else nullcontext():
            loss, weight = self._summed(batch)
        if self.loop.loss_mean == "micro_batch":  # each counts as one, unless nothing of it is learned
            loss, weight = loss / weight.clamp(min=1e-9), (weight > 0).float()
        self.window.add(loss, weight, batch, lengths)
        return loss * self.accumulate  # undoes Lightning's division

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        loss, weight, rates = self.window.close()
        mean = loss / weight if weight else loss
        self._require_finite("loss", mean)
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.grad.div_((weight or 1.0) / ranks())  # which average their gradients
        rate: float = optimizer.param_groups[0]["lr"]
        # Steps are counted from 0 and named by us: after a resume Lightning's own count may be one too high.
        self.log_dict({"train/loss": mean, "train/lr": rate, "step": float(self.global_step)})
        self.log_dict(rates)

    def _require_finite(self, name: str, value: float) -> None:
        """Stop before a step that would spoil the weights."""
        if math.isfinite(value):
            return
        step = self.trainer.global_step
        mend = "Lower optim.lr or raise the precision."
        if step >= self.loop.checkpoint_every:
            mend += " checkpoints/last.ckpt is the last good state."
        raise WfllmError(f"the {name} became {value} at step {step + 1}", where="training", mend=mend)

    def configure_gradient_clipping(
        self,
        optimizer: Any,
        gradient_clip_val: float | None = None,
        gradient_clip_algorithm: str | None = None,
    ) -> None:
        """Clip by the norm over all weights; Lightning's own way refuses a fused optimiser under autocast."""
        weights = [p for group in optimizer.param_groups for p in group["params"]]
        norm = nn.utils.clip_grad_norm_(weights, gradient_clip_val or math.inf)
        size = float(plain(norm))
        if self.trainer.precision != "16-mixed":  # whose scaler leaves out steps that overflow
            self._require_finite("gradient", size)
        self.log("train/grad_norm", size)

    def on_validation_epoch_start(self) -> None:
        self._dev: list[Tensor] = []

    def validation_step(self, batch: Any, batch_idx: int) -> None:
        self._dev.append(torch.stack(self._summed(batch)))

    def on_validation_epoch_end(self) -> None:
        pairs = torch.stack(self._dev).tolist() if self._dev else []
        loss, weight = summed(sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs))
        mean = loss / max(1e-9, weight)
        # Within a window it belongs to the step to come: a resumed run repeats and logs both.
        step = self.global_step if self.window.begun else self.global_step - 1
        self.log_dict({"val/loss": mean, "step": float(step)})

    def on_validation_end(self) -> None:
        self.window.begin()

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
        if self.noise:
            checkpoint["noise"] = self.noise.batch

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        trained = {name for name, p in self.named_parameters() if p.requires_grad}
        refuse_other(checkpoint, self.model, trained)
        states = checkpoint["generators"]
        self._generator_state = states[rank()] if rank() < len(states) else None
        if self.noise:
            self.noise.batch = checkpoint["noise"]

    def on_train_start(self) -> None:
        if self.loop.liger or self.loop.loss_chunk != 0:
            self._bare = bare_head(self.model)
        if self.loop.liger:
            require_bare(self._bare)
        self.window = Window(cost_of(self.model), self._peak())
        self.window.begin()
        if self._generator_state is not None:  # dropout goes on where it was
            torch.set_rng_state(self._generator_state.cpu())
        elif rank():  # each rank drops out other units
            torch.manual_seed(torch.initial_seed() + rank())

    def _peak(self) -> float:
        """Operations a second that this device could do in the arithmetic of the run."""
        if self.loop.peak_tflops is not None:
            return self.loop.peak_tflops * 1e12
        precision = str(self.trainer.precision)
        low = torch.bfloat16 if "bf16" in precision else torch.float16
        return peak_flops(str(self.device), low if "16" in precision else torch.float32)
