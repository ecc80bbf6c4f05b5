"""`wfllm teval`: how well a checkpoint, or the untrained model, plans calls of tools it never saw."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.table import Table

from wfllm.commands import prepare, scoring
from wfllm.commands.answering import for_generation
from wfllm.commands.checkpoint import Checkpoint
from wfllm.commands.identified import asked_questions, plans, settled_teval
from wfllm.commands.plan_answers import plan_teval
from wfllm.config.compose import Composed
from wfllm.config.schema import TevalCommand
from wfllm.evaluation.metrics import TEVAL, Scores
from wfllm.evaluation.teval.answers import answer_questions
from wfllm.evaluation.teval.encoder import load_encoder, require_encoders
from wfllm.evaluation.teval.published import TABLE_3
from wfllm.evaluation.teval.questions import Question
from wfllm.evaluation.teval.score import PlanResult, PlanScore, teval
from wfllm.models.base import base_files
from wfllm.models.load import load_model, load_tokenizer
from wfllm.tracking.artifacts import DATASET, Item, model_of, predictions_of
from wfllm.tracking.run_folder import RunFolder
from wfllm.tracking.tracker import Tracker
from wfllm.tracking.wandb_run import tracking

PARTS = ("precision", "recall", "f1", "parsed")


def run(composed: Composed) -> int:
    """Answer T-Eval's planning questions and score the plans, as published and mended. 0 when it is done."""
    console = Console()
    prepare.settle(0)
    settled = settled_teval(composed)
    config, checkpoint = cast(TevalCommand, settled.config), settled.checkpoint
    if not config.dry_run:
        require_encoders()
    questions = asked_questions(config, console)
    identified = plans(settled, questions)
    if config.dry_run:
        plan_teval(config, checkpoint, questions, identified, console)
        return 0
    plain, name = identified.plain, identified.name
    folder = identified.open(composed.overrides)
    if folder.finished:
        console.print(f"This very evaluation is finished: {folder.path}", highlight=False, soft_wrap=True)
    else:
        with folder.kept(), tracking(config.logger, folder, plain, name, "teval") as tracker:
            _answer_and_score(config, checkpoint, questions, folder, tracker, console)
    _print_results(console, folder)
    return 0


def _answer_and_score(
    config: TevalCommand,
    checkpoint: Checkpoint | None,
    questions: list[Question],
    folder: RunFolder,
    tracker: Tracker,
    console: Console,
) -> None:
    encode = load_encoder(config.encoder)  # first: no answer is generated that cannot be scored
    asked = Path(config.questions).expanduser()
    tracker.uses([model_of(checkpoint.run)] if checkpoint else [])
    tracker.uses([Item(f"{DATASET}-teval", DATASET, (asked.resolve(),))] if asked.exists() else [])
    if checkpoint:
        tokenizer, load = checkpoint.tokenizer(), checkpoint.model
    else:
        texts = [turn["content"] for question in questions for turn in question.messages]
        base = base_files(config.model, folder.path / "base", texts, config.seed)
        tokenizer, load = load_tokenizer(base, config.model), lambda: load_model(base, config.model)
    form = f"plan_{config.form}"
    path = folder.path / "predictions" / f"{form}.jsonl"
    predictions = answer_questions(
        f"Planning ({config.form})",
        lambda: for_generation(load(), config.decoding),
        tokenizer,
        questions,
        config.decoding,
        path,
        lambda text: console.print(text, style="yellow", highlight=False, soft_wrap=True, markup=False),
    )
    result = teval(questions, {p.id: p.answer for p in predictions}, encode, "Comparing plans")
    each = [_scores(one) for one in result.results]
    scoring.write_scores(path.with_suffix(".csv"), [p.id for p in predictions], each)
    told = {name: [value for row in each if (value := row[name]) is not None] for name in TEVAL}
    means = {name: sum(values) / len(values) for name, values in told.items() if values}
    tracker.scores(form, means, predictions, each)
    tracker.keeps(predictions_of(folder, {form: means}))
    empty = sum(not p.answer.strip() for p in predictions)
    counts = {"samples": float(len(each)), "stops": float(result.stops), "empty": float(empty)}
    folder.finish(scores={form: {**counts, **means}})


def _scores(result: PlanResult) -> Scores:
    """One row of all metrics; those of the published evaluator are None where it stops."""

    def columns(prefix: str, score: PlanScore | None) -> Scores:
        return {f"{prefix}_{part}": getattr(score, part, None) for part in PARTS}

    row = {**columns("teval", result.faithful), **columns("teval_mended", result.mended)}
    assert list(row) == list(TEVAL)
    return row


def _print_results(console: Console, folder: RunFolder) -> None:
    ((form, means),) = folder.info["results"]["scores"].items()
    console.print(_table(form, means))
    if stops := int(means["stops"]):
        console.print(f"At {stops} plans T-Eval's evaluator would have stopped; its means leave them out.")
    if empty := int(means["empty"]):
        console.print(f"{empty} answers are empty.")
    console.print("\nLook at")
    places = {
        f"predictions/{form}.jsonl": "question, answer and true plan",
        f"predictions/{form}.csv": "scores of every question",
    }
    for name, what in places.items():
        console.print(f"  {folder.path / name}  {what}", markup=False, highlight=False, soft_wrap=True)
    console.print("Next\n  wfllm compare command=teval", highlight=False)


def _table(form: str, means: Mapping[str, float]) -> Table:
    table = Table(
        title=f"T-Eval {form.replace('_', ' ').upper()}: {int(means['samples'])} questions, percent"
    )
    for heading in ("", "precision", "recall", "F1", "parsed"):
        table.add_column(heading, justify="right" if heading else "left")
    for prefix, title in (("teval", "as T-Eval's evaluator"), ("teval_mended", "mended")):
        values = [means.get(f"{prefix}_{part}") for part in PARTS]
        table.add_row(title, *("–" if value is None else f"{100 * value:.1f}" for value in values))
    table.add_section()
    for model, f1 in TABLE_3.items():
        table.add_row(f"{model} (paper, table 3)", "", "", f"{f1:.1f}", "", style="dim")
    return table
