"""Sequences and trees: the quick ways give what the plain ways give."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfllm.evaluation.structure import trees
from wfllm.evaluation.structure.sequences import longest_common, of_counts, of_neighbours, of_order
from wfllm.evaluation.structure.trees import Tree, at_least, edit_distance, similarity, tree

WORDS = st.lists(st.sampled_from("abc"), max_size=8)


@st.composite
def plain_trees(draw: st.DrawFn) -> Tree:
    """Up to seven nodes, any shape."""
    size = draw(st.integers(0, 6))
    parents = [-1]
    for node in range(1, size + 1):  # in pre-order a node's parent is the node before it or one around that
        around = [node - 1]
        while parents[around[-1]] >= 0:
            around.append(parents[around[-1]])
        parents.append(draw(st.sampled_from(around)))
    return tree(["", *draw(st.lists(st.sampled_from("ab"), min_size=size, max_size=size))], parents)


def plain_distance(a: Tree, b: Tree) -> int:
    """The definition: the rightmost roots of two forests are dropped, added, or one is made the other."""

    @cache
    def forests(i0: int, i: int, j0: int, j: int) -> int:
        if i < i0:
            return max(0, j - j0 + 1)
        if j < j0:
            return i - i0 + 1
        return min(
            forests(i0, i - 1, j0, j) + 1,
            forests(i0, i, j0, j - 1) + 1,
            forests(i0, a.leftmost[i] - 1, j0, b.leftmost[j] - 1)
            + forests(a.leftmost[i], i - 1, b.leftmost[j], j - 1)
            + (a.labels[i] != b.labels[j]),
        )

    return forests(0, len(a.labels) - 1, 0, len(b.labels) - 1)


@given(WORDS, WORDS)
def test_the_longest_common_subsequence(a: list[str], b: list[str]) -> None:
    @cache
    def plain(i: int, j: int) -> int:
        if i == len(a) or j == len(b):
            return 0
        return plain(i + 1, j + 1) + 1 if a[i] == b[j] else max(plain(i + 1, j), plain(i, j + 1))

    assert longest_common(a, b) == plain(0, 0)


@given(WORDS, WORDS)
def test_the_edit_distance_of_sequences(a: list[str], b: list[str]) -> None:
    @cache
    def plain(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        return min(plain(i - 1, j) + 1, plain(i, j - 1) + 1, plain(i - 1, j - 1) + (a[i - 1] != b[j - 1]))

    assert trees._levenshtein(a, b) == plain(len(a), len(b))


@settings(max_examples=60)
@given(plain_trees(), plain_trees())
def test_the_edit_distance_of_trees_and_its_bound(a: Tree, b: Tree) -> None:
    exact = edit_distance(a, b)
    assert exact == plain_distance(a, b) == edit_distance(b, a)
    assert at_least(a, b) <= exact
    assert (similarity(a, b) == 1) == (a == b)


def test_a_block_taken_away_costs_one_node() -> None:
    nested = tree(["", "for", "x", "y"], [-1, 0, 1, 1])
    flat = tree(["", "x", "y"], [-1, 0, 0])
    assert edit_distance(nested, flat) == 1
    assert similarity(nested, flat) == pytest.approx(2 / 3)


def test_of_huge_trees_the_bound_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    a = tree(["", *["x"] * 3000], [-1, *[0] * 3000])
    b = tree(["", *["x"] * 2999, "y"], [-1, *[0] * 3000])
    assert a.cells * b.cells > trees.MOST_CELLS
    monkeypatch.setattr(trees, "edit_distance", None)
    assert similarity(a, b) == pytest.approx(2999 / 3000)
    assert similarity(a, a) == 1


def test_agreement_of_counts_order_and_neighbours() -> None:
    found = of_counts("aabc", "abbd")
    assert found == (0.5, 0.5, 0.5)
    assert of_counts("", "a") is None
    assert of_counts("a", "") == (0, 0, 0)
    assert of_order("abc", "acb") == (2 / 3, 2 / 3, 2 / 3)
    assert of_neighbours("abc", "bc") == (1, 0.5, 2 / 3)
    assert of_neighbours("a", "a") is None
