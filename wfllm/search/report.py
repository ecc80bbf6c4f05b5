"""What a search found: a table of its trials, the same as CSV, and the best values as a command."""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial, TrialState
from rich.console import Console
from rich.table import Table

from wfllm.commands.report import argument
from wfllm.files import write_text
from wfllm.search.study import OpenStudy, direction
from wfllm.search.worker import said

SHOWN = 30
"""Trials in the printed table; the CSV file has all."""
COLOURS = {"done": "green", "failed": "red", "pruned": "yellow"}


def print_table(study: OpenStudy, console: Console) -> None:
    """The trials, best first."""
    trials = ranked(study)
    keys = [p.key for p in study.search.space.params]
    table = Table(title=f"study {study.name}: {len(trials)} of {study.total} trials")
    table.add_column("trial", justify="right")
    table.add_column(study.search.sweep.metric, justify="right")
    for key in keys:
        table.add_column(key, overflow="fold")
    table.add_column("seconds", justify="right")
    table.add_column("ended", overflow="fold")
    for trial in trials[:SHOWN]:
        word = said(trial.state)
        ended = f"[{COLOURS.get(word, 'default')}]{word}[/]"
        if "twin" in trial.user_attrs:
            ended += f", as trial {trial.user_attrs['twin']}"
        value = "" if trial.value is None else f"{trial.value:.4f}"
        if trial.state == TrialState.PRUNED:  # the last validation, not what the others are judged by
            value = ""
        seconds = f"{trial.user_attrs.get('seconds', 0.0):.0f}"
        table.add_row(str(trial.number), value, *(_shown(trial, key) for key in keys), seconds, ended)
    console.print(table)
    if len(trials) > SHOWN:
        console.print(f"{len(trials) - SHOWN} more are in study.csv.", highlight=False)


def print_end(study: OpenStudy, console: Console, files: Sequence[Path]) -> None:
    """Failures, what was written, and what to type next."""

    def say(text: str, style: str | None = None) -> None:
        console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)

    for trial in study.settled():
        if trial.state == TrialState.FAIL:
            say(f"trial {trial.number} failed: {trial.user_attrs.get('error', '')}", "red")
    missing = study.total - sum(t.state.is_finished() for t in study.settled())
    if missing > 0:
        say(f"{missing} trials are missing; the same command goes on with them.")
    say(f"Look at {study.folder}: {', '.join(p.name for p in files)}")
    best = best_trial(study)
    if best is None:
        return
    say(f"Best: trial {best.number}, {study.search.sweep.metric} {best.value:.6g}")
    say("Next, to train with these values, as they are or with more epochs or data:")
    say(f"  {best_command(study, best)}")
    run = best.user_attrs.get("run")
    if run:
        say("or use what the trial has trained:")
        say(f'  wfllm generate query="…" {argument("checkpoint", run)}')


def best_trial(study: OpenStudy) -> FrozenTrial | None:
    """The best complete trial; the first of equals."""
    trials = ranked(study)
    return trials[0] if trials and trials[0].state == TrialState.COMPLETE else None


def best_command(study: OpenStudy, trial: FrozenTrial) -> str:
    """The command that trains once with a trial's values."""
    search = study.search
    kept = [o for o in search.fixed if not o.lstrip("+").startswith(("sweep=", "sweep."))]
    threads = trial.user_attrs.get("threads")
    texts = [*kept, *search.space.texts(trial.params), *([f"trainer.threads={threads}"] if threads else [])]
    if search.base.choices.get("sweep") != "none" and len(kept) == len(search.fixed):
        texts.append("sweep=none")  # the preset asks for a search
    return " ".join(["wfllm train", *(shlex.quote(text) for text in texts)])


def ranked(study: OpenStudy) -> list[FrozenTrial]:
    """Complete trials from the best on, then those pruned, failed and going on."""
    sign = 1 if direction(study.search) == "minimize" else -1
    order = [TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL, TrialState.RUNNING]

    def place(trial: FrozenTrial) -> tuple[int, float, int]:
        value = trial.value if trial.state == TrialState.COMPLETE and trial.value is not None else 0.0
        return order.index(trial.state), sign * value, trial.number

    return sorted(study.settled(), key=place)


def write_csv(study: OpenStudy) -> Path:
    """Every trial as a row of `study.csv`, by number."""
    keys = [p.key for p in study.search.space.params]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["trial", "state", study.search.sweep.metric, *keys, "seconds", "run", "error"])
    for trial in study.trials:
        attrs = trial.user_attrs
        value = trial.value if trial.state == TrialState.COMPLETE else None
        row: list[Any] = [trial.number, said(trial.state), value, *(trial.params.get(k, "") for k in keys)]
        writer.writerow([*row, attrs.get("seconds", ""), attrs.get("run", ""), attrs.get("error", "")])
    path = study.folder / "study.csv"
    write_text(path, text.getvalue())
    return path


def _shown(trial: FrozenTrial, key: str) -> str:
    value = trial.params.get(key, "")
    return f"{value:.4g}" if isinstance(value, float) else str(value)
