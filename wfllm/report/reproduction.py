"""The runs of a table of the paper as its rows: means over seeds and samples, the paper's figures beside.

All numbers are percent. A mean over seeds is one of means; its interval (95 %, bootstrap) is over samples,
each with its average over the seeds. A difference from the row of reference is that of the samples which both
have.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from wfllm.evaluation.bootstrap import interval, paired
from wfllm.evaluation.metrics import TEVAL, headings, less_is_better
from wfllm.report.paper import PaperRow
from wfllm.report.results import Cell, Column, Table, Value
from wfllm.report.writers import plain

Scores = Mapping[str, Mapping[str, float | None]]
"""Id of a sample → metric → share of 1; None where a metric has nothing to say of it."""
COLUMNS = (
    "row", "split", "metric", "mean", "deviation", "low", "high", "n", "seeds",
    "difference", "difference low", "difference high", "paper",
)  # fmt: skip
_PAPER = "_paper"
"""End of the name of a metric that is computed as the paper's released code does."""


@dataclass(frozen=True)
class Row:
    """One row of a table on one held-out set."""

    name: str
    split: str
    seeds: Mapping[int, Scores]
    """Seed → the scores of its run."""
    published: str | None = None
    """The paper's row that is meant by it."""


def measured(row: Row, metric: str) -> Value | None:
    """A row's mean of a metric, in percent; None where no run says anything of it."""
    told = [list(of.values()) for seed in row.seeds if (of := _told(row, seed, metric))]
    if not told:
        return None
    means = [fmean(values) for values in told]
    each = [100 * value for value in _averaged(row, metric).values()]
    low, high = interval(each)
    deviation = 100 * stdev(means) if len(means) > 1 else None
    return Value(100 * fmean(means), low, high, deviation, len(each))


def difference(row: Row, reference: Row, metric: str) -> Value | None:
    """A row's mean minus that of the reference, on the samples that both have, in points of percent."""
    ours, theirs = _averaged(row, metric), _averaged(reference, metric)
    shared = [name for name in theirs if name in ours]
    if not shared:
        return None
    found = paired([100 * ours[name] for name in shared], [100 * theirs[name] for name in shared])
    return Value(found.difference, found.low, found.high, n=len(shared))


def _told(row: Row, seed: int, metric: str) -> dict[str, float]:
    found = ((name, scores.get(metric)) for name, scores in row.seeds[seed].items())
    return {name: value for name, value in found if value is not None}


def _averaged(row: Row, metric: str) -> dict[str, float]:
    """Each sample's average over the seeds that say something of it."""
    values: dict[str, list[float]] = {}
    for seed in row.seeds:
        for name, value in _told(row, seed, metric).items():
            values.setdefault(name, []).append(value)
    return {name: fmean(of) for name, of in values.items()}


def results_table(
    title: str,
    metrics: Sequence[str],
    rows: Sequence[Row],
    published: Sequence[PaperRow],
    reference: Row | None = None,
) -> Table:
    """The rows of one held-out set, and below them the paper's.

    Args:
        metrics: its columns; of the first one each row's difference from the reference is shown, too.
        published: the paper's rows of this set.
    """
    columns = [Column("row", text=True), *(_column(metric) for metric in metrics)]
    if reference is not None:
        columns.append(Column(f"{_name(metrics[0])} minus {reference.name}", signed=True))
    cells: list[list[Cell]] = []
    for row in rows:
        line: list[Cell] = [row.name, *(measured(row, metric) for metric in metrics)]
        if reference is not None:
            line.append(None if row is reference else difference(row, reference, metrics[0]))
        cells.append(line)
    for given in published:
        line = [f"{given.model} (paper)", *(_published(given, metric, metrics) for metric in metrics)]
        cells.append(line if reference is None else [*line, None])
    return Table(columns, cells, title=title, beside=len(published))


def _column(metric: str) -> Column:
    return Column(_name(metric), better="less" if metric in less_is_better() else "more")


def _name(metric: str) -> str:
    return {**headings(), **TEVAL}.get(metric, metric).removeprefix("· ")


def _published(given: PaperRow, metric: str, metrics: Sequence[str]) -> Value | None:
    """The paper's figure for a column: as its code computes it, where the table has such a column."""
    plain_name = metric.removesuffix(_PAPER)
    if metric == plain_name and f"{metric}{_PAPER}" in metrics:
        return None
    value = given.values.get(plain_name)
    return None if value is None else Value(value)


def long_csv(
    metrics: Sequence[str], rows: Sequence[Row], published: Sequence[PaperRow], reference: str | None
) -> str:
    """One line a row, set and metric, numbers in full; the columns are `COLUMNS`. Empty is not known."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(COLUMNS)
    for row in rows:
        base = next((r for r in rows if (r.name, r.split) == (reference, row.split)), None)
        paper = next((p for p in published if (p.model, p.split) == (row.published, row.split)), None)
        for metric in metrics:
            value = measured(row, metric)
            if value is None:
                continue
            gap = difference(row, base, metric) if base is not None and base is not row else None
            theirs = _published(paper, metric, metrics) if paper else None
            numbers = (value.value, value.deviation, value.low, value.high, value.n, len(row.seeds))
            gaps = (gap.value, gap.low, gap.high) if gap else (None, None, None)
            cells = (*numbers, *gaps, theirs.value if theirs else None)
            shown = [round(cell, 6) if isinstance(cell, float) else cell for cell in cells]
            out.writerow([plain(row.name), row.split, metric, *shown])
    return text.getvalue()
