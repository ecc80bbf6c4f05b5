"""What a workflow says, apart from how: near-duplicates differ in names, comments and spelling alone."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from typing import Literal

from wfllm.errors import WfllmError
from wfllm.shortcuts.comments import without_comments
from wfllm.shortcuts.syntax import parse_code

Normalise = Literal["content", "structure"]


def content_key(code: str, normalise: Normalise = "content") -> str:
    """A hash that near-duplicates share.

    Comments, names of variables, the order of named parameters, and case and white space of texts never
    count. Code that does not parse is compared as text without comments.

    Args:
        code: a workflow, of any origin.
        normalise: `content` compares texts and numbers; `structure` leaves them out, so that the same
            workflow in two languages is one.
    """
    try:
        parts = _parts(parse_code(code), normalise == "structure")
        text = "\x1f".join(parts)
    except (WfllmError, RecursionError):
        text = _folded(without_comments(code))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _parts(tree: ast.Module, structure: bool) -> Iterator[str]:
    """The tree in order, variables numbered as they come."""
    called = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    numbers: dict[str, int] = {}
    waiting: list[ast.AST | str] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node
            continue
        yield type(node).__name__
        if isinstance(node, ast.Name):
            yield node.id if id(node) in called else str(numbers.setdefault(node.id, len(numbers)))
        elif isinstance(node, ast.Constant):
            yield _constant(node.value, structure)
        else:
            waiting.extend(reversed(_inner(node)))


def _constant(value: object, structure: bool) -> str:
    if structure and isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return type(value).__name__
    return _folded(value) if isinstance(value, str) else repr(value)


def _inner(node: ast.AST) -> list[ast.AST | str]:
    inner: list[ast.AST | str] = []
    for key, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            inner.append(value)
        elif isinstance(value, list):
            nodes = [v for v in value if isinstance(v, ast.AST)]
            if key == "keywords":
                nodes.sort(key=lambda k: getattr(k, "arg", None) or "")
            inner.extend(nodes)
            inner.append(f"/{key}")  # where a list ends: two branches are not one
        elif isinstance(value, str):
            inner.append(value)
    return inner
