"""Bars of a table of results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from tests.report.making import HOSTILE
from wfllm.report.bars import ROWS, bars, bars_element, draw_bars
from wfllm.report.figures import Drawing, Inks, as_element
from wfllm.report.results import Cell, Column, Table, Value

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RUN = Column("run", text=True)
MORE = Column("codebleu", "after-id", better="more")


def table(rows: int) -> Table:
    made: list[list[Cell]] = [[f"run {i}", Value(30.0 + i, 28.0 + i, 33.0 + i)] for i in range(rows)]
    return Table([RUN, MORE], [*made, ["paper: it", Value(39.3)]], "a table", beside=1)


def test_what_has_no_numbers_to_compare_is_not_drawn(tmp_path: Path) -> None:
    assert bars(Table([RUN, Column("n")], [["a", Value(3)]])) is None
    assert bars(Table([RUN, MORE], [["a", Value(float("nan"))], ["b", None]])) is None
    assert draw_bars(Table([RUN, MORE], []), tmp_path / "x") == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_pictures_are_written_twice_alike_and_hold_their_numbers(tmp_path: Path) -> None:
    files = draw_bars(table(3), tmp_path / "a" / "scores")
    assert [file.name for file in files] == ["scores.svg", "scores.png"]
    draw_bars(table(3), tmp_path / "b" / "scores")
    assert all((tmp_path / "b" / file.name).read_bytes() == file.read_bytes() for file in files)
    text = files[0].read_text(encoding="utf-8")
    for word in ("run 0", "run 2", "30.0", "39.3", "paper: it", "after-id codebleu"):
        assert word in text


@pytest.mark.slow
def test_an_element_of_a_page_has_no_styles_and_hostile_names_are_text() -> None:
    bad = Table([RUN, MORE], [[HOSTILE, Value(1.0, 0.5, 1.5)], ["$\\frac{", Value(2.0, deviation=0.1)]])
    text = bars_element(bad)
    root = ElementTree.fromstring(text)
    assert root.get("class") == "plot"
    assert "style=" not in text
    assert "<script" not in text
    many = bars_element(table(3 * ROWS))
    assert f"run {ROWS - 1}<" in many
    assert f"run {ROWS}<" not in many


@pytest.mark.slow
def test_points_of_a_line_are_seen_on_a_page() -> None:
    """A run with one validation has one point and no line; matplotlib draws points by reference alone."""

    def draw(figure: Figure, inks: Inks) -> None:
        figure.subplots().plot([10], [0.5], marker="o", color=inks["real"])

    text = as_element(Drawing(draw, 3, 2, "one point"))
    points = [e for e in ElementTree.fromstring(text).iter("path") if "translate" in e.get("transform", "")]
    assert len(points) == 1
    assert points[0].get("class") == "f-real s-real"
    assert "C" in points[0].get("d", "")
