"""A running mean of the trained weights (Polyak averaging): what is validated and saved where it is kept."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback
from torch import Tensor

from wfllm.training.sharded import cut, plain


class Ema(Callback):
    """Keeps the mean, lends it to the model for each validation and leaves it there when training ends.

    After step t the mean moves by 1 - min(decay, t / (t + 10)) towards the weights: a mean of a fixed pace
    would hold on to the untrained weights for the first hundreds of steps. Later callbacks see the weights
    of training again, so this one stands behind those that look at a validation.

    Args:
        decay: `optim.ema`.
    """

    def __init__(self, decay: float) -> None:
        self.decay = decay
        self._mean: dict[str, Tensor] = {}
        self._loaded: dict[str, Tensor] | None = None
        self._lent: dict[str, Tensor] | None = None
        self._step = 0

    @torch.no_grad()
    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._step = trainer.global_step
        for name, weight in _trained(pl_module).items():
            self._mean[name] = weight.detach().to(torch.float32, copy=True)
            if self._loaded is not None:
                self._mean[name].copy_(cut(self._loaded[name], weight))
        self._loaded = None

    @torch.no_grad()
    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, *args: Any, **kwargs: Any
    ) -> None:
        if trainer.global_step == self._step:  # in the middle of a window
            return
        self._step = step = trainer.global_step
        decay = min(self.decay, step / (step + 10))
        for name, weight in _trained(pl_module).items():
            self._mean[name].lerp_(weight.detach().to(torch.float32), 1 - decay)

    def on_validation_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if self._mean:
            self._lent = {name: weight.detach().clone() for name, weight in _trained(pl_module).items()}
            self._put(pl_module, self._mean)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if self._lent is not None:
            self._put(pl_module, self._lent)
            self._lent = None

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._put(pl_module, self._mean)

    def state_dict(self) -> dict[str, Any]:
        return {"mean": {name: plain(mean).cpu() for name, mean in self._mean.items()}}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self._loaded = state_dict["mean"]

    @staticmethod
    @torch.no_grad()
    def _put(pl_module: pl.LightningModule, weights: dict[str, Tensor]) -> None:
        for name, weight in _trained(pl_module).items():
            weight.copy_(weights[name])


def _trained(module: pl.LightningModule) -> dict[str, Tensor]:
    return {name: p for name, p in module.named_parameters() if p.requires_grad}
