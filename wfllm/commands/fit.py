"""The training stage: strategy, Lightning fit from the last checkpoint on, adapter or weights saved."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl

from wfllm.commands.prepare import Work
from wfllm.commands.samples import Samples, batches
from wfllm.config.schema import TrainCommand
from wfllm.data.module import WorkflowData
from wfllm.evaluation import samples as answered
from wfllm.evaluation.predictions import spread
from wfllm.models.segments import isolate
from wfllm.ranks import World
from wfllm.tracking.metrics_log import MetricsLog
from wfllm.tracking.run_folder import RunFolder
from wfllm.tracking.tracker import Tracker
from wfllm.tracking.watch import Watch
from wfllm.training.checkpoints import save_trained
from wfllm.training.distributed import KeepSigterm, Moved, shares
from wfllm.training.loop import LAST, TrainingProgress, build_trainer, chosen_callbacks, total_steps
from wfllm.training.module import WorkflowModule
from wfllm.training.resume import steps_of
from wfllm.training.sharded import Sharded
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
    world: World | None = None,
) -> None:
    """Train from the start or from the last checkpoint and save the result in `<run>/model`.

    Args:
        world: this process among those that train together; what is logged and saved is so by rank 0 alone.
    """
    first = world is None or world.rank == 0
    pl.seed_everything(config.seed, workers=True, verbose=False)
    model = load_to_train(base, config.model, config.strategy, config.trainer)
    data = batches(WorkflowData, config, samples, tokenizer.pad_token_id, world)
    if config.trainer.batching == "packed":
        isolate(model)
    steps = total_steps(shares(data.batches_per_epoch), config.trainer)
    module = WorkflowModule(
        model,
        config.optim,
        config.trainer,
        steps=steps,
        accumulate=config.trainer.accumulate,
        seed=config.seed,
    )
    log = MetricsLog(folder.path / "metrics.jsonl")
    checkpoints = folder.path / "checkpoints"
    last = checkpoints / f"{LAST}.ckpt"
    callbacks: list[pl.Callback] = [Moved(data.batches_per_epoch), KeepSigterm()]
    if first:
        callbacks += [TrainingProgress(steps), watch]
    about = (tokenizer, work.catalogue, config.prompts, config.target, config.decoding)
    if config.trainer.samples:
        asked = work.splits["dev"][: config.trainer.samples]
        callbacks.append(answered.Samples(asked, *about, keep=tracker.samples))
    if config.trainer.best == "codebleu":
        judged = spread(work.splits["dev"], config.trainer.best_samples)
        callbacks.append(answered.Judged(judged, *about, catalogue=work.catalogue, metrics=config.metrics))
    callbacks += chosen_callbacks(config.trainer, config.optim, checkpoints)
    loggers = [log, *tracker.lightning()] if first else []
    trainer = build_trainer(config.trainer, checkpoints, loggers, callbacks, world)
    resume = str(last) if last.is_file() else None
    if first:
        log.rewind(steps_of(last) if resume else 0)
    try:
        trainer.fit(module, datamodule=data, ckpt_path=resume, weights_only=True)
    except SystemExit:  # Lightning turns Ctrl-C into an exit of its own
        if trainer.interrupted:
            raise KeyboardInterrupt from None
        raise
    if isinstance(trainer.strategy, Sharded):
        module = _whole(module, trainer.strategy, config, base)
    if first:
        save_trained(module.model, tokenizer, folder.path / "model")


def _whole(module: WorkflowModule, sharded: Sharded, config: TrainCommand, base: str) -> WorkflowModule:
    """The model of weights that lie cut over all ranks, whole in rank 0: made once more and laid over."""
    trained = sharded.lightning_module_state_dict()
    if not trained:
        return module
    pl.seed_everything(config.seed, workers=True, verbose=False)
    model = load_to_train(base, config.model, config.strategy, config.trainer)
    whole = WorkflowModule(model, config.optim, steps=1, accumulate=1)
    whole.load_state_dict(trained, strict=False)
    return whole
