"""Seconds that comparing two workflows' steps takes: the quick ways and the plain ones, in turn.

    python benchmarks/structure.py [rounds]

Sequences of 100, 400 and 1,600 steps in random order: their longest common subsequence bit by bit and by the
usual table. Trees of 50, 100 and 200 actions, blocks two deep: the exact edit distance and the lower bound
that stands for it where trees are huge. Prints the fastest of `rounds` rounds (5), CPU seconds, and a ratio.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

from wfllm.evaluation.structure.sequences import longest_common
from wfllm.evaluation.structure.trees import Tree, at_least, edit_distance, tree


def usual_table(a: Sequence[str], b: Sequence[str]) -> int:
    """Length of the longest common subsequence, cell by cell."""
    row = [0] * (len(b) + 1)
    for x in a:
        before = row
        row = [0]
        for j, y in enumerate(b):
            row.append(before[j] + 1 if x == y else max(before[j + 1], row[j]))
    return row[-1]


def workflow(actions: int, chance: random.Random) -> Tree:
    """A tree of actions of 20 kinds, every tenth a block with two branches of four actions each."""
    labels, parents = [""], [-1]

    def add(label: str, parent: int) -> int:
        labels.append(label)
        parents.append(parent)
        return len(labels) - 1

    while len(labels) < actions:
        if chance.random() < 0.1:
            block = add("if", 0)
            for name in ("then", "else"):
                branch = add(name, block)
                for _ in range(4):
                    add(chance.choice("abcdefghijklmnopqrst"), branch)
        else:
            add(chance.choice("abcdefghijklmnopqrst"), 0)
    return tree(labels, parents)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    chance = random.Random(0)
    for size in (100, 400, 1_600):
        a, b = ([chance.choice("abcdefghijklmnopqrst") for _ in range(size)] for _ in "ab")
        assert longest_common(a, b) == usual_table(a, b)
        report(
            f"{size:5} steps, subsequence", partial(usual_table, a, b), partial(longest_common, a, b), rounds
        )
    for size in (50, 100, 200):
        one, other = workflow(size, chance), workflow(size, chance)
        report(
            f"{size:5} actions, trees",
            partial(edit_distance, one, other),
            partial(at_least, one, other),
            rounds,
        )


def report(name: str, plain: Callable[[], int], quick: Callable[[], int], rounds: int) -> None:
    times: dict[str, list[float]] = {"plain": [], "quick": []}
    for _ in range(rounds):
        for kind, run in (("plain", plain), ("quick", quick)):
            start = time.process_time()
            run()
            times[kind].append(time.process_time() - start)
    slow, fast = min(times["plain"]), min(times["quick"])
    print(f"{name}: plain {slow:.5f} s, quick {fast:.5f} s, {slow / max(fast, 1e-9):.0f} times as fast")


if __name__ == "__main__":
    main()
