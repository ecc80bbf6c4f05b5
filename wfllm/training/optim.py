"""AdamW and the learning-rate schedules."""

from __future__ import annotations

import math

from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR

from wfllm.config.schema import Optim
from wfllm.training.strategies.groups import parameter_groups


def adamw(model: nn.Module, optim: Optim, *, fused: bool = True) -> AdamW:
    """AdamW over the trainable weights; norms and biases (one dimension) do not decay.

    Args:
        fused: one kernel for all weights. Not under a gradient scaler, which it would apply itself, after
            clipping.
    """
    return AdamW(parameter_groups(model, optim), betas=optim.betas, eps=optim.eps, fused=fused)


def schedule(optimizer: AdamW, optim: Optim, steps: int) -> LambdaLR:
    """The rate's course over `steps` optimiser steps: linear warm-up, then `optim.schedule` down to
    `optim.min_lr` of the peak."""
    warmup = math.ceil(optim.warmup * steps)

    def factor(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        if optim.schedule == "constant":
            return 1.0
        done = min(1.0, (step - warmup) / max(1, steps - warmup))
        left = 0.5 * (1 + math.cos(math.pi * done)) if optim.schedule == "cosine" else 1 - done
        return optim.min_lr + (1 - optim.min_lr) * left

    return LambdaLR(optimizer, factor)
