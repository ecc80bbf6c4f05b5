"""The headers of blocks: `if …`, `for …`, `match menu(…)` and what begins each of their branches."""

from __future__ import annotations

import ast
from typing import Any

from wfllm.shortcuts.actions import meaningful
from wfllm.shortcuts.conditions import is_reference, takes_previous, write_condition, write_number
from wfllm.shortcuts.expressions import write, write_item
from wfllm.shortcuts.nodes import LOAD, STORE, call, increment, keywords_of, name, number
from wfllm.shortcuts.parse_values import parse, parse_item
from wfllm.shortcuts.printing import Part
from wfllm.shortcuts.scope import Scope
from wfllm.shortcuts.tokens import Text, Token, parse_text
from wfllm.shortcuts.tree import Action, Block, If, Menu, RepeatEach, Section, has_condition
from wfllm.shortcuts.values import Item

_CONTROL = ("WFControlFlowMode", "GroupingIdentifier")


def loop_names(level: int) -> tuple[str, str]:
    """Names of a repeat's index and item; `level` 1 is the outermost repeat."""
    suffix = f"_{level}" if level > 1 else ""
    return f"Repeat_Index{suffix}", f"Repeat_Item{suffix}"


def _write_test(parameters: dict[str, Any], scope: Scope) -> ast.expr:
    """The test of an If. The output before it is named only where the If looks at it: naming the value of a
    block would end each of its branches with a statement that nothing needs."""
    previous = scope.previous() if takes_previous(parameters) else call("previous_output")
    return write_condition(parameters, previous, scope)


def write_header(block: Block, scope: Scope, level: int) -> ast.If | ast.For | ast.Match:
    """The statement that opens a block, without a body.

    Args:
        level: number of repeats around it, itself included where it is one.
    """
    fields = {k: v for k, v in meaningful(block.open).items() if k not in _CONTROL}
    if isinstance(block, If):
        return ast.If(_write_test(block.open.parameters, scope), [], [])
    if isinstance(block, Menu):
        return ast.Match(_write_menu(fields, scope), [])
    index, item = loop_names(level)
    if isinstance(block, RepeatEach):
        raw = fields.get("WFInput")
        if raw is not None and not is_reference(raw):
            # what a hand-made file holds there stays among the keywords
            items: ast.expr = call("previous_output")
        else:
            items = scope.previous() if raw is None else write(parse(fields.pop("WFInput")), scope)
        target: ast.expr = ast.Tuple([ast.Name(index, STORE), ast.Name(item, STORE)], STORE)
        loop = call("enumerate", items, start=number(1))
        loop.keywords.extend(keywords_of(_rest(fields, scope), own=("start",)))
    else:
        count = _write_count(fields.pop("WFRepeatCount", 1), scope)
        target = ast.Name(index, STORE)
        loop = call("range", number(1), increment(count), **_rest(fields, scope))
    return ast.For(target, loop, [], [], None, lineno=0)


def _rest(fields: dict[str, Any], scope: Scope) -> dict[str, ast.expr]:
    return {key: write(parse(raw), scope) for key, raw in fields.items()}


def _write_count(raw: Any, scope: Scope) -> ast.expr:
    value = parse(raw)
    written = None if isinstance(value, Token) else write_number(value, scope)
    if written is None and not isinstance(value, Token):
        return call("number", write(value, scope))  # of hand-made files
    return written if written is not None else write(value, scope)


def _write_menu(fields: dict[str, Any], scope: Scope) -> ast.expr:
    prompt = parse(fields.pop("WFMenuPrompt", ""))
    raw_items = fields.pop("WFMenuItems", None)
    items = menu_items(raw_items)
    if raw_items is None:
        written: list[ast.expr] = []
    elif items is None:
        written = [call("raw", ast.Constant("WFMenuItems"), write(parse(raw_items), scope))]
        scope.unknown("WFMenuItems")
    else:
        written = [ast.List([write_item(item, scope) for item in items], LOAD)]
    rest = keywords_of(_rest(fields, scope), own=("prompt", "items"))
    return ast.Call(name("menu"), [write(prompt, scope), *written], rest)


def menu_items(raw: Any) -> list[Item] | None:
    """The items of a menu; None where they are of another shape."""
    if not isinstance(raw, list):
        return None
    items = [parse_item(element) for element in raw]
    return None if any(item is None for item in items) else [i for i in items if i is not None]


def menu_titles(block: Menu) -> list[str | None]:
    """The titles of a menu's items; None for one that is no plain text."""
    items = menu_items(block.open.parameters.get("WFMenuItems")) or []
    return [item.value if isinstance(item.value, str) else None for item in items]


def _case_label(marker: Action, number_: int, titles: list[str | None]) -> str | int:
    """What a case answers to: its title, or its number where the title holds variables or is missing."""
    attributed = parse_text(marker.parameters.get("WFMenuItemAttributedTitle", ""))
    title = marker.parameters.get("WFMenuItemTitle")
    if isinstance(attributed, Text):
        return number_
    if isinstance(title, str):
        return title
    shown = titles[number_ - 1] if number_ <= len(titles) else None
    return shown if shown is not None else number_


def write_section(
    block: Block, section: Section, number_: int, scope: Scope, titles: list[str | None]
) -> Part | None:
    """How a branch begins; None for one that is not printed (nothing stands before a menu's first case).

    Args:
        number_: of the branch in its block, from 0.
        titles: of a menu's items.
    """
    marker = section.marker
    if marker is None:
        if not isinstance(block, Menu):
            return Part(block.open.index, None, [], first=True)
        if not section.body and len(block.sections) > 1:
            return None
        return Part(-1, ast.match_case(ast.MatchSingleton(None), None, []), [])
    if isinstance(block, Menu):
        pattern = ast.MatchValue(ast.Constant(_case_label(marker, number_, titles)))
        return Part(marker.index, ast.match_case(pattern, None, []), [])
    if has_condition(marker):
        return Part(marker.index, ast.If(_write_test(marker.parameters, scope), [], []), [])
    return Part(marker.index, None, [])
