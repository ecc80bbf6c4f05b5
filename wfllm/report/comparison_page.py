"""Runs side by side as one HTML page: what differs, the tables with their intervals, the pictures.

One file that asks for no network; its policy allows its own styles and nothing else. Names of runs and config
values are escaped; a run's name leads to its own report where that is there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from wfllm.bench.describe.page import STYLE
from wfllm.report.comparison import Entry
from wfllm.report.figures import Drawing, as_element
from wfllm.report.results import Table
from wfllm.report.writers import as_html
from wfllm.shortcuts.chart_text import escape
from wfllm.shortcuts.html_page import html_page

_OWN = Path(__file__).parent / "templates" / "comparison.css"
_HEADINGS = {"curves": "Losses", "complexity": "By complexity"}


def comparison_page(
    told: Sequence[str],
    tables: Sequence[tuple[Table, Sequence[Entry]]],
    notes: Sequence[str],
    drawings: Mapping[str, Drawing],
    page: Path,
) -> str:
    """The page, as well-formed XML.

    Args:
        told: what stands first: how the configs of two runs differ.
        tables: each with the entries that its first rows are, or none.
        notes: what is to be known of the numbers.
        drawings: by name.
        page: where it will lie, for the links to the runs' reports.
    """
    parts = []
    if told:
        lines = "".join(f"<li>{escape(line.strip())}</li>" for line in told[1:])
        more = f'<ul class="keys">{lines}</ul>' if lines else ""
        parts.append(f"<section><h2>{escape(told[0])}</h2>{more}</section>\n")
    for table, entries in tables:
        note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
        made = as_html(table, links(entries, page))
        parts.append(f"<section><h2>{escape(table.title)}</h2>{made}{note}</section>\n")
    if notes:
        parts.append("".join(f'<p class="note">{escape(note)}</p>' for note in notes))
    for name, drawing in drawings.items():
        heading = _HEADINGS.get(name, "Scores")
        parts.append(
            f'<section class="wide-plot"><h2>{escape(heading)}</h2>{as_element(drawing)}</section>\n'
        )
    title = "Runs side by side"
    body = f"<header><div><h1>{title}</h1></div></header>\n<main>\n{''.join(parts)}</main>\n"
    styles = [path.read_text(encoding="utf-8") for path in (STYLE, _OWN)]
    return html_page(title, f"{body}<footer>wfllm compare</footer>", styles)


def links(entries: Sequence[Entry], page: Path) -> dict[int, str]:
    """Row → its run's report as seen from the page, of those that have one."""
    found = {}
    for at, entry in enumerate(entries):
        report = entry.rows[-1].path / "report.html"
        if not report.is_file():
            continue
        try:
            seen = os.path.relpath(report.resolve(), page.resolve().parent)
        except ValueError:  # another drive
            found[at] = report.resolve().as_uri()
        else:
            found[at] = quote(Path(seen).as_posix(), errors="surrogateescape")
    return found
