"""`wfllm train`: records → base model → before → training → after → table."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from rich.console import Console

from wfllm.bench.record import Record
from wfllm.config.schema import TrainCommand
from wfllm.errors import WfllmError

if TYPE_CHECKING:
    from wfllm.config.compose import Composed
    from wfllm.tracking.run_folder import RunFolder


def run(composed: Composed) -> int:
    """Run or go on with the training run that this config names. Exit status 0 when it is finished."""
    return train(composed)[0]


def train(composed: Composed) -> tuple[int, RunFolder | None]:
    """As `run`, with the run's folder (None for a dry run)."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    console = Console()
    config = cast(TrainCommand, composed.config)
    console.print(f"[bold]wfllm train[/bold] {composed.experiment}: loading torch and the records")
    from wfllm.commands import prepare, report
    from wfllm.tracking.run_folder import open_run
    from wfllm.tracking.wandb_run import tracking

    prepare.settle(config.trainer.threads)
    work = prepare.read(config.data)
    prepare.require_train(work.splits)
    from pathlib import Path

    if config.dry_run:
        from wfllm.commands.plan import print_plan

        print_plan(config, composed, work, console)
        return 0, None
    folder = open_run(
        "train", composed.experiment, composed.plain, composed.overrides, work.fingerprint, Path(config.output)
    )
    if folder.finished:
        console.print(f"This very run is finished: {folder.path}")
        report.print_results(console, folder)
        return 0, folder
    console.print(f"Run folder: {folder.path}")
    try:
        with tracking(config.logger, folder, composed.plain, composed.experiment, "train") as tracker:
            results = _stages(config, work, folder, tracker, console)
        folder.finish(**results)
    except KeyboardInterrupt:
        raise
    except Exception as error:
        folder.fail(error)
        raise
    report.print_results(console, folder)
    return 0, folder


def _stages(
    config: TrainCommand, work: prepare.Work, folder: RunFolder, tracker: Tracker, console: Console
) -> dict[str, object]:
    """Everything between an open folder and its results. Each stage is skipped where its files are whole."""
    from wfllm.commands import prepare
    from wfllm.commands.fit import fit
    from wfllm.evaluation.predictions import spread
    from wfllm.models.base import base_files
    from wfllm.models.load import load_tokenizer
    from wfllm.training.checkpoints import load_trained

    base = base_files(config.model, folder.path / "base", work.texts(), config.seed)
    tokenizer = load_tokenizer(base, config.model)
    samples = prepare.encode(config, work, tokenizer, console)
    held_out: dict[str, Sequence[Record]] = {}
    for split in config.evaluation.splits:
        held_out[split] = spread(work.splits[split], config.evaluation.limit)
    results: dict[str, object] = {"lengths": samples.account}

    def evaluate(when: str, load: prepare.Load) -> None:
        results[when] = prepare.evaluate_splits(
            when, load, tokenizer, held_out, work, config, folder, tracker
        )

    if config.evaluation.before:
        evaluate("before", lambda: prepare.base_model(base, config.model))
    trained = folder.path / "model"
    if not trained.is_dir():
        fit(config, base, tokenizer, samples, work, folder, tracker)
    tracker.artifact(f"model-{folder.info['id']}", "model", trained)
    if config.evaluation.after:
        evaluate("after", lambda: load_trained(trained, base, config.model))
    predictions = folder.path / "predictions"
    if predictions.is_dir():
        tracker.artifact(f"predictions-{folder.info['id']}", "predictions", predictions)
    results["losses"] = prepare.final_losses(folder)
    return results


