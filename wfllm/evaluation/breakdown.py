"""Every metric by how hard the reference is: the paper's Figure 5, and by category, app and length.

The paper draws CodeBLEU over the number of actions, of branches and loops, and over the depth of nesting of
the reference; its bins are in the picture alone. The bins here are stated below, each by the largest number
in it. What an If, a loop, a level and an action is, `wfllm.shortcuts.stats` says.
"""

from __future__ import annotations

import csv
import io
import itertools
import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from wfllm.errors import one_line
from wfllm.evaluation.bootstrap import interval
from wfllm.evaluation.metrics import headings
from wfllm.evaluation.predictions import Prediction
from wfllm.files import write_text
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.stats import app_of, stats_of_code

BINS: dict[str, tuple[int, ...]] = {
    "actions": (5, 10, 20, 40, 80, 160),
    "branches and loops": (0, 2, 5, 10, 20),
    "depth": (0, 1, 2, 3, 4),
    "length": (500, 1000, 2000, 4000, 8000),
}
"""What a reference is sorted by → the largest number of each bin; one more bin takes what is above the last.
`length` counts the characters of the reference, comments included."""
NAMED = ("category", "app")
"""What has names for bins. A workflow with several apps counts with each of them."""
ALL = "all"
"""Every prediction: the one bin of `by=all`."""
UNREADABLE, BUILTIN, NO_CATEGORY = "cannot be read", "built-in alone", "none"
"""Bins of a reference that is no Python, of one without an app, of a record without a category."""
COLUMNS = ("by", "bin", "metric", "n", "mean", "low", "high")


@dataclass(frozen=True)
class Part:
    """One metric over one bin: a row of the table."""

    by: str
    bin: str
    metric: str
    n: int
    """Predictions of the bin that the metric says something about."""
    mean: float
    low: float
    high: float
    """95 % bootstrap interval of the mean."""


def bin_names(by: str) -> list[str]:
    """The bins of a number, in order: `≤ 5`, `6–10`, … `> 160`, and `cannot be read`."""
    edges = BINS[by]
    names = [f"≤ {edges[0]}" if edges[0] else "0"]
    for low, high in itertools.pairwise(edges):
        names.append(str(high) if high == low + 1 else f"{low + 1}–{high}")
    return [*names, f"> {edges[-1]}", UNREADABLE]


def bins_of(prediction: Prediction, catalogue: Catalogue | None = None) -> dict[str, list[str]]:
    """The bins that a prediction counts in, by its reference: by → bins."""
    stats = stats_of_code(prediction.reference, catalogue)
    numbers: dict[str, int | None] = dict.fromkeys(BINS)
    if stats is not None:
        numbers |= {
            "actions": stats.actions,
            "branches and loops": stats.ifs + stats.loops,
            "depth": stats.depth,
        }
    numbers["length"] = len(prediction.reference)
    found = {by: [_bin(by, number)] for by, number in numbers.items()}
    apps = sorted({one_line(app_of(api)) for api in prediction.apis} - {""})
    category = one_line(prediction.category or "")
    return {ALL: [ALL], **found, "category": [category or NO_CATEGORY], "app": apps or [BUILTIN]}


def breakdown(
    predictions: Sequence[Prediction],
    scores: Sequence[Mapping[str, float | None]],
    catalogue: Catalogue | None = None,
) -> list[Part]:
    """Mean and interval of every metric over every bin that holds something, in the order people read them.

    Args:
        predictions: of one split.
        scores: of each of them; None is left out of a mean.
        catalogue: knows which identifiers the functions of a reference stand for.
    """
    members: dict[str, dict[str, list[int]]] = {}
    for index, prediction in enumerate(predictions):
        for by, bins in bins_of(prediction, catalogue).items():
            for name in bins:
                members.setdefault(by, {}).setdefault(name, []).append(index)
    known = {name for row in scores for name in row}
    metrics = [name for name in headings() if name in known] + sorted(known - set(headings()))
    parts: list[Part] = []
    for by in members:
        for name in _ordered(by, members[by]):
            for metric in metrics:
                parts += _part(by, name, metric, [scores[i].get(metric) for i in members[by][name]])
    return parts


def overall(scores: Sequence[Mapping[str, float | None]]) -> list[Part]:
    """Mean and interval of every metric over all predictions: the rows of `breakdown` with `by=all`."""
    names = dict.fromkeys(name for row in scores for name in row)
    return [part for name in names for part in _part(ALL, ALL, name, [row.get(name) for row in scores])]


def _part(by: str, name: str, metric: str, values: Sequence[float | None]) -> list[Part]:
    told = [value for value in values if value is not None and math.isfinite(value)]
    if not told:
        return []
    low, high = interval(told)
    return [Part(by, name, metric, len(told), sum(told) / len(told), low, high)]


def _bin(by: str, number: int | None) -> str:
    return bin_names(by)[-1 if number is None else bisect_left(BINS[by], number)]


def _ordered(by: str, members: Mapping[str, Sequence[int]]) -> list[str]:
    """Numbers by size; names by how many they hold."""
    if by in BINS:
        return [name for name in bin_names(by) if name in members]
    return sorted(members, key=lambda name: (-len(members[name]), name))


def write_breakdown(path: Path, parts: Sequence[Part]) -> None:
    """The table as CSV, with the columns `COLUMNS`."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(COLUMNS)
    for part in parts:
        row = [round(cell, 6) if isinstance(cell, float) else cell for cell in astuple(part)]
        # A name that a spreadsheet would take for a formula is told to be a text.
        out.writerow(f"'{c}" if isinstance(c, str) and c[:1] in ("=", "+", "-", "@") else c for c in row)
    write_text(path, text.getvalue())
