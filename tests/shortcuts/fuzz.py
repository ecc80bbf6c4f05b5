"""Mutated shortcuts and code without end: `make fuzz`, or `python -m tests.shortcuts.fuzz --minutes 10`.

Prints how many a second and how far they came. What breaks an invariant (see `fuzz_target`) is saved in
outputs/fuzz/ with a line that says what broke; `python -m tests.shortcuts.fuzz FILE…` tries it again.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import plistlib
import re
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from tests.shortcuts.build import act, att, block, cond, out, plist, txt, var
from tests.shortcuts.fuzz_mutate import CODE, PLIST, mutate
from tests.shortcuts.fuzz_target import run
from wfllm.errors import WfllmError
from wfllm.shortcuts.reader import find, read
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

KEPT = 3000
"""Items in the pool that mutations start from."""


def small_seeds() -> list[bytes]:
    """A shortcut with some of everything, and its code."""
    cases = [block("choosefrommenu", 1, "m", WFMenuItemTitle=t) for t in ("A", "B")]
    picked = out(
        "U1",
        "Text",
        Aggrandizements=[{"Type": "WFDictionaryValueVariableAggrandizement", "DictionaryKey": "k"}],
    )
    whole = plist(
        act("comment", WFCommentActionText="first"),
        act("gettext", WFTextActionText=txt("Hi \ufffc", at3=var("N")), UUID="U1"),
        act("setvariable", WFVariableName="N", WFInput=att(out("U1", "Text"))),
        act("dictionary", WFItems={"Value": {"WFDictionaryFieldValueItems": [
            {"WFItemType": 0, "WFKey": txt("a"), "WFValue": txt("b")},
            {"WFItemType": 3, "WFKey": txt("n"), "WFValue": txt("3")},
        ]}, "WFSerializationType": "WFDictionaryFieldValue"}, UUID="U2"),
        act("getvalueforkey", WFDictionaryKey="a", WFInput=att(out("U2", "Dictionary")), UUID="U3"),
        block("conditional", 0, "i", WFInput=cond(picked), WFCondition=4, WFConditionalActionString="x"),
        block("repeat.each", 0, "r", WFInput=att(var("N"))),
        act("appendvariable", WFVariableName="L", WFInput=att(var("Repeat Item"))),
        block("repeat.each", 2, "r", UUID="U4"),
        block("conditional", 1, "i"),
        block("repeat.count", 0, "c", WFRepeatCount=3),
        act("url", WFURLActionURL="https://example.org", UUID="U5"),
        block("repeat.count", 2, "c"),
        block("conditional", 2, "i", UUID="U6"),
        block("choosefrommenu", 0, "m", WFMenuPrompt="Which?", WFMenuItems=["A", "B"]),
        cases[0],
        act("ask", WFAskActionPrompt="Who?", UUID="U7"),
        cases[1],
        act("runworkflow", WFWorkflow={"isSelf": True}, WFInput=att(out("U6", "If Result"))),
        block("choosefrommenu", 2, "m", UUID="U8"),
        act("downloadurl", WFURL=att(out("U8", "Menu Result")), ShowHeaders=True),
        act("exit", WFResult=att({"Type": "Clipboard"})),
    )  # fmt: skip
    raw = plist(act("url", WFURLActionURL=b"raw", Show=datetime.datetime(2024, 1, 31)))
    return [*_of(whole), *_of(raw), *_of(plist()), PLIST + b"{}", CODE + b"x = shortcut_input()\noutput(x)\n"]


def _of(workflow: dict[str, object]) -> Iterator[bytes]:
    yield PLIST + plistlib.dumps(workflow, fmt=plistlib.FMT_BINARY, sort_keys=False)
    yield CODE + transcribe(build_tree(workflow, "seed")).code.encode()


def seeds_in(folder: str, most: int = 20_000) -> list[bytes]:
    """The shortcuts of a folder of no more than so many bytes, and their code."""
    found: list[bytes] = []
    for path in find(folder):
        for source in read(path):
            if source.plist is None or path.stat().st_size > most:
                continue
            try:
                found.extend(_of(source.plist))
            except WfllmError:
                continue
    return found


class Fuzzer:
    """A pool of items, each step a mutation of one of them; what comes far is kept."""

    def __init__(self, pool: list[bytes], seed: int, strict: bool = True) -> None:
        self.pool, self.random, self.strict = list(pool), Random(seed), strict
        self.seeds = len(pool)
        self.far: Counter[str] = Counter()
        self.broken: dict[str, bytes] = {}

    def step(self) -> tuple[bytes, str] | None:
        """One item. What it broke, if anything that no earlier one broke: the item and a few lines."""
        item = mutate(self.random.choice(self.pool), self.random, self.random.choice(self.pool))
        what, told = trial(item, self.strict)
        self.far[what] += 1
        if told:
            if what in self.broken:
                return None
            self.broken[what] = item
            return item, told
        if what in ("to code and back", "code compiled") and len(item) < 60_000:
            if len(self.pool) < self.seeds + KEPT:
                self.pool.append(item)
            else:
                self.pool[self.seeds + self.random.randrange(KEPT)] = item
        return None


def trial(item: bytes, strict: bool = True) -> tuple[str, str]:
    """How far an item came, or which place it broke and the trace."""
    try:
        return run(item, strict=strict), ""
    except Exception as fault:
        frames = traceback.extract_tb(fault.__traceback__)
        last = next((f for f in reversed(frames) if "wfllm/" in f.filename), frames[-1])
        text = str(fault) if len(frames) < 4 else ""
        kind, file = type(fault).__name__, Path(last.filename).name
        where = f"{kind} {file}:{last.lineno} {re.sub(r'[0-9]+', '', text)[:60]}"
        return where, "".join(traceback.format_exception(fault, limit=-6))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="items to try again")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seeds", default="", help="folder of shortcuts to start from, beside small ones")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--output", type=Path, default=Path("outputs/fuzz"))
    args = parser.parse_args(argv)
    if args.files:
        for item in small_seeds():
            trial(item)
        return max(_again(path) for path in args.files)
    resource.setrlimit(resource.RLIMIT_AS, (6 * 2**30, 6 * 2**30))  # a bomb costs an item, not the machine
    pool = small_seeds() + (seeds_in(args.seeds) if args.seeds else [])
    for item in pool:  # what is imported late is imported now
        trial(item)
    fuzzer = Fuzzer(pool, args.seed)
    print(f"{len(pool)} seeds, seed {args.seed}, {args.minutes:g} minutes", flush=True)
    args.output.mkdir(parents=True, exist_ok=True)
    _loop(fuzzer, args.minutes * 60, lambda item, told: save(args.output, item, told))
    print(f"{len(fuzzer.broken)} different places broken, in {args.output}")
    return int(bool(fuzzer.broken))


def _loop(fuzzer: Fuzzer, seconds: float, save: Callable[[bytes, str], None]) -> None:
    started = shown = time.monotonic()
    done = 0
    while time.monotonic() - started < seconds:
        found = fuzzer.step()
        done += 1
        if found is not None:
            save(*found)
        if time.monotonic() - shown > 30:
            shown = time.monotonic()
            rate = done / (shown - started)
            print(f"{shown - started:,.0f} s, {done:,} items, {rate:,.0f}/s, {len(fuzzer.broken)} broken; "
                  f"{dict(fuzzer.far.most_common(5))}", flush=True)  # fmt: skip
    print(
        f"{done:,} items in {time.monotonic() - started:,.0f} s: {dict(fuzzer.far.most_common(8))}",
        flush=True,
    )


def save(output: Path, item: bytes, told: str) -> None:
    """Keeps an item that broke something, and the trace beside it."""
    name = hashlib.sha256(item).hexdigest()[:12]
    (output / f"{name}.item").write_bytes(item)
    (output / f"{name}.txt").write_text(told, encoding="utf-8", errors="backslashreplace")
    print(f"BROKEN {name}: {told.strip().splitlines()[-1][:200]}", flush=True)


def _again(path: Path) -> int:
    what, told = trial(path.read_bytes())
    print(f"{path}: {what}\n{told}")
    return int(bool(told))


if __name__ == "__main__":
    sys.exit(main())
