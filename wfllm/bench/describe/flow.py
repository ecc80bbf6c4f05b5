"""What became of the items: what each stage kept, what it dropped and why, what its questions took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wfllm.bench.stages.engine import Build
from wfllm.bench.stages.stage import Item

STAGE_OF = {
    "rename": "thoughts",
    "comments": "thoughts",
    "plan": "thoughts",
    "query": "thoughts",
    "expand": "expand",
    "expand again": "expand",
    "annotate": "annotate",
    "repair": "confirm",
}
"""What a question is for → the stage that asks it."""
DUPLICATES = {
    "duplicates": "says the same as an earlier workflow",
    "leaks": "says the same as one held out more strictly, or uses an API that training must not see",
    "repeats": "a repetition that would be held out",
    "similar": "a request too similar to another one",
    "near_duplicate": "says the same as a workflow held out for validation or test",
    "same_code": "says the same as a training workflow or an earlier synthetic sample",
    "similar_request": "a request too similar to that of one of these",
}
"""Rules that drop what is there already."""
_MOST = 10**15
_PURPOSES = 40
"""Different purposes that are told apart; records from elsewhere may bring any."""


@dataclass
class Took:
    """What questions of one purpose took."""

    items: int = 0
    """Items that were asked about."""
    asked: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def add(self, counts: Mapping[str, Any]) -> None:
        self.items += 1
        self.asked += _number(counts.get("asked"))
        self.prompt_tokens += _number(counts.get("prompt_tokens"))
        self.completion_tokens += _number(counts.get("completion_tokens"))


@dataclass
class StageFlow:
    """One stage."""

    name: str
    kept: int
    dropped: int
    settings: Mapping[str, Any]
    rules: Counter[str] = field(default_factory=Counter)
    """Rule → items it dropped."""


@dataclass
class Flow:
    """A build's stages and what its questions took."""

    stages: list[StageFlow] = field(default_factory=list)
    took: dict[str, Took] = field(default_factory=dict)
    """Purpose → what its questions took, of kept and dropped items alike."""

    def note_usage(self, item: Item) -> None:
        """An item that goes no further: its `meta` says what was asked for it."""
        meta = item.get("meta")
        usage = meta.get("usage") if isinstance(meta, dict) else None
        for purpose, counts in usage.items() if isinstance(usage, dict) else ():
            if not isinstance(counts, dict):
                continue
            name = str(purpose)[:40]
            if name not in self.took and len(self.took) >= _PURPOSES:
                name = "others"
            self.took.setdefault(name, Took()).add(counts)


def stages_of(build: Build, flow: Flow) -> Iterator[StageFlow]:
    """Each stage that is complete, in order, as its drops are counted."""
    for stage in build.stages:
        if not build.is_complete(stage.name):
            continue
        notes = build.notes(stage.name)
        kept, dropped = (_number(notes.get(key)) for key in ("kept", "dropped"))
        found = StageFlow(stage.name, kept, dropped, stage.settings)
        for drop in build.drops(stage.name) if dropped else ():
            found.rules[drop.rule] += 1
            flow.note_usage(drop.item)
        flow.stages.append(found)
        yield found


def _number(value: object) -> int:
    """A count that files say; 0 where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST else 0
