"""A table of numbers, and how it is written: JSON, CSV, HTML, Markdown."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from wfllm.errors import one_line
from wfllm.shortcuts.chart_text import escape

Cell = str | int | float | None


@dataclass(frozen=True)
class Table:
    """One table. The first column names its rows; None is what is not known."""

    name: str
    """Key in JSON and CSV."""
    title: str
    columns: tuple[str, ...]
    """Headings; `train|paper` is the column `paper` in the group `train`."""
    rows: Sequence[tuple[Cell, ...]]
    note: str = ""
    """How it is counted, in words of ours."""
    texts: tuple[str, ...] = ()
    """Further columns that hold text."""


def as_json(tables: Iterable[Table]) -> dict[str, Any]:
    """Every table as a list of rows, each with its columns' names as keys."""
    return {
        table.name: [dict(zip(table.columns, map(_rounded, row), strict=True)) for row in table.rows]
        for table in tables
    }


def as_csv(tables: Iterable[Table]) -> str:
    """One number a line: table, row, column, value."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(("table", "row", "column", "value"))
    for table in tables:
        for row in table.rows:
            for column, value in zip(table.columns[1:], row[1:], strict=True):
                cells = (table.name, row[0], column, _rounded(value))
                out.writerow(_plain(cell) if isinstance(cell, str) else cell for cell in cells)
    return text.getvalue()


def _plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula, and that is one line."""
    text = one_line(text)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _rounded(value: Cell) -> Cell:
    return round(value, 6) if isinstance(value, float) else value


def shown(value: Cell, column: str = "") -> str:
    """A number for people; a dash where it is not known."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return one_line(value)
    if "USD" in column:
        return f"{value:,.2f}" if value >= 0.1 else f"{value:.4f}"
    if "%" in column:
        return f"{value:.1f}"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.2f}" if value < 1 else f"{value:.1f}"


def as_html(table: Table) -> str:
    """The table as an element, all of it escaped. Well-formed XML."""
    heads = [column.split("|") for column in table.columns]
    grouped = any(len(head) > 1 for head in heads)
    text = [i == 0 or c in table.texts for i, c in enumerate(table.columns)]
    kinds = [("" if is_text else "n") + (" g" if _begins(heads, i) else "") for i, is_text in enumerate(text)]
    css = [f' class="{kind.strip()}"' if kind else "" for kind in kinds]
    top = ""
    if grouped:
        top = "<tr>" + "".join(_group(heads, i) for i in range(len(heads))) + "</tr>"
    names = "".join(f"<th{c}>{escape(h[-1])}</th>" for h, c in zip(heads, css, strict=True))
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td{c}>{escape(shown(value, column))}</td>"
            for value, column, c in zip(row, table.columns, css, strict=True)
        )
        + "</tr>"
        for row in table.rows
    )
    body = f"<table><thead>{top}<tr>{names}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="wide">{body}</div>'


def _begins(heads: Sequence[Sequence[str]], index: int) -> bool:
    """Whether a column is the first of its group."""
    return len(heads[index]) > 1 and (index == 0 or heads[index - 1][0] != heads[index][0])


def _group(heads: Sequence[Sequence[str]], index: int) -> str:
    if len(heads[index]) == 1:
        return "<th></th>"
    if not _begins(heads, index):
        return ""
    span = sum(head[0] == heads[index][0] and len(head) > 1 for head in heads)
    return f'<th class="group g" colspan="{span}">{escape(heads[index][0])}</th>'


def as_markdown(table: Table) -> str:
    """The table for a README."""
    heads = [column.replace("|", ", ") for column in table.columns]
    text = [i == 0 or c in table.texts for i, c in enumerate(table.columns)]
    lines = [_line(heads), "|" + "|".join("---" if is_text else "--:" for is_text in text) + "|"]
    lines += [_line([shown(v, c) for v, c in zip(row, table.columns, strict=True)]) for row in table.rows]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(markdown, cells)) + " |"


def markdown(text: str) -> str:
    """Text of any origin as one line of Markdown that says just that."""
    return re.sub(r"([\\`*_{}\[\]<>#|~!$&])", r"\\\1", one_line(text))


def json_text(tables: Iterable[Table]) -> str:
    return json.dumps(as_json(tables), ensure_ascii=True, indent=1, allow_nan=False) + "\n"
