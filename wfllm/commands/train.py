"""`wfllm train`: records → base model → before → training → after → table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from rich.console import Console

from wfllm.bench.record import Record
from wfllm.commands import prepare, report, scoring
from wfllm.commands.answering import Load
from wfllm.commands.fit import fit
from wfllm.commands.identified import training
from wfllm.commands.plan import print_plan
from wfllm.commands.preview import print_preview
from wfllm.commands.ranks import together
from wfllm.commands.samples import encode_splits
from wfllm.config.compose import Composed
from wfllm.config.schema import TrainCommand
from wfllm.evaluation.predictions import spread
from wfllm.models.base import base_files
from wfllm.models.load import load_model, load_tokenizer
from wfllm.tracking.artifacts import inputs_of, model_of, predictions_of
from wfllm.tracking.replay import in_a_sweep_of_wandb, replay
from wfllm.tracking.run_folder import RunFolder
from wfllm.tracking.tracker import Tracker
from wfllm.tracking.wandb_run import tracking
from wfllm.tracking.watch import Watch
from wfllm.training.checkpoints import load_trained


def run(composed: Composed) -> int:
    """Run the training that this config names, or go on with it. 0 when it is finished."""
    train(composed)
    return 0


def train(composed: Composed, watch: Watch | None = None) -> RunFolder | None:
    """As `run`; returns the run's folder, or None for a dry run. `watch` may stop it at a validation."""
    console = Console()
    config = cast(TrainCommand, composed.config)
    prepare.settle(config.trainer.threads)
    work = prepare.read(config.data, console, config.target)
    prepare.require_train(work.splits)
    if config.preview:
        print_preview(config, work, console)
        return None
    if config.trainer.best != "last":
        prepare.require_held_out(work.splits, ["dev"], "trainer.best")
    if config.trainer.patience is not None:
        prepare.require_held_out(work.splits, ["dev"], "trainer.patience")
    if config.evaluation.before or config.evaluation.after:
        prepare.require_held_out(work.splits, config.evaluation.splits, "evaluation.splits")
    if config.dry_run:
        print_plan(composed, work, console)
        return None
    prepare.require_device(config.trainer)
    identified = training(composed, work.fingerprint)
    plain = identified.plain
    folder = identified.open(composed.overrides)
    watch = watch or Watch()
    watch.opened(folder)
    if folder.finished:
        console.print(f"This very run is finished: {folder.path}", highlight=False, soft_wrap=True)
        if in_a_sweep_of_wandb():
            with tracking(config.logger, folder, plain, composed.experiment, "train") as tracker:
                replay(folder, tracker)
        if watch.shows_results:
            report.print_results(console, folder)
        return folder
    console.print(f"Run folder: {folder.path}", highlight=False, soft_wrap=True)
    with (
        folder.kept(),
        tracking(config.logger, folder, plain, composed.experiment, "train") as tracker,
    ):
        folder.finish(**_stages(config, plain, work, folder, tracker, watch, console))
    if watch.shows_results:
        report.print_results(console, folder)
    return folder


def _stages(
    config: TrainCommand,
    plain: dict[str, Any],
    work: prepare.Work,
    folder: RunFolder,
    tracker: Tracker,
    watch: Watch,
    console: Console,
) -> dict[str, object]:
    """From an open folder to its results. A stage whose files are whole is not done again."""
    tracker.uses(inputs_of(config.data))
    base = base_files(config.model, folder.path / "base", work.texts(), config.seed)
    tokenizer = load_tokenizer(base, config.model)
    samples = encode_splits(config, work, tokenizer, console, folder.path)
    held_out: dict[str, Sequence[Record]] = {
        split: spread(work.splits[split], config.evaluation.limit) for split in config.evaluation.splits
    }
    results: dict[str, object] = {"lengths": samples.account}

    def evaluate(when: str, load: Load) -> None:
        results[when] = scoring.evaluate_splits(
            when, load, tokenizer, held_out, work, config, folder, tracker
        )

    if config.evaluation.before:
        evaluate("before", lambda: load_model(base, config.model))
    trained = folder.path / "model"
    if not trained.is_dir():
        with together(config.trainer, folder, plain) as world:
            fit(config, base, tokenizer, samples, work, folder, tracker, watch, world)
    if config.evaluation.after:
        evaluate("after", lambda: load_trained(trained, base, config.model))
    if held_out and (config.evaluation.before or config.evaluation.after):
        report.leave_report(folder, tracker, console)
        tracker.keeps(predictions_of(folder, {w: results[w] for w in ("before", "after") if w in results}))
    results["losses"] = scoring.final_losses(folder)
    tracker.keeps(model_of(folder, results))
    return results
