"""`wfllm compare`: runs side by side, one table a command."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.table import Table

from wfllm.commands.report import argument
from wfllm.config.compose import Composed
from wfllm.config.schema import CompareCommand
from wfllm.errors import WfllmError
from wfllm.tracking.compare import Row, chosen, differing_keys, rows_of
from wfllm.tracking.run_folder import find_runs

HEADINGS = {
    "codebleu": "CodeBLEU",
    "parses": "parses",
    "known_apis": "known APIs",
    "teval_f1": "F1",
    "teval_mended_f1": "F1, mended",
}
"""Metrics of the printed table; the CSV file has all."""
PLAIN = {"minutes": ".1f", "tokens/s": ".0f"}
"""Results that are no shares, and how they are printed."""


def run(composed: Composed) -> int:
    """Print one row a run: what differs in the config first, then losses and scores."""
    config = cast(CompareCommand, composed.config)
    runs = find_runs(config.runs)
    if not runs:
        raise WfllmError(
            "no run in there", where=config.runs, mend="Make one: wfllm train experiment=starter"
        )
    wanted = {key: getattr(config, key) for key in ("command", "group", "tag", "study")}
    rows = chosen(rows_of(runs), wanted)
    if not rows:
        asked = " ".join(f"{key}={value}" for key, value in wanted.items() if value is not None)
        mend = "Leave it out to see all."
        raise WfllmError(f"none of {len(runs)} runs has {asked}", where=config.runs, mend=mend)
    console = Console()
    for command in dict.fromkeys(row.command for row in rows):
        of_command = [row for row in rows if row.command == command]
        # Where there is no terminal to fit into, a table as wide as it needs to be is easier to read.
        out = console if console.is_terminal else Console(width=240)
        out.print(_table(f"wfllm {command}: {len(of_command)} runs", of_command))
    for row in rows:
        if row.error:
            console.print(
                f"{row.name}: {row.error}", style="red", highlight=False, markup=False, soft_wrap=True
            )
    if config.csv:
        _write_csv(Path(config.csv).expanduser(), rows)
        console.print(f"Written to {config.csv}: every config key and metric", markup=False, highlight=False)
    if config.plots:
        from wfllm.tracking.curves import draw_curves

        files = draw_curves([row for row in rows if row.command != "?"], Path(config.plots).expanduser())
        for file in files:
            console.print(f"Drawn: {file}", markup=False, highlight=False, soft_wrap=True)
    trained = [row for row in rows if row.command == "train" and row.status == "finished"]
    if trained:
        path = trained[-1].path
        console.print(
            f'Next: wfllm generate query="…" {argument("checkpoint", path)}',
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    return 0


def _table(title: str, rows: Sequence[Row]) -> Table:
    keys = differing_keys(rows)
    results = [name for name in dict.fromkeys(n for row in rows for n in row.results) if _shown_metric(name)]
    table = Table(title=title)
    table.add_column("run", overflow="fold")
    table.add_column("status")
    for key in keys:
        table.add_column(key, overflow="fold")
    for name in results:
        table.add_column(_heading(name), justify="right")
    for row in rows:
        config = [_value(row.config.get(key)) for key in keys]
        table.add_row(
            row.name, row.status, *config, *(_result(name, row.results.get(name)) for name in results)
        )
    return table


def _shown_metric(name: str) -> bool:
    return "loss" in name or name in PLAIN or name.rsplit(" ", 1)[-1] in HEADINGS


def _heading(name: str) -> str:
    *front, metric = name.split(" ")
    return " ".join([*front, HEADINGS.get(metric, metric)])


def _result(name: str, value: float | None) -> str:
    if value is None:
        return ""
    if name in PLAIN:
        return f"{value:{PLAIN[name]}}"
    return f"{value:.4f}" if "loss" in name else f"{100 * value:.1f}"


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.5g}"
    return "" if value is None else str(value)


def _write_csv(path: Path, rows: Sequence[Row]) -> None:
    keys = list(dict.fromkeys(k for row in rows for k in row.config))
    results = list(dict.fromkeys(n for row in rows for n in row.results))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["run", "command", "status", *keys, *results])
        for row in rows:
            values = [*(row.config.get(k) for k in keys), *(row.results.get(n) for n in results)]
            writer.writerow([row.path, row.command, row.status, *values])
