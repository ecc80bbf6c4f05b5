"""What a workflow says, apart from how: near-duplicates differ in names, comments and spelling alone."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from typing import Literal, NamedTuple

from wfllm.errors import WfllmError
from wfllm.shortcuts.comments import without_comments
from wfllm.shortcuts.syntax import parse_code

Normalise = Literal["content", "structure"]


class Keys(NamedTuple):
    """Hashes of 32 hex digits that near-duplicates share."""

    content: str
    """Compares texts and numbers, too."""
    structure: str
    """Leaves texts and numbers out, so that the same workflow in two languages is one."""


def content_key(code: str, normalise: Normalise = "content") -> str:
    """A hash that near-duplicates share.

    Comments, names of variables, the order of named parameters, and case and white space of texts never
    count. Code that does not parse is compared as text without comments.

    Args:
        code: a workflow, of any origin.
        normalise: which of the two `Keys`.
    """
    try:
        keys = keys_of_tree(parse_code(code))
    except (WfllmError, RecursionError):
        keys = keys_of_text(code)
    return keys.structure if normalise == "structure" else keys.content


def keys_of_tree(tree: ast.Module) -> Keys:
    """Both keys of code that is parsed already.

    Raises:
        RecursionError: a number or text that Python cannot print.
    """
    contents: list[str] = []
    structures: list[str] = []
    for content, structure in _parts(tree):
        contents.append(content)
        structures.append(structure)
    return Keys(_hash("\x1f".join(contents)), _hash("\x1f".join(structures)))


def keys_of_text(code: str) -> Keys:
    """The key of code that does not parse; there is but one."""
    key = _hash(_folded(without_comments(code)))
    return Keys(key, key)


def short_key(key: str) -> int:
    """64 bits of a key: what a stage remembers of each item instead of its text."""
    return int(key[:16], 16)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _parts(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The tree in order, variables numbered as they come; each part for the one key and for the other."""
    numbers: dict[str, int] = {}
    waiting: list[ast.AST | str] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node, node
        elif isinstance(node, ast.Name):
            number = str(numbers.setdefault(node.id, len(numbers)))
            yield number, number
        elif isinstance(node, ast.Constant):
            yield _folded(node.value) if isinstance(node.value, str) else repr(node.value), _kind(node.value)
        else:
            name = type(node).__name__
            yield name, name
            waiting.extend(reversed(_inner(node)))


def _kind(value: object) -> str:
    """A constant where texts and numbers do not count."""
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return type(value).__name__
    return repr(value)


def _inner(node: ast.AST) -> list[ast.AST | str]:
    inner: list[ast.AST | str] = []
    for key in node._fields:
        value = getattr(node, key, None)
        if isinstance(value, list):
            nodes = [v for v in value if isinstance(v, ast.AST)]
            if key == "keywords":
                nodes.sort(key=lambda k: getattr(k, "arg", None) or "")
            inner.extend(nodes)
            inner.append(f"/{key}")  # where a list ends: two branches are not one
        elif isinstance(value, ast.Name) and key == "func":
            inner.append(value.id)  # what is called is no variable
        elif isinstance(value, ast.AST):
            if not isinstance(value, ast.expr_context):
                inner.append(value)
        elif isinstance(value, str):
            inner.append(value)
    return inner
