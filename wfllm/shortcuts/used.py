"""Which actions code uses: every statement as the identifiers of the actions it stands for.

The published `apis` of a sample lists each identifier of its shortcut but those that became Python syntax;
variables, comments and Nothing are in it although no call of the code shows them. In all 67 published
samples every API that is called is listed, every one listed is called or one of those four, and
`setvariable` is there exactly where a line reads `name = other`.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import TypeGuard

from wfllm.errors import WfllmError
from wfllm.shortcuts import actions as st
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.code_names import CodeNames
from wfllm.shortcuts.dialect import FUNCTIONS
from wfllm.shortcuts.idioms import in_dialect
from wfllm.shortcuts.implied import (
    after_nothing,
    emptiness,
    fetched,
    input_of,
    is_loop_call,
    is_plain_key,
    subject_of,
)
from wfllm.shortcuts.names import DIALECT, RESULT, TAKEN, api_identifier
from wfllm.shortcuts.read_base import called, is_left_out, number_literal
from wfllm.shortcuts.read_expressions import is_text, is_token
from wfllm.shortcuts.read_statements import READERS, appended, makes_variable
from wfllm.shortcuts.syntax import blocks_of, expressions_of, parse_code, preorder
from wfllm.shortcuts.tree import COUNT, EACH, IF, MENU
from wfllm.shortcuts.value_kinds import ValueKinds

BECAME_SYNTAX = frozenset((IF, EACH, COUNT, MENU, st.TEXT, st.DICTIONARY, st.VALUE, st.ASK))
"""Actions that the published `apis` leaves out (paper, Algorithm 1)."""
_PUBLISHED = frozenset(("coerce_variable",))
"""Functions of the published dialect that look at a value and are no action."""


def used_apis(code: str, catalogue: Catalogue | None = None) -> list[str]:
    """What the published `apis` of a workflow holds: identifiers of its actions, each once, in order of use.

    Actions that became syntax are left out. So is the comment: in annotated code a comment is a thought and
    no action, and nothing tells them apart.

    Args:
        code: a workflow in the dialect; calls of functions nobody knows count as actions of that name.
        catalogue: knows which identifier a published function name stands for; without it the name is read
            back by rule.

    Raises:
        WfllmError: the code does not parse, or is nested too deeply.
    """
    used = (i for group in used_by_statement(parse_code(code), catalogue) for i in group)
    return [i for i in dict.fromkeys(used) if i not in BECAME_SYNTAX]


def used_by_statement(tree: ast.Module, catalogue: Catalogue | None = None) -> list[list[str]]:
    """For each statement in pre-order the identifiers of its actions, in order, each as often as it is used.

    Those of the statements inside a block are at these statements; the middles and the end of a block are
    not counted. Python's own words (`len(x)`, `"a" + x`) count as the actions they become, and a result that
    is not what the statement before it made as the Get Variable it needs.

    Raises:
        WfllmError: values nested too deeply to read.
    """
    try:
        return _Reader(_in_dialect(tree, catalogue), catalogue).run()
    except RecursionError as fault:
        raise WfllmError("nested too deeply to read", mend="Name the inner values.") from fault


def _in_dialect(tree: ast.Module, catalogue: Catalogue | None) -> ast.Module:
    """The tree in the dialect's words, a copy where it holds others; what has none stays as it is.

    How often to repeat stays as it was: the published data writes `range(int(n))` for a count that is `n`.
    """
    if not any(map(_may_be_idiom, ast.walk(tree))):
        return tree
    own = copy.deepcopy(tree)
    counts = [(node, node.iter) for node in ast.walk(own) if _is_count(node)]
    for node, _ in counts:
        node.iter = ast.Call(ast.Name("range", ast.Load()), [], [])
    in_dialect(own, ValueKinds(own, catalogue if catalogue is not None else Catalogue()))
    for node, count in counts:
        node.iter = count
    return own


def _is_count(node: ast.AST) -> TypeGuard[ast.For]:
    return isinstance(node, ast.For) and called(node.iter) == "range"


def _may_be_idiom(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        return called(node) in ("str", "int", "float", "len") or method in ("format", "get")
    return isinstance(node, (ast.AugAssign, ast.BinOp))


class _Reader:
    def __init__(self, tree: ast.Module, catalogue: Catalogue | None) -> None:
        self.tree, self.catalogue = tree, catalogue
        self.names = CodeNames(tree, None)
        self.after_nothing = after_nothing(tree)
        self.fetched = fetched(tree)

    def run(self) -> list[list[str]]:
        placed = preorder(self.tree)
        empty = {id(node) for here in placed for body in blocks_of(here.node) for node in emptiness(body)}
        return [[] if id(here.node) in empty else list(self.statement(here.node)) for here in placed]

    def statement(self, node: ast.stmt) -> Iterator[str]:
        if isinstance(node, ast.Pass):
            yield st.NOTHING
        elif isinstance(node, ast.Assign):
            yield from self.assign(node)
        elif isinstance(node, ast.Expr):
            yield from self.expression(node)
        elif isinstance(node, ast.Match):
            yield from self.inside(node.subject)
            yield MENU
        else:
            for root in expressions_of(node):
                yield from self.value(root) if is_loop_call(root) is None else self.inside(root)
            if isinstance(node, ast.If):
                yield IF
            elif isinstance(node, ast.For):
                yield COUNT if called(node.iter) == "range" else EACH

    def assign(self, node: ast.Assign) -> Iterator[str]:
        target = node.targets[0]
        name = target.id if isinstance(target, ast.Name) else ""
        if RESULT.fullmatch(name):
            started = isinstance(node.value, ast.List) and not node.value.elts
            if not (started or is_token(node.value) or is_left_out(node.value)):
                yield from self.made(node.value)
            elif id(node) in self.fetched:
                yield st.GET
        elif makes_variable(node.value):
            yield from self.inside(node.value)
            if isinstance(node.value, ast.Constant) and id(node) not in self.after_nothing:
                yield st.NOTHING
            yield st.SET
        else:
            yield from self.made(node.value)
            if name in self.names.variables:
                yield st.SET

    def expression(self, node: ast.Expr) -> Iterator[str]:
        add = appended(node)
        if add is not None:
            plain = is_token(add[1]) or makes_variable(add[1])
            yield from self.inside(add[1]) if plain else self.made(add[1])
            if id(node) in self.fetched:
                yield st.GET
            if not RESULT.fullmatch(add[0]):
                yield st.APPEND
        elif isinstance(node.value, ast.Call):
            yield from self.made(node.value)

    def made(self, node: ast.expr) -> Iterator[str]:
        """The action that makes a value, after those of the values inside it."""
        literal = input_of(node)
        if literal is not None:
            yield from self.made(literal)
        yield from self.inside(node)
        identifier = self.maker(node)
        if identifier is not None:
            yield identifier

    def maker(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                return st.VALUE if node.func.attr in ("keys", "values") else None
            name = called(node)
            if name in READERS:
                return READERS[name][0]
            return st.TEXT if name == "join_text" else self.api(name)
        if is_text(node):
            return st.TEXT
        if number_literal(node) is not None:
            return st.NUMBER
        if isinstance(node, ast.List):
            return st.LIST
        if isinstance(node, ast.Dict):
            return st.DICTIONARY
        return st.VALUE if isinstance(node, ast.Subscript) else None

    def api(self, name: str) -> str | None:
        """Identifier of the API that a function name stands for; None for Python's and the dialect's own."""
        api = self.catalogue.by_name(name) if self.catalogue is not None else None
        if api is not None:
            return api.identifier
        if name in DIALECT or name in TAKEN or name in FUNCTIONS or name in _PUBLISHED or "_" not in name:
            return None
        return api_identifier(name)

    def inside(self, node: ast.expr) -> Iterator[str]:
        """Actions for the values that stand inside this one."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from self.value(child)
            elif isinstance(child, ast.keyword):
                yield from self.value(child.value)

    def value(self, node: ast.expr) -> Iterator[str]:
        """Actions for a value that stands inside a statement: most need none."""
        if isinstance(node, ast.Compare) or (isinstance(node, ast.Call) and called(node) == ""):
            literal = subject_of(node)
            if literal is not None:
                yield from self.made(literal)
        if isinstance(node, ast.Call):
            name = called(node)
            plain = name in FUNCTIONS and not FUNCTIONS[name].action and name != "get_variable"
            yield from self.inside(node) if plain else self.made(node)
        elif isinstance(node, ast.Subscript) and not is_plain_key(node):
            yield from self.made(node)
        else:
            yield from self.inside(node)
