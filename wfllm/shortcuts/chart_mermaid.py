"""A workflow as Mermaid text, which GitHub and many editors draw from a fenced block."""

from __future__ import annotations

from collections.abc import Mapping

from wfllm.shortcuts.api import Api
from wfllm.shortcuts.chart import chart_layout
from wfllm.shortcuts.chart_boxes import Box
from wfllm.shortcuts.chart_text import safe
from wfllm.shortcuts.tree import Action, If, Menu, Workflow, walk

_SHAPES = {
    "start": ("([", "])"),
    "end": ("([", "])"),
    "if": ("{{", "}}"),
    "case": ("([", "])"),
    "note": (">", "]"),
    "stop": ("([", "])"),
    "menu": ("[/", "/]"),
    "loop": ("[[", "]]"),
    "merge": ("((", "))"),
    "next": ("((", "))"),
}
_ARROWS = {"back": "-.->", "dead": "-.-", "join": "---"}
MAX_TEXT = 90


def chart_mermaid(workflow: Workflow, apis: Mapping[str, Api] | None = None) -> str:
    """The flow chart as a Mermaid `flowchart`. GitHub draws up to 50,000 characters and 500 roads.

    Args:
        workflow: from `build_tree`; nothing in it is trusted: of its texts only letters, digits and spaces
            are written as they are, all else as character codes.
        apis: titles and parameters of the actions; the shipped catalogue by default.
    """
    layout, _ = chart_layout(workflow, apis)
    boxes = {box.id: box for box in layout.boxes}
    named = {box.index: box for box in layout.boxes if box.index >= 0}
    out = ["flowchart TD", _node(boxes["start"])]
    told = {"start", "end"}
    for event, node, section, depth in walk(workflow):
        loop = not isinstance(node, (Action, If, Menu))
        indent = "  " * min(depth, 20)
        if event == "open" and loop and not isinstance(node, Action):
            out.append(f'{indent}subgraph s{node.open.index}[" "]')
        marker = section.marker if section is not None else None
        action = node if isinstance(node, Action) else node.open if event == "open" else marker
        if event == "close" and not isinstance(node, Action):
            action = node.close
        box = named.get(action.index) if action is not None else None
        if box is not None and box.id not in told:
            told.add(box.id)
            out.append(indent + _node(box))
        if event == "close" and loop:
            out.append(f"{indent}end")
    out += [_node(box) for box in layout.boxes if box.id not in told]
    out.append(_node(boxes["end"]))
    for edge in layout.edges:
        source = boxes[edge.source]
        arrow = _ARROWS.get(edge.kind, "-->")
        if source.kind == "if":
            no = abs(edge.points[0][1] - (source.y + source.height / 2)) < 1
            arrow += "|no|" if no else "|yes|"
        out.append(f"{_id(edge.source)} {arrow} {_id(edge.target)}")
    return "\n".join(out) + "\n"


def _node(box: Box) -> str:
    opening, closing = _SHAPES.get(box.kind, ("[", "]"))
    lines = ["".join(text for text, _ in line) for line in box.lines]
    texts = [box.label.title, *lines] if box.kind not in ("case", "note") else lines
    if box.kind in ("merge", "next"):
        texts = [" "]
    shown = "<br/>".join(_plain(text) for text in texts if text) or " "
    return f'{_id(box.id)}{opening}"{shown}"{closing}'


def _id(name: str) -> str:
    """`end` is a word of the language."""
    return "finish" if name == "end" else name


def _plain(text: str) -> str:
    """Text that no Mermaid syntax can hide in: anything but letters, digits and spaces as `#code;`."""
    short = safe(text)[:MAX_TEXT]
    return "".join(
        c if c == " " or (c.isalnum() and c.isascii()) or c in ",.-" else f"#{ord(c)};" for c in short
    )
