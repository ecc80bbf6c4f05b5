"""Statements to code: one line a statement, each printed by `ast.unparse`, comments on lines of their own."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from wfllm.shortcuts.escapes import escape_newer
from wfllm.shortcuts.unparse import unparse

INDENT = "    "


@dataclass(slots=True, eq=False)
class Entry:
    """One statement, with what it holds inside where it is a block."""

    index: int
    """Of the action; -1 for a statement that stands for no action (a block's result)."""
    node: ast.stmt | None = None
    """The statement; of a block its header, printed without a body."""
    value: ast.expr | None = None
    """The value whose name is known only when all is written; printed instead of `node` where it has one."""
    target: Callable[[], str] | None = None
    """Name for `value`; empty where nothing uses it."""
    comment: str | None = None
    """Instead of `node`: a comment's text."""
    before: list[ast.stmt] = field(default_factory=list)
    """Statements printed before it."""
    sections: list[Part] = field(default_factory=list)
    """The branches of a block."""
    close: int = -1
    """Index of the action that closes a block."""


@dataclass(slots=True, eq=False)
class Part:
    """One branch of a block."""

    index: int
    """Of the action that begins it; the block's own for the first."""
    head: ast.AST | None
    """What its line says: a `match_case`, an `If` for an `elif`; None for `else:` and for a first branch."""
    body: list[Entry]
    first: bool = False
    """Whether it stands directly under the block's header."""


Body = list[Entry]


@dataclass(frozen=True)
class Printed:
    """Where a statement stands."""

    line: int
    """From 1."""
    index: int
    """Of its action in the file; -1 for a statement without one."""
    role: str
    """`action`, `open`, `section`, `close`, `comment` or `result`."""


class _Printer:
    def __init__(self, limit: Callable[[Entry, int], None]) -> None:
        self.lines: list[str] = []
        self.printed: list[Printed] = []
        self.limit = limit

    def line(self, text: str, indent: int, index: int, role: str) -> None:
        self.printed.append(Printed(len(self.lines) + 1, index, role))
        self.lines.append(INDENT * indent + (text if role == "comment" else escape_newer(text)))

    def entry(self, entry: Entry, indent: int) -> None:
        for result in entry.before:
            self.line(unparse(result), indent, -1, "result")
        if entry.comment is not None:
            self.comment(entry, indent)
        elif entry.value is not None and (
            (target := entry.target() if entry.target else "") or not entry.node
        ):
            node: ast.stmt = ast.Expr(entry.value)
            if target:
                node = ast.Assign([ast.Name(target, ast.Store())], entry.value, None, lineno=0)
            self.line(unparse(node), indent, entry.index, "action")
        elif entry.node is not None:
            role = "open" if entry.sections else "action" if entry.index >= 0 else "result"
            self.line(unparse(entry.node), indent, entry.index, role)

    def comment(self, entry: Entry, indent: int) -> None:
        text = (entry.comment or "").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        if self.lines and self.printed[-1].role == "comment":
            self.lines.append("")  # two comments in a row stay two
        for i, part in enumerate(text.split("\n")):
            shown = f"# {part.rstrip()}".rstrip()
            if i == 0:
                self.line(shown, indent, entry.index, "comment")
            else:
                self.lines.append(INDENT * indent + shown)

    def run(self, body: Body) -> None:
        """Prints all. A stack instead of recursion: a chain of `elif` may be long."""
        tasks: list[tuple[Callable[..., None], tuple[object, ...]]] = []

        def push_body(entries: Body, indent: int) -> None:
            real = [e for e in entries if e.comment is None]
            if not real:
                tasks.append((self.placeholder, (indent,)))
            elif indent and real[0].value is not None and all(e.index < 0 for e in real[1:]):
                real[0].node = None  # alone in its branch, `pass` would mean an empty branch
            tasks.extend((visit, (e, indent)) for e in reversed(entries))

        def visit(entry: Entry, indent: int) -> None:
            self.entry(entry, indent)
            push_sections(entry, indent)

        def push_sections(entry: Entry, indent: int) -> None:
            if entry.sections:
                self.limit(entry, indent)
                tasks.append((self.close, (entry,)))
            tasks.extend((section, (part, indent)) for part in reversed(entry.sections))

        def section(part: Part, indent: int) -> None:
            if part.first:
                push_body(part.body, indent + 1)
            elif isinstance(part.head, ast.match_case):
                self.line(unparse(part.head), indent + 1, part.index, "section")
                push_body(part.body, indent + 2)
            elif part.head is not None:
                self.line(f"el{unparse(part.head)}", indent, part.index, "section")
                push_body(part.body, indent + 1)
            elif _is_elif(part.body):
                inner = part.body[0]
                assert inner.node is not None
                self.printed.append(Printed(len(self.lines) + 1, part.index, "section"))
                self.line(f"el{unparse(inner.node)}", indent, inner.index, "open")
                push_sections(inner, indent)
            else:
                self.line("else:", indent, part.index, "section")
                push_body(part.body, indent + 1)

        push_body(body, 0)
        if not body:
            tasks.clear()
        while tasks:
            task, args = tasks.pop()
            task(*args)

    def placeholder(self, indent: int) -> None:
        if indent:
            self.lines.append(f"{INDENT * indent}pass")

    def close(self, entry: Entry) -> None:
        if entry.close >= 0:
            self.printed.append(Printed(len(self.lines), entry.close, "close"))


def _is_elif(body: Body) -> bool:
    return len(body) == 1 and isinstance(body[0].node, ast.If) and not body[0].before


def print_code(body: Body, limit: Callable[[Entry, int], None]) -> tuple[str, list[Printed]]:
    """The code of these statements, and where each stands.

    Args:
        body: top-level statements.
        limit: called with each block and its indentation; raises where that is too deep.
    """
    printer = _Printer(limit)
    printer.run(body)
    code = "".join(f"{line}\n" for line in printer.lines)
    return code, printer.printed
