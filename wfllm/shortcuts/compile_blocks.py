"""Statements and blocks of the dialect as a flat list of actions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from wfllm.shortcuts import actions as st
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.check_forms import MEND_STATEMENT, spoken
from wfllm.shortcuts.code_names import CodeNames, result_statement, uuid_for
from wfllm.shortcuts.compile_ifs import compile_if, find_otherwise_ifs
from wfllm.shortcuts.compile_loops import compile_loop
from wfllm.shortcuts.compile_menus import compile_menu
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.hint_action import GROUP, IDENTIFIER, MODE, PARAMETERS
from wfllm.shortcuts.idioms import in_dialect
from wfllm.shortcuts.positions import place
from wfllm.shortcuts.read_base import ReadError, called, is_left_out
from wfllm.shortcuts.read_expressions import is_token, read_token
from wfllm.shortcuts.read_header import HEADER, Header, ask_about, read_header
from wfllm.shortcuts.read_statements import appended, makes_variable, read_value, read_variable
from wfllm.shortcuts.syntax import preorder
from wfllm.shortcuts.tokens import Token, wrap_token
from wfllm.shortcuts.tree import CLOSE
from wfllm.shortcuts.value_kinds import ValueKinds

MAX_CHAIN = 250
"""Blocks inside each other, `elif` included."""


class BlockCompiler:
    """Reads one workflow's code.

    Args:
        tree: the code's syntax tree.
        code: its text, for the comments.
        hints: `names` of a sidecar.
        data: digest → content beside the code.
        catalogue: which API a function name stands for.
        transcribed: whether the code is known to be in the dialect's own words.
        taken: UUIDs that no output may get but the one they belong to.
    """

    def __init__(
        self,
        tree: ast.Module,
        code: str,
        hints: Any,
        data: Mapping[str, bytes],
        catalogue: Catalogue,
        transcribed: bool = False,
        taken: Iterable[str] = (),
    ) -> None:
        self.findings = [] if transcribed else in_dialect(tree, ValueKinds(tree, catalogue))
        placed = preorder(tree)
        self.tree, self.data, self.catalogue = tree, data, catalogue
        self.names = CodeNames(tree, hints, placed, taken)
        self.otherwise_ifs = find_otherwise_ifs(placed, hints)
        """Ids of the `elif`s that the file has as a middle with a condition."""
        self.comments = place(code, tree, placed, one_line=transcribed)
        self.header = Header()
        self.actions: list[dict[str, Any]] = []
        self.previous: list[Token | None] = []
        """For each action what an input left out would take."""
        self.prev: Token | None = Token("ExtensionInput")
        """What the last action made; None: nothing, or it is not known."""
        self.level = self.blocks = self.depth = 0
        self.at: ast.stmt = ast.Pass(lineno=1)
        """The statement being read."""

    # what reading an expression asks for

    def token_of(self, name: str) -> Token:
        if name in self.names.left and not any(name in alias for alias in self.names.aliases):
            mend = f"Store it inside the loop: last = {name}."
            raise ReadError(self.at, f"{name} is there inside its loop only", mend)
        return self.names.token_of(name)

    def missing(self, shown: str) -> Token:
        return self.names.missing(shown)

    def content(self, digest: str) -> bytes | None:
        return self.data.get(digest)

    def identifier(self, function: str) -> str | None:
        api = self.catalogue.by_name(function)
        return api.identifier if api is not None else None

    def made(self, node: ast.expr) -> Token:
        identifier, parameters = read_value(node, self)
        made = Token("ActionOutput", self.names.made_up(f"value {len(self.actions)}"), "Value")
        self.emit(identifier, {**parameters, "UUID": made.name})
        self.prev = made
        return made

    # statements

    def run(self) -> list[dict[str, Any]]:
        """The actions; what the code says of the whole is in `header`, what is no workflow in `findings`."""
        told = {finding.line for finding in self.findings}
        first, self.findings = self.findings, []
        self.body(self.tree.body, first=True)
        self.findings = [*first, *(finding for finding in self.findings if finding.line not in told)]
        if not self.findings:
            for call, _ in self.header.waiting:
                mend = "Put it before the statement it is about."
                self.findings.append(Finding(call.lineno, "header", "nothing follows this question", mend))
        return self.actions

    def emit(self, identifier: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        action = {IDENTIFIER: identifier, PARAMETERS: dict(parameters)}
        self.actions.append(action)
        self.previous.append(self.prev)
        return action

    def body(self, body: list[ast.stmt], first: bool = False, branch: bool = False) -> None:
        comments = self.comments.get(id(body), [])
        empty = branch and _is_empty(body)
        at = 0
        for i, node in enumerate(body):
            while at < len(comments) and comments[at][0] <= i:
                self.emit(st.COMMENT, {"WFCommentActionText": comments[at][1].text})
                at += 1
            if isinstance(node, ast.Pass) and empty:
                continue  # an empty branch
            if first and i == 0 and _is_description(node):
                continue
            try:
                self.statement(node, branch and node is body[-1])
            except ReadError as fault:
                self.findings.append(Finding(fault.line, "not-a-workflow", fault.message, fault.suggestion))
            except RecursionError:
                mend = "Give the inner values names on lines before."
                self.findings.append(Finding(node.lineno, "not-a-workflow", "nested too deeply", mend))
        for _, comment in comments[at:]:
            self.emit(st.COMMENT, {"WFCommentActionText": comment.text})

    def statement(self, node: ast.stmt, last: bool) -> None:
        start, self.at = len(self.actions), node
        if isinstance(node, ast.Assign):
            self.assign(node, last)
            self.names.left -= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.Expr):
            self.expression(node, last)
        elif isinstance(node, ast.Pass):
            self.emit(st.NOTHING, {})
            self.prev = None
        elif isinstance(node, (ast.If, ast.For, ast.Match)):
            self.block(node)
        else:
            kind = type(node).__name__
            mend = MEND_STATEMENT.get(kind, "Use an action for it.")
            raise ReadError(node, f"workflows have no {spoken(kind)}", mend)
        if self.header.waiting and len(self.actions) > start:
            ask_about(self.header, self.actions, start)

    def block(self, node: ast.If | ast.For | ast.Match) -> None:
        self.depth += 1
        if self.depth > MAX_CHAIN:
            self.depth -= 1
            raise ReadError(node, "nested too deeply", "Move the inner part into a shortcut of its own.")
        try:
            if isinstance(node, ast.If):
                compile_if(node, self)
            elif isinstance(node, ast.For):
                compile_loop(node, self)
            else:
                compile_menu(node, self)
        finally:
            self.depth -= 1

    def assign(self, node: ast.Assign, last: bool) -> None:
        if len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
            item = isinstance(node.targets[0], ast.Subscript)
            mend = "Use is_workflow_actions_setvalueforkey." if item else "name = value"
            raise ReadError(node, "an assignment sets one plain name", mend)
        name, value = node.targets[0].id, node.value
        self.refuse_loop_name(node, name)
        if name in self.names.results:
            empty = isinstance(value, ast.List) and not value.elts
            if last:
                self.result(value)
            elif not (empty or is_left_out(value)):
                raise ReadError(node, f"{name} is what a block leaves behind", "Set it last in each branch.")
            return
        if makes_variable(value):
            if isinstance(value, ast.Constant) and not self.after_nothing():
                self.emit(st.NOTHING, {})  # so that None is nothing, and not the output before
            self.emit(st.SET, {"WFVariableName": self.names.author(name), **read_variable(value, self)})
            self.prev = self.names.token_of(name)
            return
        identifier, parameters = read_value(value, self)
        if name in self.names.variables:
            made = Token("ActionOutput", self.names.made_up(f"value {len(self.actions)}"), name)
            self.emit(identifier, {**parameters, "UUID": made.name})
            self.prev = made
            self.emit(st.SET, {"WFVariableName": self.names.author(name), "WFInput": wrap_token(made)})
        else:
            self.emit(identifier, {**parameters, **self.names.output_fields(name)})
        self.prev = self.names.token_of(name)

    def refuse_loop_name(self, node: ast.stmt, name: str) -> None:
        if self.names.loop_sets(name):
            raise ReadError(node, f"{name} is what the loop around it goes through", "Use another name.")

    def after_nothing(self) -> bool:
        """Whether the action before hands on nothing; comments stand between."""
        made = (a[IDENTIFIER] for a in reversed(self.actions) if a[IDENTIFIER] != st.COMMENT)
        return next(made, "") == st.NOTHING

    def expression(self, node: ast.Expr, last: bool) -> None:
        function = called(node.value)
        if function in HEADER and isinstance(node.value, ast.Call):
            above = all(action[IDENTIFIER] == st.COMMENT for action in self.actions)
            read_header(node.value, self.header, self, first=above and self.depth == 0)
            return
        add = appended(node)
        if add is not None:
            self.refuse_loop_name(node, add[0])
        if add is not None and add[0] in self.names.results:
            if not last:
                raise ReadError(
                    node, f"{add[0]} is what a repeat leaves behind", "Append to it last in the loop."
                )
            self.result(add[1])
        elif add is not None:
            parameters = (
                read_variable(add[1], self)
                if makes_variable(add[1]) or is_token(add[1])
                else {"WFInput": wrap_token(self.made(add[1]))}
            )
            self.emit(st.APPEND, {"WFVariableName": self.names.author(add[0]), **parameters})
            self.names.left.discard(add[0])
            self.prev = self.names.token_of(add[0])
        elif isinstance(node.value, ast.Call):
            made = self.emit(*read_value(node.value, self))
            name = made[PARAMETERS].get("WFVariableName")
            sets = made[IDENTIFIER] in (st.SET, st.APPEND) and isinstance(name, str)
            self.prev = Token("Variable", name) if sets else None
        else:
            raise ReadError(node, "this value is not used", "Give it a name: name = …")

    def result(self, value: ast.expr) -> None:
        """Makes `value` what the last action of a branch hands on, which is what the block leaves behind."""
        if is_left_out(value):
            return
        if not is_token(value):
            self.made(value)
        elif read_token(value, self) != self.prev:
            self.emit(st.GET, {"WFVariable": wrap_token(read_token(value, self))})

    # blocks

    def group(self) -> str:
        self.blocks += 1
        return uuid_for(f"block {self.blocks}")

    def open(self, identifier: str, parameters: dict[str, Any]) -> None:
        """The action that opens a block; questions before it are about it and nothing inside."""
        self.emit(identifier, parameters)
        if self.header.waiting:
            ask_about(self.header, self.actions, len(self.actions) - 1)

    def close(self, identifier: str, group: str, bodies: list[list[ast.stmt]]) -> None:
        names = {
            found[0]
            for body in bodies
            if (found := result_statement(body)) and found[0] in self.names.results
        }
        if len(names) > 1:
            raise ReadError(bodies[0][0], "one block leaves one result", f"Use one name: {min(names)}.")
        end: dict[str, Any] = {GROUP: group, MODE: CLOSE}
        self.prev = None
        if names:
            self.prev = self.names.output(names.pop())
            end["UUID"] = self.prev.name
        self.emit(identifier, end)


def _is_empty(body: list[ast.stmt]) -> bool:
    """Whether a branch holds one `pass` and at most a statement of its result: it has no actions."""
    rest = body[:-1] if result_statement(body) else body
    return len(rest) == 1 and isinstance(rest[0], ast.Pass)


def _is_description(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)
