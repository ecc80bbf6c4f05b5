"""How alike two trees are: 1 - edit distance, as a share of the larger tree's nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_CELLS = 2_000_000
"""Cells of the tables that the exact distance fills, about a second; two workflows of 70 actions, two blocks
deep, take 40,000."""


@dataclass(frozen=True)
class Tree:
    """A tree in postorder."""

    labels: list[str]
    leftmost: list[int]
    """Node → its leftmost leaf."""
    keyroots: list[int]
    """Nodes that have a left sibling, and the root: where the distance needs a table of its own."""
    preorder: list[str]

    @property
    def cells(self) -> int:
        """Its share in the size of the tables."""
        return sum(root - self.leftmost[root] + 1 for root in self.keyroots)


def tree(labels: Sequence[str], parents: Sequence[int]) -> Tree:
    """From nodes in pre-order; node 0 is the root."""
    children: list[list[int]] = [[] for _ in labels]
    for node, parent in enumerate(parents[1:], start=1):
        children[parent].append(node)
    order: list[int] = []  # pre-order with the last child first, which backwards is postorder
    stack = [0]
    while stack:
        node = stack.pop()
        order.append(node)
        stack.extend(children[node])
    order.reverse()
    place = {node: i for i, node in enumerate(order)}
    leftmost: list[int] = []
    for i, node in enumerate(order):
        leftmost.append(leftmost[place[children[node][0]]] if children[node] else i)
    last = {leaf: i for i, leaf in enumerate(leftmost)}
    return Tree([labels[node] for node in order], leftmost, sorted(last.values()), list(labels))


def similarity(a: Tree, b: Tree) -> float:
    """1 where the trees are the same, 0 where nothing is alike; their roots are the same and do not count.

    1 - distance / nodes of the larger tree, at least 0, as TSED (arXiv 2404.08817) has it. The distance is
    that of Zhang and Shasha (1989): nodes added, dropped or renamed, each for 1. Where its tables would have
    more than `MOST_CELLS` cells, a distance that is never larger is taken: the larger of the edit distances
    of both trees' nodes in pre-order and in postorder (Guha et al. 2002).
    """
    size = max(len(a.labels), len(b.labels)) - 1
    if size == 0 or (a.preorder == b.preorder and a.leftmost == b.leftmost and a.labels == b.labels):
        return 1.0
    exact = a.cells * b.cells <= MOST_CELLS
    distance = edit_distance(a, b) if exact else at_least(a, b)
    return max(0.0, 1 - distance / size)


def edit_distance(a: Tree, b: Tree) -> int:
    """Zhang and Shasha's tree edit distance, every edit at 1."""
    known = [[0] * len(b.labels) for _ in a.labels]
    columns = [_columns(b, j) for j in b.keyroots]
    for i in a.keyroots:
        for column in columns:
            _subtrees(a, i, column, known)
    return known[-1][-1]


_Column = tuple[int, bool, int, str]
"""A node of the second tree: its number, whether it begins where the table does, the column before its
subtree, its label."""


def _columns(b: Tree, j: int) -> list[_Column]:
    first = b.leftmost[j]
    return [(at, b.leftmost[at] == first, b.leftmost[at] - first, b.labels[at]) for at in range(first, j + 1)]


def _subtrees(a: Tree, i: int, columns: list[_Column], known: list[list[int]]) -> None:
    """Fills in the distances of subtrees on the leftmost paths of node i and of the last column's."""
    first = a.leftmost[i]
    table = [list(range(len(columns) + 1))]
    for row in range(1, i - first + 2):
        at_a = first + row - 1
        above, now, last = table[-1], [row], row
        known_row, label, whole = known[at_a], a.labels[at_a], a.leftmost[at_a] == first
        before_row = table[a.leftmost[at_a] - first]
        for number, (at_b, whole_b, before, label_b) in enumerate(columns):
            over = above[number + 1]
            cost = (over if over < last else last) + 1
            if whole and whole_b:
                last = min(cost, above[number] + (label != label_b))
                known_row[at_b] = last
            else:
                other = before_row[before] + known_row[at_b]
                last = other if other < cost else cost
            now.append(last)
        table.append(now)


def at_least(a: Tree, b: Tree) -> int:
    """A lower bound of the tree edit distance: every edit of the tree edits both orders of nodes once."""
    return max(_levenshtein(a.preorder, b.preorder), _levenshtein(a.labels, b.labels))


def _levenshtein(a: Sequence[str], b: Sequence[str]) -> int:
    """Edit distance of sequences, bit-parallel (Myers 1999; Hyyrö 2001)."""
    places: dict[str, int] = {}
    for i, item in enumerate(a):
        places[item] = places.get(item, 0) | 1 << i
    every, last = (1 << len(a)) - 1, 1 << len(a) >> 1
    up, down, distance = every, 0, len(a)
    for item in b:
        match = places.get(item, 0)
        zero = ((match & up) + up ^ up) | match | down
        right, left = down | ~(zero | up) & every, zero & up
        distance += bool(right & last) - bool(left & last)
        right, left = right << 1 | 1, left << 1
        up, down = (left | ~(zero | right)) & every, right & zero & every
    return distance if a else len(b)
