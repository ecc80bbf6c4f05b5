"""Code of a workflow as its steps. Code is looked at, never run; what workflows do not have is read, too."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from wfllm.evaluation.reading import read_code
from wfllm.evaluation.structure.definitions import Definition, Reference
from wfllm.evaluation.structure.steps import Steps
from wfllm.evaluation.structure.values import Values
from wfllm.shortcuts import actions as at
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.idioms import in_dialect
from wfllm.shortcuts.implied import emptiness
from wfllm.shortcuts.names import RESULT
from wfllm.shortcuts.read_base import called, number_literal
from wfllm.shortcuts.read_statements import appended, makes_variable
from wfllm.shortcuts.syntax import blocks_of, preorder
from wfllm.shortcuts.tree import COUNT, EACH, IF, MENU
from wfllm.shortcuts.value_kinds import ValueKinds

INDEX, ITEM = 1, 2
"""Parts of what a repeat gives its body."""


def read_steps(code: str | None, catalogue: Catalogue) -> Steps | None:
    """The steps of code of any origin; None where there is no code, or it cannot be read: it does not parse,
    is too long, or is nested too deeply.

    Every action is a step, also one that a value inside another statement needs. A name is looked through:
    what reads it refers to the step that made the value. Python's own words count as the actions they are
    written for.
    """
    tree = read_code(code)
    return None if tree is None else steps_of(tree, catalogue)


def steps_of(tree: ast.Module, catalogue: Catalogue) -> Steps | None:
    """The same of code that is parsed already; changes the tree."""
    try:
        in_dialect(tree, ValueKinds(tree, catalogue))
        return _Reader(tree, catalogue).run()
    except RecursionError:
        return None


class _Reader(Values):
    def __init__(self, tree: ast.Module, catalogue: Catalogue) -> None:
        super().__init__(catalogue)
        self.tree = tree
        self._nothing: set[int] = {
            id(node) for here in preorder(tree) for body in blocks_of(here.node) for node in emptiness(body)
        }

    def run(self) -> Steps:
        # what is left to do: a statement, or how a block goes on after one of its bodies
        todo: list[ast.stmt | Iterator[list[ast.stmt]]] = list(reversed(self.tree.body))
        while todo:
            here = todo.pop()
            if isinstance(here, ast.stmt):
                here = self.block(here) if blocks_of(here) else self.simple(here)
            body = next(here, None)
            if body is not None:
                todo.append(here)
                todo.extend(reversed(body))
        for step in self.made.steps:
            step.settle()
        return self.made

    # blocks

    def block(self, node: ast.stmt) -> Iterator[list[ast.stmt]]:
        """Hands out the bodies of a block; what follows a `yield` is done when all in that body is read."""
        outside = self.parent
        if isinstance(node, ast.If):
            self.step(IF, {"test": self.tokens(node.test)})
            yield from self.branches(["then", "else"], [node.body, node.orelse], complete=bool(node.orelse))
        elif isinstance(node, ast.Match):
            self.menu(node)
            bodies = [case.body for case in node.cases]
            yield from self.branches(["case"] * len(bodies), bodies, complete=True)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            yield from self.loop(node)
        else:
            self.step(f"python.{type(node).__name__}", {})
            self.parent = len(self.made.labels) - 1
            yield from blocks_of(node)
        self.parent = outside

    def branches(
        self, labels: list[str], bodies: list[list[ast.stmt]], complete: bool
    ) -> Iterator[list[ast.stmt]]:
        block, outcomes = len(self.made.labels) - 1, []
        for label, body in zip(labels, bodies, strict=True):
            if body:
                self.parent = block
                self.parent = self.node(label)
                self.names.open_branch()
                yield body
                outcomes.append(self.names.close_branch())
        self.names.merge(outcomes, complete)

    def menu(self, node: ast.Match) -> None:
        subject = node.subject
        if isinstance(subject, ast.Call) and called(subject) in ("menu", "input"):
            asked = self.arguments(subject)
        else:
            asked = {"1": self.tokens(subject)}
        titles = (self.tokens(case.pattern) for case in node.cases)
        asked["cases"] = [token for title in titles for token in [*title, ";"]]
        self.step(MENU, asked)

    def loop(self, node: ast.For | ast.AsyncFor | ast.While) -> Iterator[list[ast.stmt]]:
        targets: list[str] = []
        counts = isinstance(node, ast.For) and called(node.iter) == "range"
        if isinstance(node, ast.While):
            self.step("python.While", {"test": self.tokens(node.test)})
        else:
            self.step(COUNT if counts else EACH, {"1": self.tokens(_repeated(node.iter))})
            targets = [n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)]
        number, self.parent = len(self.made.steps) - 1, len(self.made.labels) - 1
        block = self.parent
        starts = self.names.open_loop(_set_in(node))
        parts = [INDEX, ITEM] if len(targets) > 1 else [INDEX if counts else ITEM]
        for name, part in zip(targets, parts, strict=False):
            self.names.set(name, Definition(Reference(number, part)))
        yield node.body
        self.names.close_loop(starts)
        if node.orelse:
            self.parent = block
            yield node.orelse

    # statements

    def simple(self, node: ast.stmt) -> Iterator[list[ast.stmt]]:
        if isinstance(node, ast.Assign):
            self.assign(node)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self.name(node.target, self.output(node.value))
        elif isinstance(node, ast.AugAssign):
            value = [f".{type(node.op).__name__}", *self.tokens(node.value)]
            made = self.step("python.AugAssign", {"of": self.tokens(node.target), "value": value})
            self.name(node.target, made)
        elif isinstance(node, ast.Pass):
            if id(node) not in self._nothing:
                self.step(at.NOTHING, {})
        elif isinstance(node, ast.Expr):
            self.expression(node)
        else:
            values = [v for child in ast.iter_child_nodes(node) for v in self.tokens(child)]
            self.step(f"python.{type(node).__name__}", {"value": values} if values else {})
        return iter(())

    def assign(self, node: ast.Assign) -> None:
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Name) and RESULT.fullmatch(target.id):
            nothing = isinstance(value, ast.Constant) and value.value is None
            starts = isinstance(value, ast.List) and not value.elts
            self.name(target, Definition() if nothing or starts else self.kept(value))
        elif makes_variable(value):
            stored = (
                value.args[0]
                if called(value) == "variable" and isinstance(value, ast.Call) and value.args
                else value
            )
            made = self.step(at.SET, {"value": self.tokens(stored)})
            alias = self.names.get(stored.id) or Definition() if isinstance(stored, ast.Name) else made
            for each in node.targets:
                self.name(each, alias)
        else:
            made = self.output(value)
            for each in node.targets:
                self.name(each, made)

    def kept(self, value: ast.expr) -> Definition:
        """What a block's result or a list of results takes: mostly what has a name already."""
        if makes_variable(value) and not isinstance(value, ast.Name):
            return self.step(at.GET, {"1": self.tokens(value)})
        return self.output(value)

    def name(self, target: ast.expr, definition: Definition) -> None:
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                self.names.set(node.id, definition)

    def expression(self, node: ast.Expr) -> None:
        add = appended(node)
        if add is not None:
            name, value = add
            taken = self.kept(value)
            if not RESULT.fullmatch(name):
                self.step(at.APPEND, {"value": [taken]})
            self.names.add(name, taken)
        elif not isinstance(node.value, ast.Constant):  # a text that stands alone is a remark
            self.output(node.value)


def _repeated(node: ast.expr) -> ast.expr:
    """What is repeated, or how often: `n` of `range(1, n + 1)`, `xs` of `enumerate(xs, start=1)`."""
    if not isinstance(node, ast.Call) or called(node) not in ("range", "enumerate") or not node.args:
        return node
    last = node.args[-1]
    if called(node) == "enumerate" or len(node.args) == 1:
        return node.args[0]
    more = isinstance(last, ast.BinOp) and isinstance(last.op, ast.Add) and number_literal(last.right) == 1
    first = number_literal(node.args[0]) == 1 and len(node.args) == 2
    return last.left if first and more and isinstance(last, ast.BinOp) else node


def _set_in(loop: ast.stmt) -> list[str]:
    """Names that something inside a loop sets, each once."""
    found: dict[str, None] = {}
    for placed in preorder(ast.Module([loop], [])):
        node, add = placed.node, appended(placed.node)
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.For)):
            targets = [node.target]
        for target in targets:
            found.update(dict.fromkeys(n.id for n in ast.walk(target) if isinstance(n, ast.Name)))
        if add is not None:
            found[add[0]] = None
    return list(found)
