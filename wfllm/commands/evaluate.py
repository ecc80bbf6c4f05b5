"""`wfllm evaluate`: generate and score a checkpoint, or the untrained model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from rich.console import Console

from wfllm.bench.record import Record
from wfllm.commands import prepare, report, scoring
from wfllm.commands.answering import Load, answering
from wfllm.commands.checkpoint import Checkpoint, open_checkpoint
from wfllm.commands.judging import judging, with_labels
from wfllm.commands.shards import read_shard
from wfllm.config.compose import Composed, validate
from wfllm.config.schema import ApiModel, EvaluateCommand
from wfllm.errors import WfllmError
from wfllm.evaluation.predictions import spread
from wfllm.models.base import base_files
from wfllm.models.load import load_model, load_tokenizer
from wfllm.tracking.answers import take_answers
from wfllm.tracking.identity import answers_id
from wfllm.tracking.run_folder import RunFolder, open_run
from wfllm.tracking.wandb_run import tracking

FIXED = ("model", "prompts", "target", "thoughts")
"""Groups that a checkpoint brings with it."""


def run(composed: Composed) -> int:
    """Score a checkpoint on a held-out split. 0 when it is done."""
    console = Console()
    config = cast(EvaluateCommand, composed.config)
    prepare.settle(0)
    checkpoint = open_checkpoint(config.checkpoint) if config.checkpoint else None
    plain = composed.plain
    if checkpoint:
        plain = _with_checkpoint(plain, checkpoint, composed.overrides)
        config = cast(EvaluateCommand, validate("evaluate", plain))
        plain["checkpoint"] = checkpoint.run.info["id"]  # the same path may hold another run tomorrow
    asked = isinstance(config.model, ApiModel)
    if not asked:
        plain = {key: value for key, value in plain.items() if key != "llm"}  # nobody is asked
    work = prepare.read(config.data, console)
    prepare.require_held_out(work.splits, [config.split], "split")
    name = checkpoint.run.path.name if checkpoint else _called(config)
    data = with_labels(work.fingerprint, config.judge)
    folder = open_run("evaluate", name, plain, composed.overrides, data, Path(config.output))
    if folder.finished:
        console.print(f"This very evaluation is finished: {folder.path}", highlight=False, soft_wrap=True)
        report.print_results(console, folder)
        return 0
    held_out: dict[str, Sequence[Record]] = {config.split: spread(work.splits[config.split], config.limit)}
    with folder.kept(), tracking(config.logger, folder, plain, name, "evaluate") as tracker:
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


def _called(config: EvaluateCommand) -> str:
    """What the run is called after: the model, and how many examples it was shown."""
    name = config.model.name
    if isinstance(config.model, ApiModel):
        asked = str(getattr(config.llm, "model", None) or getattr(config.llm, "path", name))
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(asked).name) or name
    return f"{name}-{config.shots}-shot" if config.shots else name


def _model(
    config: EvaluateCommand, checkpoint: Checkpoint | None, folder: RunFolder, work: prepare.Work
) -> tuple[Load, Any]:
    """What loads the model on this machine, and its tokenizer."""
    if checkpoint:
        return checkpoint.model, checkpoint.tokenizer()
    base = base_files(config.model, folder.path / "base", work.texts(), config.seed)
    return lambda: load_model(base, config.model), load_tokenizer(base, config.model)


def _with_checkpoint(plain: dict[str, Any], checkpoint: Checkpoint, overrides: list[str]) -> dict[str, Any]:
    """The config with the checkpoint's own model, prompts, target, and its data unless told otherwise."""
    given = {o.lstrip("+~").split("=")[0] for o in overrides}
    fixed = sorted({key.split(".")[0] for key in given} & set(FIXED))
    if fixed:
        raise WfllmError(
            f"{', '.join(fixed)} cannot be changed for a checkpoint: it was trained with its own",
            where="wfllm evaluate",
            mend=f"Leave out {fixed[0]}, or leave out checkpoint to score an untrained model.",
        )
    own = checkpoint.run.config
    taken = {group: own[group] for group in FIXED}
    if "data" not in given:  # data.max_records=5 alone changes the checkpoint's data, not the starter's
        changed = {key.split(".", 1)[1] for key in given if key.startswith("data.")}
        taken["data"] = {**own["data"], **{key: plain["data"][key] for key in changed}}
    return {**plain, **taken}
