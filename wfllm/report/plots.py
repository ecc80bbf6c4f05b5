"""The plots: metrics by how hard the reference is (the paper's Figure 5), and before against after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from wfllm.bench.describe.svg import INKS, figure_svg
from wfllm.evaluation.breakdown import ALL, UNREADABLE, Part, bin_names
from wfllm.evaluation.metrics import details, families
from wfllm.report.tables import WHENS, heading

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DRAWN_BY = ("actions", "branches and loops", "depth")
"""The paper's three."""
MOST = 5
"""Metrics that are drawn by complexity; the CSV file has all."""
_INKS = {"before": "made", "after": "real", "scores": "real"}
_WIDTH = 11.4

Series = Mapping[str, Sequence[Part]]
"""When → the breakdown of one split."""


def headlines(series: Series) -> list[str]:
    """The first metric of each family that was scored and is no detail, at most so many."""
    known = {part.metric for parts in series.values() for part in parts if part.by == ALL}
    firsts = (next((m for m in family if m in known - details()), None) for family in families().values())
    return [metric for metric in firsts if metric is not None][:MOST]


def complexity_plot(series: Series, split: str) -> str:
    """Means with their intervals over the bins of actions, of branches and loops, of depth."""
    metrics = headlines(series)
    if not metrics:
        return ""

    def draw(figure: Figure) -> None:
        grid = figure.subplots(len(metrics), len(DRAWN_BY), squeeze=False, sharey="row")
        for row, metric in zip(grid, metrics, strict=True):
            for axes, by in zip(row, DRAWN_BY, strict=True):
                _bins(axes, series, by, metric)
            row[0].set_ylabel(f"{heading(metric)}, %")
        for axes, by in zip(grid[-1], DRAWN_BY, strict=True):
            axes.set_xlabel(f"{by} of the reference")
        _legend(grid[0][-1], series)

    label = f"Metrics by number of actions, of branches and loops, and by depth of nesting: {split}"
    return figure_svg(draw, _WIDTH, 2.1 * len(metrics) + 0.5, label)


def _bins(axes: Axes, series: Series, by: str, metric: str) -> None:
    """Bars of one metric over the bins of one count; under each how many samples it holds."""
    found = {when: {p.bin: p for p in ps if (p.by, p.metric) == (by, metric)} for when, ps in series.items()}
    names = [n for n in bin_names(by) if n != UNREADABLE and any(n in parts for parts in found.values())]
    width = 0.8 / len(series)
    for number, (when, parts) in enumerate(found.items()):
        for place, name in enumerate(names):
            if name in parts:
                x = place - 0.4 + (number + 0.5) * width
                _bar(axes, x, width * 0.9, parts[name], when)
    counts = [max((parts[n].n for parts in found.values() if n in parts), default=0) for n in names]
    axes.set_xticks(range(len(names)), [f"{n}\nn={c:,}" for n, c in zip(names, counts, strict=True)])
    axes.tick_params(axis="x", labelsize=7.5)
    axes.set_xlim(-0.6, max(len(names), 1) - 0.4)
    axes.set_ylim(bottom=0)
    axes.grid(False, axis="x")


def _bar(axes: Axes, x: float, width: float, part: Part, when: str) -> None:
    axes.bar(x, 100 * part.mean, width, color=INKS[_INKS[when]], linewidth=0)
    axes.plot([x, x], [100 * part.low, 100 * part.high], color=INKS["ink"], linewidth=1)


def change_plot(series: Series, split: str) -> str:
    """Every metric before and after training, with intervals; empty where a run has only one of them."""
    shown = {when: {p.metric: p for p in parts if p.by == ALL} for when, parts in series.items()}
    metrics = [m for m in shown.get("before", {}) if m in shown.get("after", {})]
    if not metrics:
        return ""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for place, metric in enumerate(metrics):
            for shift, when in ((-0.19, "before"), (0.19, "after")):
                part = shown[when][metric]
                axes.barh(place + shift, 100 * part.mean, 0.35, color=INKS[_INKS[when]], linewidth=0)
                y = place + shift
                axes.plot([100 * part.low, 100 * part.high], [y, y], color=INKS["ink"], linewidth=1)
        axes.set_yticks(range(len(metrics)), [heading(m) for m in metrics])
        axes.tick_params(axis="y", labelcolor=INKS["ink"])
        axes.set_ylim(len(metrics) - 0.45, -0.55)
        axes.set_xlim(left=0)
        axes.set_xlabel("percent; lines are 95 % intervals")
        axes.grid(False, axis="y")
        _legend(axes, {when: series[when] for when in ("before", "after")})

    return figure_svg(
        draw, 6.2, 0.8 + 0.34 * len(metrics), f"Every metric before and after training: {split}"
    )


def _legend(axes: Axes, series: Series) -> None:
    if len(series) < 2:
        return
    from matplotlib.patches import Patch

    handles = [Patch(color=INKS[_INKS[when]], linewidth=0, label=WHENS[when]) for when in series]
    axes.legend(
        handles=handles,
        ncols=len(handles),
        handlelength=0.9,
        handleheight=0.9,
        fontsize=8.5,
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        borderaxespad=0.2,
    )
