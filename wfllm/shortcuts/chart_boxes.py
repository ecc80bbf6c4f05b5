"""The boxes of a flow chart: how large each is, and how much of its label fits into it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from wfllm.shortcuts.actions import COMMENT, EXIT, OUTPUT
from wfllm.shortcuts.chart_labels import Label, Labels
from wfllm.shortcuts.chart_text import Run, width, wrap
from wfllm.shortcuts.tree import Action, Block, If, Menu, Section, has_condition

HALF = 126
"""Half the width of a box."""
POINT = 138
"""Half the width of a condition."""
GAP, COLUMN, LANE, PAD, MARGIN = 26, 28, 22, 12, 18
TITLE, LINE, PILL = 13, 12, 11.5
"""Sizes of type."""
LEADING, DOT, RING, TAB = 16, 8, 18, 24

Fitted = list[list[Run]]


@dataclass
class Box:
    """One thing of the chart."""

    id: str
    index: int
    """Of the action; -1 for what stands for none (start, end, a branch's end that the file lacks)."""
    kind: str
    """`start`, `end`, `action`, `stop`, `note`, `if`, `loop`, `menu`, `case`, `merge`, `next`."""
    x: float
    y: float
    width: float
    height: float
    label: Label
    lines: Fitted = field(default_factory=list)
    """The label's lines as they fit into the box."""
    identifier: str = ""

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


class Boxes:
    """Makes the boxes of one chart; where they stand is decided later.

    Args:
        labels: what stands in them.
    """

    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        self.made_up = 0

    def id_of(self, index: int) -> str:
        if index >= 0:
            return f"a{index}"
        self.made_up += 1
        return f"m{self.made_up}"

    def action(self, action: Action) -> Box:
        note = action.identifier == COMMENT
        label = self.labels.note(action) if note else self.labels.action(action)
        stop = action.identifier in (EXIT, OUTPUT)
        kind = "note" if note else "stop" if stop else "action"
        room = 2 * HALF - (28 if note else 56)
        if note:
            lines = wrap(label.lines[0] if label.lines else [], LINE, room, 4)
        elif len(label.lines) == 1:
            lines = wrap(label.lines[0], LINE, room, 2)
        else:
            rest: list[Run] = []
            for line in label.lines[1:]:
                rest += [("  ·  ", False)] * bool(rest) + line
            lines = [fit for runs in (label.lines[:1], [rest]) for r in runs if (fit := _one(r, room))]
        height = 18 + LEADING * max(len(lines), 1) if note else 40 + LEADING * len(lines)
        box = Box(self.id_of(action.index), action.index, kind, 0, 0, 2 * HALF, height, label, lines)
        box.identifier = action.identifier
        return box

    def head(self, block: Block) -> Box:
        label = self.labels.head(block)
        if isinstance(block, If):
            return self.condition(block.open, label)
        kind = "menu" if isinstance(block, Menu) else "loop"
        lines = wrap(label.lines[0], LINE, 2 * HALF - 56, 2) if label.lines else []
        height = 40 + LEADING * len(lines)
        box = Box(self.id_of(block.open.index), block.open.index, kind, 0, 0, 2 * HALF, height, label, lines)
        box.identifier = block.open.identifier
        return box

    def condition(self, action: Action, label: Label) -> Box:
        lines = wrap(label.lines[0], LINE, 2 * POINT - 64, 3) if label.lines else []
        height = 34 + LEADING * max(len(lines), 1)
        box = Box(self.id_of(action.index), action.index, "if", 0, 0, 2 * POINT, height, label, lines)
        box.identifier = action.identifier
        return box

    def branch(self, block: Block, section: Section, number: int) -> Box | None:
        marker = section.marker
        if isinstance(block, Menu):
            label = self.labels.case(block, section, number)
        elif marker is None:
            return None
        elif has_condition(marker):
            return self.condition(marker, self.labels.other_if(marker))
        else:
            label = Label("otherwise", tip=f"Otherwise  ·  action {marker.index + 1}")
        lines = wrap([(label.title, False)], PILL, 2 * HALF - 40, 1)
        half = math.ceil(sum(width(text, PILL) for line in lines for text, _ in line) / 2) + 13
        index = marker.index if marker is not None else -1
        return Box(self.id_of(index), index, "case", 0, 0, 2 * min(max(half, 28), HALF), TAB, label, lines)

    def pill(self, kind: str, title: str) -> Box:
        return Box(kind, -1, kind, 0, 0, 84, 30, Label(title))

    def end(self, block: Block, head: Box) -> Box:
        """Where the branches of a block meet again, or a repeat begins anew."""
        repeats = not isinstance(block, (If, Menu))
        index = block.close.index if block.close is not None else -1
        size = RING if repeats else DOT
        label = Label("", output=head.label.output)
        if repeats:
            label.tip = "next item" if head.label.title == "Repeat with each" else "once more"
        return Box(self.id_of(index), index, "next" if repeats else "merge", 0, 0, size, size, label)


def _one(runs: list[Run], room: float) -> list[Run]:
    lines = wrap(runs, LINE, room, 1) if runs else []
    return lines[0] if lines else []
