"""A table of results: values with their intervals or deviations, before they are written as anything.

`wfllm.report.writers` makes Markdown, CSV, LaTeX, HTML or a terminal's table of it, `wfllm.report.bars` a
picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from wfllm.errors import one_line


@dataclass(frozen=True)
class Value:
    """One number of a table and how far it can be trusted, all in the unit of its column."""

    value: float
    low: float | None = None
    high: float | None = None
    """Ends of its 95 % interval; None where it has none."""
    deviation: float | None = None
    """Sample deviation between runs that differ in their seed alone."""
    n: int | None = None
    """How many samples, or how many seeds, the value is the mean of."""


Cell = Value | str | None
"""None is what is not known."""


@dataclass(frozen=True)
class Column:
    """One column: what it is called and how its numbers are printed."""

    name: str
    group: str = ""
    """Heading above it, over all neighbours of the same group."""
    text: bool = False
    digits: int = 1
    signed: bool = False
    """A difference: `+` before what is more than nothing."""
    better: Literal["more", "less", "neither"] = "neither"
    """Which values are good; `neither` marks none as best and is not drawn."""

    @property
    def heading(self) -> str:
        """Group and name on one line."""
        return f"{self.group} {self.name}".strip()


@dataclass(frozen=True)
class Table:
    """A table whose first column names its rows."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    title: str = ""
    note: str = ""
    beside: int = 0
    """How many rows at the end are there for scale alone (the paper's): they compete for nothing."""

    @property
    def competing(self) -> Sequence[Sequence[Cell]]:
        return self.rows[: len(self.rows) - self.beside]


def number(value: Value, column: Column) -> str:
    """The value alone, with the digits of its column."""
    return f"{value.value:{'+' if column.signed else ''},.{column.digits}f}"


def spread(value: Value, column: Column) -> str:
    """`± 0.3` of several seeds, `[38.0, 44.1]` of samples, both where both are known; else empty."""
    digits = f",.{column.digits}f"
    deviation = "" if value.deviation is None else f"± {value.deviation:{digits}} "
    if value.low is None or value.high is None:
        return deviation.strip()
    sign = "+" if column.signed else ""
    return deviation + f"[{value.low:{sign}{digits}}, {value.high:{sign}{digits}}]"


def shown(cell: Cell, column: Column) -> str:
    """A cell as one line of text: `41.2 [38.0, 44.1]`, and a dash where it is not known."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return one_line(cell)
    return f"{number(cell, column)} {spread(cell, column)}".strip()


def best(table: Table) -> set[tuple[int, int]]:
    """Row and column of every value that is the best of its column beyond its interval.

    That is: its interval overlaps no other's. Where one of the values has no interval, or one without width
    (all samples scored alike, which says nothing of others), or only one row has a value, nothing is marked.
    Of a column of differences each is marked whose interval leaves out zero.
    """
    found: set[tuple[int, int]] = set()
    for at, column in enumerate(table.columns):
        if column.better == "neither":
            continue
        values = [(place, cell) for place, row in enumerate(table.competing) if (cell := row[at])]
        ends = [(*_ends(cell), place) for place, cell in values if isinstance(cell, Value)]
        if column.signed:
            found |= {(place, at) for low, high, place in ends if low > 0 or high < 0}
        elif len(ends) > 1 and all(low < high for low, high, _ in ends):
            if column.better == "less":
                ends = [(-high, -low, place) for low, high, place in ends]
            low, _, place = max(ends)
            if all(low > high for _, high, other in ends if other != place):
                found.add((place, at))
    return found


def _ends(cell: Value) -> tuple[float, float]:
    """Ends of the interval; not a number where it has none, which compares to nothing."""
    if cell.low is None or cell.high is None:
        return math.nan, math.nan
    return cell.low, cell.high
