"""What a run keeps of single samples, read for a comparison: intervals, bins, and scores by id.

A set is named as results are: `after-id`, `scores-ood`, `scores-plan_json`. Files that are not there, or do
not belong to the run's results, give nothing.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from pathlib import Path

from wfllm.errors import WfllmError
from wfllm.evaluation.bootstrap import interval
from wfllm.evaluation.breakdown import ALL, COLUMNS, Part
from wfllm.evaluation.predictions import read_predictions
from wfllm.report.results import Value
from wfllm.report.scored import read_scores
from wfllm.tracking.compare import Row

ROUNDED = 2e-6
"""How far a mean of a breakdown, which is rounded, may be from that of the results."""
Score = dict[str, float | None]


def scores_file(row: Row, name: str) -> Path:
    """Where the scores of a set lie, one line a sample. Those of T-Eval have no `scores-` before the name."""
    folder = row.path / "predictions"
    file = folder / f"{name}.csv"
    return file if file.is_file() else folder / f"{name.removeprefix('scores-')}.csv"


def values_of(row: Row, names: Iterable[str]) -> dict[str, Value]:
    """The results of a run, those of `names` with their 95 % intervals where its files have them.

    The intervals are those that the run's report has computed; where it has none, they are made here from the
    scores of the samples.
    """
    wanted = set(names)
    found: dict[str, Value] = {}
    for of in dict.fromkeys(name.rpartition("/")[0] for name in row.results if name in wanted):
        known = _told(row, of)
        each: dict[str, Score] | None = None
        for name in [n for n in row.results if n in wanted and n.rpartition("/")[0] == of]:
            metric, mean = name.rpartition("/")[2], row.results[name]
            part = known.get(metric)
            if part is None or abs(part.mean - mean) > ROUNDED:
                each = scores_of(row, of) if each is None else each
                part = _counted(metric, each)
            if part is not None and abs(part.mean - mean) <= ROUNDED:
                found[name] = Value(mean, part.low, part.high, n=part.n)
    return {name: found.get(name) or Value(mean) for name, mean in row.results.items()}


def _told(row: Row, name: str) -> dict[str, Part]:
    """The breakdown's rows about all samples, which come first in its file."""
    found = {}
    for part in breakdown_of(row, name):
        if part.by != ALL:
            break
        found[part.metric] = part
    return found


def breakdown_of(row: Row, name: str) -> Iterator[Part]:
    """The breakdown that a run's report left of a set; a line that is no row of it is left out."""
    path = row.path / "predictions" / f"{name}.by.csv"
    if not path.is_file():
        return
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            for line in csv.DictReader(file):
                part = _part(line)
                if part is not None:
                    yield part
    except (OSError, csv.Error):
        return


def _part(line: dict[str, str | None]) -> Part | None:
    try:
        by, name, metric, n, *numbers = (line[column] or "" for column in COLUMNS)
        mean, low, high = map(float, numbers)
        count = int(n)
    except (KeyError, ValueError):
        return None
    known = math.isfinite(mean) and math.isfinite(low) and math.isfinite(high)
    return Part(by, name, metric, count, mean, low, high) if known else None


def _counted(metric: str, each: dict[str, Score]) -> Part | None:
    values = [value for scores in each.values() if (value := scores.get(metric)) is not None]
    if not values:
        return None
    return Part(ALL, ALL, metric, len(values), math.fsum(values) / len(values), *interval(values))


def scores_of(row: Row, name: str) -> dict[str, Score]:
    """Scores of every sample of a set by its id; empty where there are none that can be read."""
    try:
        return read_scores(scores_file(row, name))
    except WfllmError:
        return {}


def questions_of(row: Row, name: str) -> dict[str, tuple[str, str]]:
    """Request and reference of every sample of a set by its id."""
    try:
        found = read_predictions(scores_file(row, name).with_suffix(".jsonl"))
    except (OSError, TypeError):
        return {}
    return {str(key): (str(item.query), str(item.reference)) for key, item in found.items()}
