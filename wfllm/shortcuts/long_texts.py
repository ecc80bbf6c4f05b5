"""Long texts kept beside the code: `text_ref("sha256:…", preview="…")` where they stood.

A book inside a workflow teaches a model nothing and fills its context. With a limit, texts over it go into
files of their own and come back when the code is compiled; nothing is cut. Texts that something else looks up
(titles of menus, keys, names) stay where they are.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from wfllm.shortcuts.names import DIALECT
from wfllm.shortcuts.nodes import call, name
from wfllm.shortcuts.printing import BlockEntry, Body, Entry
from wfllm.shortcuts.read_base import called

PREVIEW = 40
"""Characters of a preview."""
_HOLDING = frozenset(("ask", "dict", "exit_shortcut", "input", "join_text", "output", "raw", "rule", "state"))
"""Functions of the dialect whose last argument and keywords may be texts people wrote."""


def keep_long_texts(body: Body, longest: int, keep: Callable[[bytes], str]) -> None:
    """Puts a reference where a text is longer than `longest` characters.

    Args:
        body: a workflow's statements, changed in place.
        keep: stores a text beside the code and gives its digest.
    """
    keeper = _Keeper(longest, keep)
    stack = [body]
    while stack:
        for entry in stack.pop():
            if isinstance(entry, Entry) and isinstance(entry.node, (ast.Assign, ast.Expr)):
                entry.node.value = keeper.value(entry.node.value)
            elif isinstance(entry, BlockEntry):
                if isinstance(entry.node, ast.If):
                    entry.node.test = keeper.test(entry.node.test)
                stack.extend(part.body for part in entry.sections)


class _Keeper:
    def __init__(self, longest: int, keep: Callable[[bytes], str]) -> None:
        self.longest, self.keep = longest, keep

    def value(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) > self.longest:
            return self.reference(node.value)
        if isinstance(node, ast.JoinedStr):
            return self.joined(node)
        if isinstance(node, ast.List):
            return ast.List([self.value(element) for element in node.elts], ast.Load())
        if isinstance(node, ast.Dict):
            return ast.Dict(node.keys, [self.value(value) for value in node.values])
        function = called(node)
        if isinstance(node, ast.Call) and (function in _HOLDING or (function and function not in DIALECT)):
            last = node.args if function == "join_text" else node.args[-1:]
            kept = node.args[: len(node.args) - len(last)]
            keywords = [ast.keyword(k.arg, self.value(k.value)) for k in node.keywords]
            return ast.Call(name(function), [*kept, *map(self.value, last)], keywords)
        return node

    def joined(self, node: ast.JoinedStr) -> ast.expr:
        """An f-string; one with a long part as `join_text(…)`, which can hold a reference."""
        parts = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
        short = all(
            not isinstance(part, ast.Constant) or len(str(part.value)) <= self.longest for part in parts
        )
        return node if short else call("join_text", *map(self.value, parts))

    def test(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.BoolOp):
            return ast.BoolOp(node.op, [self.test(value) for value in node.values])
        if isinstance(node, ast.Compare):
            right = [self.value(value) for value in node.comparators]
            return ast.Compare(self.value(node.left), node.ops, right)
        return node

    def reference(self, text: str) -> ast.expr:
        digest = self.keep(text.encode("utf-8", "surrogatepass"))
        preview = " ".join(text[: 4 * PREVIEW].split())[:PREVIEW]
        return call("text_ref", ast.Constant(f"sha256:{digest}"), preview=ast.Constant(preview))
