"""Precision, recall and F1 of counts; the longest common subsequence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import NamedTuple


class Agreement(NamedTuple):
    """How much of the prediction is right, how much of the reference is found, and their harmonic mean."""

    precision: float
    recall: float
    f1: float


NOTHING = Agreement(0.0, 0.0, 0.0)


def agreement(right: float, predicted: float, wanted: float) -> Agreement:
    """Of how much is right, was predicted, and is in the reference (more than nothing)."""
    if right <= 0 or predicted <= 0:
        return NOTHING
    precision, recall = right / predicted, right / wanted
    return Agreement(precision, recall, 2 * right / (predicted + wanted))


def of_counts(wanted: Sequence[Hashable], predicted: Sequence[Hashable]) -> Agreement | None:
    """As multisets; None where the reference has none."""
    if not wanted:
        return None
    right = sum((Counter(wanted) & Counter(predicted)).values())
    return agreement(right, len(predicted), len(wanted))


def of_order(wanted: Sequence[Hashable], predicted: Sequence[Hashable]) -> Agreement | None:
    """As sequences: right is the longest common subsequence; None where the reference has none."""
    if not wanted:
        return None
    return agreement(longest_common(wanted, predicted), len(predicted), len(wanted))


def of_neighbours(wanted: Sequence[Hashable], predicted: Sequence[Hashable]) -> Agreement | None:
    """As pairs of neighbours (NesTools' order); None where the reference has no pair."""
    return of_counts(list(pairwise(wanted)), list(pairwise(predicted)))


def longest_common(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Length of the longest common subsequence.

    Bit-parallel (Hyyrö 2004): a whole row of the usual table is one number of len(a) bits.
    """
    places: dict[Hashable, int] = {}
    for i, item in enumerate(a):
        places[item] = places.get(item, 0) | 1 << i
    every = (1 << len(a)) - 1
    row = every
    for item in b:
        here = row & places.get(item, 0)
        row = (row + here | row - here) & every
    return len(a) - row.bit_count()
