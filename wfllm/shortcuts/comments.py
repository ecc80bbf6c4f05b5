"""Comments of a workflow: taken off, put before statements, told apart from code.

The comments of the published samples stand before physical lines, hence also inside multi-line texts;
here they belong to statements, so that stripping them leaves the same syntax tree.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass

from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.dialect import FUNCTIONS
from wfllm.shortcuts.names import api_identifier
from wfllm.shortcuts.syntax import parse_code, preorder

_COMMENT_LINE = re.compile(r"(?:(?<=\n)|\A)[ \t\f]*#[^\n]*(?:\n|\Z)")


@dataclass(frozen=True)
class Statement:
    """One statement of a workflow's code."""

    index: int
    """Number in pre-order, from 0; the key `with_comments` takes."""
    line: int
    depth: int
    kind: str
    """Class of its node: Assign, Expr, If, For, Match, Pass, …"""
    api: str | None
    """Identifier of the API it calls; None for syntax and the dialect's own functions."""
    node: ast.stmt


def statements(code: str, catalogue: Catalogue | None = None) -> list[Statement]:
    """The statements of code, parents before children.

    Args:
        code: a workflow in the dialect.
        catalogue: knows which identifier a published function name stands for; without it the name
            is read back by rule.

    Raises:
        WfllmError: the code does not parse.
    """
    return [
        Statement(i, s.node.lineno, s.depth, type(s.node).__name__, called_api(s.node, catalogue), s.node)
        for i, s in enumerate(preorder(parse_code(code)))
    ]


def called_api(node: ast.stmt, catalogue: Catalogue | None = None) -> str | None:
    """Identifier of the API that a statement calls, if it calls one."""
    value = getattr(node, "value", None)
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Name)):
        return None
    name = value.func.id
    if name in FUNCTIONS:
        return None
    api = catalogue.by_name(name) if catalogue is not None else None
    return api.identifier if api else api_identifier(name)


def without_comments(code: str) -> str:
    """Code without its comments, layout kept: whole-line comments go with their line.

    Code that does not parse (60 of 67 published samples) only loses the lines that hold nothing but a
    comment, which is where those samples have them: what of it still tokenises differs between versions of
    Python, and a record must be the same on all of them.
    """
    code = _unix_lines(code)
    return "".join(code[start:end] for start, end, label in code_spans(code) if label == "code")


def code_spans(code: str) -> list[tuple[int, int, str]]:
    """Spans `(start, end, "comment" | "code")` in characters that cover the text without a gap.

    What `without_comments` takes off is "comment": a whole-line comment with its indentation and line
    end, a trailing one with the blanks before it.
    """
    spans: list[tuple[int, int, str]] = []
    at = 0
    for start, end in _comments(code):
        if start > at:
            spans.append((at, start, "code"))
        if spans and spans[-1][2] == "comment":
            spans[-1] = (spans[-1][0], end, "comment")
        else:
            spans.append((start, end, "comment"))
        at = end
    if at < len(code):
        spans.append((at, len(code), "code"))
    return spans


def with_comments(code: str, comments: Mapping[int, str]) -> str:
    """Code with a comment line before each statement that has one, at the statement's indentation.

    Args:
        code: a workflow in the dialect.
        comments: statement number in pre-order → one line of text. Numbers no statement has and blank
            texts are left out.

    Raises:
        WfllmError: the code does not parse.
    """
    code = _unix_lines(code)
    lines = code.split("\n")
    before: dict[int, list[str]] = {}
    anchor = 1
    for i, statement in enumerate(preorder(parse_code(code))):
        if _begins_line(statement.node, lines):
            anchor = statement.node.lineno
        if text := _one_line(comments.get(i, "")):
            before.setdefault(anchor, []).append(text)
    out: list[str] = []
    for number, line in enumerate(lines, start=1):
        indent = line[: len(line) - len(line.lstrip(" \t\f"))]
        out.extend(f"{indent}# {text}" for text in before.get(number, ()))
        out.append(line)
    return "\n".join(out)


def _begins_line(node: ast.stmt, lines: list[str]) -> bool:
    """Whether a comment line may stand before the statement: it opens its line, and the line before
    does not continue into it. Otherwise (`a = 1; b = 2`) the comment goes before the whole line."""
    prefix = lines[node.lineno - 1].encode()[: node.col_offset]
    continued = node.lineno > 1 and lines[node.lineno - 2].endswith("\\")
    return not prefix.strip() and not continued


def _one_line(text: str) -> str:
    return "".join(c for c in " ".join(text.split()) if c.isprintable()).lstrip("# ")


def _unix_lines(code: str) -> str:
    """Line ends as Python's own parser reads them, so that "line" means the same here and there."""
    return code.replace("\r\n", "\n").replace("\r", "\n") if "\r" in code else code


def _comments(code: str) -> list[tuple[int, int]]:
    """Character spans of the comments, in order."""
    if "#" not in code:
        return []
    spans = _tokenised_comments(code) if "\r" not in code and _parses(code) else None
    if spans is None:
        return [match.span() for match in _COMMENT_LINE.finditer(code)]
    return spans


def _parses(code: str) -> bool:
    try:
        parse_code(code)
    except WfllmError:
        return False
    return True


def _tokenised_comments(code: str) -> list[tuple[int, int]] | None:
    """None where the code does not tokenise."""
    starts = [0]
    for line in code.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    spans: list[tuple[int, int]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.ERRORTOKEN and not token.string.isspace():
                return None
            if token.type == tokenize.COMMENT:
                row = starts[token.start[0] - 1]
                start, end = row + token.start[1], row + token.end[1]
                before = code[row:start]
                start -= len(before) - len(before.rstrip(" \t\f"))
                whole_line = start == row
                spans.append((start, min(end + 1, len(code)) if whole_line else end))
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return spans
