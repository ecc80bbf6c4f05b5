"""`dry_run=true`: what a training run would do and need, before anything is loaded or written."""

from __future__ import annotations

from typing import Any, cast

import torch
from rich.console import Console
from rich.table import Table

from wfllm.commands.prepare import Work, batches, encode
from wfllm.config.compose import Composed
from wfllm.config.schema import TrainCommand
from wfllm.models.base import base_files
from wfllm.models.load import load_tokenizer, meta_model
from wfllm.tracking.identity import run_id
from wfllm.training.loop import precision_of, total_steps
from wfllm.training.strategies import apply_strategy

GB = 2**30
BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}


def print_plan(composed: Composed, work: Work, console: Console) -> None:
    """Print records, tokens, steps, parameters, memory and place of a run. Downloads at most a tokenizer."""
    import tempfile
    from pathlib import Path

    config = cast(TrainCommand, composed.config)
    with tempfile.TemporaryDirectory() as scratch:
        base = base_files(config.model, Path(scratch) / "base", work.texts(), config.seed)
        tokenizer = load_tokenizer(base, config.model)
        samples = encode(config, work, tokenizer, console)
        model = apply_strategy(meta_model(base, config.model), config.strategy)
    count = batches(config, samples, tokenizer.pad_token_id).batches_per_epoch
    account = samples.account["train"]
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    everything = sum(p.numel() for p in model.parameters())
    rows: dict[str, Any] = {
        "records": ", ".join(f"{name} {len(rows)}" for name, rows in work.splits.items()),
        "train tokens an epoch": f"{account['tokens']:,}, "
        f"{account['supervised'] / account['tokens']:.0%} learned",
        "longest sample": f"{account['longest']} of model.context={config.model.context} tokens",
        "shortened, dropped": f"{sum(account['shortened'].values())}, {account['dropped']}",
        "optimiser steps": f"{total_steps(count, config.trainer)} of "
        f"{config.trainer.accumulate} {config.trainer.batching} batches each",
        "parameters": f"{trained:,} trained of {everything:,} ({trained / everything:.2%})",
        "memory, estimated": _memory(config, model, account["longest"]),
        "output": f"{config.output}/train/{composed.experiment.replace('/', '-')}/<date>_"
        f"{run_id('train', composed.plain, work.fingerprint)}",
    }
    table = Table(title=f"Plan of {composed.experiment}; nothing is started", show_header=False)
    for name, value in rows.items():
        table.add_row(name, str(value))
    console.print(table)
    console.print("Next: the same command without dry_run=true")


def _memory(config: TrainCommand, model: torch.nn.Module, longest: int) -> str:
    """Weights, gradients and AdamW's two states exactly; activations by a rule of thumb.

    Activations: about 34 bytes x hidden x tokens x layers in 16-bit arithmetic (Korthikanti et al.,
    arXiv 2205.05198, without the attention scores, which SDPA does not keep), doubled in 32-bit; plus
    the logits of the supervised tokens, here bounded by the longest sample.
    """
    size = BYTES[config.model.dtype]
    weights = sum(p.numel() for p in model.parameters()) * size
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad) * size
    shape: Any = model.config
    width = 1 if "16" in precision_of(config.trainer) else 2
    tokens = longest * config.trainer.batch_size
    activations = 34 * shape.hidden_size * tokens * shape.num_hidden_layers * width
    logits = tokens * shape.vocab_size * 4 * 2
    total = weights + 3 * trained + activations + logits
    parts = f"weights {weights / GB:.2f}, gradients {trained / GB:.2f}, AdamW {2 * trained / GB:.2f}"
    return f"{total / GB:.1f} GB: {parts}, activations about {(activations + logits) / GB:.1f}"
