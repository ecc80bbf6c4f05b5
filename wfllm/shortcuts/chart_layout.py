"""Where everything of a flow chart stands.

The main road goes straight down. An If goes on below where its condition holds; Otherwise stands to its
right, so that what is further right is further from the usual. A menu has a column for each case, a repeat
a band with a road back. Every piece is measured once and placed once, without recursion: a chart costs time
and room linear in the workflow, however deeply it is nested.
"""

from __future__ import annotations

from dataclasses import dataclass

from wfllm.shortcuts.chart_boxes import COLUMN, DOT, GAP, MARGIN, PAD, RING, Box, Boxes
from wfllm.shortcuts.chart_labels import Labels
from wfllm.shortcuts.chart_measure import Column, Measures
from wfllm.shortcuts.tree import Action, Block, If, Menu, Node, Workflow


@dataclass
class Edge:
    """A road from one box to another."""

    source: str
    target: str
    points: list[tuple[float, float]]
    kind: str = "flow"
    """`flow`, `join` (into a branch's end), `back`, `dead` (behind a stop: never taken)."""


@dataclass
class Word:
    """`yes` or `no` beside the road it is about; `x` is its left end, `y` its base line."""

    text: str
    x: float
    y: float


@dataclass
class Frame:
    """The band around a repeat."""

    x: float
    y: float
    width: float
    height: float
    depth: int


@dataclass
class Layout:
    """A chart, measured in pixels."""

    boxes: list[Box]
    edges: list[Edge]
    frames: list[Frame]
    words: list[Word]
    width: float
    height: float


def lay_out(workflow: Workflow, labels: Labels) -> Layout:
    """Places everything in a workflow."""
    boxes = Boxes(labels)
    return _Layouter(workflow, boxes, Measures(workflow, boxes)).run()


class _Layouter:
    def __init__(self, workflow: Workflow, made: Boxes, measures: Measures) -> None:
        self.workflow, self.made, self.measures = workflow, made, measures
        self.sizes, self.boxes = measures.sizes, measures.boxes
        self.ends, self.columns = measures.ends, measures.columns
        self.placed: list[Box] = []
        self.edges: list[Edge] = []
        self.frames: list[Frame] = []
        self.words: list[Word] = []
        self.bodies: list[tuple[list[Node], float, float, Box, Box, int]] = []

    def run(self) -> Layout:
        body = self.measures.list_size(self.workflow.body)
        x = MARGIN + max(body.left, 60)
        start, end = self.made.pill("start", "Start"), self.made.pill("end", "End")
        self.put(start, x, MARGIN)
        self.bodies = [(self.workflow.body, x, MARGIN + start.height + GAP, start, end, 0)]
        y = MARGIN + start.height + GAP + body.height + (GAP if self.workflow.body else 0)
        self.put(end, x, y)
        while self.bodies:
            self.place_list(*self.bodies.pop())
        width_ = x + max(body.right, 60) + MARGIN
        return Layout(self.placed, self.edges, self.frames, self.words, width_, y + end.height + MARGIN)

    def put(self, box: Box, x: float, y: float) -> None:
        box.x, box.y = x - box.width / 2, y
        self.placed.append(box)

    def road(self, source: Box, target: Box, points: list[tuple[float, float]], kind: str = "flow") -> None:
        self.edges.append(Edge(source.id, target.id, points, kind))

    def down(self, source: Box, target: Box, live: bool = True) -> None:
        top, join = source.y + source.height, "join" if target.kind == "merge" else "flow"
        points = [(source.middle, top), (target.middle, target.y)]
        self.road(source, target, points, join if live else "dead")

    def place_list(self, body: list[Node], x: float, y: float, source: Box, target: Box, depth: int) -> None:
        """Places nodes one below the other from `source`; the last leads to `target`, placed before."""
        live = True
        for node in body:
            first = self.boxes[id(node)]
            end = first if isinstance(node, Action) else self.place_block(node, x, y, depth)
            if isinstance(node, Action):
                self.put(first, x, y)
            self.down(source, first, live)
            size = self.sizes[id(node)]
            live, source = size.falls, end
            y += size.height + GAP
        if not live:
            return
        if abs(source.middle - target.middle) < 0.5:
            self.down(source, target)
        else:
            self.join(source, target, [(source.middle, source.y + source.height)])

    def join(self, source: Box, target: Box, points: list[tuple[float, float]]) -> None:
        """A road that comes into a branch's end from the right."""
        level = target.y + target.height / 2
        points = [*points, (points[-1][0], level), (target.x + target.width, level)]
        self.road(source, target, points, "join")

    def place_block(self, node: Block, x: float, y: float, depth: int) -> Box:
        """Places a block's own boxes, its branches wait. Gives the box its road leaves from."""
        if isinstance(node, If):
            return self.place_if(node, x, y, depth)
        if isinstance(node, Menu):
            return self.place_menu(node, x, y, depth)
        head, end, size = self.boxes[id(node)], self.ends[id(node)], self.sizes[id(node)]
        self.frames.append(Frame(x - size.left, y, size.left + size.right, size.height, depth))
        self.put(head, x, y + PAD)
        self.put(end, x, y + size.height - PAD - RING)
        body = self.columns[id(node)][0].section.body
        self.bodies.append((body, x, head.y + head.height + GAP, head, end, depth + 1))
        lane, level, back = x - size.left + PAD, end.y + RING / 2, head.y + head.height / 2
        self.road(end, head, [(end.x, level), (lane, level), (lane, back), (head.x, back)], "back")
        return end

    def place_if(self, node: If, x: float, y: float, depth: int) -> Box:
        head, end, size = self.boxes[id(node)], self.ends[id(node)], self.sizes[id(node)]
        columns = self.columns[id(node)]
        tall = self.measures.heads_height(node, head, columns)
        self.put(head, x, y)
        self.put(end, x, y + size.height - DOT)
        asks, level = head, y + head.height / 2
        for i, column in enumerate(columns):
            at = x + column.x
            if column.head is not None:
                self.put(column.head, at, level - column.head.height / 2 if column.head.kind == "case" else y)
                step = column.head.y + column.head.height / 2
                points = [(asks.x + asks.width, level), (column.head.x, level)]
                if abs(step - level) > 0.5:
                    turn = column.head.x - COLUMN / 2
                    points = [points[0], (turn, level), (turn, step), (column.head.x, step)]
                self.road(asks, column.head, points)
                self.words.append(Word("no", points[0][0] + 5, level - 6))
                if column.head.kind == "if":
                    asks, level = column.head, step
            source = head if i == 0 else column.head or head
            self.branch(column, at, y + tall + GAP, source, end, depth)
        if not self.measures.has_otherwise(columns):
            lane = x + size.right - 6
            points = [(asks.x + asks.width, level), (lane, level)]
            self.join(asks, end, points)
            self.words.append(Word("no", points[0][0] + 5, level - 6))
        return end

    def place_menu(self, node: Menu, x: float, y: float, depth: int) -> Box:
        head, end, size = self.boxes[id(node)], self.ends[id(node)], self.sizes[id(node)]
        columns = self.columns[id(node)]
        self.put(head, x, y)
        self.put(end, x, y + size.height - DOT)
        rail = head.y + head.height + GAP / 2
        for column in columns:
            case, at = column.head, x + column.x
            assert case is not None
            self.put(case, at, head.y + head.height + GAP)
            points = [(x, head.y + head.height), (x, rail), (at, rail), (at, case.y)]
            self.road(head, case, points if at > x else [points[0], points[-1]])
            self.branch(column, at, case.y + case.height + GAP, case, end, depth)
        if not columns:
            self.down(head, end)
        return end

    def branch(self, column: Column, x: float, y: float, source: Box, end: Box, depth: int) -> None:
        if column.section.body:
            self.bodies.append((column.section.body, x, y, source, end, depth))
        elif abs(x - end.middle) < 0.5:
            self.down(source, end)
        else:
            self.join(source, end, [(x, source.y + source.height)])
        if source.kind == "if":  # the road on from a condition says that it holds
            self.words.append(Word("yes", x + 8, source.y + source.height + 15))
