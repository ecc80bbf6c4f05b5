"""What a build says of its dataset (`describe.json`): the tables of kind `dataset`, and how many records are
synthetic."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from wfllm.bench.describe.table import shown
from wfllm.commands.reproduction.state import Standing
from wfllm.errors import WfllmError
from wfllm.report.results import Cell, Column, Table, Value


def dataset_tables(one: Standing, names: Sequence[str], title: str) -> Iterator[tuple[str, Table]]:
    """The tables of a finished build, by name.

    Raises:
        WfllmError: the description is not there, or has no such table.
    """
    described = _described(one)
    for name in names:
        if name not in described:
            raise WfllmError(f"has no table {name}", where=f"{one.place}/describe.json")
        yield name, _table(f"{title}: {name}", described[name])


def synthetic_notes(finished: Sequence[Standing]) -> Iterator[str]:
    """How many records each build has, and how many of them are synthetic."""
    for one in finished:
        if one.job.command == "build":
            sizes = {row["split"]: row for row in _described(one).get("sizes", [])}
            counts = sizes.get("all", {})
            both, made = counts.get("records", 0), counts.get("synthetic", 0)
            yield f"{one.job.run.label}: {both:,} records, of which {made:,} are synthetic."


def _described(one: Standing) -> Mapping[str, Any]:
    path = one.place / "describe.json" if one.place else None
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path else None
    except (OSError, ValueError) as fault:
        raise WfllmError(f"cannot be read ({fault})", where=path) from None
    if not isinstance(found, dict):
        raise WfllmError("is no description of a dataset", where=path or one.job.name)
    return found


def _table(title: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    """Shares become numbers that can be drawn, everything else text as the build's page shows it."""
    keys = list(rows[0]) if rows else [""]
    columns = []
    for key in keys:
        group, bar, inner = key.partition("|")
        share = key.endswith("%")
        better: Literal["more", "neither"] = "more" if share else "neither"
        columns.append(Column(inner if bar else key, group if bar else "", text=not share, better=better))
    cells: list[list[Cell]] = []
    for row in rows:
        line: list[Cell] = []
        for key in keys:
            value = row[key]
            drawn = key.endswith("%") and isinstance(value, (int, float))
            line.append(Value(float(value)) if drawn else None if value is None else shown(value, key))
        cells.append(line)
    return Table(columns, cells, title=title)
