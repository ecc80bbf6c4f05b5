"""Reading code that may be hostile: bounded, without a warning, and nothing executed."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from wfllm.errors import WfllmError
from wfllm.shortcuts.code_size import refuse_huge

_ESCAPED = re.compile(r"\\[uU][0-9a-fA-F]*[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")


def parse_code(code: str, where: str | object = "") -> ast.Module:
    """The tree of a workflow's code. Only parsed: no name is looked up, no code object is made.

    Args:
        code: text of any origin and size.
        where: named in the error; the line is added where it is known.

    Raises:
        WfllmError: too long, too deeply nested, or not Python; `line_of` tells where.
    """
    refuse_huge(code, where)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" in a text is the author's business, not an error
            tree = ast.parse(code)
    except SyntaxError as fault:
        at = f"{where}:{fault.lineno}" if where and fault.lineno else (where or f"line {fault.lineno}")
        raise WfllmError(f"not Python: {fault.msg}", where=at, mend="Correct this line.") from fault
    except (RecursionError, MemoryError) as fault:
        raise WfllmError("nested too deeply to read", where=where, mend="Name the inner values.") from fault
    except ValueError as fault:  # NUL bytes, lone surrogates
        raise WfllmError(
            f"not text Python can read ({fault.__class__.__name__})", where=where, mend="Save it as UTF-8."
        ) from fault
    if _ESCAPED.search(code):
        _refuse_halves(tree, where)
    return tree


def _refuse_halves(tree: ast.Module, where: str | object) -> None:
    """Refuses texts with half of a surrogate pair, which only escapes can spell and no file can hold."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _HALF.search(node.value):
            fault = SyntaxError()
            fault.lineno = node.lineno
            at = f"{where}:{node.lineno}" if where else f"line {node.lineno}"
            raise WfllmError(
                "a text with half a character (a lone surrogate)",
                where=at,
                mend="Write the whole character.",
            ) from fault


def line_of(error: WfllmError) -> int:
    """Line of a `parse_code` error, 1 where it is not known."""
    return getattr(error.__cause__, "lineno", None) or 1


def blocks_of(node: ast.stmt) -> list[list[ast.stmt]]:
    """The blocks of statements directly inside a statement, in the order they are written."""
    if isinstance(node, ast.Match):
        return [case.body for case in node.cases]
    if isinstance(node, ast.Try):
        return [node.body, *(handler.body for handler in node.handlers), node.orelse, node.finalbody]
    return [block for block in (getattr(node, "body", []), getattr(node, "orelse", [])) if block]


@dataclass(frozen=True)
class Placed:
    """A statement and where it stands."""

    node: ast.stmt
    depth: int
    """Enclosing statements, 0 = top level."""
    loops: int
    """Enclosing `for` statements."""


def preorder(tree: ast.Module) -> list[Placed]:
    """Every statement, parents before children, in the order they are written. No recursion."""
    out: list[Placed] = []
    stack = [Placed(s, 0, 0) for s in reversed(tree.body)]
    while stack:
        here = stack.pop()
        out.append(here)
        loops = here.loops + isinstance(here.node, ast.For)
        inner = [s for block in blocks_of(here.node) for s in block]
        stack.extend(Placed(s, here.depth + 1, loops) for s in reversed(inner))
    return out


def expressions_of(node: ast.stmt) -> Iterator[ast.expr]:
    """The expressions that a statement holds itself, those of the statements inside it left out."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield child
        elif isinstance(child, ast.match_case):
            yield from (n for n in ast.walk(child.pattern) if isinstance(n, ast.expr))
            if child.guard is not None:
                yield child.guard
        elif isinstance(child, ast.withitem):
            yield child.context_expr
