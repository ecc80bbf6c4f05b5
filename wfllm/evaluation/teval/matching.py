"""Which predicted step is which true one, and how many of them come in the right order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

import networkx as nx
import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
"""Similarities in [0, 1]: a row for each predicted step, a column for each true one."""

THRESHOLD = 0.8
"""Steps less alike are never taken for each other (T-Eval's setting)."""
UNIT = 10_000
"""The mended matching compares similarities to four decimals: what encoders give moves by 1e-7 between
machines and batches, and equal steps must stay equal."""


def match_faithful(similarity: Matrix) -> dict[int, int]:
    """Predicted step → true step, of greatest total similarity, as T-Eval's evaluator finds it.

    Where several matchings weigh the same, the order of networkx' search and the last bit of the
    similarities decide. A plan with equal steps may so be matched crosswise.
    """
    return _match((i, j, float(similarity[i, j])) for i, j in _edges(similarity))


def match_mended(similarity: Matrix) -> dict[int, int]:
    """The same, exact and independent of rounding: of matchings that weigh the same, one in order.

    Among equal sums of similarities (to four decimals) the one with the greatest Σ i·j is taken, which is
    the one in order where the steps in question are equal. Whole numbers carry both, so no tie is left to
    rounding.
    """
    rows, columns = similarity.shape
    above_all_order = rows * columns * min(rows, columns) + 1
    return _match(
        (i, j, round(float(similarity[i, j]) * UNIT) * above_all_order + i * j) for i, j in _edges(similarity)
    )


def _edges(similarity: Matrix) -> list[tuple[int, int]]:
    return [(i, j) for i, j in np.ndindex(similarity.shape) if similarity[i, j] > THRESHOLD]


def _match(edges: Iterable[tuple[int, int, float]]) -> dict[int, int]:
    graph = nx.Graph()
    for i, j, weight in edges:
        graph.add_edge(("predicted", i), ("true", j), weight=weight)
    pairs = [sorted(pair) for pair in nx.max_weight_matching(graph)]  # "predicted" before "true"
    return {i: j for (_, i), (_, j) in pairs}


def in_order(matching: Mapping[int, int]) -> int:
    """Length of the longest run of matched true steps that rises with the predicted ones."""
    return _longest_increasing([matching[i] for i in sorted(matching)])


def _longest_increasing(numbers: Sequence[int]) -> int:
    ends: list[int] = []  # ends[k]: the smallest number that ends a rising run of k + 1
    for number in numbers:
        at = bisect_left(ends, number)
        ends[at : at + 1] = [number]
    return len(ends)
