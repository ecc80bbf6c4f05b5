"""The training stage: strategy, Lightning fit from the last checkpoint on, adapter or weights saved."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl

from wfllm.commands.prepare import Samples, Work, batches
from wfllm.config.schema import TrainCommand
from wfllm.evaluation import samples as answered
from wfllm.models.segments import isolate
from wfllm.tracking.metrics_log import MetricsLog
from wfllm.tracking.run_folder import RunFolder
from wfllm.tracking.wandb_run import Tracker
from wfllm.tracking.watch import Watch
from wfllm.training.checkpoints import save_trained
from wfllm.training.loop import LAST, TrainingProgress, build_trainer, total_steps
from wfllm.training.module import WorkflowModule
from wfllm.training.resume import steps_of
from wfllm.training.strategies import load_to_train


def fit(
    config: TrainCommand,
    base: str,
    tokenizer: Any,
    samples: Samples,
    work: Work,
    folder: RunFolder,
    tracker: Tracker,
    watch: Watch,
) -> None:
    """Train from the start or from the last checkpoint and save the result in `<run>/model`."""
    pl.seed_everything(config.seed, workers=True, verbose=False)
    model = load_to_train(base, config.model, config.strategy, config.trainer)
    data = batches(config, samples, tokenizer.pad_token_id)
    if config.trainer.batching == "packed":
        isolate(model)
    steps = total_steps(data.batches_per_epoch, config.trainer)
    module = WorkflowModule(model, config.optim, steps=steps, accumulate=config.trainer.accumulate)
    log = MetricsLog(folder.path / "metrics.jsonl")
    checkpoints = folder.path / "checkpoints"
    last = checkpoints / f"{LAST}.ckpt"
    callbacks: list[pl.Callback] = [TrainingProgress(steps), watch]
    if config.trainer.samples:
        asked = work.splits["dev"][: config.trainer.samples]
        callbacks.append(
            answered.Samples(
                asked,
                tokenizer,
                work.catalogue,
                config.prompts,
                config.target,
                config.decoding,
                tracker.samples,
            )
        )
    trainer = build_trainer(config.trainer, checkpoints, [log, *tracker.lightning()], callbacks)
    resume = str(last) if last.is_file() else None
    log.rewind(steps_of(last) if resume else 0)
    try:
        trainer.fit(module, datamodule=data, ckpt_path=resume, weights_only=True)
    except SystemExit:  # Lightning turns Ctrl-C into an exit of its own
        if trainer.interrupted:
            raise KeyboardInterrupt from None
        raise
    save_trained(module.model, tokenizer, folder.path / "model")
