"""Pictures of runs side by side: losses over steps, scores as bars, scores by how hard the reference is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from wfllm.evaluation.breakdown import UNREADABLE, Part, bin_names
from wfllm.report.bars import bars
from wfllm.report.comparison import Entry
from wfllm.report.figures import Drawing, Inks, legend_below, line_styles
from wfllm.report.plots import DRAWN_BY
from wfllm.report.results import Table
from wfllm.report.run_difference import FINAL
from wfllm.report.run_samples import breakdown_of
from wfllm.shortcuts.chart_text import safe
from wfllm.tracking.curves import labels, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 20
"""Runs in one picture; of more the newest are drawn."""
PANELS = {"train/loss": "training loss", "val/loss": "validation loss"}
SETS = 4
"""Pairs of set and metric that are drawn by complexity."""

Line = tuple[Sequence[float], Sequence[float]]


def drawings(
    entries: Sequence[Entry], tables: Mapping[str, Table], names: Sequence[str]
) -> dict[str, Drawing]:
    """Pictures by name: `curves`, `scores` (of several commands `scores-train`, …), `complexity`.

    Args:
        entries: what is compared, oldest first.
        tables: by command, with a row for each of its entries in their order.
        names: results that are shown, in order.
    """
    found: dict[str, Drawing | None] = {"curves": curves(entries[-MOST:])}
    for command, table in tables.items():
        of_command = [entry for entry in entries if entry.command == command]
        name = "scores" if len(tables) == 1 else f"scores-{command}"
        found[name] = bars(_named(table, of_command))
    found["complexity"] = complexity(entries[-MOST:], names)
    return {name: drawing for name, drawing in found.items() if drawing is not None}


def _named(table: Table, entries: Sequence[Entry]) -> Table:
    """The newest rows of a table, called by what tells them apart, as the lines of the other pictures are."""
    names = labels([entry.rows[-1] for entry in entries])
    rows = [[name, *row[1:]] for name, row in zip(names, table.competing, strict=True)]
    return replace(table, rows=[*rows[-MOST:], *table.rows[len(table.rows) - table.beside :]])


def curves(entries: Sequence[Entry]) -> Drawing | None:
    """Losses over steps, a line for each run; None where none has any."""
    runs = [row for entry in entries for row in entry.rows][-MOST:]
    lines = {metric: [points(row, metric) for row in runs] for metric in PANELS}
    shown = [metric for metric in PANELS if any(steps for steps, _ in lines[metric])]
    if not shown:
        return None
    kept = [at for at in range(len(runs)) if any(lines[metric][at][0] for metric in shown)]
    names = labels([runs[at] for at in kept])

    def draw(figure: Figure, _inks: Inks) -> None:
        panels = figure.subplots(1, len(shown), squeeze=False)[0]
        for metric, axes in zip(shown, panels, strict=True):
            for at, name, (colour, style) in zip(kept, names, line_styles(len(kept)), strict=True):
                steps, values = lines[metric][at]
                mark = "o" if metric == "val/loss" or len(steps) == 1 else None
                axes.plot(
                    steps, values, label=safe(name), color=colour, ls=style, marker=mark, ms=3.5, lw=1.4
                )
            axes.set(xlabel="optimiser step", ylabel=PANELS[metric])
        legend_below(figure, panels[0], [safe(name) for name in names])

    return Drawing(draw, 5.2 * len(shown), _height(3.2, names), "Losses over optimiser steps")


def _height(panels: float, names: Sequence[str]) -> float:
    """Panels and the legend beneath them, in inches."""
    longest = max(map(len, names), default=0)
    columns = 1 if longest > 40 else 2 if longest > 24 else 3
    return panels + 0.3 + 0.19 * -(-len(names) // columns)


def complexity(entries: Sequence[Entry], shown: Sequence[str]) -> Drawing | None:
    """The first shown metric of each set over bins of actions, branches and loops, depth; None without any.

    Only of single runs: each has a breakdown of its own in its folder.
    """
    runs = [(entry, entry.rows[0]) for entry in entries if len(entry.rows) == 1]
    names = labels([row for _, row in runs])
    found: dict[tuple[str, str], dict[str, list[Part]]] = {}
    for (entry, row), name in zip(runs, names, strict=True):
        for of, metric in _headlines(entry, shown):
            parts = [p for p in breakdown_of(row, of) if p.metric == metric and p.by in DRAWN_BY]
            if parts:
                found.setdefault((of.partition("-")[2], metric), {})[name] = parts
    drawn = list(found)[:SETS]
    if not drawn:
        return None
    ordered = [name for name in names if any(name in found[key] for key in drawn)]
    palette = dict(zip(ordered, line_styles(len(ordered)), strict=True))

    def draw(figure: Figure, _inks: Inks) -> None:
        grid = figure.subplots(len(drawn), len(DRAWN_BY), squeeze=False, sharey="row")
        for line, (split, metric) in zip(grid, drawn, strict=True):
            for axes, by in zip(line, DRAWN_BY, strict=True):
                _bins(axes, found[split, metric], by, palette)
            line[0].set_ylabel(f"{metric}, % ({safe(split)})")
        for axes, by in zip(grid[-1], DRAWN_BY, strict=True):
            axes.set_xlabel(f"{by} of the reference")
        for name, (colour, style) in palette.items():
            grid[0][0].plot([], [], color=colour, ls=style, marker="o", ms=3.5, label=safe(name))
        legend_below(figure, grid[0][0], [safe(name) for name in ordered])

    label = "Scores by actions, branches and loops, and depth of the reference"
    return Drawing(draw, 10.6, _height(2.4 * len(drawn), ordered), label)


def _headlines(entry: Entry, shown: Sequence[str]) -> list[tuple[str, str]]:
    """The first shown metric of each final set of an entry."""
    found: dict[str, str] = {}
    for name in shown:
        of, _, metric = name.rpartition("/")
        if name in entry.values and of.partition("-")[0] in FINAL:
            found.setdefault(of, metric)
    return list(found.items())


def _bins(axes: Axes, runs: dict[str, list[Part]], by: str, palette: dict[str, tuple[str, str]]) -> None:
    """A line for each run over the bins that any has; with few runs, its intervals too."""
    held = {part.bin for parts in runs.values() for part in parts if part.by == by}
    names = [name for name in bin_names(by) if name in held and name != UNREADABLE]
    for number, (run, parts) in enumerate(runs.items()):
        shift = (number - (len(runs) - 1) / 2) * 0.3 / len(runs)
        told = sorted((names.index(p.bin), p) for p in parts if p.by == by and p.bin in names)
        places = [place + shift for place, _ in told]
        means = [100 * part.mean for _, part in told]
        colour, style = palette[run]
        axes.plot(places, means, color=colour, ls=style, marker="o", ms=3.5, lw=1.2)
        for place, (_, part) in zip(places, told, strict=True):
            if len(runs) <= 6:
                axes.plot([place, place], [100 * part.low, 100 * part.high], color=colour, lw=0.9)
    axes.set_xticks(range(len(names)), names)
    axes.tick_params(axis="x", labelsize=7.5)
    axes.set_ylim(bottom=0)
    axes.grid(False, axis="x")
