"""Seconds that CodeBLEU takes per pair, ours and (where importable) the codebleu package's, in turn.

    python benchmarks/codebleu.py [rounds]

The programs are workflows in the project's dialect, built here, of about 3,000, 10,000, 30,000 and 90,000
characters, each scored against itself with some names changed; then loops nested 8 deep. Prints the fastest
of `rounds` rounds (5), in CPU seconds of this process. The package needs an environment of its own:
codebleu==0.7.0 tree-sitter==0.22.3 tree-sitter-python==0.21.0 (with this project on PYTHONPATH).
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from wfllm.evaluation.codebleu import PAPER_WEIGHTS, codebleu

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


def fastest(score: Callable[[str, str], object], reference: str, candidate: str, rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.process_time()
        score(reference, candidate)
        times.append(time.process_time() - start)
    return min(times)


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


def main(rounds: int) -> None:
    theirs = package()
    programs = {f"{len(code):,} characters": code for code in map(workflow, (3_000, 10_000, 30_000, 90_000))}
    programs["loops nested 8 deep"] = nested_loops(8)
    print(f"{'program':22} {'ours':>10} {'package':>10} {'ratio':>7}")
    for name, code in programs.items():
        candidate = code.replace("forecast_1", "weather_1").replace("total", "amount")
        ours = fastest(codebleu, code, candidate, rounds)
        if theirs is None:
            print(f"{name:22} {ours:10.4f} {'absent':>10}")
            continue
        other = fastest(theirs, code, candidate, rounds)
        print(f"{name:22} {ours:10.4f} {other:10.4f} {other / ours:6.1f}x")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
