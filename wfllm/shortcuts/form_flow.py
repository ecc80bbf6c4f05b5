"""The order of actions: blocks in pairs, outputs and variables there before their use, conditions whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from wfllm.shortcuts.form_finding import FormFinding, is_integer, spoken
from wfllm.shortcuts.tree import BLOCKS, CLOSE, IF, MENU, MIDDLE, OPEN

Actions = list[tuple[int, str, dict[str, Any]]]
_P = "is.workflow.actions."
_LOOP_VARIABLE = re.compile(r"Repeat (Item|Index)( \d+)?")
_WORDS = ("Equals", "Is Greater Than", "Is Less Than", "Contains", "")
"""Conditions as the first versions of the app wrote them."""
OPERANDS: dict[int, tuple[str, ...]] = {
    **dict.fromkeys((0, 1, 2, 3), ("WFNumberValue", "WFDate", "WFMeasurement", "WFEnumeration")),
    **dict.fromkeys((8, 9, 99, 999), ("WFConditionalActionString", "WFEnumeration")),
    **dict.fromkeys((1000, 1001), ("WFDuration", "WFNumberValue", "WFDate")),
    1003: ("WFNumberValue", "WFDate", "WFMeasurement"),
    **dict.fromkeys((100, 101, 1002), ()),
    **dict.fromkeys(
        (4, 5),
        (
            "WFConditionalActionString", "WFNumberValue", "WFDate", "WFMeasurement", "WFEnumeration",
            "WFNumericEnumeration", "WFLinkEnumeration",
        ),
    ),
}  # fmt: skip
"""Condition → the operands of which it needs one; none where it looks at the value alone."""


def flow_findings(actions: Actions) -> Iterator[FormFinding]:
    """What is wrong between actions: `(index, identifier, parameters)` of each."""
    yield from _blocks(actions)
    yield from _references(actions)
    for index, identifier, parameters in actions:
        if identifier == IF and parameters.get("WFControlFlowMode", OPEN) == OPEN:
            yield from _condition(index, parameters)


# blocks


def _blocks(actions: Actions) -> Iterator[FormFinding]:
    stack: list[tuple[int, str, dict[str, Any], list[dict[str, Any]]]] = []
    for index, identifier, parameters in actions:
        if identifier not in BLOCKS:
            continue
        if "WFControlFlowMode" not in parameters:
            yield FormFinding(index, "WFControlFlowMode", "old-form", "absent, so it opens a block")
        mode, group = parameters.get("WFControlFlowMode", OPEN), parameters.get("GroupingIdentifier")
        if not is_integer(mode) or mode not in (OPEN, MIDDLE, CLOSE):
            rule = "old-form" if mode in ("0", "1", "2") else "block"
            yield FormFinding(
                index, "WFControlFlowMode", rule, f"the whole number 0, 1 or 2, not {mode!r:.20}"
            )
            mode = int(mode) if mode in ("0", "1", "2") else OPEN
        if not isinstance(group, str) or not group:
            yield FormFinding(index, "GroupingIdentifier", "block", "a part of a block has a group")
        if mode == OPEN:
            stack.append((index, identifier, parameters, []))
            continue
        if not stack or stack[-1][1] != identifier or stack[-1][2].get("GroupingIdentifier") != group:
            what = "middle" if mode == MIDDLE else "end"
            yield FormFinding(
                index, "GroupingIdentifier", "block", f"a {what} that is not of the block around"
            )
            continue
        start, _, opener, middles = stack[-1]
        if mode == MIDDLE:
            if identifier not in (IF, MENU) or (identifier == IF and middles and "WFInput" not in parameters):
                yield FormFinding(index, "WFControlFlowMode", "block", "one middle too many")
            middles.append(parameters)
            continue
        stack.pop()
        if identifier == MENU:
            yield from _menu(start, opener, middles)
    for index, _, _, _ in stack:
        yield FormFinding(index, "GroupingIdentifier", "block", "a block that is never closed")


def _menu(index: int, opener: dict[str, Any], cases: list[dict[str, Any]]) -> Iterator[FormFinding]:
    items = opener.get("WFMenuItems")
    if not isinstance(items, list):
        yield FormFinding(index, "WFMenuItems", "menu", "a menu has a list of items")
        return
    if len(items) != len(cases):
        yield FormFinding(index, "WFMenuItems", "menu", f"{len(items)} items and {len(cases)} cases")
    for item, case in zip(items, cases, strict=False):
        title = case.get("WFMenuItemTitle")
        if isinstance(item, str) and title != item:
            yield FormFinding(
                index, "WFMenuItems", "menu", f"the case of {item!r:.40} is called {title!r:.40}"
            )


# references


def _references(actions: Actions) -> Iterator[FormFinding]:
    made: dict[str, int] = {}
    for index, _, parameters in actions:
        if isinstance(parameters.get("UUID"), str):
            made.setdefault(parameters["UUID"], index)
    opened = _openers(actions)
    variables: set[str] = set()
    ever = {p["WFVariableName"] for _, _, p in actions if isinstance(p.get("WFVariableName"), str)}
    inside_loop = _loops(actions)
    for index, identifier, parameters in actions:
        for token, place in _tokens(parameters, ""):
            if token.get("Type") == "ActionOutput" and isinstance(token.get("OutputUUID"), str):
                yield from _output(index, place, token["OutputUUID"], made, opened)
            elif token.get("Type") == "Variable" and isinstance(token.get("VariableName"), str):
                name = token["VariableName"]
                if _LOOP_VARIABLE.fullmatch(name):
                    number = int(name.split()[-1]) if name[-1].isdigit() else 1
                    if number > inside_loop[index]:
                        message = f"{name} outside of {number} repeats"
                        yield FormFinding(index, place, "unset-variable", message)
                elif name not in variables and not (inside_loop[index] and name in ever):
                    yield FormFinding(index, place, "unset-variable", f"{name!r:.40} is not set before")
        if identifier in (_P + "setvariable", _P + "appendvariable"):
            variables.add(str(parameters.get("WFVariableName")))


def _output(
    index: int, place: str, uuid: str, made: dict[str, int], opened: dict[int, int]
) -> Iterator[FormFinding]:
    at = made.get(uuid)
    if at is None:
        yield FormFinding(index, place, "missing-output", f"no action makes the output {uuid[:40]}")
    elif at >= index and opened.get(at, at) >= index:
        yield FormFinding(index, place, "later-output", f"action {at} makes it only later")


def _openers(actions: Actions) -> dict[int, int]:
    """End of a block → its beginning: the results of a repeat are there inside it, too."""
    stack: list[int] = []
    opened: dict[int, int] = {}
    for index, identifier, parameters in actions:
        if identifier not in BLOCKS:
            continue
        mode = str(parameters.get("WFControlFlowMode", OPEN))
        if mode == "0":
            stack.append(index)
        elif mode == "2" and stack:
            opened[index] = stack.pop()
    return opened


def _loops(actions: Actions) -> dict[int, int]:
    """For each action the number of repeats around it."""
    level, around = 0, {}
    for index, identifier, parameters in actions:
        mode = str(parameters.get("WFControlFlowMode", OPEN))
        repeats = identifier in BLOCKS and identifier not in (IF, MENU)
        level -= repeats and mode == "2"
        around[index] = level
        level += repeats and mode == "0"
    return around


def _tokens(value: Any, place: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Every token in a value, with its place."""
    if isinstance(value, list):
        for i, element in enumerate(value):
            yield from _tokens(element, f"{place}[{i}]")
    elif isinstance(value, dict):
        if value.get("Type") in ("ActionOutput", "Variable"):
            yield value, place
        for key, inner in value.items():
            yield from _tokens(inner, f"{place}.{key}" if place else str(key))


# conditions


def _condition(index: int, parameters: dict[str, Any]) -> Iterator[FormFinding]:
    table = parameters.get("WFConditions")
    if table is None:
        yield from _row(index, "", parameters, alone=True)
        return
    value = table.get("Value") if isinstance(table, dict) else None
    rows = value.get("WFActionParameterFilterTemplates") if isinstance(value, dict) else None
    for i, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, dict):
            yield from _row(index, f"WFConditions[{i}].", row, alone=False)


def _row(index: int, place: str, row: dict[str, Any], alone: bool) -> Iterator[FormFinding]:
    code, key = row.get("WFCondition"), f"{place}WFCondition"
    if code is None:
        rule = "old-form" if alone else "condition"
        yield FormFinding(index, key, rule, "no condition, which old versions take as equal")
        return
    if isinstance(code, str):
        rule = "old-form" if code in _WORDS else "condition"
        yield FormFinding(index, key, rule, f"a whole number, not {code!r:.30}")
        return
    if not is_integer(code) or code not in OPERANDS:
        yield FormFinding(index, key, "condition", f"no real file has the condition {code!r:.20}")
        return
    wanted = OPERANDS[code]
    if wanted and not any(operand in row for operand in wanted):
        rule = "empty-operand" if code in (4, 5) and alone else "operand"
        yield FormFinding(index, key, rule, f"condition {code} needs {' or '.join(wanted[:2])}")
    if code == 1003 and "WFNumberValue" in row and "WFAnotherNumber" not in row:
        yield FormFinding(index, key, "operand", "between needs two numbers")
    if "WFInput" not in row and not alone:
        yield FormFinding(index, key, "operand", "a row of conditions has a value to look at")
    elif "WFInput" in row and spoken(row["WFInput"]) not in ("Variable", "WFTextTokenAttachment"):
        yield FormFinding(index, f"{place}WFInput", "condition", "looks at a variable or an output")
