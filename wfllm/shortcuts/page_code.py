"""Code as highlighted HTML: each line with the actions it stands for and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Token

from wfllm.shortcuts.chart_text import escape
from wfllm.shortcuts.finding import Finding

MAX_COLOURED = 400_000
"""Characters; longer code is shown in one colour, so that no code keeps the lexer busy for long."""
MAX_LINE = 20_000
"""Characters of one line that are shown."""
_CLASSES = (
    (Comment, "c"),
    (String.Interpol, "si"),
    (String, "s"),
    (Number, "m"),
    (Keyword, "k"),
    (Operator.Word, "k"),
)
_INDENT = re.compile(" *")

Piece = tuple[str, str]
"""CSS class (may be empty) and text."""


def code_html(
    code: str,
    actions: Mapping[int, Sequence[int]],
    findings: Iterable[Finding] = (),
    *,
    line_prefix: str = "L",
    box_prefix: str = "wf-a",
) -> str:
    """The lines of some code as HTML, which is well-formed XML as well.

    Args:
        code: of any origin; lines end in `\\n`.
        actions: line, from 1 → indices of the actions it stands for; its number links to the first box.
        findings: shown under their lines.
        line_prefix: begins the id of each line.
        box_prefix: begins the id of each box of the chart; empty where there is no chart.
    """
    wrong: dict[int, list[Finding]] = {}
    lines = list(coloured(code))
    for finding in findings:
        wrong.setdefault(min(max(finding.line, 1), len(lines) or 1), []).append(finding)
    out: list[str] = []
    for number, pieces in enumerate(lines, start=1):
        indices = actions.get(number, ())
        faults = wrong.get(number, [])
        data = f' data-i="{" ".join(map(str, indices))}"' if indices else ""
        label = f'<span class="no">{number}</span>'
        if indices and box_prefix:
            label = f'<a class="no" href="#{box_prefix}{indices[0]}">{number}</a>'
        shown = "".join(f'<span class="{css}">{escape(t)}</span>' if css else escape(t) for css, t in pieces)
        first = "".join(text for _, text in pieces[:2])
        depth = min(len(_INDENT.match(first)[0]) // 4, 4)  # type: ignore[index]
        deep = f' class="d{depth}"' if depth else ""
        err = " err" if faults else ""
        text = f"<code{deep}>{shown or ' '}</code>"
        out.append(f'<div class="ln{err}" id="{line_prefix}{number}"{data}>{label}{text}</div>')
        out += [f'<div class="fi">{finding_html(fault)}</div>' for fault in faults]
    return "\n".join(out)


def finding_html(finding: Finding) -> str:
    """One finding in words."""
    mend = f" {escape(finding.suggestion)}" if finding.suggestion else ""
    return f'<span class="rule">{escape(finding.rule)}</span>{escape(finding.message)}.{mend}'


@cache
def code_style() -> str:
    """The rules for the lines of `code_html`, their colours and their findings."""
    return (Path(__file__).parent / "templates" / "code.css").read_text(encoding="utf-8")


def coloured(code: str) -> Iterator[list[Piece]]:
    """The lines of some code, each in pieces of one colour; a line that is too long is cut and says so."""
    line: list[Piece] = []
    length = 0
    for css, text in _pieces(code):
        for i, part in enumerate(text.split("\n")):
            if i:
                yield _told(line, length)
                line, length = [], 0
            if part:
                if length < MAX_LINE:
                    line.append((css, part[: MAX_LINE - length]))
                length += len(part)
    if line:
        yield _told(line, length)


def _told(line: list[Piece], length: int) -> list[Piece]:
    return line if length <= MAX_LINE else [*line, ("c", f"  … {length - MAX_LINE:,} more characters")]


def _pieces(code: str) -> Iterator[Piece]:
    """The code in pieces of one colour; joined, they are the code."""
    if len(code) > MAX_COLOURED:
        yield "", code
        return
    tokens = [(kind, text) for _, kind, text in PythonLexer().get_tokens_unprocessed(code)]
    css = ""
    held: list[str] = []
    for i, (kind, text) in enumerate(tokens):
        now = _class_of(kind, tokens[i + 1][1] if i + 1 < len(tokens) else "")
        if now != css and not (text.isspace() and "\n" not in text):
            if held:
                yield css, "".join(held)
            css, held = now, []
        held.append(text)
    if held:
        yield css, "".join(held)


def _class_of(kind: Any, following: str) -> str:
    if kind in Name:
        return "f" if following[:1] == "(" else "p" if following == "=" else ""
    if kind in Punctuation or kind is Token.Text:
        return ""
    return next((css for sort, css in _CLASSES if kind in sort), "")
