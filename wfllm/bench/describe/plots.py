"""The plots: how long, what about, with which apps (the paper's figure 4), what was lost on the way."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wfllm.bench.describe.facts import Facts
from wfllm.bench.describe.part import BUILTIN, UNKNOWN
from wfllm.bench.describe.spread import Spread
from wfllm.bench.describe.svg import INKS, figure_svg
from wfllm.bench.describe.table import Table
from wfllm.shortcuts.chart_kinds import app_name
from wfllm.shortcuts.chart_text import safe
from wfllm.shortcuts.stats import BUILTIN as SYSTEM

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Series = tuple[str, str, Sequence[float]]
"""What the legend says, name of the ink, a value for each place."""

WIDTH = 6.2
_ROW = 0.23
_EDGES = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
_TOKENS = (64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
_DRAWN = {"categories": 30, "apps": 12, "apis": 12}
"""Names that are drawn of a table."""
_LONGEST = 28
"""Characters of a name beside a bar."""


def actions_plot(facts: Facts) -> str:
    """Distribution of the number of actions, real against synthetic."""
    series: list[Series] = []
    for name, ink, synthetic in (("real", "real", False), ("synthetic", "made", True)):
        part = facts.counting.of(synthetic=synthetic)
        if part.records:
            series.append((name, ink, _shares(part.actions, _EDGES)))
    return _columns(_ranges(_EDGES), series, "actions", "share of workflows, %", "Actions of a workflow")


def lengths_plot(facts: Facts) -> str:
    """Distribution of the lengths of prompts and answers."""
    everything, told = facts.counting.of(), facts.lengths
    edges = [edge if told.count else edge * told.per_token for edge in _TOKENS]
    series: list[Series] = [
        ("prompt", "soft", _shares(everything.prompt, edges)),
        ("answer", "kept", _shares(everything.answer, edges)),
    ]
    labels = [f"≤ {_short(edge)}" for edge in _TOKENS] + [f"> {_short(_TOKENS[-1])}"]
    return _columns(labels, series, "tokens", "share of records, %", "Lengths of prompts and answers")


def names_plot(table: Table, label: str) -> str:
    """Bars for the rows of a table of names: shares of the real and of the synthetic part.

    The system's own actions, which nearly every workflow uses, would leave no room for the apps' bars.
    """
    rows = [row for row in table.rows if row[0] not in (UNKNOWN, BUILTIN)][: _DRAWN[table.name]]
    if not rows:
        return ""
    names = [_name(str(row[0]), table.name) for row in rows]
    series: list[Series] = []
    for name, ink, column in (("real", "real", 2), ("synthetic", "made", 4)):
        if any(row[column] is not None for row in rows):
            series.append((name, ink, [_number(row[column]) for row in rows]))
    return _bars(names, series, "share of records, %", label)


def stages_plot(table: Table) -> str:
    """What each stage kept, and what it dropped, as one bar."""
    names = [str(row[0]) for row in table.rows]
    series: list[Series] = [
        ("kept", "kept", [_number(row[1]) for row in table.rows]),
        ("dropped", "lost", [_number(row[2]) for row in table.rows]),
    ]
    return _bars(names, series, "items", "Items kept and dropped by each stage", stacked=True)


def drops_plot(table: Table) -> str:
    """Drops by rule."""
    names = [_clipped(f"{row[0]}: {row[1]}") for row in table.rows]
    series: list[Series] = [("dropped", "lost", [_number(row[2]) for row in table.rows])]
    return _bars(names, series, "items", "Items dropped by each rule")


def cost_plot(table: Table) -> str:
    """Tokens by purpose."""
    rows = [row for row in table.rows if row[1]]
    names = [_clipped(str(row[1])) for row in rows]
    series: list[Series] = [
        ("read", "soft", [_number(row[4]) / 1e3 for row in rows]),
        ("written", "made", [_number(row[5]) / 1e3 for row in rows]),
    ]
    return _bars(names, series, "thousand tokens", "Tokens by purpose", stacked=True)


def _shares(spread: Spread, edges: Sequence[float]) -> list[float]:
    return [100 * count / max(1, spread.count) for count in spread.bins(edges)]


def _ranges(edges: Sequence[int]) -> list[str]:
    """What the bins of `Spread.bins` are called."""
    pairs = itertools.pairwise(edges)
    inner = [str(high) if high == low + 1 else f"≤ {high}" for low, high in pairs]
    return [str(edges[0]), *inner, f"> {edges[-1]}"]


def _columns(labels: Sequence[str], series: Sequence[Series], x: str, y: str, label: str) -> str:
    """Standing bars, those of a place beside each other; empty places at both ends are left out."""
    from matplotlib.ticker import MaxNLocator

    used = [i for i in range(len(labels)) if any(values[i] for _, _, values in series)]
    if not used:
        return ""
    ends = slice(used[0], used[-1] + 1)
    labels = labels[ends]
    series = [(name, ink, values[ends]) for name, ink, values in series]

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        width = 0.8 / len(series)
        for number, (name, ink, values) in enumerate(series):
            places = [i - 0.4 + (number + 0.5) * width for i in range(len(labels))]
            axes.bar(places, values, width * 0.92, color=INKS[ink], label=name, linewidth=0)
        axes.set_xticks(range(len(labels)), labels)
        crowded = len(labels) > 8
        axes.tick_params(axis="x", labelsize=7.5 if crowded else 8.5)
        axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axes.grid(False, axis="x")
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        _legend(axes, series)

    return figure_svg(draw, WIDTH, 2.9, label)


def _bars(names: Sequence[str], series: Sequence[Series], x: str, label: str, stacked: bool = False) -> str:
    """Lying bars, the first on top."""
    from matplotlib.ticker import MaxNLocator

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        height = 0.78 if stacked else 0.78 / len(series)
        left = [0.0] * len(names)
        for number, (name, ink, values) in enumerate(series):
            shift = 0.0 if stacked else -0.39 + (number + 0.5) * height
            places = [i + shift for i in range(len(names))]
            bars = axes.barh(
                places, values, height * 0.92, left=left, color=INKS[ink], label=name, linewidth=0
            )
            if len(series) == 1:
                axes.bar_label(bars, fmt="{:,.0f}" if x == "items" else "{:.1f}", padding=3, fontsize=8)
            if stacked:
                left = [a + b for a, b in zip(left, values, strict=True)]
        axes.set_yticks(range(len(names)), names)
        axes.tick_params(axis="y", labelsize=8.5, labelcolor=INKS["ink"])
        axes.set_ylim(len(names) - 0.45, -0.55)
        if _largest(series) >= 5:
            axes.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))
            axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.grid(False, axis="y")
        axes.margins(x=0.08 if len(series) == 1 else 0.02)
        axes.set_xlabel(x)
        _legend(axes, series)

    rows = len(names) * (1 if stacked or len(series) == 1 else 1.35)
    return figure_svg(draw, WIDTH, 0.75 + rows * _ROW, label)


def _legend(axes: Axes, series: Sequence[Series]) -> None:
    if len(series) > 1:
        place: dict[str, Any] = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.2}
        axes.legend(ncols=len(series), handlelength=0.9, handleheight=0.9, fontsize=8.5, **place)


def _largest(series: Sequence[Series]) -> float:
    return max((value for _, _, values in series for value in values), default=0.0)


def _name(name: str, kind: str) -> str:
    """An app by its own name, an API by the end of its identifier."""
    if kind == "apps":
        name = app_name(f"{name}.x") or name
    if kind == "apis":
        name = name.removeprefix(SYSTEM) if name.startswith(SYSTEM) else ".".join(name.split(".")[-2:])
    return _clipped(name)


def _clipped(name: str) -> str:
    name = " ".join(safe(name).split())
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _short(number: float) -> str:
    return f"{number / 1024:g}k" if number >= 1024 else f"{number:g}"


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0
