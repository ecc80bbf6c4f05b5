"""The report of a run: one HTML file with tables, plots and a browser of samples, that asks for no network.

Nothing in a run's files is trusted. What stands in the page itself is escaped; what the browser of samples
shows lies in data blocks (`wfllm.report.packed`) and gets onto the page as text alone. The policy allows the
page's own styles and script by their hashes and nothing else.

How big: a short entry of every sample is always there, the rest of a sample until the page is full; from
there on samples have their entry alone, and the page says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from wfllm.bench.describe.page import STYLE
from wfllm.bench.describe.table import as_html
from wfllm.evaluation.breakdown import Part
from wfllm.report.packed import data_blocks, pack, samples_of
from wfllm.report.plots import change_plot, complexity_plot
from wfllm.report.scored import Scored
from wfllm.report.tables import SPLITS, beside_paper, made_up, summary
from wfllm.shortcuts.chart import chart_style
from wfllm.shortcuts.chart_text import escape
from wfllm.shortcuts.html_page import html_page
from wfllm.shortcuts.page_code import code_style

MAX_BYTES = 25_000_000
"""Packed samples of one page."""
_FOLDER = Path(__file__).parent / "templates"

Facts = Sequence[tuple[str, str]]
"""What the head says of the run: a name and a value."""


@dataclass(frozen=True)
class Page:
    """A page and what is in it."""

    html: str
    samples: int
    detailed: int
    """Samples with code and findings."""
    charted: int
    """Samples with flow charts."""


@cache
def _template(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def report_page(
    title: str,
    facts: Facts,
    scored: Sequence[Scored],
    *,
    max_charts: int,
    max_bytes: int = MAX_BYTES,
    parts: Mapping[tuple[str, str], Sequence[Part]],
) -> Page:
    """The page of one run.

    Args:
        title: name of the run.
        facts: what the head says of it.
        scored: what `read_scored` found.
        max_charts: samples whose flow charts are drawn, evenly spaced.
        max_bytes: of all packed samples together.
        parts: the breakdown of each, by when and split.
    """
    samples = samples_of(scored)
    pack(samples, scored, max_charts, max_bytes)
    detailed, charted = (sum(bool(getattr(s, name)) for s in samples) for name in ("detail", "chart"))
    made = Page("", len(samples), detailed, charted)
    body = f"{_head(title, facts)}\n<main>\n{_numbers(scored, parts)}{_browser(made)}</main>\n"
    body += f"<footer>wfllm report</footer>\n{data_blocks(samples, scored)}"
    styles = [STYLE.read_text(encoding="utf-8"), code_style(), chart_style(), _template("report.css")]
    html = html_page(title, body, styles, _template("report.js"))
    return Page(html, made.samples, made.detailed, made.charted)


def _head(title: str, facts: Facts) -> str:
    told = "".join(f"<li><b>{escape(value)}</b>{escape(name)}</li>" for name, value in facts)
    return f'<header><div><h1>{escape(title)}</h1><ul class="facts">{told}</ul></div></header>'


def _numbers(scored: Sequence[Scored], parts: Mapping[tuple[str, str], Sequence[Part]]) -> str:
    """The tables and plots, split by split, and the paper's rows."""
    out = []
    for split in dict.fromkeys(item.split for item in scored):
        of_split = [item for item in scored if item.split == split]
        series = {item.when: parts[item.when, split] for item in of_split}
        change = change_plot(series, split)
        table = as_html(summary(split, of_split, series))
        beside = f'<div class="beside">{table}{change}</div>' if change else table
        note = '<p class="note">Intervals: percentile bootstrap over the requests, 1,000 draws.</p>'
        name = escape(SPLITS[split])
        out.append(f'<section id="split-{split}"><h2>{name}</h2>{beside}{note}</section>\n')
        plot = complexity_plot(series, split)
        if plot:
            out.append(
                f'<section class="wide-plot"><h2>By complexity: {name}</h2>{plot}'
                '<p class="note">Bars are means, lines their 95 % intervals; n is the number of requests. '
                "predictions/…by.csv has every metric, also by category, app and length.</p></section>\n"
            )
        invented = made_up(split, of_split)
        if invented is not None:
            told = f'<p class="note">{escape(invented.note)}</p>'
            out.append(f"<section><h2>{escape(invented.title)}</h2>{as_html(invented)}{told}</section>\n")
    paper = beside_paper(scored)
    rest = f'<p class="note">{escape(paper.note)}</p>'
    out.append(f'<section id="paper"><h2>{escape(paper.title)}</h2>{as_html(paper)}{rest}</section>\n')
    return "".join(out)


def _browser(page: Page) -> str:
    told = []
    if page.detailed < page.samples:
        told.append(
            f"The page is full: code of the first {page.detailed:,} of {page.samples:,} samples is in it."
        )
    if page.charted < page.samples:
        told.append(
            f"Flow charts: {page.charted:,} of {page.samples:,} samples. wfllm report charts=… draws more."
        )
    note = f'<p class="note">{escape(" ".join(told))}</p>' if told else ""
    return f"{_template('browser.html').strip()}{note}</section>\n"
