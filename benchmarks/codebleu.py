"""Seconds that CodeBLEU takes per pair, ours and (where importable) the codebleu package's, in turn.

    python benchmarks/codebleu.py [rounds]

The programs are workflows in the project's dialect, built here, of about 3,000, 10,000, 30,000 and 90,000
characters, each scored against itself with some names changed; then loops nested 8 deep. Prints the fastest
of `rounds` rounds (5), in CPU seconds of this process; then both variants at once beside one after the other,
and the data flow by the depth of loops. The package needs an environment of its own:
codebleu==0.7.0 tree-sitter==0.22.3 tree-sitter-python==0.21.0 numpy (with this project on PYTHONPATH).
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

from wfllm.evaluation.codebleu import PAPER_WEIGHTS, codebleu, codebleu_both, codebleu_many
from wfllm.evaluation.codebleu.dataflow import dataflow_edges
from wfllm.evaluation.codebleu.parser import parse
from wfllm.evaluation.codebleu.score import Pair

BLOCK = """\
# Ask for the place that the forecast is for and keep it.
place_{n} = f'''{{input("Which place, number {n}?")}}'''
# Fetch what the service knows of it.
answer_{n} = is_workflow_actions_downloadurl(WFURL=f'''https://example.org/{{place_{n}}}''', ShowHeaders=True)
forecast_{n} = is_workflow_actions_detect_dictionary(WFInput=answer_{n})
if forecast_{n}['''rain''']:
    # Warn of rain.
    is_workflow_actions_notification(WFNotificationActionBody=f'''Rain in {{place_{n}}}''')
else:
    for Repeat_Index, Repeat_Item in enumerate(forecast_{n}['''hours'''], start=1):
        # Collect the dry hours.
        hours_{n} = is_workflow_actions_appendvariable(WFInput=Repeat_Item, WFVariableName='''hours''')
"""


def workflow(characters: int) -> str:
    blocks: list[str] = []
    while sum(map(len, blocks)) < characters:
        blocks.append(BLOCK.format(n=len(blocks)))
    return "".join(blocks)


def nested_loops(depth: int) -> str:
    loops = "".join(f"{'  ' * level}for item_{level} in list_{level}:\n" for level in range(depth))
    return loops + "  " * depth + "total = add(total, item_0)\n"


def fastest(rounds: int, *ways: Callable[[], object]) -> list[float]:
    """CPU seconds of each way, in turn, the fastest of so many rounds."""
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds):
        for way, taken in zip(ways, times, strict=True):
            start = time.process_time()
            way()
            taken.append(time.process_time() - start)
    return [min(taken) for taken in times]


def package() -> Callable[[str, str], object] | None:
    """The codebleu package's score in the same setting, if it is installed."""
    here = Path(__file__).resolve().parent
    sys.path = [entry for entry in sys.path if Path(entry).resolve() != here]  # this file bears its name
    try:
        calc_codebleu = import_module("codebleu").calc_codebleu
    except ImportError:
        return None
    logging.disable(logging.WARNING)
    return lambda reference, candidate: calc_codebleu(
        [reference], [candidate], lang="python", weights=PAPER_WEIGHTS
    )


def one_by_one(pairs: list[Pair]) -> None:
    codebleu_many(pairs, variant="fixed")
    codebleu_many(pairs, variant="paper")


def main(rounds: int) -> None:
    theirs = package()
    programs = {f"{len(code):,} characters": code for code in map(workflow, (3_000, 10_000, 30_000, 90_000))}
    programs["loops nested 8 deep"] = nested_loops(8)
    print(f"{'program':22} {'ours':>10} {'package':>10} {'ratio':>7}")
    for name, code in programs.items():
        candidate = code.replace("forecast_1", "weather_1").replace("total", "amount")
        ways = [partial(score, code, candidate) for score in (codebleu, theirs) if score is not None]
        ours, *other = fastest(rounds, *ways)
        beside = "".join(f"{taken:10.4f} {taken / ours:6.1f}x" for taken in other)
        print(f"{name:22} {ours:10.4f} {beside or '    absent'}")

    print(f"\n{'fixed and paper':22} {'at once':>10} {'one by one':>10} {'ratio':>7}")
    for size in (3_000, 30_000):
        code = workflow(size)
        pairs: list[Pair] = [(code, code.replace("forecast_1", "weather_1"))]
        both, apart = fastest(rounds, partial(codebleu_both, pairs), partial(one_by_one, pairs))
        print(f"{len(code):,} characters".ljust(22), f"{both:10.4f} {apart:10.4f} {apart / both:6.1f}x")

    print(f"\n{'loops nested':>12} {'characters':>10} {'data flow, ms':>14} {'µs a loop':>10}")
    for depth in (15, 30, 60, 120):
        code = nested_loops(depth)
        tree = parse(code)
        [taken] = fastest(rounds, partial(dataflow_edges, tree, code, {}, exact=True))
        print(f"{depth:12} {len(code):10,} {taken * 1e3:14.2f} {taken * 1e6 / depth:10.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
