"""Figures as files: SVG and PNG of the same drawing, the same bytes each time.

A drawing takes the inks it may use, so that one function draws for a page, whose colours change with light
and dark (`wfllm.bench.describe.svg`), and for files, on white.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from wfllm.bench.describe.svg import INKS, figure_svg
from wfllm.files import write_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Inks = Mapping[str, str]
PRINT: Inks = {
    "ink": "#1b2430",
    "soft": "#5a6676",
    "line": "#dbe1ea",
    "real": "#2467d6",
    "made": "#d97a1c",
    "kept": "#1f8a66",
    "lost": "#c9453b",
    "paper": "#ffffff",
}
"""The inks of `INKS` on white."""
_SETTINGS: Mapping[str, object] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "wfllm",
    "font.size": 9.0,
    "font.family": ["DejaVu Sans"],
    "text.parse_math": False,  # names of runs are anybody's text
    "text.color": PRINT["ink"],
    "axes.edgecolor": PRINT["line"],
    "axes.labelcolor": PRINT["soft"],
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "grid.color": PRINT["line"],
    "grid.linewidth": 0.6,
    "xtick.color": PRINT["soft"],
    "ytick.color": PRINT["soft"],
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
}


@dataclass(frozen=True)
class Drawing:
    """What draws a figure, how large it is in inches, and what it shows in words."""

    draw: Callable[[Figure, Inks], None]
    width: float
    height: float
    label: str


def as_element(drawing: Drawing) -> str:
    """The figure as an `<svg>` element of a page."""
    return figure_svg(lambda figure: drawing.draw(figure, INKS), drawing.width, drawing.height, drawing.label)


def write_figure(drawing: Drawing, path: Path) -> list[Path]:
    """Write the figure as `<path>.svg` and `<path>.png`; a suffix that `path` has is replaced.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    written = []
    with _settings():
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(drawing.width, drawing.height), layout="constrained")
        FigureCanvasAgg(figure)
        drawing.draw(figure, PRINT)
        for kind in ("svg", "png"):
            buffer = io.BytesIO()
            metadata = {"Date": None} if kind == "svg" else {"Software": None}
            figure.savefig(buffer, format=kind, dpi=120, metadata=cast(Any, metadata))
            written.append(path.with_suffix(f".{kind}"))
            write_bytes(written[-1], buffer.getvalue(), sync=False)
    return written


@contextmanager
def _settings() -> Iterator[None]:
    """Nobody's own settings; signs that a font lacks are no reason to warn."""
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(cast(Any, _SETTINGS))
        yield


def line_styles(count: int) -> list[tuple[str, str]]:
    """Colour and style of so many lines, readable on white and on black: ten colours, the next ten dashed."""
    import matplotlib
    from matplotlib.colors import to_hex

    tab10 = matplotlib.colormaps["tab10"]
    return [(to_hex(tab10(i % 10)), ("-", "--", ":")[i // 10 % 3]) for i in range(count)]


def legend_below(figure: Figure, axes: Axes, names: Sequence[str]) -> None:
    """The names of all lines of `axes` beneath the figure; columns as long as names leave room."""
    handles, _ = axes.get_legend_handles_labels()
    longest = max((len(name) for name in names), default=0)
    columns = 1 if longest > 40 else 2 if longest > 24 else 3
    figure.legend(handles, list(names), loc="outside lower center", ncols=columns, fontsize=8)
