"""A workflow as a flow chart: SVG that stands alone or in a page, well-formed whatever the file holds."""

from __future__ import annotations

from collections.abc import Mapping

from wfllm.shortcuts.api import Api
from wfllm.shortcuts.chart_boxes import PILL, Box
from wfllm.shortcuts.chart_flow import Flow, flow_of
from wfllm.shortcuts.chart_kinds import SIGNS, app_name, kind_of, sign_of
from wfllm.shortcuts.chart_labels import Labels
from wfllm.shortcuts.chart_layout import Edge, Layout, lay_out
from wfllm.shortcuts.chart_style import chart_style
from wfllm.shortcuts.chart_text import Run, escape, fit, width
from wfllm.shortcuts.tree import Workflow

__all__ = ["chart_layout", "chart_style", "chart_svg"]

_BEND = 9.0
_LINE_OF = Mapping[int, int]


def chart_layout(workflow: Workflow, apis: Mapping[str, Api] | None = None) -> tuple[Layout, Flow]:
    """Where everything stands, and which action's output each takes.

    Args:
        workflow: from `build_tree`.
        apis: titles and parameters of the actions; the shipped catalogue by default.
    """
    if apis is None:
        from wfllm.shortcuts.catalogue import load_catalogue

        apis = load_catalogue()
    flow = flow_of(workflow, apis)
    return lay_out(workflow, Labels(workflow, apis, flow)), flow


def chart_svg(
    workflow: Workflow,
    prefix: str = "wf",
    *,
    apis: Mapping[str, Api] | None = None,
    lines: _LINE_OF | None = None,
    line_prefix: str = "L",
    style: bool = True,
) -> str:
    """The flow chart of a workflow as one SVG element.

    Every action is one element with `data-i`, its index; what opens a block, its middles and its end are
    elements, too. `data-m` and `data-t` number the values it makes and takes. Light and dark follow the
    reader's setting. Texts are cut to fit; the tooltip has more of them.

    Args:
        workflow: from `build_tree`; nothing in it is trusted.
        prefix: begins every id (`<prefix>-a3` for action 3); another one for each chart of a page.
        apis: titles and parameters of the actions; the shipped catalogue by default.
        lines: index of an action → line of its code; boxes then link to `#<line_prefix><line>`.
        style: False leaves out the style sheet, for pages that hold `chart_style()` once.
    """
    layout, flow = chart_layout(workflow, apis)
    wide, high = f"{layout.width:g}", f"{layout.height:g}"
    name = escape(workflow.name[:200] or "workflow")
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="wfc" id="{prefix}" role="img" '
        f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}">',
        f"<title>Flow chart of {name}</title>",
        f"<style>{chart_style()}</style>" if style else "",
        _definitions(prefix, layout),
        f'<rect class="paper" width="{wide}" height="{high}"/>' if style else "",
    ]
    for frame in sorted(layout.frames, key=lambda f: f.depth):
        odd = " odd" if frame.depth % 2 else ""
        out.append(
            f'<rect class="f{odd}" x="{frame.x:g}" y="{frame.y:g}" '
            f'width="{frame.width:g}" height="{frame.height:g}" rx="14"/>'
        )
    out += [_edge(edge, prefix) for edge in layout.edges]
    out += [f'<text class="w" x="{w.x:g}" y="{w.y:g}">{w.text}</text>' for w in layout.words]
    for box in sorted(layout.boxes, key=lambda b: (b.index if b.index >= 0 else 1 << 60, b.id)):
        out.append(_box(box, prefix, flow, lines or {}, line_prefix))
    out.append("</svg>")
    return "\n".join(part for part in out if part)


def _definitions(prefix: str, layout: Layout) -> str:
    used = {sign for box in layout.boxes if (sign := _sign(box))}
    signs = "".join(
        f'<symbol id="{prefix}-s-{sign}" viewBox="0 0 16 16"><path d="{SIGNS[sign]}"/></symbol>'
        for sign in sorted(used)
    )
    arrow = (
        f'<marker id="{prefix}-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        'markerUnits="userSpaceOnUse" orient="auto"><path class="a" d="M0 .5 8 4 0 7.5z"/></marker>'
    )
    return f"<defs>{arrow}{signs}</defs>"


def _sign(box: Box) -> str:
    if box.kind == "next":
        return "loop"
    return sign_of(box.identifier) if box.kind in ("action", "stop", "loop", "menu") else ""


def _edge(edge: Edge, prefix: str) -> str:
    arrow = "" if edge.kind == "join" else f' marker-end="url(#{prefix}-arrow)"'
    kind = f" {edge.kind}" if edge.kind in ("back", "dead") else ""
    return f'<path class="e{kind}" d="{_path(edge.points)}"{arrow}/>'


def _path(points: list[tuple[float, float]]) -> str:
    """A road with round bends."""
    (x, y), *rest = points
    out = [f"M{x:g} {y:g}"]
    for i, (nx, ny) in enumerate(rest):
        after = rest[i + 1] if i + 1 < len(rest) else None
        if after is None:
            out.append(f"L{nx:g} {ny:g}")
        else:
            before, behind = _towards((nx, ny), (x, y)), _towards((nx, ny), after)
            out.append(f"L{before[0]:g} {before[1]:g}Q{nx:g} {ny:g} {behind[0]:g} {behind[1]:g}")
        x, y = nx, ny
    return "".join(out)


def _towards(corner: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = abs(dx) + abs(dy)
    share = min(_BEND, length / 2) / length if length else 0.0
    return corner[0] + dx * share, corner[1] + dy * share


def _box(box: Box, prefix: str, flow: Flow, lines: _LINE_OF, line_prefix: str) -> str:
    data = ""
    if box.index >= 0:
        data = f' data-i="{box.index}"'
        for name, values in (("m", flow.makes.get(box.index)), ("t", flow.takes.get(box.index))):
            if values:
                data += f' data-{name}="{" ".join(map(str, values))}"'
    drawn = "".join(_drawing(box, prefix))
    tip = f"<title>{escape(box.label.tip)}</title>" if box.label.tip else ""
    line = lines.get(box.index) if box.index >= 0 else None
    inner = f'<a href="#{line_prefix}{line}">{tip}{drawn}</a>' if line is not None else tip + drawn
    return f'<g class="n k-{box.kind}" id="{prefix}-{box.id}"{data}>{inner}</g>'


def _drawing(box: Box, prefix: str) -> list[str]:
    x, y, w, h = box.x, box.y, box.width, box.height
    if box.kind in ("merge", "next"):
        ring = f'<circle class="b" cx="{box.middle:g}" cy="{y + h / 2:g}" r="{h / 2:g}"/>'
        loop = f'<use class="g" href="#{prefix}-s-loop" x="{x + 4:g}" y="{y + 4:g}" width="10" height="10"/>'
        return [ring, *_output(box)] if box.kind == "merge" else [ring, loop, *_output(box)]
    if box.kind in ("start", "end"):
        text = f'<text class="t m" x="{box.middle:g}" y="{y + 19.5:g}">{box.label.title}</text>'
        return [f'<rect class="b" x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="15"/>', text]
    if box.kind == "case":
        text = f'<text class="c m" x="{box.middle:g}" y="{y + 16:g}">{_runs(box.lines[:1])}</text>'
        return [f'<rect class="b" x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="12"/>', text]
    if box.kind == "if":
        return _condition(box)
    if box.kind == "note":
        fold = f"M{x:g} {y:g}h{w - 14:g}l14 14v{h - 14:g}h-{w:g}z"
        return [f'<path class="b" d="{fold}"/>', *_lines(box, x + 14, y + 21)]
    made = _output(box) if box.kind in ("action", "stop") else []
    return [*_card(box, prefix), *_lines(box, x + 46, y + 40), *made]


def _condition(box: Box) -> list[str]:
    x, y, w, h = box.x, box.y, box.width, box.height
    cut, half = 22, h / 2
    flat = w - 2 * cut
    shape = f"M{x + cut:g} {y:g}h{flat:g}l{cut} {half:g}l-{cut} {half:g}h-{flat:g}l-{cut} -{half:g}z"
    head = f'<text class="h m" x="{box.middle:g}" y="{y + 16:g}">{box.label.title.upper()}</text>'
    lines = [
        f'<text class="l m" x="{box.middle:g}" y="{y + 33 + 16 * i:g}">{_runs([line])}</text>'
        for i, line in enumerate(box.lines)
    ]
    return [f'<path class="b" d="{shape}"/>', head, *lines]


def _card(box: Box, prefix: str) -> list[str]:
    x, y, w, h = box.x, box.y, box.width, box.height
    kind, sign = kind_of(box.identifier), _sign(box)
    tile = f'<rect class="s-{kind}" x="{x + 10:g}" y="{y + 8:g}" width="26" height="26" rx="7"/>'
    if sign:
        tile += (
            f'<use class="g" href="#{prefix}-s-{sign}" x="{x + 15:g}" y="{y + 13:g}" width="16" height="16"/>'
        )
    else:
        initial = escape(app_name(box.identifier)[:1].upper() or "?")
        tile += f'<text class="u m" x="{x + 23:g}" y="{y + 25.5:g}">{initial}</text>'
    title = fit([(box.label.title, False)], 13.5, w - 58)
    base = y + 25.5 if not box.lines else y + 23
    radius = 20 if box.kind == "stop" else 11
    return [
        f'<rect class="b" x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{min(radius, h / 2):g}"/>',
        tile,
        f'<text class="t" x="{x + 46:g}" y="{base:g}">{_runs([title])}</text>',
    ]


def _lines(box: Box, x: float, y: float) -> list[str]:
    return [
        f'<text class="l" x="{x:g}" y="{y + 16 * i:g}">{_runs([line])}</text>'
        for i, line in enumerate(box.lines)
    ]


def _output(box: Box) -> list[str]:
    """The name of what is made: on an action's lower edge, beside a block's end."""
    if not box.label.output:
        return []
    text = fit([(box.label.output, False)], PILL, 92)
    wide = sum(width(part, PILL) for part, _ in text) + 14
    right, y = box.x + box.width - 10, box.y + box.height - 8
    if box.kind in ("merge", "next"):
        y = box.y + box.height / 2 - 8.5
        right = box.x - 7 if box.kind == "merge" else box.x + box.width + 7 + wide
    return [
        f'<rect class="p" x="{right - wide:g}" y="{y:g}" width="{wide:g}" height="17" rx="8.5"/>',
        f'<text class="o m" x="{right - wide / 2:g}" y="{y + 12.5:g}">{_runs([text])}</text>',
    ]


def _runs(lines: list[list[Run]]) -> str:
    return "".join(
        f'<tspan class="v">{escape(text)}</tspan>' if reference else escape(text)
        for line in lines
        for text, reference in line
    )
