"""How far a mean over samples can be trusted: percentile bootstrap (Efron 1979), of one run or of two.

Samples are drawn again with replacement, as many as there are, `draws` times; the interval lies between the
outer quantiles of the means. The same values, level, draws and seed give the same interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BLOCK = 1_000_000
"""Indices drawn at once, so that memory does not grow with samples times draws."""


@dataclass(frozen=True)
class Paired:
    """Two runs on the same samples.

    Attributes:
        difference: mean of the first minus mean of the second.
        low, high: interval of the difference.
        other_side: share of draws in which the other run is ahead; ties count half, so two runs that are
            equal everywhere have 0.5. Small is clear; twice this is a two-sided p value, nearly.
    """

    difference: float
    low: float
    high: float
    other_side: float


def interval(
    values: Sequence[float] | Array, *, level: float = 0.95, draws: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """Low and high end of the mean's interval, in the unit of the values; both nan where there are none."""
    sample = np.asarray(values, dtype=np.float64)
    if not len(sample):
        return float("nan"), float("nan")
    return _ends(means(sample, draws=draws, seed=seed), sample, level)


def paired(
    a: Sequence[float] | Array,
    b: Sequence[float] | Array,
    *,
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> Paired:
    """Difference of two runs; `a[i]` and `b[i]` are about the same sample, and are drawn together.

    Raises:
        ValueError: the runs differ in length, or have no sample.
    """
    if len(a) != len(b) or not len(a):
        raise ValueError(f"{len(a)} and {len(b)} values do not pair")
    gaps = np.asarray(a, dtype=np.float64) - np.asarray(b, dtype=np.float64)
    drawn = means(gaps, draws=draws, seed=seed)
    zero = 1e-12 * float(np.abs(gaps).max())  # what adding up leaves of a difference of nothing
    difference = float(gaps.mean()) if abs(gaps.mean()) > zero else 0.0
    below, above = float(np.mean(drawn < -zero)), float(np.mean(drawn > zero))
    ties = 1 - below - above
    other = {1: below, -1: above, 0: 0.5 * (below + above)}[int(np.sign(difference))] + 0.5 * ties
    return Paired(difference, *_ends(drawn, gaps, level), other)


def resamples(samples: int, *, draws: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Indices of `draws` draws in blocks of (draws in the block, samples)."""
    generator = np.random.default_rng(seed)
    block = max(1, BLOCK // max(1, samples))
    for start in range(0, draws, block):
        yield generator.integers(0, samples, size=(min(block, draws - start), samples))


def means(sample: Array, *, draws: int, seed: int) -> Array:
    """The mean of each draw."""
    blocks = [sample[rows].mean(axis=1) for rows in resamples(len(sample), draws=draws, seed=seed)]
    return np.concatenate(blocks)


def _ends(drawn: Array, sample: Array, level: float) -> tuple[float, float]:
    """Outer quantiles; a mean never leaves the range of its values, whatever adding up rounds."""
    ends = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    low, high = np.clip(ends, sample.min(), sample.max())
    return float(low), float(high)
