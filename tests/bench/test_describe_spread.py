"""Numbers in constant memory say what the numbers themselves say."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from wfllm.bench.describe.spread import Spread, rounded

numbers = st.lists(st.one_of(st.integers(0, 2000), st.integers(0, 10**9)), min_size=1, max_size=60)


def spread_of(values: list[int]) -> Spread:
    spread = Spread()
    for value in values:
        spread.add(value)
    return spread


@settings(max_examples=30)
@given(numbers, st.floats(0.01, 1))
def test_mean_and_largest_are_exact_and_quantiles_near(values: list[int], share: float) -> None:
    spread = spread_of(values)
    assert spread.mean == sum(values) / len(values)
    assert spread.largest == max(values)
    exact = sorted(values)[math.ceil(share * len(values)) - 1]
    assert spread.quantile(share) == rounded(exact)
    assert abs(rounded(exact) - exact) <= exact * 0.005


@settings(max_examples=30)
@given(numbers, numbers)
def test_two_spreads_together_are_the_spread_of_both(left: list[int], right: list[int]) -> None:
    assert spread_of(left) + spread_of(right) == spread_of(left + right)


@settings(max_examples=30)
@given(st.lists(st.integers(0, 999), max_size=60))
def test_bins_hold_every_number_once(values: list[int]) -> None:
    edges = (0, 1, 10, 500)
    bins = [(-1, 0), (0, 1), (1, 10), (10, 500), (500, 10**9)]
    assert spread_of(values).bins(edges) == [sum(a < v <= b for v in values) for a, b in bins]


def test_of_no_numbers_nothing_is_known() -> None:
    assert Spread().mean is None
    assert Spread().quantile(0.5) is None


def test_memory_does_not_grow_with_the_numbers() -> None:
    assert len(spread_of(list(range(0, 3_000_000, 61))).values) < 5000
