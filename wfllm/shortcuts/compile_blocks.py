"""Statements and blocks of the dialect as a flat list of actions."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from wfllm.shortcuts import actions as st
from wfllm.shortcuts.blocks import loop_names
from wfllm.shortcuts.build_values import build, build_item
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.code_names import CodeNames, result_statement, uuid_for
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.positions import place
from wfllm.shortcuts.read_base import ReadError, arguments, called, is_left_out, number_literal
from wfllm.shortcuts.read_conditions import number_operand, read_condition
from wfllm.shortcuts.read_expressions import is_text, is_token, read, read_fields, read_item, read_token
from wfllm.shortcuts.read_statements import appended, makes_variable, read_value, read_variable
from wfllm.shortcuts.tokens import PLACEHOLDER, Text, Token, build_text, parse_token, wrap_token
from wfllm.shortcuts.tree import CLOSE, COUNT, EACH, IF, MENU, MIDDLE, OPEN
from wfllm.shortcuts.values import Item

MAX_CHAIN = 250
_Previous = Token | None  # None: not known, or nothing


class BlockCompiler:
    """Reads one workflow's code.

    Args:
        tree: the code's syntax tree.
        code: its text, for the comments.
        hints: `names` of a sidecar.
        data: digest → content beside the code.
        catalogue: which API a function name stands for.
    """

    def __init__(
        self, tree: ast.Module, code: str, hints: Any, data: Mapping[str, bytes], catalogue: Catalogue
    ) -> None:
        self.tree, self.data, self.catalogue = tree, data, catalogue
        self.names = CodeNames(tree, hints)
        self.comments = place(code, tree)
        self.actions: list[dict[str, Any]] = []
        self.findings: list[Finding] = []
        self.prev: _Previous = Token("ExtensionInput")
        self.level = self.blocks = self.depth = 0

    # what reading an expression asks for

    def token_of(self, name: str) -> Token:
        return self.names.token_of(name)

    def missing(self, shown: str) -> Token:
        return self.names.missing(shown)

    def content(self, digest: str) -> bytes | None:
        return self.data.get(digest)

    def identifier(self, function: str) -> str | None:
        api = self.catalogue.by_name(function)
        return api.identifier if api is not None else None

    # statements

    def run(self) -> list[dict[str, Any]]:
        """The actions; what is no part of a workflow is in `findings`."""
        self.body(self.tree.body, first=True)
        return self.actions

    def emit(self, identifier: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        action = {"WFWorkflowActionIdentifier": identifier, "WFWorkflowActionParameters": dict(parameters)}
        self.actions.append(action)
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
            documents = (
                first and i == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            )
            if documents and isinstance(node.value.value, str):  # type: ignore[attr-defined]
                continue
            last = branch and node is body[-1]
            try:
                self.statement(node, last)
            except ReadError as fault:
                self.findings.append(Finding(fault.line, "not-a-workflow", fault.message, fault.suggestion))
        for _, comment in comments[at:]:
            self.emit(st.COMMENT, {"WFCommentActionText": comment.text})

    def statement(self, node: ast.stmt, last: bool) -> None:
        if isinstance(node, ast.Assign):
            self.assign(node, last)
        elif isinstance(node, ast.Expr):
            self.expression(node, last)
        elif isinstance(node, ast.Pass):
            self.emit(st.NOTHING, {})
            self.prev = None
        elif isinstance(node, (ast.If, ast.For, ast.Match)):
            self.depth += 1
            if self.depth > MAX_CHAIN:
                raise ReadError(node, "nested too deeply", "Move the inner part into a shortcut of its own.")
            before = self.level
            try:
                if isinstance(node, ast.If):
                    self.if_(node)
                elif isinstance(node, ast.For):
                    self.for_(node)
                else:
                    self.match(node)
            finally:
                self.depth -= 1
                self.level = before
        else:
            raise ReadError(node, f"{type(node).__name__} is not part of workflows", "Use an action for it.")

    def assign(self, node: ast.Assign, last: bool) -> None:
        if len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
            raise ReadError(node, "an assignment sets one plain name", "name = value")
        name, value = node.targets[0].id, node.value
        if name in self.names.results:
            empty = isinstance(value, ast.List) and not value.elts
            if last:
                self.result(value)
            elif not (empty or is_left_out(value)):
                raise ReadError(node, f"{name} is what a block leaves behind", "Set it last in each branch.")
            return
        if makes_variable(value):
            self.emit(st.SET, {"WFVariableName": self.names.author(name), **read_variable(value, self)})
            self.prev = self.names.token_of(name)
            return
        identifier, parameters = read_value(value, self)
        if name in self.names.variables:
            made = Token("ActionOutput", uuid_for(f"value {len(self.actions)}"), name)
            self.emit(identifier, {**parameters, "UUID": made.name})
            self.emit(st.SET, {"WFVariableName": self.names.author(name), "WFInput": wrap_token(made)})
        else:
            self.emit(identifier, {**parameters, **self.names.output_fields(name)})
        self.prev = self.names.token_of(name)

    def expression(self, node: ast.Expr, last: bool) -> None:
        add = appended(node)
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
            self.prev = self.names.token_of(add[0])
        elif isinstance(node.value, ast.Call):
            made = self.emit(*read_value(node.value, self))
            name = made["WFWorkflowActionParameters"].get("WFVariableName")
            sets = made["WFWorkflowActionIdentifier"] in (st.SET, st.APPEND) and isinstance(name, str)
            self.prev = Token("Variable", name) if sets else None
        else:
            raise ReadError(node, "this value is not used", "Give it a name: name = …")

    def made(self, node: ast.expr) -> Token:
        identifier, parameters = read_value(node, self)
        made = Token("ActionOutput", uuid_for(f"value {len(self.actions)}"), "Value")
        self.emit(identifier, {**parameters, "UUID": made.name})
        return made

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

    def close(self, identifier: str, group: str, bodies: list[list[ast.stmt]]) -> None:
        names = {
            found[0]
            for body in bodies
            if (found := result_statement(body)) and found[0] in self.names.results
        }
        if len(names) > 1:
            raise ReadError(bodies[0][0], "one block leaves one result", f"Use one name: {min(names)}.")
        end = {"GroupingIdentifier": group, "WFControlFlowMode": CLOSE}
        self.prev = None
        if names:
            self.prev = self.names.output(names.pop())
            end["UUID"] = self.prev.name
        self.emit(identifier, end)

    def if_(self, node: ast.If) -> None:
        test = read_condition(node.test, self)
        group = self.group()
        self.emit(IF, {"GroupingIdentifier": group, "WFControlFlowMode": OPEN, **test})
        inside = parse_token(test["WFInput"]) if "WFInput" in test else None
        inside = (
            self.prev if inside is None and "WFInput" not in test and "WFConditions" not in test else inside
        )
        self.prev = inside
        self.body(node.body, branch=True)
        if node.orelse:
            self.emit(IF, {"GroupingIdentifier": group, "WFControlFlowMode": MIDDLE})
            self.prev = inside
            self.body(node.orelse, branch=True)
        self.close(IF, group, [node.body, node.orelse])

    def for_(self, node: ast.For) -> None:
        if node.orelse:
            raise ReadError(node, "a repeat has no else", "Put it after the loop.")
        self.level += 1
        index, item = (name.replace("_", " ") for name in loop_names(self.level))
        loop, targets = node.iter, _targets(node)
        group = self.group()
        head = {"GroupingIdentifier": group, "WFControlFlowMode": OPEN}
        if isinstance(loop, ast.Call) and called(loop) == "range":
            fields = arguments(loop, 1, 2, None)
            if len(targets) != 1:
                raise ReadError(
                    node, "a repeat that counts has one name", f"for {index.replace(' ', '_')} in …"
                )
            self.emit(COUNT, {**head, "WFRepeatCount": self.times(loop), **read_fields(fields, self)})
            alias, kind, self.prev = {targets[0]: index}, COUNT, None
        else:
            items, fields = loop, {}
            if isinstance(loop, ast.Call) and called(loop) == "enumerate":
                fields = arguments(loop, 1, 2, None)
                start = fields.pop("start", loop.args[1] if len(loop.args) == 2 else None)
                if start is None or number_literal(start) != 1:
                    raise ReadError(loop, "repeats count from 1", "enumerate(xs, start=1)")
                items = loop.args[0]
            pair = dict(zip(targets, (index, item) if items is not loop else (item,), strict=False))
            if len(pair) != (2 if items is not loop else 1):
                raise ReadError(
                    node, "a repeat has an index and an item", "for Repeat_Index, Repeat_Item in …"
                )
            given = {} if is_left_out(items) else {"WFInput": build(read(items, self))}
            self.emit(EACH, {**head, **given, **read_fields(fields, self)})
            alias, kind, self.prev = pair, EACH, Token("Variable", item)
        self.names.aliases.append(alias)
        try:
            self.body(node.body, branch=True)
        finally:
            self.names.aliases.pop()
        self.close(kind, group, [node.body])

    def times(self, loop: ast.Call) -> Any:
        """How often `range(n)` or `range(1, n + 1)` counts."""
        end = loop.args[-1]
        if len(loop.args) == 2:
            if number_literal(loop.args[0]) != 1:
                raise ReadError(loop, "repeats count from 1", "range(1, n + 1)")
            if isinstance(end, ast.BinOp) and isinstance(end.op, ast.Add) and number_literal(end.right) == 1:
                end = end.left
            elif isinstance(number := number_literal(end), int):
                return number - 1
            else:
                raise ReadError(loop, "a repeat counts to n", "range(1, n + 1)")
        if called(end) == "int" and isinstance(end, ast.Call) and len(end.args) == 1:
            end = end.args[0]
        number = number_literal(end)
        return number if number is not None else number_operand(end, self)

    def match(self, node: ast.Match) -> None:
        subject = node.subject
        if not isinstance(subject, ast.Call) or called(subject) not in ("menu", "input"):
            raise ReadError(subject, "match is only for menus", 'match menu("Which?", ["A", "B"]):')
        fields = arguments(subject, 0, 2, None)
        given = {} if len(subject.args) < 2 else {"items": subject.args[1]}
        items = self.items({**given, **{"items": fields.pop("items")}} if "items" in fields else given, node)
        prompt = build(read(subject.args[0], self)) if subject.args else ""
        group = self.group()
        head: dict[str, Any] = {"GroupingIdentifier": group, "WFControlFlowMode": OPEN}
        if prompt != "":
            head["WFMenuPrompt"] = prompt
        if items is not None:
            head["WFMenuItems"] = (
                [_menu_item(i) for i in items] if isinstance(items, list) else build(items.value)
            )
        self.emit(MENU, {**head, **read_fields(fields, self)})
        inside = self.prev
        for case in node.cases:
            title = _title(case, items if isinstance(items, list) else [])
            if title is not None:
                self.emit(MENU, {"GroupingIdentifier": group, "WFControlFlowMode": MIDDLE, **title})
            self.prev = inside
            self.body(case.body, branch=True)
        self.close(MENU, group, [case.body for case in node.cases])

    def items(self, given: dict[str, ast.expr], node: ast.Match) -> list[Item] | Item | None:
        """Items of a menu: those given, else its cases' titles."""
        written = given.get("items")
        if written is None:
            if any(
                number_literal(_label(case)) is not None for case in node.cases if _label(case) is not None
            ):
                return None
            return [
                Item("text", _label(case).value)
                for case in node.cases
                if isinstance(_label(case), ast.Constant)
            ]
        if called(written) == "raw" and isinstance(written, ast.Call) and len(written.args) == 2:
            return Item("raw", read(written.args[1], self))
        if not isinstance(written, ast.List):
            raise ReadError(written, "the items of a menu are written out", '["A", "B"]')
        return [read_item(element, self) for element in written.elts]


def _is_empty(body: list[ast.stmt]) -> bool:
    """Whether a branch holds one `pass` and at most a statement of its result: it has no actions."""
    rest = body[:-1] if result_statement(body) else body
    return len(rest) == 1 and isinstance(rest[0], ast.Pass)


def _targets(node: ast.For) -> list[str]:
    parts = node.target.elts if isinstance(node.target, ast.Tuple) else [node.target]
    if not all(isinstance(part, ast.Name) for part in parts):
        raise ReadError(node, "the names of a repeat are plain names", "for Repeat_Index, Repeat_Item in …")
    return [part.id for part in parts if isinstance(part, ast.Name)]


def _label(case: ast.match_case) -> Any:
    return case.pattern.value if isinstance(case.pattern, ast.MatchValue) else None


def _menu_item(item: Item) -> Any:
    return item.value if item.type == "text" and isinstance(item.value, str) else build_item(item)


def _title(case: ast.match_case, items: list[Item]) -> dict[str, Any] | None:
    """What a case carries: its title; None for what stands before the first case."""
    if isinstance(case.pattern, ast.MatchSingleton) and case.pattern.value is None and case.guard is None:
        return None
    label = _label(case)
    if case.guard is not None or label is None:
        raise ReadError(case.pattern, "a case of a menu is one of its items", 'case "A":')
    if is_text(label) and isinstance(label, ast.Constant):
        return {"WFMenuItemTitle": label.value}
    number = number_literal(label)
    if not isinstance(number, int):
        raise ReadError(case.pattern, "a case of a menu is one of its items", 'case "A":')
    value = items[number - 1].value if 0 < number <= len(items) else ""
    if isinstance(value, Text):
        shown = "".join(PLACEHOLDER if isinstance(part, Token) else part for part in value.parts)
        return {"WFMenuItemTitle": shown, "WFMenuItemAttributedTitle": build_text(value)}
    return {"WFMenuItemTitle": value} if isinstance(value, str) and value else {}
