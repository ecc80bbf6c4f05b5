"""Comments of code that is read back: which block each belongs to, and before which statement it stands."""

from __future__ import annotations

import ast
import bisect
import io
import tokenize
from dataclasses import dataclass

from wfllm.shortcuts.syntax import Placed, preorder

_Body = list[ast.stmt]


@dataclass(frozen=True)
class Remark:
    """One comment: consecutive comment lines are one, an empty line parts two."""

    line: int
    column: int
    text: str


def remarks_of(code: str, one_line: bool = False) -> list[Remark]:
    """The comments of code that stand on lines of their own.

    Args:
        one_line: whether every statement (of a block its header) is known to stand on one line.
    """
    lines = _comment_lines(code, one_line)
    found: list[Remark] = []
    last = -1
    for line, column, text in lines:
        if found and line == last + 1 and column == found[-1].column:
            found[-1] = Remark(found[-1].line, column, f"{found[-1].text}\n{text}")
        else:
            found.append(Remark(line, column, text))
        last = line
    return found


def _comment_lines(code: str, one_line: bool) -> list[tuple[int, int, str]]:
    if "#" not in code:
        return []
    if one_line or ('"""' not in code and "'''" not in code):
        found = []
        for number, line in enumerate(code.split("\n"), start=1):
            stripped = line.lstrip(" \t")
            if stripped.startswith("#"):
                found.append((number, len(line) - len(stripped), _text(stripped)))
        return found
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):
        return []
    return [
        (token.start[0], token.start[1], _text(token.string))
        for token in tokens
        if token.type == tokenize.COMMENT and not token.line[: token.start[1]].strip()
    ]


def _text(comment: str) -> str:
    return comment[1:].removeprefix(" ").rstrip("\r")


@dataclass(eq=False)
class _Region:
    """A block of statements and the lines it may hold comments on."""

    body: _Body
    first: int
    last: int
    column: int


def place(
    code: str, tree: ast.Module, statements: list[Placed] | None = None, one_line: bool = False
) -> dict[int, list[tuple[int, Remark]]]:
    """Where comments belong: `id` of a block's list of statements → (index in it, comment), in order.

    A comment belongs to the innermost block around its line that is indented no further than it.

    Args:
        statements: `preorder(tree)`, where it is known already.
        one_line: see `remarks_of`; looked up where it is not known.
    """
    if "#" not in code:
        return {}
    if not one_line:
        one_line = all(_is_one_line(p.node) for p in (preorder(tree) if statements is None else statements))
    remarks = remarks_of(code, one_line)
    if not remarks:
        return {}
    regions = _regions(tree, code.split("\n"))
    placed: dict[int, list[tuple[int, Remark]]] = {}
    starts = {id(region.body): [s.lineno for s in region.body] for region in regions}
    regions.sort(key=lambda region: region.first)
    open_: list[_Region] = []
    upcoming = iter(regions)
    following = next(upcoming, None)
    for remark in remarks:
        while following is not None and following.first <= remark.line:
            open_.append(following)
            following = next(upcoming, None)
        open_ = [region for region in open_ if region.last > remark.line]
        fitting = [r for r in open_ if r.column <= remark.column] or open_[:1]
        body = fitting[-1].body if fitting else tree.body
        index = bisect.bisect_left(starts.get(id(body), []), remark.line)
        placed.setdefault(id(body), []).append((index, remark))
    return placed


def _is_one_line(node: ast.stmt) -> bool:
    """Whether a statement, or the header of a block, cannot hold a text of several lines."""
    if isinstance(node, ast.If):
        return node.test.end_lineno == node.lineno
    if isinstance(node, ast.For):
        return node.iter.end_lineno == node.lineno
    if isinstance(node, ast.Match):
        return node.subject.end_lineno == node.lineno and all(
            case.guard is None and case.pattern.lineno == case.pattern.end_lineno for case in node.cases
        )
    return node.end_lineno == node.lineno


def _regions(tree: ast.Module, lines: list[str]) -> list[_Region]:
    found = [_Region(tree.body, 0, len(lines) + 2, 0)]
    stack: list[tuple[_Body, int]] = [(tree.body, len(lines) + 2)]
    while stack:
        body, end = stack.pop()
        for i, node in enumerate(body):
            after = body[i + 1].lineno if i + 1 < len(body) else end
            for inner, first, last in _inner(node, after, lines):
                found.append(_Region(inner, first, last, inner[0].col_offset))
                stack.append((inner, last))
    return found


def _inner(node: ast.stmt, after: int, lines: list[str]) -> list[tuple[_Body, int, int]]:
    if isinstance(node, ast.Match):
        heads = [case.pattern.lineno for case in node.cases]
        ends = [*heads[1:], after]
        return [(c.body, h, e) for c, h, e in zip(node.cases, heads, ends, strict=True)]
    if isinstance(node, (ast.If, ast.For, ast.While)):
        if not node.orelse:
            return [(node.body, node.lineno, after)]
        turn = _else_line(node, lines)
        if isinstance(node, ast.If) and lines[turn - 1].lstrip().startswith("elif"):
            return [(node.body, node.lineno, turn), (node.orelse, turn - 1, after)]
        return [(node.body, node.lineno, turn), (node.orelse, turn, after)]
    return []


def _else_line(node: ast.If | ast.For | ast.While, lines: list[str]) -> int:
    first = node.orelse[0].lineno
    for number in range(first, node.body[-1].lineno, -1):
        text = lines[number - 1]
        if text[: node.col_offset].strip() == "" and text[node.col_offset :].startswith(("else", "elif")):
            return number
    return first
