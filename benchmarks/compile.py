"""How fast code compiles and sidecars are made, each way beside the plain one, in turn.

    python benchmarks/compile.py [folder of shortcuts]

Without a folder a workflow is made up. Prints actions a second for each step, the ratio of what is plain to
what is fast (the answers compared), and whether time grows with length only: 100, 1,000 and 10,000 actions.
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from wfllm.shortcuts.compile import compile_code, compile_tree
from wfllm.shortcuts.hints import fingerprint, same
from wfllm.shortcuts.plain import to_json
from wfllm.shortcuts.reader import find, read
from wfllm.shortcuts.transcribe import Transcript, transcribe
from wfllm.shortcuts.tree import build_tree

ROUNDS = 3


def plain_same(one: Any, other: Any) -> bool:
    """`same`, value by value in Python."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(plain_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(plain_same, one, other))
    return repr(one) == repr(other) if isinstance(one, float) else bool(one == other)


def plain_fingerprint(value: Any) -> str:
    """A cryptographic hash of the value as JSON."""
    text = json.dumps(value, sort_keys=True, default=to_json)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def made_up(actions: int) -> dict[str, Any]:
    """A workflow of about so many actions: texts, calls, an If and a repeat, over and over."""
    prefix, found = "is.workflow.actions.", []
    for i in range(max(1, actions // 8)):
        uuid, group = f"{i:08X}-0000-0000-0000-000000000000", f"G{i}"
        token = {"Type": "ActionOutput", "OutputUUID": uuid, "OutputName": f"Text {i % 50}"}
        held = {"Value": token, "WFSerializationType": "WFTextTokenAttachment"}
        mode = "WFControlFlowMode"
        text = {"Value": {"string": f"words {i} " * 5}, "WFSerializationType": "WFTextTokenString"}
        test = {
            "WFCondition": 4,
            "WFConditionalActionString": "a",
            "WFInput": {"Type": "Variable", "Variable": held},
        }
        found += [
            ("gettext", {"UUID": uuid, "WFTextActionText": text}),
            ("setvariable", {"WFVariableName": f"Name {i % 20}", "WFInput": held}),
            ("conditional", {"GroupingIdentifier": group, mode: 0, **test}),
            ("alert", {"WFAlertActionMessage": "ja", "WFAlertActionTitle": f"{i}"}),
            ("conditional", {"GroupingIdentifier": group, mode: 2}),
            ("repeat.count", {"GroupingIdentifier": f"R{i}", mode: 0, "WFRepeatCount": 3.0}),
            ("vibrate", {}),
            ("repeat.count", {"GroupingIdentifier": f"R{i}", mode: 2}),
        ]
    return {
        "WFWorkflowActions": [
            {"WFWorkflowActionIdentifier": prefix + name, "WFWorkflowActionParameters": fields}
            for name, fields in found
        ]
    }


def seconds(*works: Callable[[], Any]) -> list[float]:
    """The shortest time of each of several works, done in turn."""
    best = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for i, work in enumerate(works):
            start = time.process_time()
            work()
            best[i] = min(best[i], time.process_time() - start)
    return best


def main() -> None:
    if len(sys.argv) > 1:
        plists = [s.plist for path in find(sys.argv[1]) for s in read(path) if s.plist is not None]
    else:
        plists = [made_up(10_000)]
    made = [transcribe(build_tree(plist, "")) for plist in plists]
    sidecars = [json.loads(json.dumps(m.sidecar)) for m in made]
    total = sum(len(m.workflow.actions) for m in made)
    print(f"{len(made)} workflows, {total:,} actions")

    def bare(m: Transcript) -> Any:
        return transcribe(m.workflow).sidecar

    times = seconds(
        lambda: [ast.parse(m.code) for m in made],
        lambda: [compile_code(m.code, None, m.data) for m in made],
        lambda: [compile_code(m.code, s, m.data) for m, s in zip(made, sidecars, strict=True)],
        lambda: [compile_code(f"{m.code}#", s, m.data) for m, s in zip(made, sidecars, strict=True)],
        lambda: [transcribe(m.workflow) for m in made],
        lambda: [bare(m) for m in made],
    )
    steps = (
        "parse",
        "compile",
        "compile with its sidecar",
        "compile edited code",
        "transcribe",
        "… and its sidecar",
    )
    for step, taken in zip(steps, times, strict=True):
        print(f"{step:26} {total / taken:10,.0f} actions/s")

    def parsed() -> list[Any]:
        return [compile_tree(ast.parse(m.code), m.code, m.names, m.data).actions for m in made]

    def kept() -> list[Any]:
        return [compile_tree(m.tree, m.code, m.names, m.data, transcribed=True).actions for m in made]

    assert parsed() == kept()
    print(f"ratio, code parsed again to tree kept: {_ratio(parsed, kept):.2f}")
    pairs = [
        (a["WFWorkflowActionParameters"], b.raw.get("WFWorkflowActionParameters"))
        for m, actions in zip(made, kept(), strict=True)
        for a, b in zip(actions, m.workflow.actions, strict=False)
    ]
    held = [(a[key], b[key]) for a, b in pairs for key in a if key in b]
    assert [same(a, b) for a, b in held] == [plain_same(a, b) for a, b in held]
    fast, slow = (lambda: [same(a, b) for a, b in held]), (lambda: [plain_same(a, b) for a, b in held])
    print(f"ratio, plain comparison to the one in use: {_ratio(slow, fast):.2f}")
    values = [a for a, _ in pairs]
    fast, slow = (lambda: list(map(fingerprint, values))), (lambda: list(map(plain_fingerprint, values)))
    print(f"ratio, hash of JSON to checksum: {_ratio(slow, fast):.2f}")
    for size in (100, 1_000, 10_000):
        one = transcribe(build_tree(made_up(size), ""))
        length = len(one.workflow.actions)
        read_, written = seconds(lambda one=one: compile_code(one.code), lambda one=one: bare(one))
        each, both = read_ / length * 1e6, written / length * 1e6
        print(f"{length:6,} actions: {each:6.1f} µs each to compile, {both:6.1f} µs to write with sidecar")


def _ratio(slow: Callable[[], Any], fast: Callable[[], Any]) -> float:
    before, after = seconds(slow, fast)
    return before / after


if __name__ == "__main__":
    main()
