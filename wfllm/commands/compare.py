"""`wfllm compare`: runs side by side as a table."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.table import Table

from wfllm.config.compose import Composed
from wfllm.config.schema import CompareCommand
from wfllm.errors import WfllmError
from wfllm.tracking.compare import Row, differing_keys, rows_of
from wfllm.tracking.run_folder import find_runs


def run(composed: Composed) -> int:
    """Print one row a run: what differs in the config first, then losses and scores."""
    config = cast(CompareCommand, composed.config)
    runs = find_runs(config.runs)
    if not runs:
        raise WfllmError("no run in there", where=config.runs, mend="Make one: wfllm train experiment=starter")
    rows = rows_of(runs)
    keys = differing_keys(rows)
    headings = ["run", "status", *keys, *dict.fromkeys(name for row in rows for name in row.results)]
    cells = [_cells(row, headings) for row in rows]
    console = Console()
    table = Table(title=f"{len(rows)} runs in {config.runs}")
    for heading in headings:
        table.add_column(heading, overflow="fold", justify="left" if heading in ("run", "status", *keys) else "right")
    for line in cells:
        table.add_row(*line)
    console.print(table)
    _tell_unfinished(rows, console)
    if config.csv:
        with Path(config.csv).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([headings, *cells])
        console.print(f"Written to {config.csv}", highlight=False)
    console.print('Next: wfllm generate query="…" checkpoint=outputs/train/…', markup=False, highlight=False)
    return 0


def _cells(row: Row, headings: Sequence[str]) -> list[str]:
    values: dict[str, Any] = {"run": row.name, "status": row.status, **row.config, **row.results}
    return [_shown(values.get(h)) for h in headings]


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _tell_unfinished(rows: Sequence[Row], console: Console) -> None:
    for row in rows:
        if row.error:
            console.print(f"{row.name} failed: {row.error}", style="red", highlight=False, markup=False)
