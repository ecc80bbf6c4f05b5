"""The syntax part of CodeBLEU: which of the reference's subtrees occur in the candidate."""

from __future__ import annotations

from collections.abc import Hashable

from wfllm.evaluation.codebleu.parser import ERROR_KIND, SyntaxTree, grammar


def syntax_match(reference: SyntaxTree, candidate: SyntaxTree) -> float:
    """Share of the reference's subtrees that the candidate holds somewhere, in [0, 1].

    A subtree is any node with children, and the root; it is known by its shape (kinds and fields of the
    nodes that have a name in the grammar), not by the names and values in the code. As in the reference
    implementations, a subtree that occurs more often in the reference than in the candidate is not clipped.
    """
    shapes: dict[Hashable, int] = {}
    wanted, given = subtree_shapes(reference, shapes), set(subtree_shapes(candidate, shapes))
    return sum(shape in given for shape in wanted) / len(wanted)


def subtree_shapes(tree: SyntaxTree, shapes: dict[Hashable, int]) -> list[int]:
    """One number for each subtree of `tree`, equal for equal shapes.

    Line ends and dedents that the parser supplied in broken code are not part of a shape: tree-sitter writes
    them out but shows them to no walk. On such code the score can differ a little from the reference.

    Args:
        shapes: the numbers given so far; trees that share it can be compared. Grows.
    """
    python = grammar()
    kinds, stops, fields, missing = tree.kinds, tree.stops, tree.fields, tree.missing
    named = [python.is_named(kind) for kind in range(len(python.names))]
    found: list[int] = []
    # Backwards through pre-order all children of a node come before it. Finished nodes wait here for their
    # parent as (node, part); a part is a shape's number and the field it fills, in one integer.
    waiting: list[tuple[int, int]] = []
    for node in range(len(kinds) - 1, -1, -1):
        kind, stop = kinds[node], stops[node]
        is_leaf = stop == node + 1
        is_error, is_missing = kind == ERROR_KIND, node in missing
        seen_from_above = is_error or is_missing or named[kind]
        if is_leaf and not seen_from_above and node:
            continue
        parts = []
        while waiting and waiting[-1][0] < stop:
            parts.append(waiting.pop()[1])
        shape: Hashable = "(ERROR)" if is_error and not parts else (kind, *parts)
        if is_missing:
            shape = (kind, "missing")
        elif is_error and is_leaf:
            shape = tree.errors[node]
        number = shapes.setdefault(shape, len(shapes))
        if node == 0 or not is_leaf:
            found.append(number)
        if seen_from_above:
            waiting.append((node, number * python.fields + fields[node]))
        else:  # a keyword of several words: only what it holds is seen from above
            waiting.extend((node, part) for part in reversed(parts))
    return found
