"""A workflow as one HTML page: its flow chart beside its code. Nothing in it asks for a network.

Whatever comes from a file is escaped; the page's policy allows its own script and styles by their hashes and
nothing else, so that even what slipped through could neither run nor load anything. Pages are
well-formed XML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from wfllm.shortcuts.api import Api
from wfllm.shortcuts.chart import chart_style, chart_svg
from wfllm.shortcuts.chart_kinds import COLOURS, NAMES, app_name, kind_of
from wfllm.shortcuts.chart_text import escape
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.html_page import html_page
from wfllm.shortcuts.page_code import code_html, code_style, finding_html
from wfllm.shortcuts.stats import Stats, stats_of
from wfllm.shortcuts.tree import Menu, Workflow, walk

_FOLDER = Path(__file__).parent / "templates"
PREFIX = "wf"
_KEY = (
    "Click a box for its line, a line for its box. "
    "Hovering shows where values come from (green) and where they go (violet)."
)
SHOWN = 12
"""Apps in the legend; a page has room for so many."""


@dataclass
class View:
    """What is known of one workflow. Either `workflow` or `code` may be missing; the page then says why."""

    title: str
    workflow: Workflow | None = None
    code: str | None = None
    lines: Mapping[int, int] = field(default_factory=dict)
    """Index of an action → line of its code, from 1."""
    findings: Sequence[Finding] = ()
    notes: Sequence[str] = ()
    """What was recovered from a damaged file."""
    request: str = ""
    """What somebody asked for, where the code says."""
    why: str = ""
    """Why `workflow` or `code` is missing."""


@cache
def _template(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def page_html(view: View, apis: Mapping[str, Api] | None = None) -> str:
    """The page of one workflow.

    Args:
        view: what to show; nothing in it is trusted.
        apis: titles and parameters of the actions; the shipped catalogue by default.
    """
    actions: dict[int, list[int]] = {}
    for index, line in sorted(view.lines.items()):
        actions.setdefault(line, []).append(index)
    why = f'<p class="why">{escape(view.why)}</p>'
    chart, code, tools = why, why, ""
    missing = "chart" if view.workflow is None else "code" if view.code is None else ""
    alone = f' class="no-{missing}"' if missing else ""
    key = "" if missing else f'<span class="key">{_KEY}</span>'
    if view.workflow is not None:
        chart = chart_svg(view.workflow, PREFIX, apis=apis, lines=view.lines, style=False)
        tools = (
            '<div class="tools"><button type="button" data-zoom="0.8" title="smaller">−</button>'
            '<button type="button" data-zoom="1" title="real size">100 %</button>'
            '<button type="button" data-zoom="1.25" title="larger">+</button>'
            '<button type="button" data-zoom="fit" title="fit the width">fit</button></div>'
        )
    if view.code is not None:
        box = f"{PREFIX}-a" if view.workflow is not None else ""
        code = code_html(view.code, actions, view.findings, box_prefix=box)
    body = f"""{_header(view)}
<main{alone}>
<section class="chart"><div class="pane" tabindex="0" aria-label="Flow chart">{chart}</div>{tools}</section>
<section class="code"><div class="pane" tabindex="0" aria-label="Code">{code}</div></section>
</main>
<footer><span>wfllm show</span>{key}</footer>"""
    return _page(view.title, body, script=True)


def _header(view: View) -> str:
    facts: list[tuple[int, str, str]] = []
    kinds = ""
    if view.workflow is not None:
        stats = stats_of(view.workflow)
        facts = [
            (stats.actions, "action", "actions"),
            (
                sum(event == "open" and isinstance(node, Menu) for event, node, *_ in walk(view.workflow)),
                "menu",
                "menus",
            ),
            (stats.ifs, "if", "ifs"),
            (stats.loops, "loop", "loops"),
            (stats.depth, "level deep", "levels deep"),
            (stats.apis, "API", "APIs"),
            (stats.apps, "app", "apps"),
        ]
        kinds = _kinds(view.workflow)
    if view.code is not None:
        facts.append((view.code.count("\n") + (not view.code.endswith("\n")), "line", "lines"))
    told = "".join(f"<li><b>{n:,}</b>{one if n == 1 else many}</li>" for n, one, many in facts if n)
    request = f'<p class="ask">{escape(view.request[:2000])}</p>' if view.request else ""
    found = [f'<li><a href="#L{f.line}">line {f.line}</a>{finding_html(f)}</li>' for f in view.findings]
    notes = [f"<li>{escape(note)}</li>" for note in view.notes[:200]]
    return (
        f"<header><h1>{escape(view.title)}</h1>{request}"
        f'<ul class="facts">{told or "<li>no actions</li>"}</ul>{kinds}'
        f"{_details('finding', found, 'bad', view.workflow is None or len(found) <= 3)}"
        f"{_details('repaired block', notes, '', False)}</header>"
    )


def _details(what: str, items: list[str], css: str, shown: bool) -> str:
    if not items:
        return ""
    count = f"{len(items)} {what if len(items) == 1 else what + 's'}"
    open_ = ' open="open"' if shown else ""
    listed = f'<ul class="list">{"".join(items)}</ul>'
    return f'<details class="{css}"{open_}><summary>{count}</summary>{listed}</details>'


def _kinds(workflow: Workflow) -> str:
    """The legend: purposes by frequency, then apps."""
    counts: dict[tuple[str, str], int] = {}
    for action in workflow.actions:
        kind = kind_of(action.identifier)
        name = NAMES.get(kind) or app_name(action.identifier)
        if kind != "flow":
            counts[kind, name] = counts.get((kind, name), 0) + 1
    order = sorted(counts.items(), key=lambda item: (item[0][0].startswith("app"), -item[1], item[0][1]))
    items = [
        f'<li><svg viewBox="0 0 10 10" class="wfc"><rect class="s-{kind}" width="10" height="10" rx="3"/>'
        f"</svg>{escape(name)} {count:,}</li>"
        for (kind, name), count in order[: SHOWN + len(COLOURS)]
    ]
    return f'<ul class="kinds">{"".join(items)}</ul>' if items else ""


@dataclass
class Entry:
    """One row of the overview of several pages."""

    title: str
    href: str
    """Relative address of its page; empty where there is none."""
    stats: Stats | None = None
    findings: int = 0
    fault: str = ""


def index_html(title: str, entries: Sequence[Entry]) -> str:
    """An overview of several pages with their counts."""
    rows = []
    for entry in entries:
        name = escape(entry.title)
        link = f'<a href="{escape(entry.href)}">{name}</a>' if entry.href else name
        if entry.stats is not None:
            stats = entry.stats
            cells = "".join(
                f'<td class="n">{n:,}</td>' for n in (stats.actions, stats.ifs, stats.loops, stats.depth)
            )
        else:
            cells = '<td class="n">–</td>' * 4
        fault = escape(entry.fault) or (f"{entry.findings:,}" if entry.findings else "")
        rows.append(f'<tr><td>{link}</td>{cells}<td class="err">{fault}</td></tr>')
    heads = "".join(f'<th class="n">{h}</th>' for h in ("actions", "ifs", "loops", "levels"))
    body = (
        f"<header><h1>{escape(title)}</h1></header><div><table><thead><tr><th>workflow</th>{heads}<th>findings</th>"
        f"</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )
    return _page(title, body, script=False)


def _page(title: str, body: str, script: bool) -> str:
    styles = [_template("page.css"), code_style(), chart_style()]
    return html_page(title, body, styles, _template("page.js") if script else "")
