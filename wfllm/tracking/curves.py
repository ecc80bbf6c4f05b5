"""Losses of several runs in one picture, and their scores as bars: SVG and PNG."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wfllm.evaluation.metrics import METRICS
from wfllm.files import write_bytes
from wfllm.tracking.compare import Row, differing_keys
from wfllm.tracking.metrics_file import read_metrics

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = {"train/loss": "training loss", "val/loss": "validation loss"}
BARS = ("codebleu", "parses", "known_apis")
LONGEST = 60
"""Characters of a run's name in a legend."""
SMOOTH = 200
"""Points of a curve above which it is drawn as means of neighbours."""


def draw_curves(rows: Sequence[Row], folder: Path) -> list[Path]:
    """`curves` and `scores` in a folder, each as SVG and PNG; what no run has is left out."""
    os.environ.setdefault("MPLBACKEND", "agg")
    import matplotlib.pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    names = labels(rows)
    written: list[Path] = []
    with plt.rc_context(
        {
            "svg.hashsalt": "wfllm",
            "svg.fonttype": "none",
            "axes.spines.top": False,
            "axes.spines.right": False,
        }
    ):
        for name, draw in (("curves", _curves), ("scores", _scores)):
            figure = draw(rows, names)
            if figure is None:
                continue
            for kind in ("svg", "png"):
                written.append(folder / f"{name}.{kind}")
                _save(figure, written[-1], kind)
            plt.close(figure)
    return written


def labels(rows: Sequence[Row]) -> list[str]:
    """What tells the runs apart, in a few words each: the keys in which they differ, then their ids."""
    keys = [k for k in differing_keys(rows) if any(row.config.get(k) is not None for row in rows)]
    found = []
    for row in rows:
        short = {k: k.removesuffix(".name") for k in keys if row.config.get(k) is not None}
        text = " ".join(f"{short[k]}={_plain(row.config[k])}" for k in short)
        found.append(text[: LONGEST - 1] + "…" if len(text) > LONGEST else text)
    return [
        text if text and found.count(text) == 1 else f"{text} {row.path.name[-8:]}".strip()
        for text, row in zip(found, rows, strict=True)
    ]


def points(row: Row, metric: str) -> tuple[list[float], list[float]]:
    """Steps (from 1) and values of a metric; a value that is no number is left out."""
    logged = [
        (float(r["step"]) + 1, float(r[metric]))
        for r in read_metrics(row.path / "metrics.jsonl")
        if isinstance(r.get(metric), (int, float)) and isinstance(r["step"], (int, float))
    ]
    logged = [(step, value) for step, value in logged if math.isfinite(value)]
    size = math.ceil(len(logged) / SMOOTH) or 1
    parts = [logged[i : i + size] for i in range(0, len(logged), size)]
    return [p[-1][0] for p in parts], [sum(v for _, v in p) / len(p) for p in parts]


def _curves(rows: Sequence[Row], names: Sequence[str]) -> Figure | None:
    import matplotlib.pyplot as plt

    lines = {m: [points(row, m) for row in rows] for m in PANELS}
    shown = [m for m in PANELS if any(steps for steps, _ in lines[m])]
    if not shown:
        return None
    figure, axes = plt.subplots(1, len(shown), figsize=(6 * len(shown), 4.5), squeeze=False)
    for metric, axis in zip(shown, axes[0], strict=True):
        for (steps, values), name, colour in zip(lines[metric], names, _colours(len(rows)), strict=True):
            mark = "o" if metric == "val/loss" or len(steps) == 1 else None
            axis.plot(steps, values, label=name, color=colour, marker=mark, markersize=4)
        axis.set(xlabel="optimiser step", ylabel=PANELS[metric])
        axis.grid(alpha=0.3)
    _legend(figure, axes[0][0], len(rows))
    return figure


def _scores(rows: Sequence[Row], names: Sequence[str]) -> Figure | None:
    import matplotlib.pyplot as plt

    found = dict.fromkeys(name for row in rows for name in row.results)
    metrics = [m for m in found if m.rsplit(" ", 1)[-1] in BARS]
    if not metrics:
        return None
    figure, axis = plt.subplots(figsize=(max(6.0, 0.3 * len(metrics) * len(rows) + 3), 4.5))
    width = 0.8 / len(rows)
    for number, (row, name, colour) in enumerate(zip(rows, names, _colours(len(rows)), strict=True)):
        places = [i - 0.4 + (number + 0.5) * width for i in range(len(metrics))]
        axis.bar(places, [100 * row.results.get(m, 0.0) for m in metrics], width, label=name, color=colour)
    axis.set_xticks(range(len(metrics)), [_heading(m) for m in metrics])
    axis.set(ylabel="percent", ylim=(0, 100))
    axis.grid(axis="y", alpha=0.3)
    _legend(figure, axis, len(rows))
    return figure


def _heading(name: str) -> str:
    *front, metric = name.split(" ")
    return "\n".join([" ".join(front), METRICS.get(metric, metric)])


def _legend(figure: Figure, axis: Axes, count: int) -> None:
    handles, names = axis.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=1 if count > 6 else 2, frameon=False)
    figure.set_layout_engine("constrained")


def _colours(count: int) -> list[tuple[float, float, float, float]]:
    """Colours that can be told apart; of many runs, a scale in their order."""
    import matplotlib.pyplot as plt

    if count <= 10:
        return [plt.get_cmap("tab10")(i) for i in range(count)]
    return [plt.get_cmap("viridis")(i / (count - 1)) for i in range(count)]


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _save(figure: Figure, path: Path, kind: str) -> None:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=120, metadata={"Date": None} if kind == "svg" else None)
    write_bytes(path, buffer.getvalue())
