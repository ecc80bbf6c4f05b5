"""Actions a second in transcription, printed by `ast.unparse` (plain) and by our own printer, in turn.

    python benchmarks/transcribe.py [folder] [rounds]

Reads every shortcut of `folder`, or makes shortcuts of its own where none is given. Reading files is timed
apart; what is compared is reading the tree and writing the code, the fastest of `rounds` (5) in CPU seconds.
Both ways must give the same code. Then the sidecar, and how time grows with the number of actions: each
line ten times the one before should take as long an action.
"""

from __future__ import annotations

import ast
import gc
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any
from unittest.mock import patch

from wfllm.shortcuts import printing
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.reader import find, read
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree
from wfllm.shortcuts.unparse import escape_newer

PREFIX = "is.workflow.actions."
Plist = dict[str, Any]


def act(name: str, **parameters: Any) -> Plist:
    return {"WFWorkflowActionIdentifier": PREFIX + name, "WFWorkflowActionParameters": parameters}


def block(name: str, mode: int, group: str, **parameters: Any) -> Plist:
    return act(name, GroupingIdentifier=group, WFControlFlowMode=mode, **parameters)


def output(uuid: str, name: str) -> Plist:
    return {"Type": "ActionOutput", "OutputUUID": uuid, "OutputName": name}


def attached(token: Plist) -> Plist:
    return {"Value": token, "WFSerializationType": "WFTextTokenAttachment"}


def text(string: str, *tokens: Plist) -> Plist:
    places = [i for i, char in enumerate(string) if char == "\ufffc"]
    table = {f"{{{place}, 1}}": token for place, token in zip(places, tokens, strict=True)}
    value = {"string": string, "attachmentsByRange": table}
    return {"Value": value, "WFSerializationType": "WFTextTokenString"}


def piece(n: int) -> list[Plist]:
    """Twelve actions in the proportions of real shortcuts, every name used many times."""
    url, page, group = f"{n:08X}-URL", f"{n:08X}-PAGE", f"{n:08X}-GROUP"
    variable = {"Type": "Variable", "VariableName": f"Answer {n % 50}"}
    shown = {"Type": "Variable", "Variable": attached(output(page, "Contents of URL"))}
    return [
        act("comment", WFCommentActionText="Fetch what the service\nknows of this place."),
        act("gettext", UUID=url, WFTextActionText=text("https://example.org/\ufffc?l='en'", variable)),
        act("downloadurl", UUID=page, WFURL=text("\ufffc", output(url, "Text")), ShowHeaders=False),
        act("setvariable", WFVariableName=f"Answer {n % 50}", WFInput=attached(output(page, "Page"))),
        block("conditional", 0, group, WFInput=shown, WFCondition=99, WFConditionalActionString="rain"),
        act(
            "notification",
            WFNotificationActionBody=text("Rain: \ufffc", variable),
            WFInput=attached(variable),
        ),
        block("conditional", 1, group),
        block("repeat.each", 0, f"{group}-R", WFInput=attached(variable)),
        act("appendvariable", WFVariableName="Hours", WFInput=attached(output(page, "Page"))),
        block("repeat.each", 2, f"{group}-R"),
        block("conditional", 2, group),
        act("number", WFNumberActionNumber=n),
    ]


def mixed(actions: int) -> Plist:
    made = [action for n in range(actions // 12 + 1) for action in piece(n)]
    return {"WFWorkflowActions": made[:actions]}


def flat(actions: int) -> Plist:
    """One list, every action taking the output of the one before, all outputs of the same name."""
    made = [
        act("gettext", UUID=f"{n:08X}", WFTextActionText=text("a \ufffc", output(f"{n - 1:08X}", "Text")))
        for n in range(1, actions + 1)
    ]
    return {"WFWorkflowActions": made}


def nested(depth: int, times: int) -> Plist:
    made: list[Plist] = []
    for n in range(times):
        made += [block("repeat.count", 0, f"{n}-{level}", WFRepeatCount=2) for level in range(depth)]
        made += [block("repeat.count", 2, f"{n}-{level}") for level in reversed(range(depth))]
    return {"WFWorkflowActions": made}


def menu(cases: int) -> Plist:
    made = [block("choosefrommenu", 0, "m", WFMenuItems=[f"Item {n}" for n in range(cases)])]
    made += [block("choosefrommenu", 1, "m") for _ in range(cases)]
    return {"WFWorkflowActions": [*made, block("choosefrommenu", 2, "m")]}


def missing(actions: int) -> Plist:
    return {"WFWorkflowActions": [act("openurl", X=attached(output(f"{n}", "Lost"))) for n in range(actions)]}


def plain(node: ast.AST) -> str:
    """What our printer replaces."""
    return escape_newer(ast.unparse(node).split("\n", 1)[0])


def write_code(shortcuts: list[Plist]) -> None:
    for plist in shortcuts:
        transcribe(build_tree(plist), load_catalogue())


def write_plainly(shortcuts: list[Plist]) -> None:
    with patch.object(printing, "unparse", plain):
        write_code(shortcuts)


def write_sidecars(shortcuts: list[Plist]) -> None:
    for plist in shortcuts:
        assert transcribe(build_tree(plist), load_catalogue()).sidecar


def check_code(shortcuts: list[Plist]) -> None:
    for plist in shortcuts:
        code = transcribe(build_tree(plist), load_catalogue()).code
        with patch.object(printing, "unparse", plain):
            if transcribe(build_tree(plist), load_catalogue()).code != code:
                raise SystemExit("the two ways give different code")


def seconds(work: Callable[[list[Plist]], None], shortcuts: list[Plist]) -> float:
    start = time.process_time()
    work(shortcuts)
    return time.process_time() - start


def main(folder: str | None, rounds: int) -> None:
    start = time.process_time()
    shortcuts = shortcuts_of(folder)
    taken = time.process_time() - start
    actions = sum(len(plist["WFWorkflowActions"]) for plist in shortcuts)
    print(f"{len(shortcuts):,} shortcuts, {actions:,} actions; read or made in {taken:.2f} s")
    check_code(shortcuts)
    gc.collect()
    gc.freeze()  # what was read is not what is timed
    ways = {"plain": write_plainly, "own": write_code, "with sidecar": write_sidecars}
    best = {way: min(times) for way, times in in_turn(ways, shortcuts, rounds).items()}
    for way, taken in best.items():
        print(f"{way:14} {actions / taken:9,.0f} actions/s")
    print(f"{'ratio':14} {best['plain'] / best['own']:9.2f}")
    print(f"\n{'grows with':34} {'actions':>9} {'microseconds an action':>24}")
    for name, plist in shapes().items():
        n = len(plist["WFWorkflowActions"])
        times = max(1, 3_000 // n)
        taken = min(seconds(write_code, [plist] * times) / times for _ in range(rounds))
        print(f"{name:34} {n:9,} {taken / n * 1e6:24.1f}")


def in_turn(
    ways: Mapping[str, Callable[[list[Plist]], None]], shortcuts: list[Plist], rounds: int
) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, work in ways.items():
            taken[way].append(seconds(work, shortcuts))
    return taken


def shapes() -> dict[str, Plist]:
    return {
        **{f"mixed, {n:,}": mixed(n) for n in (100, 1_000, 10_000, 100_000)},
        **{f"one flat list, {n:,}": flat(n) for n in (500, 5_000, 50_000)},
        **{f"nests of 50, {n}": nested(50, n) for n in (1, 10, 100)},
        **{f"one menu of {n:,} cases": menu(n) for n in (100, 1_000, 10_000)},
        **{f"{n:,} lost outputs of one name": missing(n) for n in (100, 1_000, 10_000)},
    }


def shortcuts_of(folder: str | None) -> list[Plist]:
    if folder is None:
        return [mixed(n) for n in (12, 24, 48, 96, 192) for _ in range(30)]
    sources = [source for path in find(folder) for source in read(path)]
    return [source.plist for source in sources if source.plist is not None]


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None, int(sys.argv[2]) if len(sys.argv) > 2 else 5)
