"""A run's scores by how hard the reference is, as tables: the paper's Figure 5."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from wfllm.errors import WfllmError
from wfllm.evaluation.breakdown import UNREADABLE, bin_names
from wfllm.evaluation.metrics import headings, less_is_better
from wfllm.report.results import Cell, Column, Table, Value

DRAWN_BY = ("actions", "branches and loops", "depth")
"""The paper's three."""


def complexity_tables(path: Path, metrics: Sequence[str], title: str) -> Iterator[tuple[str, Table]]:
    """A table for each of the paper's three measures: a row for each bin that holds something.

    Args:
        path: the breakdown that scoring leaves beside the scores.

    Returns:
        Name and table; the numbers are percent.

    Raises:
        WfllmError: the file is not there or is no breakdown.
    """
    found = _read(path)
    columns = [Column("", text=True), Column("n", digits=0)]
    names, less = headings(), less_is_better()
    columns += [Column(names.get(m, m), better="less" if m in less else "more") for m in metrics]
    for by in DRAWN_BY:
        rows: list[list[Cell]] = []
        for name in bin_names(by):
            values = [found.get((by, name, metric)) for metric in metrics]
            count = max((value.n or 0 for value in values if value), default=0)
            if count and name != UNREADABLE:
                rows.append([name, Value(count), *values])
        if rows:
            yield by.replace(" ", "-"), Table(columns, rows, title=f"{title}, by {by} of the reference")


def _read(path: Path) -> Mapping[tuple[str, str, str], Value]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return {
                (line["by"], line["bin"].removeprefix("'"), line["metric"]): Value(
                    100 * float(line["mean"]),
                    100 * float(line["low"]),
                    100 * float(line["high"]),
                    n=int(line["n"]),
                )
                for line in csv.DictReader(file)
            }
    except (OSError, csv.Error, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise WfllmError(f"is no breakdown of scores ({fault})", where=path) from None
