"""How far a judge can be trusted: agreement with people, and the pass rate without the judge's errors.

Counted over the samples that both the judge and people have a verdict on: a, b, c, d of them pass for both,
for the judge alone, for people alone, for neither; n = a + b + c + d.

- percent agreement p_o = (a + d) / n
- Cohen's kappa (1960) = (p_o - p_e) / (1 - p_e), where p_e = ((a + b)(a + c) + (c + d)(b + d)) / n² is what
  two raters with these rates agree on by chance; not defined where p_e = 1
- sensitivity = a / (a + c), specificity = d / (b + d)
- corrected rate (Rogan and Gladen, 1978) = (r + specificity - 1) / (sensitivity + specificity - 1), kept
  within [0, 1], where r is the judge's pass rate over all samples that it has judged; not defined where the
  judge is no better than chance (sensitivity + specificity ≤ 1), or where people let all pass, or none

Intervals are percentile bootstrap. Samples with a label and samples without are drawn again each among
themselves, so that what is not known of the judge's errors counts as well as which requests were asked. Draws
for which a figure is not defined are left out of its interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure and its interval; None where it is not defined."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Agreement:
    """A judge beside people.

    Attributes:
        judged: samples with a verdict of the judge.
        labelled: of these, samples with one of people.
        cells: both say it passes, the judge alone, people alone, neither.
        rate: of samples that pass, as the judge says.
        corrected: the same without the judge's errors.
    """

    judged: int
    labelled: int
    cells: tuple[int, int, int, int]
    rate: Estimate
    agreement: Estimate
    kappa: Estimate
    sensitivity: Estimate
    specificity: Estimate
    corrected: Estimate

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def agreement(
    verdicts: Mapping[str, bool],
    labels: Mapping[str, bool],
    *,
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> Agreement:
    """Compare the judge's verdicts with those of people, both by id.

    Labels of samples that the judge has no verdict on are left aside. Without any label all but the pass rate
    is undefined.
    """
    both = [name for name in verdicts if name in labels]
    cells = np.zeros(4)
    for name in both:
        cells[2 * (not verdicts[name]) + (verdicts[name] != labels[name])] += 1
    cells = cells[[0, 1, 3, 2]]  # a, b, c, d
    rest = [verdicts[name] for name in verdicts if name not in labels]
    passed = np.array([sum(rest), len(rest) - sum(rest)], dtype=np.float64)

    generator = np.random.default_rng(seed)
    drawn_cells = _drawn(generator, cells, draws)
    drawn_rest = _drawn(generator, passed, draws)
    now = _figures(cells[None, :], passed[None, :])
    then = _figures(drawn_cells, drawn_rest)
    estimates = {name: _estimate(now[name], then[name], level) for name in now}
    a, b, c, d = (int(cell) for cell in cells)
    return Agreement(len(verdicts), len(both), (a, b, c, d), **estimates)


def _drawn(generator: np.random.Generator, counts: Array, draws: int) -> Array:
    """Counts of each kind in `draws` draws of as many samples, without drawing them one by one."""
    total = int(counts.sum())
    if not total:
        return np.zeros((draws, len(counts)))
    return generator.multinomial(total, counts / total, size=draws).astype(np.float64)


def _figures(cells: Array, rest: Array) -> dict[str, Array]:
    """Every figure for each row of counts; nan where it is not defined."""
    a, b, c, d = cells.T
    n = a + b + c + d
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = (a + b + rest[:, 0]) / (n + rest.sum(axis=1))
        same = (a + d) / n
        chance = ((a + b) * (a + c) + (c + d) * (b + d)) / n**2
        kappa = np.where(chance < 1, (same - chance) / (1 - chance), np.nan)
        sensitivity, specificity = a / (a + c), d / (b + d)
        better = sensitivity + specificity - 1
        corrected = np.where(better > 1e-12, (rate - (1 - specificity)) / better, np.nan)
    return {
        "rate": rate,
        "agreement": same,
        "kappa": kappa,
        "sensitivity": sensitivity,
        "specificity": specificity,
        "corrected": np.clip(corrected, 0.0, 1.0),
    }


def _estimate(now: Array, then: Array, level: float) -> Estimate:
    value, drawn = float(now[0]), then[np.isfinite(then)]
    if not np.isfinite(value):
        return Estimate(None)
    if not len(drawn):
        return Estimate(value)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(value, float(low), float(high))
