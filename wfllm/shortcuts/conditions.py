"""The test of an If as a Python expression. `read_conditions.py` is the way back.

An If holds an operator and, beside the operand the operator takes, often operands of other types that the
editor left behind. Only the operand that counts is written; the others are hints of the sidecar. Where it
cannot be told which one counts, `condition(x, "is", …)` holds them all.
"""

from __future__ import annotations

import ast
import math
from typing import Any

from wfllm.shortcuts.expressions import write
from wfllm.shortcuts.nodes import LOAD, call, number
from wfllm.shortcuts.parse_values import parse
from wfllm.shortcuts.scope import Scope
from wfllm.shortcuts.tokens import Text, Token, parse_token
from wfllm.shortcuts.values import OPERATORS, Quantity, Table, Typed, number_of

OLD_OPERATORS = {"Equals": 4, "Is Greater Than": 2, "Is Less Than": 0, "Contains": 99, "": 4}
"""Operators of shortcuts from before 2018, when conditions were words."""
TEXT, NUMBER, OTHER_NUMBER = "WFConditionalActionString", "WFNumberValue", "WFAnotherNumber"
OPERANDS = {
    "WFEnumeration": "choice",
    "WFNumericEnumeration": "number_choice",
    "WFLinkEnumeration": "linked_choice",
    "WFDate": "date",
    "WFMeasurement": "measurement",
    "WFDuration": "duration",
    "WFBoundedNumber": "bounded_number",
}
"""Operands that are neither text nor number, and the function each is written as."""
OTHER_END = {
    NUMBER: OTHER_NUMBER,
    "WFDate": "WFAnotherDate",
    "WFMeasurement": "WFAnotherMeasurement",
    "WFDuration": "WFAnotherDuration",
    "WFBoundedNumber": "WFAnotherBoundedNumber",
}
"""Operands that `between` takes, and the key of its upper end."""
COMPARISONS: dict[int, type[ast.cmpop]] = {
    4: ast.Eq,
    5: ast.NotEq,
    0: ast.Lt,
    1: ast.LtE,
    2: ast.Gt,
    3: ast.GtE,
}
_FIELDS = frozenset(("WFCondition", "WFInput", TEXT, NUMBER, *OPERANDS, *OTHER_END.values()))


def operator_of(raw: Any) -> int | None:
    """The operator's number; absent and the old words included. None for an unknown one."""
    if raw is None:
        return 4
    if isinstance(raw, str):
        return OLD_OPERATORS.get(raw)
    return int(raw) if type(raw) is int and raw in OPERATORS else None


def write_condition(parameters: dict[str, Any], previous: ast.expr, scope: Scope) -> ast.expr:
    """The test of an If with these parameters.

    Args:
        parameters: of the action, or one row of its `WFConditions` table.
        previous: what the If looks at where it names no input of its own.
    """
    table = parse(parameters["WFConditions"]) if "WFConditions" in parameters else None
    if isinstance(table, Table) and table.rows and (table.prefix in (0, 1) or len(table.rows) == 1):
        raw_rows = parameters["WFConditions"]["Value"]["WFActionParameterFilterTemplates"]
        tests = [write_condition(row, previous, scope) for row in raw_rows]
        return tests[0] if len(tests) == 1 else ast.BoolOp(ast.And() if table.prefix else ast.Or(), tests)
    subject = subject_of(parameters, previous, scope)
    code = operator_of(parameters.get("WFCondition"))
    if "WFInput" in parameters and not is_reference(parameters["WFInput"]):
        return _write_whole(code, parameters, call("previous_output"), scope, WFInput=subject)
    test = _write_simple(code, parameters, subject, scope) if code is not None and table is None else None
    return test if test is not None else _write_whole(code, parameters, subject, scope)


def takes_previous(parameters: dict[str, Any]) -> bool:
    """Whether an If looks at the output before it, in any of its conditions."""
    if "WFInput" in parameters:
        return False
    table = parse(parameters["WFConditions"]) if "WFConditions" in parameters else None
    rows = table.rows if isinstance(table, Table) else []
    return not rows or any("WFInput" not in row for row in rows)


def subject_of(parameters: dict[str, Any], previous: ast.expr, scope: Scope) -> ast.expr:
    """What an If looks at."""
    raw = parameters.get("WFInput")
    if raw is None:
        return previous
    token = parse_token(raw)
    return write(token if token is not None else parse(raw), scope)


def is_reference(raw: Any) -> bool:
    """Whether what an If looks at is a reference; hand-made files hold all kinds of things."""
    return parse_token(raw) is not None or isinstance(parse(raw), Token)


def _write_whole(
    code: int | None, parameters: dict[str, Any], subject: ast.expr, scope: Scope, **held: ast.expr
) -> ast.expr:
    rest = {
        k: write(parse(v), scope)
        for k, v in parameters.items()
        if k in _FIELDS | {"WFConditions"} and k not in ("WFCondition", "WFInput")
    }
    word = (
        ast.Constant(OPERATORS[code]) if code is not None else write(parse(parameters["WFCondition"]), scope)
    )
    return call("condition", subject, word, **held, **rest)


def _write_simple(code: int, parameters: dict[str, Any], subject: ast.expr, scope: Scope) -> ast.expr | None:
    if code == 100:
        return subject
    if code == 101:
        return ast.UnaryOp(ast.Not(), subject)
    if code == 1002:
        return call("is_today", subject)
    if code in (1000, 1001):
        return _write_period("in_next" if code == 1000 else "in_last", parameters, subject)
    if code == 1003:
        return _write_between(parameters, subject, scope)
    if code in (99, 999, 8, 9):
        text = _text(parameters.get(TEXT, ""), scope)
        if text is None:
            return None
        if code in (8, 9):
            method = ast.Attribute(subject, "startswith" if code == 8 else "endswith", LOAD)
            return ast.Call(method, [text], [])
        return ast.Compare(text, [ast.In() if code == 99 else ast.NotIn()], [subject])
    if code in (4, 5) and _is_yes_or_no(parameters) and not parameters.keys() & {TEXT, NUMBER, *OPERANDS}:
        return None  # an answer that is compared with nothing is not compared with an empty text
    right = _operand(code, parameters, scope)
    return None if right is None else ast.Compare(subject, [COMPARISONS[code]()], [right])


def _is_yes_or_no(parameters: dict[str, Any]) -> bool:
    token = parse_token(parameters.get("WFInput"))
    last = token.steps[-1].fields if token is not None and token.steps else {}
    return last.get("CoercionItemClass") == "WFBooleanContentItem"


def _write_period(function: str, parameters: dict[str, Any], subject: ast.expr) -> ast.expr | None:
    length = parse(parameters.get("WFDuration"))
    if not isinstance(length, Quantity) or not isinstance(length.magnitude, str):
        return None
    amount = number_of(length.magnitude)
    if isinstance(amount, str) or not isinstance(length.unit, str):
        return None
    return call(function, subject, number(amount), ast.Constant(length.unit))


def _operand(code: int, parameters: dict[str, Any], scope: Scope) -> ast.expr | None:
    """The right side of a comparison; None where it cannot be told which operand counts."""
    typed = [key for key in OPERANDS if key in parameters]
    has_text, has_number = TEXT in parameters, NUMBER in parameters
    if typed:
        if len(typed) > 1 or has_text or has_number:
            return None
        return _typed(typed[0], parameters[typed[0]], scope)
    old = isinstance(parameters.get("WFCondition"), (str, type(None)))
    legacy = old or parameters.get("WFConditionalLegacyComparisonBehavior") is True
    if code in (0, 1, 2, 3):
        return _number(parameters[NUMBER], scope) if has_number else None
    if has_number and has_text and not legacy:
        return None
    if has_number and not has_text:
        number_ = _number(parameters[NUMBER], scope)
        # whether a reference is compared as number or as text is said, here by number(x), there by f"{x}"
        return (
            call("number", number_) if isinstance(parse(parameters[NUMBER]), Token) and number_ else number_
        )
    return _text(parameters.get(TEXT, ""), scope)


def _typed(key: str, raw: Any, scope: Scope) -> ast.expr:
    value = parse(raw)
    if key == "WFMeasurement" and isinstance(value, Quantity):
        return write(value, scope)
    return call(OPERANDS[key], write(value, scope))


def _write_between(parameters: dict[str, Any], subject: ast.expr, scope: Scope) -> ast.expr | None:
    given = [key for key in OTHER_END if parameters.keys() & {key, OTHER_END[key]}]
    if len(given) != 1 or parameters.keys() & OPERANDS.keys() - {given[0]}:
        return None
    ends = [parameters.get(given[0]), parameters.get(OTHER_END[given[0]])]
    if given[0] == NUMBER:
        written = [_number(end, scope) for end in ends]
    else:
        written = [None if end is None else _typed(given[0], end, scope) for end in ends]
    low, high = written
    if low is None or high is None:
        return None
    return ast.Compare(low, [ast.LtE(), ast.LtE()], [subject, high])


def _text(raw: Any, scope: Scope) -> ast.expr | None:
    value = parse(raw)
    return write(value, scope) if isinstance(value, (str, Text)) else None


def _number(raw: Any, scope: Scope) -> ast.expr | None:
    if raw is None or isinstance(raw, (bool, bytes)):
        return None
    value = parse(raw)
    if isinstance(value, Token):
        return write(value, scope)
    return write_number(value, scope)


def write_number(value: Any, scope: Scope) -> ast.expr | None:
    """A number that the file holds as number or text; a whole float is written as the whole number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value) if math.copysign(1, value) > 0 or value else value
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        spelled = number_of(value)
        return call("number", ast.Constant(spelled)) if isinstance(spelled, str) else number(spelled)
    if isinstance(value, (Text, Typed)):
        return call("number", write(value, scope))
    return None
