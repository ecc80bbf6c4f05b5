"""A table of results as bars with their intervals: a panel for each column, a bar for each row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wfllm.report.figures import Drawing, Inks, as_element, write_figure
from wfllm.report.results import Column, Table, Value, number, shown
from wfllm.shortcuts.chart_text import clip, safe

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ACROSS = 3
"""Panels beside each other."""
PANELS = 12
ROWS = 40
"""More than these are not drawn: nobody could read them."""
LONGEST = 44
"""Characters of a row's name."""


def draw_bars(table: Table, path: Path) -> list[Path]:
    """Write `<path>.svg` and `<path>.png`; nothing where no column has numbers of which more or less is good.

    Of the table are drawn at most the first `ROWS` rows and `PANELS` columns.
    """
    drawing = bars(table)
    return [] if drawing is None else write_figure(drawing, path)


def bars_element(table: Table) -> str:
    """The bars as an element of a page; empty where there is nothing to draw."""
    drawing = bars(table)
    return "" if drawing is None else as_element(drawing)


def bars(table: Table) -> Drawing | None:
    """The picture of a table; None where there is nothing to draw."""
    rows = list(table.rows[:ROWS])
    drawn = [
        at
        for at, column in enumerate(table.columns)
        if column.better != "neither" and any(_finite(row[at]) for row in rows)
    ][:PANELS]
    if not drawn:
        return None
    across = min(ACROSS, len(drawn))
    down = math.ceil(len(drawn) / across)
    competing = len(table.competing)
    names = [clip(safe(shown(row[0], table.columns[0])), LONGEST) for row in rows]

    def draw(figure: Figure, inks: Inks) -> None:
        grid = figure.subplots(down, across, squeeze=False, sharey=True)
        axes = [one for line in grid for one in line]
        for panel, at in zip(axes, drawn, strict=False):
            _panel(panel, [row[at] for row in rows], table.columns[at], competing, inks)
        for panel in axes[len(drawn) :]:
            panel.set_axis_off()
        for line in grid:
            line[0].set_yticks(range(len(rows)), names)
            line[0].tick_params(axis="y", labelcolor=inks["ink"])
        axes[0].set_ylim(len(rows) - 0.4, -0.6)

    label = f"{table.title}: {', '.join(table.columns[at].heading for at in drawn)}"
    widest = max(map(len, names), default=0)
    return Drawing(draw, 2.7 * across + 0.065 * widest, down * (0.75 + 0.25 * len(rows)), clip(label, 300))


def _finite(cell: object) -> bool:
    return isinstance(cell, Value) and math.isfinite(cell.value)


def _panel(axes: Axes, cells: Sequence[object], column: Column, competing: int, inks: Inks) -> None:
    for place, cell in enumerate(cells):
        if not isinstance(cell, Value) or not math.isfinite(cell.value):
            continue
        ink = inks["real"] if place < competing else inks["soft"]
        axes.barh(place, cell.value, 0.68, color=ink, linewidth=0, alpha=0.75)
        low, high = cell.low, cell.high
        if low is None and cell.deviation is not None:
            low, high = cell.value - cell.deviation, cell.value + cell.deviation
        if low is not None and high is not None and math.isfinite(low) and math.isfinite(high):
            axes.plot([low, high], [place, place], color=inks["ink"], linewidth=1.2)
        end = max(cell.value, 0.0, high if high is not None and math.isfinite(high) else 0.0)
        text = f" {number(cell, column)}"
        axes.text(end, place, text, va="center", ha="left", fontsize=7.5, color=inks["soft"])
    if column.signed:
        axes.axvline(0, color=inks["ink"], linewidth=0.8)
    else:
        axes.set_xlim(left=0)
    axes.margins(x=0.18)
    axes.set_title(_title(column), fontsize=9, color=inks["ink"], loc="left")
    axes.grid(False, axis="y")


def _title(column: Column) -> str:
    less = " (less is better)" if column.better == "less" else ""
    return f"{safe(column.heading)}{less}"
