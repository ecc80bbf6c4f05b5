"""The syntax part of CodeBLEU: which of the reference's subtrees occur in the candidate."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache

from wfllm.evaluation.codebleu.parser import ERROR_KIND, SyntaxTree, grammar


def syntax_match(reference: SyntaxTree, candidate: SyntaxTree) -> float:
    """Share of the reference's subtrees that the candidate holds somewhere, in [0, 1].

    A subtree is any node with children, and the root; it is known by its shape (kinds and fields of the
    nodes that have a name in the grammar), not by the names and values in the code. As in the reference
    implementations, a subtree that occurs more often in the reference than in the candidate is not clipped.
    """
    shapes: dict[Hashable, int] = {}
    wanted, given = subtree_shapes(reference, shapes), set(subtree_shapes(candidate, shapes))
    return sum(map(given.__contains__, wanted)) / len(wanted)


def subtree_shapes(tree: SyntaxTree, shapes: dict[Hashable, int]) -> list[int]:
    """One number for each subtree of `tree`, equal for equal shapes.

    Line ends and dedents that the parser supplied in broken code are not part of a shape: tree-sitter writes
    them out but shows them to no walk. On such code the score can differ a little from the reference.

    Args:
        shapes: the numbers given so far; trees that share it can be compared. Grows.
    """
    python = grammar()
    kinds, stops, fields, missing = tree.kinds, tree.stops, tree.fields, tree.missing
    found: list[int] = []
    # A part is a shape's number and the field it fills, in one integer. Backwards through pre-order all
    # children of a node come before it: their parts are those that came to wait since the node behind its
    # subtree was done.
    waiting: list[int] = []
    done = [0] * (len(kinds) + 1)  # node -> how many parts waited when it was done
    leaves, named, width = _leaf_parts(), python.named, python.fields
    for node in range(len(kinds) - 1, -1, -1):
        kind, stop = kinds[node], stops[node]
        if stop > node + 1 or node == 0:
            first = done[stop]
            parts = waiting[first:]
            number = shapes.setdefault((kind, *parts), len(shapes)) if parts else _bare(tree, node, shapes)
            found.append(number)
            if kind == ERROR_KIND or named[kind]:
                del waiting[first:]
                waiting.append(number * width + fields[node])
            # else a keyword of several words: only what it holds is seen from above
        elif kind == ERROR_KIND or node in missing:
            waiting.append(_bare(tree, node, shapes) * width + fields[node])
        elif leaf := leaves[kind]:
            waiting.append(leaf + fields[node])
        done[node] = len(waiting)
    return found


def _bare(tree: SyntaxTree, node: int, shapes: dict[Hashable, int]) -> int:
    """The number of a shape of which nothing but the kind is seen: below zero, which needs no table.

    What the parser supplied and what it could not read are shapes of their own.
    """
    kind = tree.kinds[node]
    if node in tree.missing:
        return shapes.setdefault((kind, "missing"), len(shapes))
    if kind == ERROR_KIND:
        return shapes.setdefault(tree.errors.get(node, "(ERROR)"), len(shapes))
    return -(kind + 1)


@cache
def _leaf_parts() -> list[int]:
    """Kind -> the part that a leaf of it is, less the field; 0 for one that no written form shows."""
    python = grammar()
    return [-(kind + 1) * python.fields if named else 0 for kind, named in enumerate(python.named)]
