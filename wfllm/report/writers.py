"""A table of results as Markdown, CSV, LaTeX, HTML, or for a terminal.

Names of runs and values of configs are anybody's text: each format escapes them in its own way, and a CSV
cell never begins like a formula. The same table gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator, Mapping

from rich.table import Table as RichTable
from rich.text import Text

from wfllm.bench.describe.table import markdown
from wfllm.errors import one_line
from wfllm.report.results import Cell, Column, Table, Value, best, number, shown, spread
from wfllm.shortcuts.chart_text import escape

FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula."""
_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "'": r"{'}",
    "-": "{-}",
    "–": "--",
    "→": r"$\to$",
    "±": r"$\pm$",
    "·": r"$\cdot$",
    "≤": r"$\le$",
    "…": r"\ldots{}",
    **{char: f"\\{char}" for char in "&%$#_{}"},
}
"""`-` and `'` in braces, so that no two of them join into another sign."""


def as_markdown(table: Table) -> str:
    """The table alone, for a README or a pull request; the best values bold."""
    marked = best(table)
    lines = [_markdown_line([markdown(column.heading) for column in table.columns])]
    lines.append("|" + "|".join("---" if column.text else "--:" for column in table.columns) + "|")
    for at, row in enumerate(table.rows):
        cells = []
        for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            if isinstance(cell, Value) and (at, place) in marked:
                rest = markdown(spread(cell, column))
                cells.append(f"**{markdown(number(cell, column))}** {rest}".strip())
            else:
                cells.append(markdown(shown(cell, column)))
        lines.append(_markdown_line(cells))
    return "\n".join(lines) + "\n"


def _markdown_line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def as_csv(table: Table) -> str:
    """One line a row, numbers in full; beside a value, in columns of their own, what is known of its spread.

    Columns: the heading, and where any row has them `… low`, `… high`, `… deviation`, `… n`. What is not
    known is empty.
    """
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    known = [_known(table, at) for at in range(len(table.columns))]
    heads = [
        [column.heading, *(f"{column.heading} {name}" for name in names)]
        for column, names in zip(table.columns, known, strict=True)
    ]
    out.writerow([plain(head) for some in heads for head in some])
    for row in table.rows:
        cells: list[object] = []
        for cell, names in zip(row, known, strict=True):
            if isinstance(cell, Value):
                cells += [cell.value, *(getattr(cell, name) for name in names)]
            else:
                cells += ["" if cell is None else plain(cell), *([None] * len(names))]
        out.writerow(cells)
    return text.getvalue()


def _known(table: Table, at: int) -> list[str]:
    """What of a column's values is known beside the value, in any row."""
    values = [row[at] for row in table.rows]
    names = ("low", "high", "deviation", "n")
    return [n for n in names if any(isinstance(v, Value) and getattr(v, n) is not None for v in values)]


def plain(text: str) -> str:
    """Text for a cell of a spreadsheet: one line that is no formula."""
    text = one_line(text)
    return f"'{text}" if text.startswith(FORMULA) else text


def as_latex(table: Table) -> str:
    """A `table` environment for the booktabs package; the best values bold, the paper's rows below a line."""
    marked = best(table)
    lines = ["% \\usepackage{booktabs}", "\\begin{table}", "\\centering"]
    if table.title:
        lines.append(f"\\caption{{{latex(table.title)}}}")
    kinds = "".join("l" if column.text else "r" for column in table.columns)
    lines += [f"\\begin{{tabular}}{{{kinds}}}", "\\toprule"]
    lines += list(_latex_groups(table))
    lines += [_latex_line([latex(column.name) for column in table.columns]), "\\midrule"]
    for at, row in enumerate(table.rows):
        if table.beside and at == len(table.competing) and at:
            lines.append("\\midrule")
        cells = zip(row, table.columns, strict=True)
        lines.append(
            _latex_line([_latex_cell(c, col, (at, i) in marked) for i, (c, col) in enumerate(cells)])
        )
    lines += ["\\bottomrule", "\\end{tabular}", "\\end{table}"]
    return "\n".join(lines) + "\n"


def latex(text: str) -> str:
    """Text of any origin as LaTeX that prints just that."""
    return "".join(_LATEX.get(char, char) for char in one_line(text))


def _latex_groups(table: Table) -> Iterator[str]:
    if not any(column.group for column in table.columns):
        return
    cells, rules, place = [], [], 1
    for group, members in itertools.groupby(table.columns, key=lambda column: column.group):
        width = len(list(members))
        cells.append(f"\\multicolumn{{{width}}}{{c}}{{{latex(group)}}}" if group else " & " * (width - 1))
        if group:
            rules.append(f"\\cmidrule(lr){{{place}-{place + width - 1}}}")
        place += width
    yield _latex_line(cells)
    yield "".join(rules)


def _latex_cell(cell: Cell, column: Column, is_best: bool) -> str:
    if not isinstance(cell, Value):
        return latex(shown(cell, column))
    value = _latex_number(number(cell, column))
    rest = _latex_number(spread(cell, column)).replace("±", "\\pm")
    value = f"\\mathbf{{{value}}}" if is_best else value
    return f"${value}\\;{rest}$" if rest else f"${value}$"


def _latex_number(text: str) -> str:
    """In mathematics a comma between digits would be followed by a space."""
    text = re.sub(r"(?<=\d),(?=\d)", "{,}", text)
    return re.sub("nan|inf", lambda found: f"\\mathrm{{{found[0]}}}", text)


def _latex_line(cells: list[str]) -> str:
    return f"{' & '.join(cells)} \\\\"


def as_html(table: Table, links: Mapping[int, str] | None = None) -> str:
    """The table as an element of a page (`wfllm.shortcuts.html_page`), all of it escaped.

    Args:
        links: row → where its name leads.
    """
    marked = best(table)
    heads = "".join(f"<th{_css(column)}>{escape(column.name)}</th>" for column in table.columns)
    rows = []
    for at, row in enumerate(table.rows):
        cells = []
        for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            text = _html_cell(cell, column, (at, place) in marked)
            if place == 0 and links and at in links:
                text = f'<a href="{escape(links[at])}">{text}</a>'
            cells.append(f"<td{_css(column)}>{text}</td>")
        beside = ' class="scale"' if at >= len(table.competing) else ""
        rows.append(f"<tr{beside}>{''.join(cells)}</tr>")
    top = _html_groups(table)
    body = f"<table><thead>{top}<tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f'<div class="wide">{body}</div>'


def _css(column: Column) -> str:
    return "" if column.text else ' class="n"'


def _html_groups(table: Table) -> str:
    if not any(column.group for column in table.columns):
        return ""
    cells = []
    for group, members in itertools.groupby(table.columns, key=lambda column: column.group):
        width = len(list(members))
        cells.append(f'<th class="group" colspan="{width}">{escape(group)}</th>')
    return f"<tr>{''.join(cells)}</tr>"


def _html_cell(cell: Cell, column: Column, is_best: bool) -> str:
    if not isinstance(cell, Value):
        return escape(shown(cell, column))
    value = escape(number(cell, column))
    rest = spread(cell, column)
    value = f"<b>{value}</b>" if is_best else value
    return f'{value} <span class="spread">{escape(rest)}</span>' if rest else value


def as_rich(table: Table) -> RichTable:
    """The table for a terminal: spreads below their values, the best values bold."""
    marked = best(table)
    made = RichTable(title=Text(one_line(table.title)) if table.title else None)
    for column in table.columns:
        head = "\n".join(filter(None, (one_line(column.group), one_line(column.name))))
        made.add_column(Text(head), justify="left" if column.text else "right", overflow="fold")
    for at, row in enumerate(table.rows):
        if table.beside and at == len(table.competing) and at:
            made.add_section()
        cells = []
        for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            if not isinstance(cell, Value):
                cells.append(Text(shown(cell, column)))
                continue
            text = Text(number(cell, column), style="bold" if (at, place) in marked else "")
            rest = spread(cell, column)
            cells.append(text.append(f"\n{rest}", style="dim not bold") if rest else text)
        made.add_row(*cells, style="dim" if at >= len(table.competing) else None)
    return made
