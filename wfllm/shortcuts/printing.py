"""Statements to code: one line a statement, comments on lines of their own, and the syntax tree of it all."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from wfllm.shortcuts.unparse import unparse

INDENT = "    "


@dataclass(slots=True, eq=False)
class Entry:
    """One statement."""

    index: int
    """Of its action; -1 for a statement that stands for no action (a block's result)."""
    node: ast.stmt | None
    before: list[ast.stmt] = field(default_factory=list)
    """Statements printed before it."""


@dataclass(slots=True, eq=False)
class Comment:
    """A comment."""

    index: int
    text: str


@dataclass(slots=True, eq=False)
class Part:
    """One branch of a block."""

    index: int
    """Of the action that begins it; the block's own for the first."""
    head: ast.If | ast.match_case | None
    """What its line says, an `If` being an `elif`; None for `else:` and for a first branch."""
    body: Body
    first: bool = False
    """Whether it stands directly under the block's header."""


@dataclass(slots=True, eq=False)
class BlockEntry:
    """A block."""

    index: int
    """Of the action that opens it."""
    node: ast.If | ast.For | ast.Match
    """Its header, without a body."""
    close: int
    """Index of the action that closes it; -1 where none does."""
    before: list[ast.stmt] = field(default_factory=list)
    """Statements printed before it."""
    sections: list[Part] = field(default_factory=list)


Body = list["Entry | Comment | BlockEntry"]


@dataclass(slots=True)
class Printed:
    """Where a statement stands."""

    line: int
    """From 1."""
    index: int
    """Of its action in the file; -1 for a statement without one."""
    role: str
    """`action`, `open`, `section`, `close`, `comment` or `result`."""


@dataclass(slots=True, eq=False)
class _Level:
    """Where the printer is in a body, or (with `block`) between the branches of a block."""

    items: Iterator[Entry | Comment | BlockEntry | Part]
    indent: int
    into: list[ast.stmt]
    """Statements of the body."""
    block: ast.If | ast.For | ast.Match | None = None
    """The block; in a chain of `elif` the last of them."""
    close: int = -1
    empty: bool = False
    """Whether the body is one of a block and holds no statement."""


class _Printer:
    def __init__(self, limit: Callable[[BlockEntry, int], None]) -> None:
        self.lines: list[str] = []
        self.printed: list[Printed] = []
        self.limit = limit
        self.levels: list[_Level] = []

    def run(self, body: Body) -> ast.Module:
        """Prints all. A stack instead of recursion: a chain of `elif` may be long."""
        module = ast.Module([], [])
        self.levels.append(_Level(iter(body), 0, module.body))
        while self.levels:
            level = self.levels[-1]
            for item in level.items:
                if type(item) is Entry:
                    self.entry(item, level)
                elif type(item) is Comment:
                    self.comment(item, level.indent)
                else:
                    if type(item) is BlockEntry:
                        self.block(item, level)
                    elif type(item) is Part:
                        self.part(item, level)
                    break  # what is inside comes first
            else:
                self.levels.pop()
                if level.empty:
                    self.put(ast.Pass(), level.into, "pass", level.indent)
                if level.close >= 0:
                    self.printed.append(Printed(len(self.lines), level.close, "close"))
        return module

    def put(self, node: ast.stmt, into: list[ast.stmt], text: str, indent: int) -> None:
        self.lines.append(INDENT * indent + text)
        node.lineno, node.col_offset = len(self.lines), len(INDENT) * indent
        into.append(node)

    def mark(self, index: int, role: str) -> None:
        """Says what the next line is."""
        self.printed.append(Printed(len(self.lines) + 1, index, role))

    def results(self, nodes: list[ast.stmt], level: _Level) -> None:
        for node in nodes:
            self.mark(-1, "result")
            self.put(node, level.into, unparse(node), level.indent)

    def entry(self, entry: Entry, level: _Level) -> None:
        self.results(entry.before, level)
        node = entry.node if entry.node is not None else ast.Pass()
        self.mark(entry.index, "action" if entry.index >= 0 else "result")
        self.put(node, level.into, unparse(node), level.indent)

    def comment(self, comment: Comment, indent: int) -> None:
        text = comment.text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        if self.lines and self.printed[-1].role == "comment":
            self.lines.append("")  # two comments in a row stay two
        self.mark(comment.index, "comment")
        self.lines.extend(f"{INDENT * indent}# {part.rstrip()}".rstrip() for part in text.split("\n"))

    def block(self, block: BlockEntry, level: _Level) -> None:
        self.results(block.before, level)
        self.mark(block.index, "open")
        self.put(block.node, level.into, unparse(block.node), level.indent)
        self.branches(block, level.indent)

    def branches(self, block: BlockEntry, indent: int) -> None:
        self.limit(block, indent)
        self.levels.append(_Level(iter(block.sections), indent, [], block.node, block.close))

    def part(self, part: Part, level: _Level) -> None:
        block, indent = level.block, level.indent
        if isinstance(block, ast.Match) and isinstance(part.head, ast.match_case):
            self.mark(part.index, "section")
            self.lines.append(INDENT * (indent + 1) + unparse(part.head))
            part.head.pattern.lineno = len(self.lines)
            block.cases.append(part.head)
            self.body(part.body, part.head.body, indent + 2)
        elif isinstance(block, (ast.If, ast.For)) and part.first:
            self.body(part.body, block.body, indent + 1)
        elif isinstance(block, ast.If) and isinstance(part.head, ast.If):
            self.mark(part.index, "section")
            self.put(part.head, block.orelse, f"el{unparse(part.head)}", indent)
            level.block = part.head
            self.body(part.body, part.head.body, indent + 1)
        elif isinstance(block, ast.If) and (inner := _elif(part.body)) is not None:
            self.mark(part.index, "section")
            self.mark(inner.index, "open")
            self.put(inner.node, block.orelse, f"el{unparse(inner.node)}", indent)
            self.branches(inner, indent)
        elif isinstance(block, ast.If):
            self.mark(part.index, "section")
            self.lines.append(f"{INDENT * indent}else:")
            self.body(part.body, block.orelse, indent + 1)

    def body(self, body: Body, into: list[ast.stmt], indent: int) -> None:
        empty = all(type(entry) is Comment for entry in body)
        self.levels.append(_Level(iter(body), indent, into, empty=empty))


def _elif(body: Body) -> BlockEntry | None:
    """The If that a branch consists of."""
    only = body[0] if len(body) == 1 else None
    return (
        only if isinstance(only, BlockEntry) and isinstance(only.node, ast.If) and not only.before else None
    )


def print_code(body: Body, limit: Callable[[BlockEntry, int], None]) -> tuple[str, list[Printed], ast.Module]:
    """The code of these statements, where each stands, and the code's tree.

    The tree is what `ast.parse` makes of the code; of positions it has what compiling needs: line and
    column of each statement, line of each case.

    Args:
        body: top-level statements.
        limit: called with each block and its indentation; raises where that is too deep.
    """
    printer = _Printer(limit)
    module = printer.run(body)
    return "".join([f"{line}\n" for line in printer.lines]), printer.printed, module
