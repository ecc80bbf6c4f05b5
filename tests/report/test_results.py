"""A table of results: which value is best, and the same table in every format."""

from __future__ import annotations

import csv
import io
import math
import re
from xml.etree import ElementTree

import pytest
from rich.console import Console

from tests.report.making import HOSTILE
from wfllm.report.results import Column, Table, Value, best
from wfllm.report.writers import as_csv, as_html, as_latex, as_markdown, as_rich

RUN = Column("run", text=True)
TABLE = Table(
    [RUN, Column("codebleu", "after-id", better="more"), Column("loss", "val", digits=4, better="less")],
    [
        ["a_1", Value(31.25, 30.0, 32.5, n=100), Value(0.5)],
        ["b & c", Value(40.0, 39.0, 41.0, n=100), Value(math.nan)],
        ["seeds", None, Value(1234.5, deviation=0.25, n=3)],
        ["paper: it", Value(99.0), None],
    ],
    "50 % more_or_less",
    beside=1,
)


def column(better: str, *values: Value | None) -> Table:
    return Table([RUN, Column("x", better=better)], [["r", v] for v in values])  # type: ignore[arg-type]


def test_the_best_is_marked_only_beyond_every_other_interval() -> None:
    apart, touching = Value(5, 4, 6), Value(3, 2, 4)
    assert best(column("more", Value(2, 1, 3), apart)) == {(1, 1)}
    assert best(column("more", touching, apart)) == set()  # their ends meet
    assert best(column("less", Value(2, 1, 3), apart)) == {(0, 1)}
    assert best(column("neither", Value(2, 1, 3), apart)) == set()
    assert best(column("more", apart)) == set()
    assert best(column("more", apart, None)) == set()
    assert best(column("more", Value(2, 1, 3), apart, Value(1))) == set()  # one has no interval
    assert best(column("more", Value(2, 1, 3), Value(5, 5, 5))) == set()  # one without width
    assert best(column("more", Value(math.nan, math.nan, math.nan), apart)) == set()
    assert best(TABLE) == {(1, 1)}  # the paper's 99 competes for nothing


def test_of_differences_each_is_marked_that_leaves_out_zero() -> None:
    table = Table(
        [RUN, Column("x", signed=True, better="more")],
        [["a", Value(1, 0.5, 2)], ["b", Value(1, -1, 2)], ["c", Value(-1, -2, -0.1)], ["d", Value(1)]],
    )
    assert best(table) == {(0, 1), (2, 1)}
    assert "**+1.0** \\[+0.5, +2.0\\]" in as_markdown(table)


def test_markdown() -> None:
    lines = as_markdown(TABLE).splitlines()
    assert lines[0] == "| run | after-id codebleu | val loss |"
    assert lines[1] == "|---|--:|--:|"
    assert lines[2] == r"| a\_1 | 31.2 \[30.0, 32.5\] | 0.5000 |"
    assert lines[3] == r"| b \& c | **40.0** \[39.0, 41.0\] | nan |"
    assert lines[4] == "| seeds | – | 1,234.5000 ± 0.2500 |"
    assert len(lines) == 6


def test_csv_has_numbers_in_full_and_what_is_known_of_their_spread() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(TABLE))))
    assert rows[0] == [
        "run",
        *(f"after-id codebleu{end}" for end in ("", " low", " high", " n")),
        *(f"val loss{end}" for end in ("", " deviation", " n")),
    ]
    assert rows[1] == ["a_1", "31.25", "30.0", "32.5", "100", "0.5", "", ""]
    assert rows[2][5:] == ["nan", "", ""]
    assert rows[3] == ["seeds", "", "", "", "", "1234.5", "0.25", "3"]
    assert {len(row) for row in rows} == {8}


def test_latex_is_booktabs_and_says_what_the_text_says() -> None:
    text = as_latex(TABLE)
    assert r"\caption{50 \% more\_or{-}less}" not in text
    assert r"\caption{50 \% more\_or\_less}" in text
    assert r"\begin{tabular}{lrr}" in text
    assert r" & \multicolumn{1}{c}{after{-}id} & \multicolumn{1}{c}{val} \\" in text
    assert r"\cmidrule(lr){2-2}\cmidrule(lr){3-3}" in text
    assert r"b \& c & $\mathbf{40.0}\;[39.0, 41.0]$ & $\mathrm{nan}$ \\" in text
    assert r"seeds & -- & $1{,}234.5000\;\pm 0.2500$ \\" in text
    assert text.count(r"\midrule") == 2  # below the head, above the paper
    for row in text.splitlines()[4:]:
        if row.endswith(r"\\"):
            cells = row.replace(r"\&", "")
            spans = sum(int(n) - 1 for n in re.findall(r"multicolumn\{(\d+)\}", row))
            assert cells.count("&") + spans == 2


def test_hostile_text_is_text_in_every_format() -> None:
    bad = HOSTILE + r"\input{/etc/passwd} $x$ %c #1 ~^ | *b* [l](javascript:x) `c` _i_ =1+1"
    table = Table([Column(bad, text=True), Column(bad, bad)], [[bad, Value(1)], ["=cmd()", None]], bad)
    page = as_html(table, {0: '"><script>'})
    assert "<script" not in page
    ElementTree.fromstring(page)  # well-formed
    text = as_latex(table)
    assert "\\input" not in text.replace("\\textbackslash{}input", "")
    assert not re.search(
        r"(?<!\\)[%#$](?!\\)", re.sub(r"^% .*\n", "", re.sub(r"\$[^$\n]*\$ *\\\\", "", text))
    )
    assert len(as_markdown(table).splitlines()) == 4
    assert "<script" not in as_markdown(table).replace("\\<script", "")
    assert {len(row) for row in csv.reader(io.StringIO(as_csv(table)))} == {2}
    assert "'=cmd()" in as_csv(table)
    console = Console(width=400, file=io.StringIO(), force_terminal=True)
    with console.capture() as caught:
        console.print(as_rich(table))
    assert "\x1b[2J" not in caught.get()
    for written in (page, text, as_markdown(table), as_csv(table)):
        written.encode("utf-8")


def test_terminal_table_aligns_and_marks() -> None:
    console = Console(width=100, file=io.StringIO(), force_terminal=True, color_system="standard")
    with console.capture() as caught:
        console.print(as_rich(TABLE))
    out = caught.get()
    assert re.search(r"\x1b\[1m *40\.0", out)
    assert not re.search(r"\x1b\[1m *31\.2", out)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", out)
    assert "[39.0, 41.0]" in plain


@pytest.mark.parametrize("write", [as_markdown, as_csv, as_latex, as_html])
def test_a_table_without_rows_is_a_table(write: object) -> None:
    assert callable(write)
    assert "run" in write(Table([RUN, Column("x", better="more")], []))
