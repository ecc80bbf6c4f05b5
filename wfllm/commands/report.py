"""`wfllm report`, and what a run leaves and prints when it ends: its page, the table, what to type next."""

from __future__ import annotations

import re
import shlex
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from wfllm.commands.judging import print_judged
from wfllm.config.compose import Composed
from wfllm.config.schema import ReportCommand
from wfllm.errors import WfllmError
from wfllm.evaluation.metrics import details, headings, less_is_better
from wfllm.report.tables import SPLITS
from wfllm.report.write import write_report
from wfllm.tracking.run_folder import RunFolder

if TYPE_CHECKING:
    from wfllm.tracking.tracker import Tracker

CHARTS_AT_END = 100
"""Samples with flow charts on the page that a run leaves by itself."""
BYTES_AT_END = 4_000_000
"""Room for samples on that page, so that it takes a minute or two at most and W&B can show it."""


def run(composed: Composed) -> int:
    """Write the report of a finished run. 0 when it is there."""
    config = cast(ReportCommand, composed.config)
    folder = Path(config.run).expanduser()
    of = RunFolder(folder.parent if folder.name in ("model", "predictions") else folder)
    output = Path(config.output).expanduser() if config.output else None
    made = write_report(of, output, max_charts=config.charts, max_bytes=config.megabytes * 1_000_000)
    page = made.page
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(str(made.path))
    console.print(
        f"  {page.samples:,} samples, {page.detailed:,} with code, {page.charted:,} with flow charts, "
        f"{made.bytes / 1e6:.1f} MB"
    )
    console.print(f"{made.tables}  its tables")
    if page.detailed < page.samples:
        console.print("The page is full; megabytes=… makes room for more.", style="yellow")
    if config.open:
        webbrowser.open(made.path.resolve().as_uri())
    again = "" if config.open else f"wfllm report {argument('run', of.path)} open=true, or "
    console.print(f"Next: {again}wfllm compare")
    return 0


def leave_report(folder: RunFolder, tracker: Tracker, console: Console) -> None:
    """The page a run leaves when it ends. What is wrong with it is told and costs the run nothing."""
    try:
        made = write_report(folder, max_charts=CHARTS_AT_END, max_bytes=BYTES_AT_END)
        tracker.report(made.path)
    except (WfllmError, OSError, ValueError, TypeError, KeyError, RecursionError, MemoryError) as fault:
        reason = fault.line() if isinstance(fault, WfllmError) else f"{type(fault).__name__}: {fault}"
        console.print(f"No report: {reason[:300]}", style="yellow", markup=False, highlight=False)


def print_results(console: Console, folder: RunFolder) -> None:
    """Print the results that a finished run keeps in run.json."""
    results: dict[str, Any] = folder.info.get("results", {})
    columns = {
        (split, when): means
        for when in ("before", "after", "scores")
        for split, means in results.get(when, {}).items()
    }
    for split in dict.fromkeys(split for split, _ in columns):
        means = {when: m for (s, when), m in columns.items() if s == split}
        console.print(_table(split, means))
        for when, of_split in means.items():
            if unfit := int(of_split.get("unfit", 0)):
                told = (
                    f"{unfit} of {int(of_split['samples'])} requests did not fit the model's context ({when})"
                )
                console.print(f"{told}; their answers are empty.", style="yellow", highlight=False)
    print_judged(console, results.get("judge") or {}, SPLITS)
    losses = results.get("losses") or {}
    if losses.get("train") is not None:
        dev = f", on dev {losses['val']:.4f}" if losses.get("val") is not None else ""
        console.print(f"Loss after {losses['steps']} steps: {losses['train']:.4f}{dev}", highlight=False)
    console.print("\nLook at")
    for name, what in _PLACES.items():
        if (folder.path / name).exists():
            console.print(f"  {folder.path / name}  {what}", markup=False, highlight=False, soft_wrap=True)
    console.print("Next")
    if (folder.path / "model").is_dir():
        query = "Every morning, tell me the weather and my first event."
        console.print(
            f'  wfllm generate query="{query}" {argument("checkpoint", folder.path)}',
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    console.print("  wfllm compare", highlight=False)


def argument(key: str, value: object) -> str:
    """`key=value` to type into a shell: quoted for it, and for Hydra where its grammar asks for that."""
    text = str(value)
    if not re.fullmatch(r"[A-Za-z0-9_/.:@%+ -]*", text):
        text = '"' + text.replace('"', '\\"') + '"'
    return shlex.quote(f"{key}={text}")


_PLACES = {
    "report.html": "tables, plots and every sample side by side; opens in any browser",
    "predictions": "request, answer, code and reference of every held-out request, with scores",
    "model": "what was trained, for wfllm generate and wfllm evaluate",
    "metrics.jsonl": "losses of every step",
    "wandb": "the W&B run; `wandb sync` uploads it",
}


def _table(split: str, means: dict[str, dict[str, float]]) -> Table:
    count = int(next(iter(means.values()))["samples"])
    table = Table(title=f"{SPLITS.get(split, split)}: {count} requests, percent")
    table.add_column("metric")
    for when in means:
        table.add_column(when, justify="right")
    if {"before", "after"} <= set(means):
        table.add_column("gain", justify="right")
    known = headings()
    others = {
        m: m.replace("_", " ") for row in means.values() for m in row if m not in {"samples", "unfit", *known}
    }
    for metric, heading in {**known, **others}.items():  # others: of a plug-in that is not here any more
        values = [m.get(metric) for m in means.values()]
        # in the files only, not asked for, or it says nothing about these
        if metric in details() or all(value is None for value in values):
            continue
        row = ["–" if value is None else f"{100 * value:.1f}" for value in values]
        if {"before", "after"} <= set(means) and None not in values:
            gain = 100 * (means["after"][metric] - means["before"][metric])
            better = -gain if metric in less_is_better() else gain
            row.append(f"[{'green' if better > 0 else 'red'}]{gain:+.1f}")
        table.add_row(escape(heading), *row)
    return table
