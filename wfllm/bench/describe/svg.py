"""A matplotlib figure as an element of a page: no ids but those it needs, no inline styles, colours by class.

The page's policy forbids inline styles, which matplotlib writes everywhere, and its colours change with light
and dark. So figures are drawn in the colours of INKS, and these become classes here.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast
from xml.etree import ElementTree

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INKS = {
    "ink": "#010203",
    "soft": "#010204",
    "line": "#010205",
    "real": "#010206",
    "made": "#010207",
    "kept": "#010208",
    "lost": "#010209",
    "paper": "#01020a",
}
"""Name of a colour on the page → the colour that stands for it in a figure."""
_NAMES = {colour: name for name, colour in INKS.items()}
_SIZE = 9.0
_SETTINGS: Mapping[str, object] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "wfllm",
    "font.size": _SIZE,
    "font.family": ["DejaVu Sans"],
    "text.parse_math": False,
    "text.color": INKS["ink"],
    "axes.edgecolor": INKS["line"],
    "axes.labelcolor": INKS["soft"],
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "grid.color": INKS["line"],
    "grid.linewidth": 0.6,
    "xtick.color": INKS["soft"],
    "ytick.color": INKS["soft"],
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "legend.labelcolor": INKS["ink"],
    "figure.facecolor": "none",
}
_DROPPED = {"stroke-linejoin", "stroke-linecap", "font", "clip-path"}


@contextmanager
def _plain_matplotlib() -> Iterator[None]:
    """Nobody's own settings; signs that a font lacks are no reason to warn, the browser has others."""
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(cast(Any, _SETTINGS))
        yield


def figure_svg(draw: Callable[[Figure], None], width: float, height: float, label: str) -> str:
    """Draw a figure and write it as an `<svg>` element; the same bytes each time.

    Args:
        draw: draws into an empty figure, in the colours of INKS alone.
        width, height: in inches; the page scales it.
        label: what it shows, for those who cannot see it.
    """
    with _plain_matplotlib():
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width, height), layout="constrained")
        canvas: Any = FigureCanvasSVG(figure)  # its methods have no types
        draw(figure)
        text = io.StringIO()
        canvas.print_svg(text, metadata={"Date": None, "Creator": None})  # savefig would draw twice
    return _for_page(text.getvalue(), label)


def _for_page(text: str, label: str) -> str:
    root = ElementTree.fromstring(text)  # our own figure, not a file's
    _inline_points(root)
    for parent in list(root.iter()):
        for child in list(parent):
            if _tag(child) in ("metadata", "style", "defs"):
                parent.remove(child)
    for element in root.iter():
        element.tag = _tag(element)
        element.tail = None
        if element.tag != "text":
            element.text = None
        _restyle(element)
    box = root.get("viewBox", "")
    root.attrib = {"viewBox": box, "class": "plot", "role": "img", "aria-label": label}
    _flatten(root)
    return ElementTree.tostring(root, encoding="unicode")


def _inline_points(root: ElementTree.Element) -> None:
    """Points of a line, which matplotlib defines once and refers to by an id, become shapes of their own."""
    shapes = {e.get("id"): e.get("d", "") for e in root.iter() if _tag(e) == "path" and e.get("id")}
    for element in root.iter():
        if _tag(element) != "use":
            continue
        name = next((value[1:] for key, value in element.attrib.items() if key.endswith("href")), "")
        shape = shapes.get(name, "")
        if "C" in shape:  # round; the marks of ticks have no size here
            place = f"translate({element.attrib.pop('x', '0')} {element.attrib.pop('y', '0')})"
            element.tag = "path"
            element.attrib |= {"d": " ".join(shape.split()), "transform": place}


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _restyle(element: ElementTree.Element) -> None:
    """Presentation attributes and classes in place of a style."""
    old, element.attrib = element.attrib, {}
    classes = []
    for declaration in filter(None, old.pop("style", "").split(";")):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key in ("fill", "stroke") and value in _NAMES:
            classes.append(f"{key[0]}-{_NAMES[value]}")
        elif key == "font" and (size := re.match(r"([\d.]+)px", value)):
            element.set("font-size", size[1])
        elif key not in _DROPPED:
            element.set(key, value)
    for key, value in old.items():
        if "}" not in key and key not in ("id", "clip-path", "xml:space"):
            element.set(key, re.sub(r"(\d+\.\d\d)\d+", r"\1", value) if key in ("d", "x", "y") else value)
    if classes:
        element.set("class", " ".join(classes))


def _flatten(element: ElementTree.Element) -> None:
    """Groups without a meaning of their own give way to what is in them."""
    children: list[ElementTree.Element] = []
    for child in element:
        _flatten(child)
        if child.tag == "g" and not child.attrib:
            children += list(child)
        else:
            children.append(child)
    element[:] = children
