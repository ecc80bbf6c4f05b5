"""How much room every piece of a flow chart takes, measured from the inside out and without recursion."""

from __future__ import annotations

from dataclasses import dataclass, field

from wfllm.shortcuts.chart_boxes import COLUMN, DOT, GAP, HALF, LANE, PAD, RING, TAB, Box, Boxes
from wfllm.shortcuts.tree import Action, Block, If, Menu, Node, Section, Workflow, walk


@dataclass
class Size:
    left: float
    """From the road to the left edge."""
    right: float
    height: float
    falls: bool = True
    """Whether the road goes on behind it."""


@dataclass
class Column:
    """One branch: its head, and what is in it."""

    section: Section
    head: Box | None
    """Otherwise, the condition of an Otherwise If, a case; None for the first branch of an If or a repeat."""
    size: Size = field(default_factory=lambda: Size(0, 0, 0))
    x: float = 0.0


class Measures:
    """The measures of one workflow.

    Args:
        workflow: from `build_tree`.
        boxes: makes the boxes.
    """

    def __init__(self, workflow: Workflow, boxes: Boxes) -> None:
        self.workflow, self.made = workflow, boxes
        self.sizes: dict[int, Size] = {}
        """`id` of a node → the room it takes."""
        self.boxes: dict[int, Box] = {}
        """`id` of a node → its box, of a block the one that opens it."""
        self.ends: dict[int, Box] = {}
        """`id` of a block → where its branches meet again."""
        self.columns: dict[int, list[Column]] = {}
        """`id` of a block → its branches."""
        self.measure()

    def measure(self) -> None:
        for event, node, section, _ in walk(self.workflow):
            if isinstance(node, Action):
                box = self.boxes[id(node)] = self.made.action(node)
                falls = box.kind != "stop"
                self.sizes[id(node)] = Size(HALF, HALF, box.height, falls)
            elif event == "open":
                self.boxes[id(node)] = self.made.head(node)
                self.columns[id(node)] = []
            elif event == "section" and section is not None:
                columns = self.columns[id(node)]
                if isinstance(node, Menu) and section.marker is None and not section.body:
                    continue
                stray = bool(columns) and columns[0].section.marker is None
                columns.append(Column(section, self.made.branch(node, section, len(columns) + 1 - stray)))
            elif event == "close":
                self.sizes[id(node)] = self.measure_block(node)

    def measure_block(self, node: Block) -> Size:
        columns, head = self.columns[id(node)], self.boxes[id(node)]
        repeats = not isinstance(node, (If, Menu))
        self.ends[id(node)] = self.made.end(node, head)
        for column in columns:
            column.size = self.list_size(column.section.body)
            if column.head is not None:
                half = column.head.width / 2
                column.size.left = max(column.size.left, half)
                column.size.right = max(column.size.right, half)
        if repeats:
            inner = columns[0].size if columns else Size(0, 0, 0)
            left = max(inner.left, HALF) + 2 * PAD + 6
            height = 2 * PAD + head.height + GAP + inner.height + (GAP if inner.height else 0) + RING
            return Size(left, max(inner.right, HALF) + PAD + 4, height)
        half = head.width / 2
        right, spread = half, 0.0
        for i, column in enumerate(columns):
            first = max(column.size.right, half) if i == 0 else 0
            column.x = 0.0 if i == 0 else spread + COLUMN + column.size.left
            spread = column.x + (first or column.size.right)
            right = max(right, spread)
        falls = any(c.size.falls for c in columns) or not columns
        if isinstance(node, If) and not self.has_otherwise(columns):
            falls, right = True, right + LANE + 6
        left = max(columns[0].size.left if columns else 0, half)
        inside = max((c.size.height for c in columns), default=0.0)
        heads = self.heads_height(node, head, columns)
        return Size(left, right, heads + GAP + inside + (GAP if inside else 0) + DOT, falls)

    def heads_height(self, node: Block, head: Box, columns: list[Column]) -> float:
        """From a block's top to where its branches begin, less the gap."""
        if isinstance(node, Menu):
            return head.height + (GAP + TAB if columns else 0)
        return max([head.height, *(c.head.height for c in columns if c.head is not None)])

    def has_otherwise(self, columns: list[Column]) -> bool:
        return len(columns) > 1 and columns[-1].head is not None and columns[-1].head.kind == "case"

    def list_size(self, body: list[Node]) -> Size:
        sizes = [self.sizes[id(node)] for node in body]
        if not sizes:
            return Size(0, 0, 0)
        height = sum(s.height for s in sizes) + GAP * (len(sizes) - 1)
        return Size(max(s.left for s in sizes), max(s.right for s in sizes), height, sizes[-1].falls)
