"""Intervals of means: known coverage, exact where there is nothing to draw, the same every time."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest

from wfllm.evaluation import bootstrap
from wfllm.evaluation.bootstrap import interval, paired


def test_nothing_one_and_equal_values() -> None:
    assert all(math.isnan(end) for end in interval([]))
    assert interval([0.3]) == (0.3, 0.3)
    assert interval([0.1] * 7) == (0.1, 0.1)  # 0.1 seven times adds up to less than 0.7


def test_same_seed_same_interval() -> None:
    values = list(np.random.default_rng(1).normal(size=40))
    assert interval(values) == interval(values)
    assert interval(values) != interval(values, seed=1)


def test_wider_level_holds_narrower() -> None:
    values = list(np.random.default_rng(2).normal(size=40))
    low, high = interval(values, level=0.5)
    lower, higher = interval(values, level=0.99)
    assert lower < low < float(np.mean(values)) < high < higher


def test_interval_of_a_share_is_the_normal_one() -> None:
    """0.3 of 1000: standard error 0.0145."""
    low, high = interval([1.0] * 300 + [0.0] * 700, draws=4000)
    assert low == pytest.approx(0.3 - 1.96 * 0.01449, abs=0.002)
    assert high == pytest.approx(0.3 + 1.96 * 0.01449, abs=0.002)


def test_true_difference_is_covered_as_often_as_the_level_says() -> None:
    """Runs on the same samples share how hard a sample is; the true difference is 0.05."""
    generator = np.random.default_rng(3)
    covered = 0
    for trial in range(300):
        hard = generator.uniform(size=60)
        a = hard + 0.05 + generator.normal(scale=0.1, size=60)
        b = hard + generator.normal(scale=0.1, size=60)
        found = paired(a, b, level=0.9, draws=300, seed=trial)
        covered += found.low <= 0.05 <= found.high
    assert 0.85 <= covered / 300 <= 0.94


def test_pairing_removes_what_the_runs_share() -> None:
    generator = np.random.default_rng(4)
    hard = generator.uniform(size=200)
    noise = generator.normal(scale=0.01, size=200)
    found = paired(hard + 0.05 + noise, hard)
    low, high = interval(hard)
    assert found.high - found.low < (high - low) / 5
    assert found.difference == pytest.approx(0.05, abs=0.005)
    assert found.other_side == 0


def test_other_side_is_of_the_run_that_is_behind() -> None:
    a, b = [0.9, 0.2, 0.8, 0.4], [0.5, 0.6, 0.5, 0.3]
    there, back = paired(a, b), paired(b, a)
    assert there.difference == -back.difference > 0
    assert 0 < there.other_side < 0.5
    assert there.other_side == pytest.approx(back.other_side)


def test_equal_runs() -> None:
    found = paired([0.1, 0.7], [0.1, 0.7])
    assert (found.difference, found.low, found.high, found.other_side) == (0, 0, 0, 0.5)
    tied = paired([0.1, 0.3], [0.3, 0.1])
    assert tied.difference == 0
    assert tied.other_side == pytest.approx(0.5)


def test_runs_that_do_not_pair() -> None:
    for a, b in (([1.0], [1.0, 2.0]), ([], [])):
        with pytest.raises(ValueError, match="do not pair"):
            paired(a, b)


def test_memory_stays_bounded() -> None:
    """20,000 samples drawn 100 times at once would be 16 MB of indices and as much of values."""
    values = np.random.default_rng(5).uniform(size=20_000)
    tracemalloc.start()
    try:
        interval(values, draws=100)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2.5 * 8 * bootstrap.BLOCK


def test_a_paired_difference_of_normal_samples_has_the_interval_of_theory() -> None:
    """Differences with mean 0.2 and deviation 1 of 2,500 samples: standard error 0.02."""
    generator = np.random.default_rng(5)
    gaps = generator.normal(size=2500)
    gaps = 0.2 + (gaps - gaps.mean()) / gaps.std()
    hard = generator.normal(scale=10, size=2500)
    found = paired(hard + gaps, hard, draws=4000)
    assert found.difference == pytest.approx(0.2)
    assert found.low == pytest.approx(0.2 - 1.96 * 0.02, abs=0.0025)
    assert found.high == pytest.approx(0.2 + 1.96 * 0.02, abs=0.0025)
    assert found.other_side == 0.0  # ten standard errors away
