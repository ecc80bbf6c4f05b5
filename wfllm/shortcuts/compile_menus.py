"""`match menu(…)` as a menu and its cases."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from wfllm.shortcuts.build_values import build, build_item, is_plain
from wfllm.shortcuts.hint_action import GROUP, MODE
from wfllm.shortcuts.read_base import ReadError, arguments, called, given_once, number_literal, split_keywords
from wfllm.shortcuts.read_expressions import is_text, read, read_fields, read_item
from wfllm.shortcuts.tokens import PLACEHOLDER, Text, Token, build_text
from wfllm.shortcuts.tree import MENU, MIDDLE, OPEN
from wfllm.shortcuts.values import Item

if TYPE_CHECKING:
    from wfllm.shortcuts.compile_blocks import BlockCompiler


def compile_menu(node: ast.Match, compiler: BlockCompiler) -> None:
    """The actions of a menu.

    Raises:
        ReadError: a `match` that is no menu.
    """
    subject = node.subject
    if not isinstance(subject, ast.Call) or called(subject) not in ("menu", "input"):
        raise ReadError(subject, "match is only for menus", 'match menu("Which?", ["A", "B"]):')
    said, rest = split_keywords(subject, "prompt", "items")
    fields = arguments(rest, 0, 2, None)
    places = dict(zip(("prompt", "items"), subject.args, strict=False))
    said = given_once(subject, places, said)
    written = said.get("items")
    items = _items(written, node, compiler)
    given = said.get("prompt")
    prompt = build(read(given, compiler)) if given is not None else ""
    group = compiler.group()
    head: dict[str, Any] = {GROUP: group, MODE: OPEN}
    if prompt != "":
        head["WFMenuPrompt"] = prompt
    if items is not None:
        head["WFMenuItems"] = [_item(i) for i in items] if isinstance(items, list) else build(items.value)
    compiler.open(MENU, {**head, **read_fields(fields, compiler)})
    inside = compiler.prev
    for case in node.cases:
        title = _title(case, items if isinstance(items, list) else [])
        if title is not None:
            compiler.emit(MENU, {GROUP: group, MODE: MIDDLE, **title})
        compiler.prev = inside
        compiler.body(case.body, branch=True)
    compiler.close(MENU, group, [case.body for case in node.cases])


def _items(written: ast.expr | None, node: ast.Match, compiler: BlockCompiler) -> list[Item] | Item | None:
    """Items of a menu: those given, else its cases' titles; None where the cases have numbers only."""
    if written is None:
        labels = [label for case in node.cases if (label := _label(case)) is not None]
        if any(number_literal(label) is not None for label in labels):
            return None
        return [Item("text", label.value) for label in labels if isinstance(label, ast.Constant)]
    if called(written) == "raw" and isinstance(written, ast.Call) and len(written.args) == 2:
        return Item("raw", read(written.args[1], compiler))
    if not isinstance(written, ast.List):
        raise ReadError(written, "the items of a menu are written out", '["A", "B"]')
    return [read_item(element, compiler) for element in written.elts]


def _label(case: ast.match_case) -> ast.expr | None:
    return case.pattern.value if isinstance(case.pattern, ast.MatchValue) else None


def _item(item: Item) -> Any:
    return item.value if is_plain(item) else build_item(item)


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
    if not isinstance(number, int) or number < 1:
        raise ReadError(case.pattern, "a case of a menu is one of its items", 'case "A":')
    value = items[number - 1].value if 0 < number <= len(items) else ""
    if isinstance(value, Text):
        shown = "".join(PLACEHOLDER if isinstance(part, Token) else part for part in value.parts)
        return {"WFMenuItemTitle": shown, "WFMenuItemAttributedTitle": build_text(value)}
    return {"WFMenuItemTitle": value} if isinstance(value, str) and value else {}
