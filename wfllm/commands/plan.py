"""`dry_run=true`: what a training run would do and need, before anything is loaded, fetched or written."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple, cast

import torch
from rich.console import Console
from rich.table import Table

from wfllm.commands.prepare import Work
from wfllm.commands.samples import Samples, batches, encode_splits
from wfllm.config import schema as s
from wfllm.config.compose import Composed
from wfllm.data.feed import Feed
from wfllm.errors import WfllmError
from wfllm.models.base import base_files
from wfllm.models.load import load_tokenizer, meta_model
from wfllm.models.rough import CHARACTERS, RoughTokenizer
from wfllm.tracking.identity import run_id
from wfllm.training.distributed import devices_of, shares
from wfllm.training.flops import cost_of
from wfllm.training.lean import half_of, is_used
from wfllm.training.loop import precision_of, total_steps
from wfllm.training.memory import Memory, memory_of
from wfllm.training.strategies import apply_strategy

GB = 2**30
FITS = 0.9
"""Share of a device's memory that a plan may take: the rest goes to libraries and to what fragments."""


class Hardware(NamedTuple):
    """A device as its vendor's data sheet has it."""

    memory: float
    """GiB."""
    flops: float
    """Operations a second in bfloat16, dense."""


HARDWARE = {
    "a100_40gb": Hardware(40, 312e12),
    "a100_80gb": Hardware(80, 312e12),
    "h100_80gb": Hardware(80, 989e12),
    "h200_141gb": Hardware(141, 989e12),
    "l40s_48gb": Hardware(48, 362e12),
    "rtx4090_24gb": Hardware(24, 165e12),
}


def print_plan(composed: Composed, work: Work, console: Console) -> None:
    """Print records, tokens, steps, parameters, memory of each device, time and place of a run.

    Nothing is fetched: a tokenizer that is not on this machine is stood in for, and a plan says so.
    """
    config = cast(s.TrainCommand, composed.config)
    trainer, world = config.trainer, devices_of(config.trainer)
    with tempfile.TemporaryDirectory() as scratch:
        base = base_files(config.model, Path(scratch) / "base", work.texts(), config.seed)
        tokenizer = tokenizer_here(base, config.model)
        samples = encode_splits(config, work, tokenizer, console)
        model = apply_strategy(meta_model(base, config.model), config.strategy)
    data = batches(Feed, config, samples, tokenizer.pad_token_id)
    counted = _counted(config)
    scale = (counted or len(samples.train)) / len(samples.train)
    steps = total_steps(shares(round(data.batches_per_epoch * scale), world), trainer)
    account = samples.account["train"]
    tokens = account["tokens"] / data.batches_per_epoch * trainer.accumulate * world  # of a step
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    everything = sum(p.numel() for p in model.parameters())
    memory = _memory(config, data, model)
    device = HARDWARE[trainer.hardware]
    rows = {
        "records": ", ".join(f"{name} {len(rows)}" for name, rows in work.splits.items())
        + (f"; counted as {counted:,}" if counted else ""),
        "train tokens an epoch": f"{account['tokens'] * scale:,.0f}, "
        f"{account['supervised'] / account['tokens']:.0%} learned{how(tokenizer)}",
        "longest sample": f"{account['longest']} of model.context={config.model.context} tokens",
        "shortened, dropped": f"{sum(account['shortened'].values())}, {account['dropped']}",
        **_cut(account),
        "devices": f"{world} x {trainer.hardware}, trainer.parallel={trainer.parallel}",
        "tokens a step": f"{tokens:,.0f} in {trainer.accumulate * world} {trainer.batching} batches"
        + (f", {trainer.accumulate} a device" if world > 1 else ""),
        "optimiser steps": f"{steps:,}",
        "parameters": f"{trained:,} trained of {everything:,} ({trained / everything:.2%})",
        **_shown(memory, device),
        "time": _time(config, samples, data, model, steps, device),
        "output": f"{config.output}/train/{composed.experiment.replace('/', '-')}/<date>_"
        f"{run_id('train', composed.plain, work.fingerprint)}",
    }
    table = Table(title=f"Plan of {composed.experiment}; nothing is started", show_header=False)
    for name, value in rows.items():
        table.add_row(name, str(value))
    console.print(table)
    if memory.total > FITS * device.memory * GB:
        console.print(_smaller(config), highlight=False, soft_wrap=True)
    console.print("Next: the same command without dry_run=true")


def _counted(config: s.TrainCommand) -> int | None:
    """Records that the plan is for, where the data here are a sample; no more than the run takes."""
    counted, most = config.trainer.plan_records, config.data.max_records
    return min(counted, most) if counted and most else counted


def tokenizer_here(base: str, model: s.Model) -> Any:
    """The model's tokenizer, or a stand-in where it would have to be fetched."""
    try:
        return load_tokenizer(base, model, local_files_only=True)
    except WfllmError:
        if isinstance(model, s.PretrainedModel) and model.architecture:
            return RoughTokenizer()
        raise


def how(tokenizer: Any) -> str:
    """How tokens were counted, where it was not by the model's own tokenizer."""
    rough = isinstance(tokenizer, RoughTokenizer)
    return f"; its tokenizer is not here: {CHARACTERS:g} characters a token" if rough else ""


def _cut(account: Mapping[str, Any]) -> dict[str, str]:
    """What `trainer.over_length=truncate` does, where it does anything."""
    cut, unlearned = account["truncated"], account["unlearned"]
    return {"cut": f"{cut}, {unlearned} of them before their answer"} if cut else {}


def _memory(config: s.TrainCommand, data: Feed, model: Any) -> Memory:
    """Of the largest batch of the first epoch."""
    lengths = [len(sample.input_ids) for sample in data.train]
    order = data.order(0)
    if config.trainer.batching == "packed":
        rows, length = 1, max(sum(lengths[i] for i in batch) for batch in order)
    else:
        rows, length = max(
            ((len(b), max(lengths[i] for i in b)) for b in order), key=lambda size: size[0] * size[1]
        )
    learned = max(sum(data.train[i].supervised for i in batch) for batch in order)
    trainer = config.trainer
    lean = is_used(trainer)
    return memory_of(
        model,
        rows=rows,
        length=length,
        learned=learned,
        low=torch.bfloat16 if "16" in _precision(config) else None,
        parallel=config.trainer.parallel,
        devices=devices_of(config.trainer),
        zero_stage=config.trainer.zero_stage,
        recompute=config.trainer.activation_checkpointing,
        loss_chunk=config.trainer.loss_chunk,
        lean=lean,
        half=half_of(_precision(config), config.strategy.name) if lean else None,
        gpu=trainer.accelerator == "gpu" or (trainer.accelerator == "auto" and torch.cuda.is_available()),
    )


def _precision(config: s.TrainCommand) -> str:
    """`auto` is planned as the GPUs of the plan have it where several, or GPUs, are asked for."""
    trainer = config.trainer
    planned = trainer.precision == "auto" and (trainer.accelerator == "gpu" or devices_of(trainer) > 1)
    return "bf16-mixed" if planned else str(precision_of(trainer))


def _shown(memory: Memory, device: Hardware) -> dict[str, str]:
    names = {
        "weights": "· weights",
        "gradients": "· gradients",
        "optimizer": "· optimiser states",
        "gathered": "· gathered for computing",
        "activations": "· activations",
        "logits": "· logits",
    }
    share = memory.total / (device.memory * GB)
    verdict = "fits" if share <= FITS else "does not fit"
    rows = {"memory of a device": f"{memory.total / GB:.1f} GB of {device.memory:g} ({share:.0%}): {verdict}"}
    parts = asdict(memory)
    return rows | {name: f"{parts[part] / GB:.2f} GB" for part, name in names.items() if parts[part]}


def _time(
    config: s.TrainCommand, samples: Samples, data: Feed, model: Any, steps: int, device: Hardware
) -> str:
    """Of the steps alone, at `trainer.utilisation` of the devices' peak; evaluation comes on top."""
    cost = cost_of(model)
    epoch = sum(cost.of([len(e.input_ids)], e.supervised) for e in samples.train)
    world = devices_of(config.trainer)
    own = total_steps(
        shares(data.batches_per_epoch, world),
        config.trainer.model_copy(update={"epochs": 1, "max_steps": None}),
    )
    step = epoch / own
    seconds = step / (world * device.flops * config.trainer.utilisation)
    whole = steps * seconds
    text = f"{whole / 3600:.1f} hours" if whole >= 3600 else f"{whole / 60:.1f} minutes"
    share = f"{config.trainer.utilisation:.0%} of the peak (trainer.utilisation)"
    return f"{text}: {seconds:.2g} s a step of {step:.2g} operations at {share}"


def _smaller(config: s.TrainCommand) -> str:
    """What would take less."""
    trainer = config.trainer
    ways = []
    if not trainer.activation_checkpointing:
        ways.append("trainer.activation_checkpointing=true")
    if trainer.parallel in ("none", "ddp"):
        ways.append("trainer=fsdp trainer.devices=8")
    if trainer.batch_size > 1:
        ways.append("trainer.batch_size=1")
    if config.strategy.name == "full":
        ways.append("strategy=lora")
    return f"To take less: {', '.join([*ways, 'a smaller model.context'])}."
