"""`wfllm evaluate`: generate and score a checkpoint, or the untrained model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from rich.console import Console

from wfllm.bench.record import Record
from wfllm.commands import prepare, report, scoring
from wfllm.commands.answering import Load, answering
from wfllm.commands.checkpoint import Checkpoint
from wfllm.commands.identified import evaluation, settled_evaluation
from wfllm.commands.judging import judging
from wfllm.commands.plan_answers import plan_evaluation
from wfllm.commands.shards import read_shard
from wfllm.config.compose import Composed
from wfllm.config.schema import ApiModel, EvaluateCommand
from wfllm.evaluation.predictions import spread
from wfllm.models.base import base_files
from wfllm.models.load import load_model, load_tokenizer
from wfllm.tracking.answers import take_answers
from wfllm.tracking.artifacts import inputs_of, model_of, predictions_of
from wfllm.tracking.identity import answers_id
from wfllm.tracking.run_folder import RunFolder
from wfllm.tracking.wandb_run import tracking


def run(composed: Composed) -> int:
    """Score a checkpoint on a held-out split. 0 when it is done."""
    console = Console()
    prepare.settle(0)
    settled = settled_evaluation(composed)
    config, plain, checkpoint = cast(EvaluateCommand, settled.config), settled.plain, settled.checkpoint
    asked = isinstance(config.model, ApiModel)
    work = prepare.read(config.data, console)
    prepare.require_held_out(work.splits, [config.split], "split")
    identified = evaluation(settled, work.fingerprint)
    name = identified.name
    records = spread(work.splits[config.split], config.limit)
    if config.dry_run:
        plan_evaluation(config, checkpoint, work, records, identified, console)
        return 0
    folder = identified.open(composed.overrides)
    if folder.finished:
        console.print(f"This very evaluation is finished: {folder.path}", highlight=False, soft_wrap=True)
        report.print_results(console, folder)
        return 0
    held_out: dict[str, Sequence[Record]] = {config.split: records}
    with folder.kept(), tracking(config.logger, folder, plain, name, "evaluate") as tracker:
        tracker.uses([*inputs_of(config.data), *([model_of(checkpoint.run)] if checkpoint else [])])
        judge = judging(config.judge, console)
        taken = take_answers(folder, answers_id(plain, work.fingerprint), Path(config.output))
        if taken is not None:
            console.print(
                f"Answers taken over from {taken}; they are not generated again",
                highlight=False,
                soft_wrap=True,
            )
        if read_shard(config.shard) != (1, 1):
            return _part(config, checkpoint, folder, work, held_out, console)
        load, tokenizer = (None, None) if asked else _model(config, checkpoint, folder, work)
        scores = scoring.evaluate_splits(
            "scores", load, tokenizer, held_out, work, config, folder, tracker, judge
        )
        tracker.keeps(predictions_of(folder, scores))
        report.leave_report(folder, tracker, console)
        results = {"scores": scores, **({"judge": judge.results} if judge else {})}
        if judge and judge.waiting:
            folder.update(results=results)
            report.print_results(console, folder)
            raise judge.waiting
        folder.finish(**results)
    report.print_results(console, folder)
    return 0


def _part(
    config: EvaluateCommand,
    checkpoint: Checkpoint | None,
    folder: RunFolder,
    work: prepare.Work,
    held_out: Mapping[str, Sequence[Record]],
    console: Console,
) -> int:
    """Answer one shard; whoever has all shards scores them."""
    asked = isinstance(config.model, ApiModel)
    load, tokenizer = (None, None) if asked else _model(config, checkpoint, folder, work)
    answer = answering(load, tokenizer, work, config)
    (records,) = held_out.values()
    path = folder.path / "predictions" / f"scores-{config.split}.jsonl"
    found = answer(f"Answering {config.split} ({config.shard})", records, path)
    folder.finish(answered=len(found))
    said = f"Shard {config.shard}: {len(found)} of {len(records)} requests are answered, in {path}"
    console.print(said, markup=False, highlight=False, soft_wrap=True)
    console.print(
        f"Next: when all shards are in {config.output}, the same command without shard=", markup=False
    )
    return 0


def _model(
    config: EvaluateCommand, checkpoint: Checkpoint | None, folder: RunFolder, work: prepare.Work
) -> tuple[Load, Any]:
    """What loads the model on this machine, and its tokenizer."""
    if checkpoint:
        return checkpoint.model, checkpoint.tokenizer()
    base = base_files(config.model, folder.path / "base", work.texts(), config.seed)
    return lambda: load_model(base, config.model), load_tokenizer(base, config.model)
