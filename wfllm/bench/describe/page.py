"""The page of a dataset: every table and plot, in one file that asks for no network.

What comes from files is escaped; the page's policy allows its own styles by their hash and nothing else, no
script at all. The page is well-formed XML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from wfllm.bench.describe import plots
from wfllm.bench.describe.facts import Facts
from wfllm.bench.describe.settings import flat
from wfllm.bench.describe.table import Table, as_html
from wfllm.shortcuts.chart_text import escape
from wfllm.shortcuts.html_page import html_page

STYLE = Path(__file__).parent / "templates" / "describe.css"
_ORDER = (
    "sizes", "actions", "lengths", "categories", "stages", "drops", "duplicates", "cost", "apps", "apis",
)  # fmt: skip
_FOLDED = ("categories", "apps", "apis", "drops")
"""Tables that say in numbers what their plot shows."""
_PLOTS: Mapping[str, Callable[[Table], str]] = {
    "categories": lambda table: plots.names_plot(table, "Categories of the records"),
    "apps": lambda table: plots.names_plot(table, "Apps that the records use"),
    "apis": lambda table: plots.names_plot(table, "APIs that the records use"),
    "stages": plots.stages_plot,
    "drops": plots.drops_plot,
    "cost": plots.cost_plot,
}
_WHAT = "Requests and the workflows that answer them, as Python in a dialect for Apple Shortcuts."


def page(facts: Facts, tables: Mapping[str, Table]) -> str:
    """The page.

    Args:
        facts: what is known of the build.
        tables: its tables by name; nothing in them is trusted.
    """
    body = f"{_header(facts)}\n<main>\n{_sections(facts, tables)}</main>\n<footer>wfllm build</footer>"
    return html_page("Workflows: the dataset in numbers", body, [STYLE.read_text(encoding="utf-8")])


def _header(facts: Facts) -> str:
    everything = facts.counting.of()
    real, made = (facts.counting.of(synthetic=synthetic).records for synthetic in (False, True))
    numbers = [
        (everything.records, "record", "records"),
        (real, "real", "real"),
        (made, "synthetic", "synthetic"),
        (everything.api_count, "API", "APIs"),
        (everything.app_count, "app", "apps"),
    ]
    if not made:
        del numbers[1:3]
    told = "".join(f"<li><b>{n:,}</b>{one if n == 1 else many}</li>" for n, one, many in numbers)
    if everything.actions.mean is not None:
        told += f"<li><b>{everything.actions.mean:.1f}</b>actions on average</li>"
    return (
        f'<header><div><h1>The dataset in numbers</h1><p class="what">{_WHAT}</p>'
        f'<ul class="facts">{told}</ul></div></header>'
    )


def _sections(facts: Facts, tables: Mapping[str, Table]) -> str:
    drawn = {name: draw(tables[name]) for name, draw in _PLOTS.items() if name in tables}
    drawn |= {"actions": plots.actions_plot(facts), "lengths": plots.lengths_plot(facts)}
    found = (_section(tables[name], drawn.get(name, "")) for name in _ORDER if name in tables)
    first = _section(tables["table1"], css="paper") if "table1" in tables else ""
    return f'{first}<div class="two">\n{"".join(found)}</div>\n{_settings(facts)}'


def _section(table: Table, plot: str = "", css: str = "") -> str:
    """A table beneath its plot; folded where it is a long list of names."""
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    shown = as_html(table)
    if table.name in _FOLDED:
        shown = f"<details><summary>Table</summary>{shown}</details>" if plot else ""
    kind = f' class="{css}"' if css else ""
    return f'<section id="{table.name}"{kind}><h2>{escape(table.title)}</h2>{plot}{shown}{note}</section>\n'


def _settings(facts: Facts) -> str:
    """What determined each stage, folded."""
    found = []
    for stage in facts.flow.stages:
        rows = flat(stage.settings)
        if rows:
            table = Table(stage.name, "", ("setting", "value"), rows, texts=("value",))
            count = f"{len(rows)} setting{'s' * (len(rows) != 1)}"
            found.append(
                f"<details><summary>{escape(stage.name)}<span>{count}</span></summary>{as_html(table)}</details>"
            )
    if not found:
        return ""
    return f'<section id="settings"><h2>How it was made</h2>{"".join(found)}</section>\n'
