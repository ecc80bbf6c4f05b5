"""Which action of edited code is which of the code a sidecar was made for. Time in proportion to length."""

from __future__ import annotations

import difflib
from collections import Counter, deque
from collections.abc import Hashable, Sequence

AFFORDABLE = 300_000
"""Pairs of equal items up to which the best alignment is sought; beyond, the first one found is taken."""


def align(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Places of equal items in both, in order: a long common subsequence."""
    start, end_old, end_new = 0, len(old), len(new)
    while start < min(end_old, end_new) and old[start] == new[start]:
        start += 1
    while end_old > start and end_new > start and old[end_old - 1] == new[end_new - 1]:
        end_old, end_new = end_old - 1, end_new - 1
    first, second = old[start:end_old], new[start:end_new]
    counts, others = Counter(first), Counter(second)
    if sum(n * others[item] for item, n in counts.items()) <= AFFORDABLE:
        found = difflib.SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
        middle = [(m.a + i, m.b + i) for m in found for i in range(m.size)]
    else:
        middle = _first_fit(first, second)
    tail = range(len(old) - end_old)
    return [
        *((i, i) for i in range(start)),
        *((start + a, start + b) for a, b in middle),
        *((end_old + i, end_new + i) for i in tail),
    ]


def _first_fit(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    places: dict[Hashable, deque[int]] = {}
    for i, item in enumerate(old):
        places.setdefault(item, deque()).append(i)
    found: list[tuple[int, int]] = []
    last = -1
    for j, item in enumerate(new):
        queue = places.get(item, deque())
        while queue and queue[0] <= last:
            queue.popleft()
        if queue:
            last = queue.popleft()
            found.append((last, j))
    return found


def pair(
    old_marks: Sequence[Hashable],
    old_kinds: Sequence[Hashable],
    marks: Sequence[Hashable],
    kinds: Sequence[Hashable],
) -> tuple[list[int | None], int]:
    """For each new action the old one it was, or None; and how many of them are unchanged.

    First those that say the same in the same order, then those that were moved, then between two known
    neighbours those of the same kind: they were edited.
    """
    of_new: list[int | None] = [None] * len(marks)
    free = set(range(len(old_marks)))
    for a, b in align(old_marks, marks):
        of_new[b] = a
        free.discard(a)
    moved: dict[Hashable, deque[int]] = {}
    for a in sorted(free):
        moved.setdefault(old_marks[a], deque()).append(a)
    for b, known in enumerate(of_new):
        if known is None and moved.get(marks[b]):
            a = moved[marks[b]].popleft()
            of_new[b] = a
            free.discard(a)
    unchanged = sum(known is not None for known in of_new)
    _pair_edited(of_new, free, old_kinds, kinds)
    return of_new, unchanged


def _pair_edited(
    of_new: list[int | None], free: set[int], old_kinds: Sequence[Hashable], kinds: Sequence[Hashable]
) -> None:
    last = -1
    b = 0
    while b < len(of_new):
        known = of_new[b]
        if known is not None:
            last, b = known, b + 1
            continue
        end = b
        while end < len(of_new) and of_new[end] is None:
            end += 1
        between = []
        while last + 1 in free:
            last += 1
            between.append(last)
        for i, j in align([old_kinds[a] for a in between], kinds[b:end]):
            of_new[b + j] = between[i]
        b = end
