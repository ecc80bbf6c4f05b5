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
    """Decay after warm-up, at the last step down to `min_lr`."""
    min_lr: Share = 0.0
    """Share of the peak that the rate ends at."""
    warmup: Share = 0.1
    """Share of the steps over which the rate rises from zero."""
    weight_decay: Annotated[Float, Field(ge=0)] = 0.0
    """Decoupled weight decay; not on norms and biases."""
    betas: tuple[Share, Share] = (0.9, 0.999)
    """Decay of the running means of gradient and squared gradient."""
    eps: Annotated[Float, Field(gt=0)] = 1e-8
    """Added to the denominator."""
    ema: Annotated[Float, Field(gt=0, lt=1)] | None = None
    """Decay of a running mean of the trained weights, say 0.99; the mean is what is validated and saved. null
    keeps none."""
    neftune: Annotated[Float, Field(gt=0)] | None = None
    """NEFTune (arXiv 2310.05914): strength of the noise on the embeddings of training samples, usually 5 to
    15; null adds none."""


class Trainer(Schema):
    """The training loop and the machine it runs on."""

    name: str
    """Name of the option."""
    epochs: Positive = 3
    """Passes over the training records."""
    max_steps: Positive | None = None
    """Stop after so many optimiser steps, whatever `epochs` says."""
    batching: Literal["packed", "padded"] = "padded"
    """`packed` lays records end to end in packs that are nearly full, each attending to itself alone;
    `padded` makes each a row and fills up to the longest, neighbours in length together."""
    pack_tokens: Positive | None = None
    """Tokens of a pack, `model.context` or more; null takes `model.context`."""
    batch_size: Positive = 1
    """In one forward pass: records where batches are padded, packs where they are packed."""
    accumulate: Positive = 8
    """Forward passes in one optimiser step; every supervised token of the step weighs the same."""
    loss_mean: Literal["step", "micro_batch"] = "step"
    """What the loss of an optimiser step is the mean of: every supervised token of the `step`, or the means
    of its forward passes, as in the paper's released code, where a token of a short answer weighs more."""
    clip: Annotated[Float, Field(ge=0)] = 1.0
    """Largest gradient norm; 0 does not clip."""
    loss_chunk: Count | None = None
    """Supervised positions that go through the output head at once: fewer take less memory and a little more
    time. 0 takes all. null takes, with `lean`, as many as make 8 million logits on a CPU and 134 million on a
    GPU, and otherwise all but where there are over 512 MB of logits."""
    liger: bool = False
    """Output head and loss in one GPU kernel, by Liger; needs `pip install 'wfllm[liger]'`."""
    activation_checkpointing: bool = False
    """Compute each block's activations again in the backward pass instead of keeping them: much less memory
    for the time of one more forward pass."""
    lean: bool = True
    """Layers that are known (linear layers, gates and norms of Llama, Mistral, Qwen; plain LoRA; the output
    head with the loss) get a backward pass of their own: the same arithmetic in fewer steps and less memory.
    Not where blocks are compiled or weights sharded."""
    compile: bool = False
    """Compile the transformer blocks with torch.compile: minutes at the start, faster steps then."""
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
    plan_records: Positive | None = None
    """Training records that `dry_run` counts with, as long as those of `data`; null takes their number."""
    utilisation: Annotated[Float, Field(gt=0, le=1)] = 0.4
    """Share of the devices' peak arithmetic that `dry_run` counts with."""
    threads: Count = 0
    """CPU threads for arithmetic; 0 leaves the choice to torch."""
    over_length: Literal["shorten", "drop", "fail", "truncate"] = "shorten"
    """A record longer than `model.context`: shorten its API documentation and drop it if that is not
    enough, drop it at once, or fail. `truncate` cuts it at its end, a fault of the paper's released code:
    what is cut is the answer, and behind a long prompt none is left to learn. What happened is counted and
    shown."""
    validate_every: Annotated[Float, Field(gt=0, le=1)] = 1.0
    """Share of an epoch between validations."""
    checkpoint_every: Positive = 10
    """Optimiser steps between checkpoints for going on after an interruption."""
    best: Literal["last", "loss", "codebleu"] = "last"
    """Which weights are saved in the end: those of the last step, or of the validation with the lowest loss
    or with the highest CodeBLEU of answers to `best_samples` requests."""
    best_samples: Positive = 16
    """Of `best=codebleu`: dev requests answered at each validation."""
    patience: Positive | None = None
    """Stop after so many validations in a row without gain in what `best` goes by (the loss, where that is
    `last`); null never stops early."""
    min_gain: Annotated[Float, Field(ge=0)] = 0.0
    """Smallest change that counts as a gain."""
    peak_tflops: Annotated[Float, Field(gt=0)] | None = None
    """Peak arithmetic of one device in TFLOP/s, which `train/utilisation` is a share of; null measures it at
    the start, with a short matrix product in the arithmetic of the run."""
    samples: Count = 2
    """Requests answered at each validation, logged beside their references."""
