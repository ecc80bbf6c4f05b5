"""Optimiser and training loop."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wfllm.config.schema.base import Count, Float, Positive, Schema, Share


class Optim(Schema):
    """Optimiser and learning-rate schedule."""

    name: Literal["adamw"]
    lr: Annotated[Float, Field(gt=0)] | None = None
    """Peak learning rate; null takes what suits the strategy (docs/strategies.md): 1e-3 for LoRA and 1e-4 for
    all weights of a small model, a fifth of it for models from the hub. The run's config says the number."""
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    """Decay after warm-up, to zero at the last step."""
    warmup: Share = 0.1
    """Share of the steps over which the rate rises from zero."""
    weight_decay: Annotated[Float, Field(ge=0)] = 0.0
    """Decoupled weight decay; not on norms and biases."""
    betas: tuple[Share, Share] = (0.9, 0.999)
    """Decay of the running means of gradient and squared gradient."""
    eps: Annotated[Float, Field(gt=0)] = 1e-8
    """Added to the denominator."""


class Trainer(Schema):
    """The training loop and the machine it runs on."""

    name: str
    """Name of the option."""
    epochs: Positive = 3
    """Passes over the training records."""
    max_steps: Positive | None = None
    """Stop after so many optimiser steps, whatever `epochs` says."""
    batch_size: Positive = 1
    """Records in one forward pass, padded to the longest; neighbours in length go together."""
    accumulate: Positive = 8
    """Forward passes in one optimiser step; every supervised token of the step weighs the same."""
    clip: Annotated[Float, Field(ge=0)] = 1.0
    """Largest gradient norm; 0 does not clip."""
    precision: Literal["auto", "32-true", "bf16-mixed", "bf16-true", "16-mixed"] = "auto"
    """Arithmetic, in Lightning's names; `auto` is bf16-mixed where the device computes in bfloat16 and
    32-true elsewhere."""
    accelerator: Literal["auto", "cpu", "gpu"] = "auto"
    """Device kind."""
    parallel: Literal["none", "ddp", "fsdp", "deepspeed"] = "none"
    """How several devices share the work: `ddp` has the whole model on each, `fsdp` shards weights, gradients
    and optimiser (FSDP2), `deepspeed` does so by ZeRO. `none` is one device."""
    devices: Positive = 1
    """Devices, and processes, on each node. Each takes `accumulate` batches of an optimiser step: twice the
    devices and half of `accumulate` are the same run."""
    nodes: Positive = 1
    """Machines. Several need a launcher on each: torchrun or Slurm."""
    zero_stage: Literal[1, 2, 3] = 3
    """Of `deepspeed`: shards optimiser states (1), gradients too (2), weights too (3)."""
    hardware: Literal["a100_40gb", "a100_80gb", "h100_80gb", "h200_141gb", "l40s_48gb", "rtx4090_24gb"] = (
        "a100_80gb"
    )
    """What `dry_run` counts with: memory and peak arithmetic of each device."""
    utilisation: Annotated[Float, Field(gt=0, le=1)] = 0.4
    """Share of the devices' peak arithmetic that `dry_run` counts with."""
    threads: Count = 0
    """CPU threads for arithmetic; 0 leaves the choice to torch."""
    over_length: Literal["shorten", "drop", "fail"] = "shorten"
    """A record longer than `model.context`: shorten its API documentation and drop it if that is not
    enough, drop it at once, or fail. What happened is counted and shown."""
    validate_every: Annotated[Float, Field(gt=0, le=1)] = 1.0
    """Share of an epoch between validations."""
    checkpoint_every: Positive = 10
    """Optimiser steps between checkpoints for going on after an interruption."""
    samples: Count = 2
    """Requests answered at each validation, logged beside their references."""
