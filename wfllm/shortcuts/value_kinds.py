"""What is known of the kind of a value from the code alone: whether a name holds a text, a number, a list."""

from __future__ import annotations

import ast
from functools import cached_property

from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.names import LOOP_VARIABLE
from wfllm.shortcuts.read_base import called, number_literal
from wfllm.shortcuts.syntax import preorder

_OF_FUNCTION = {
    "text": ("format_date", "input", "join_text", "str", "text_ref"),
    "number": ("float", "int", "len", "number"),
    "dictionary": ("dict",),
}
_KIND_OF_FUNCTION = {function: kind for kind, functions in _OF_FUNCTION.items() for function in functions}
_KIND_OF_CLASS = {
    "WFStringContentItem": "text",
    "WFNumberContentItem": "number",
    "WFDictionaryContentItem": "dictionary",
}
_KIND_OF_METHOD = {"format": "text", "keys": "list", "values": "list"}
_LONGEST_CHAIN = 20
"""Names and sums followed from one to the next."""


class ValueKinds:
    """The kinds of one workflow's values.

    Args:
        tree: its code.
        catalogue: says what an action returns.
    """

    def __init__(self, tree: ast.Module, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._tree = tree
        self._known: dict[str, str] = {}

    @cached_property
    def _set(self) -> dict[str, list[ast.expr]]:
        """Name → the values it is set to."""
        values: dict[str, list[ast.expr]] = {}
        for placed in preorder(self._tree):
            node = placed.node
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                values.setdefault(node.target.id, []).append(node.value)
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                values.setdefault(node.targets[0].id, []).append(node.value)
        return values

    def of(self, node: ast.expr, links: int = 0) -> str:
        """`text`, `number`, `list`, `dictionary`, or empty where it cannot be told."""
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            return "text"
        if number_literal(node) is not None:
            return "number"
        if isinstance(node, ast.List):
            return "list"
        if isinstance(node, ast.Dict):
            return "dictionary"
        if isinstance(node, ast.Name):
            return self._of_name(node.id, links)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and links < _LONGEST_CHAIN:
            sides = (self.of(node.left, links + 1), self.of(node.right, links + 1))
            return "text" if "text" in sides else ""
        return self._of_call(node, links) if isinstance(node, ast.Call) else ""

    def _of_name(self, name: str, links: int) -> str:
        if LOOP_VARIABLE.fullmatch(name):
            return "number" if name.startswith("Repeat_Index") else ""
        if name not in self._known and links < _LONGEST_CHAIN:
            self._known[name] = ""  # while its own values are looked at, and for good where they disagree
            kinds = {self.of(value, links + 1) for value in self._set.get(name, [])}
            self._known[name] = kinds.pop() if len(kinds) == 1 else ""
        return self._known.get(name, "")

    def _of_call(self, node: ast.Call, links: int) -> str:
        if isinstance(node.func, ast.Attribute):
            return _KIND_OF_METHOD.get(node.func.attr, "")
        function = called(node)
        if function in ("variable", "get_variable") and len(node.args) == 1 and links < _LONGEST_CHAIN:
            return self.of(node.args[0], links + 1)
        if function == "coerce" and len(node.args) == 2 and isinstance(node.args[1], ast.Constant):
            return _KIND_OF_CLASS.get(str(node.args[1].value), "")
        if function == "ask":
            type_ = next((k.value for k in node.keywords if k.arg == "type"), ast.Constant("Text"))
            word = type_.value if isinstance(type_, ast.Constant) else None
            return {"Text": "text", "Number": "number"}.get(str(word), "")
        if function in _KIND_OF_FUNCTION:
            return _KIND_OF_FUNCTION[function]
        api = self.catalogue.by_name(function)
        return (
            api.returns if api is not None and api.returns in ("text", "number", "list", "dictionary") else ""
        )
