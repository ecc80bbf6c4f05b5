"""Two runs on the same samples: by how much one is better, and whether that is more than chance.

Of each sample both have answered, the scores are subtracted, and the mean of these differences has an
interval of its own (paired bootstrap, `wfllm.evaluation.bootstrap.paired`). That is narrower than the two
runs' own intervals, which also hold how hard the samples are. It says how the runs would differ on other
samples of this kind, not how they would with another seed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from wfllm.evaluation.bootstrap import Paired, paired
from wfllm.report.run_samples import Score, questions_of, scores_file, scores_of
from wfllm.tracking.compare import Row

FINAL = ("after", "scores")
"""What a run came to: after training, or the scores of an evaluation."""


@dataclass(frozen=True)
class SetDifference:
    """Two runs on one held-out set."""

    split: str
    shared: int
    """Samples that both have, with the same request and reference."""
    left: int
    right: int
    """Samples of each of them."""
    metrics: dict[str, tuple[Paired, int]]
    """Metric → difference, right minus left as a share of 1, and of how many samples."""

    @property
    def same(self) -> bool:
        """Whether both were asked the same."""
        return self.shared == self.left == self.right


class Side:
    """One run, or the runs of several seeds: then a sample's score is its mean over them."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self._known: dict[str, dict[str, Score]] = {}

    def splits(self) -> list[str]:
        """Sets that it was scored on in the end."""
        names = dict.fromkeys(name.rpartition("/")[0] for row in self.rows for name in row.results)
        found = (name.partition("-")[::2] for name in names)
        return list(dict.fromkeys(split for when, split in found if when in FINAL))

    def scores(self, split: str) -> dict[str, Score]:
        """Scores by id, of the samples that all of its runs have; empty where a run has none."""
        if split not in self._known:
            self._known[split] = _mean([scores_of(row, _set(row, split)) for row in self.rows])
        return self._known[split]

    def questions(self, split: str) -> dict[str, tuple[str, str]]:
        """Request and reference by id, as its first run was asked them."""
        return questions_of(self.rows[0], _set(self.rows[0], split))


def _set(row: Row, split: str) -> str:
    names = [f"{when}-{split}" for when in FINAL]
    return next((name for name in names if scores_file(row, name).is_file()), names[-1])


def _mean(runs: Sequence[dict[str, Score]]) -> dict[str, Score]:
    if len(runs) == 1:
        return runs[0]
    found: dict[str, Score] = {}
    for key, first in runs[0].items():
        if all(key in run for run in runs):
            columns = {metric: [run[key].get(metric) for run in runs] for metric in first}
            found[key] = {metric: _fmean(values) for metric, values in columns.items()}
    return found


def _fmean(values: Sequence[float | None]) -> float | None:
    told = [value for value in values if value is not None]
    return fmean(told) if len(told) == len(values) else None


def difference(left: Side, right: Side, metrics: Sequence[str]) -> Iterator[SetDifference]:
    """What the right came to minus what the left did, on every set that both were scored on."""
    for split in right.splits():
        a, b = left.scores(split), right.scores(split)
        if not a or not b:
            continue
        shared = [key for key in a if key in b]
        if len({row.data for row in (*left.rows, *right.rows)}) > 1:
            # The same id may stand for another record there.
            asked = left.questions(split), right.questions(split)
            shared = [key for key in shared if key in asked[0] and asked[0][key] == asked[1].get(key)]
        found = {}
        for metric in metrics:
            both = [(b[key].get(metric), a[key].get(metric)) for key in shared]
            pairs = [(x, y) for x, y in both if x is not None and y is not None]
            if pairs:
                gap = paired([x for x, _ in pairs], [y for _, y in pairs])
                found[metric] = (gap, len(pairs))
        yield SetDifference(split, len(shared), len(a), len(b), found)
