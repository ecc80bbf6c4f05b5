"""Expressions as tokens; the calls inside them as steps of their own, which stand before."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from itertools import islice

from wfllm.evaluation.structure.definitions import Definition, Names, Reference
from wfllm.evaluation.structure.steps import UNSET, Draft, Step, Steps
from wfllm.shortcuts import actions as at
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.dialect import FUNCTIONS, METHODS
from wfllm.shortcuts.names import api_identifier
from wfllm.shortcuts.read_base import called
from wfllm.shortcuts.read_statements import READERS

MOST_WORDS = 2_000
"""Of one text; what follows counts as one word."""
_WORD = re.compile(r"\w+|[^\w\s]")
_LONGEST = 200
_TRANSPARENT = ("join_text", "variable")
"""Functions that say how a value is written and nothing of it."""

Drafts = dict[str, list[Draft]]


class Values:
    """Reads the expressions of one workflow, in the order Shortcuts would run their calls."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.names = Names()
        self.made = Steps(labels=[""], parents=[-1])
        self.parent = 0
        """Node of the tree that steps stand in now."""

    def node(self, label: str) -> int:
        """A new node of the tree."""
        self.made.labels.append(label)
        self.made.parents.append(self.parent)
        return len(self.made.labels) - 1

    def step(self, identifier: str, drafts: Drafts, api: bool = False) -> Definition:
        """A new step; its output."""
        self.node(identifier)
        self.made.steps.append(Step(identifier, api, drafts))
        return Definition(Reference(len(self.made.steps) - 1))

    def output(self, node: ast.expr) -> Definition:
        """What holds the value of an expression: the step that makes it, made here where there is none."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id) or Definition()
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, ast.Subscript):
            return self.step(at.VALUE, {"of": self.tokens(node.value), "key": self.tokens(node.slice)})
        drafts = {"value": self.tokens(node)}
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            return self.step(at.TEXT, drafts)
        if isinstance(node, (ast.List, ast.Tuple)):
            return self.step(at.LIST, drafts)
        if isinstance(node, ast.Dict):
            return self.step(at.DICTIONARY, drafts)
        number = node.operand if isinstance(node, ast.UnaryOp) else node
        if isinstance(number, ast.Constant) and type(number.value) in (int, float):
            return self.step(at.NUMBER, drafts)
        return self.step(f"python.{type(node).__name__}", drafts)

    def call(self, node: ast.Call) -> Definition:
        """The step that a call is."""
        if isinstance(node.func, ast.Attribute):
            owner = {"of": self.tokens(node.func.value), **self.arguments(node)}
            if node.func.attr in METHODS:
                return self.step(at.VALUE, {**owner, "what": [node.func.attr]})
            return self.step(f"python.{node.func.attr}"[:_LONGEST], owner, api=True)
        name = called(node)
        if not name:
            return self.step("python.Call", {"of": self.tokens(node.func), **self.arguments(node)}, api=True)
        drafts = self.arguments(node)
        if name in _TRANSPARENT or name in ("text_ref", "data"):
            return self.step(at.TEXT, {"value": [t for value in drafts.values() for t in value]})
        if name in FUNCTIONS:
            return self.step(READERS[name][0] if name in READERS else name, drafts)
        api = self.catalogue.by_name(name)
        identifier = api.identifier if api else api_identifier(name)[:_LONGEST]
        return self.step(identifier, drafts, api=api is None or api.called)

    def arguments(self, node: ast.Call) -> Drafts:
        """Parameters by name, those without one by their place from 1, those of `**{…}` as if named."""
        drafts: Drafts = {str(i): self.tokens(arg) for i, arg in enumerate(node.args, start=1)}
        for keyword in node.keywords:
            if keyword.arg is not None:
                drafts[keyword.arg] = self.tokens(keyword.value)
            elif isinstance(keyword.value, ast.Dict):
                for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                    written = key.value if isinstance(key, ast.Constant) else "**"
                    drafts[written if isinstance(written, str) else "**"] = self.tokens(value)
            else:
                drafts["**"] = self.tokens(keyword.value)
        return drafts

    def tokens(self, node: ast.AST) -> list[Draft]:
        """A value as words, numbers, signs and the outputs of steps, in the order they are written."""
        return list(self._tokens(node))

    def _tokens(self, node: ast.AST) -> Iterator[Draft]:
        if isinstance(node, ast.Name):
            yield self.names.get(node.id) or UNSET
        elif isinstance(node, ast.Constant):
            yield from _literal(node.value)
        elif isinstance(node, (ast.JoinedStr, ast.FormattedValue)):
            for part in node.values if isinstance(node, ast.JoinedStr) else [node.value]:
                yield from self._tokens(part)
        elif isinstance(node, ast.Call):
            yield from self._called(node)
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            yield "["
            for item in node.elts:
                yield from self._tokens(item)
                yield ","
            yield "]"
        elif isinstance(node, ast.Dict):
            yield "{"
            for key, value in zip(node.keys, node.values, strict=True):
                yield from self._tokens(key) if key is not None else ["**"]
                yield ":"
                yield from self._tokens(value)
                yield ","
            yield "}"
        elif isinstance(node, ast.Subscript):
            yield from self._tokens(node.value)
            yield ".key"
            yield from self._tokens(node.slice)
        else:
            yield f".{type(node).__name__}"
            for child in ast.iter_child_nodes(node):
                if not isinstance(child, (ast.expr_context, ast.Load)):
                    yield from self._tokens(child)

    def _called(self, node: ast.Call) -> Iterator[Draft]:
        name = called(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("startswith", "endswith"):
            yield f".{node.func.attr}"
            yield from self._tokens(node.func.value)
            for arg in node.args:
                yield from self._tokens(arg)
        elif name in _TRANSPARENT:
            for arg in node.args:
                yield from self._tokens(arg)
        elif name in FUNCTIONS and name not in READERS and not FUNCTIONS[name].action:
            yield f"{name}("
            for key, value in self.arguments(node).items():
                if not key.isdecimal():
                    yield f"{key}="
                yield from value
            yield ")"
        else:
            yield self.call(node)


def _literal(value: object) -> Iterator[str]:
    """A text word by word; a number like no text, 3 and 3.0 alike."""
    if isinstance(value, str):
        found = 0
        for match in islice(_WORD.finditer(value), MOST_WORDS):
            yield match[0]
            found = match.end()
        if rest := value[found:].strip():
            yield hashlib.sha256(rest.encode("utf-8", "surrogatepass")).hexdigest()
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        whole = isinstance(value, int) or value.is_integer()
        yield f"={int(value):x}" if whole else f"={value!r}"
    else:
        yield f"={value!r}"[:_LONGEST]
