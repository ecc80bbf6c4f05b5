"""The test of an `if` as an If's parameters: the way back from `conditions.py`."""

from __future__ import annotations

import ast
from typing import Any

from wfllm.shortcuts.build_values import build
from wfllm.shortcuts.conditions import COMPARISONS, NUMBER, OPERANDS, OTHER_END, TEXT
from wfllm.shortcuts.read_base import (
    ReadError,
    ReadScope,
    arguments,
    called,
    is_left_out,
    number_literal,
    text_literal,
)
from wfllm.shortcuts.read_expressions import (
    is_text,
    is_token,
    read,
    read_as_text,
    read_fields,
)
from wfllm.shortcuts.read_references import reference
from wfllm.shortcuts.read_values import NUMBER_OF_OPERATOR
from wfllm.shortcuts.tokens import wrap_token
from wfllm.shortcuts.values import Quantity

_OPERATOR_OF = {node: code for code, node in COMPARISONS.items()}
_KEY_OF_FUNCTION = {function: key for key, function in OPERANDS.items()}
_OPPOSITE = {4: 5, 5: 4, 0: 3, 3: 0, 1: 2, 2: 1, 99: 999, 999: 99, 100: 101, 101: 100}
_MIRRORED = {4: 4, 5: 5, 0: 2, 2: 0, 1: 3, 3: 1}


def read_condition(node: ast.expr, scope: ReadScope) -> dict[str, Any]:
    """The parameters of an If with this test.

    Raises:
        ReadError: a test that no If can make.
    """
    if isinstance(node, ast.BoolOp):
        rows = [read_simple(value, scope) for value in node.values]
        table = {
            "WFActionParameterFilterPrefix": int(isinstance(node.op, ast.And)),
            "WFActionParameterFilterTemplates": rows,
        }
        return {"WFConditions": {"Value": table, "WFSerializationType": "WFContentPredicateTableTemplate"}}
    return read_simple(node, scope)


def read_simple(node: ast.expr, scope: ReadScope) -> dict[str, Any]:
    """One condition: operator, what it looks at, operand."""
    if isinstance(node, ast.BoolOp):
        raise ReadError(node, "and, or are not mixed in one condition", "Put one if inside the other.")
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = read_simple(node.operand, scope)
        if inner.get("WFCondition") not in _OPPOSITE:
            raise ReadError(node, "this test has no opposite", "Put the part under else.")
        return {**inner, "WFCondition": _OPPOSITE[inner["WFCondition"]]}
    if isinstance(node, ast.Compare):
        return _read_compare(node, scope)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _read_method(node, scope)
    if isinstance(node, ast.Call) and called(node) in _CALLS:
        return _CALLS[called(node)](node, scope)
    if isinstance(node, ast.Constant) and node.value is not None:
        raise ReadError(node, "a test looks at a value", "if x: or if x == …:")
    return _made(100, node, {}, scope)


def _made(code: Any, subject: ast.expr, operands: dict[str, Any], scope: ReadScope) -> dict[str, Any]:
    made: dict[str, Any] = {} if code is None else {"WFCondition": code}
    if not is_left_out(subject):
        made["WFInput"] = {"Type": "Variable", "Variable": wrap_token(reference(subject, scope))}
    return {**made, **operands}


def _read_compare(node: ast.Compare, scope: ReadScope) -> dict[str, Any]:
    if len(node.ops) == 2:
        if not all(isinstance(op, ast.LtE) for op in node.ops):
            raise ReadError(node, "too many comparisons in one", "Join them with and.")
        low, high = _operand(node.left, scope), _operand(node.comparators[1], scope)
        (key, least), (other, most) = *low.items(), *high.items()
        if key != other or key not in OTHER_END:
            raise ReadError(node, "both ends are numbers, dates or quantities", "1 <= x <= 5")
        return _made(1003, node.comparators[0], {key: least, OTHER_END[key]: most}, scope)
    if len(node.ops) != 1:
        raise ReadError(node, "too many comparisons in one", "Put one if inside the other.")
    op, left, right = node.ops[0], node.left, node.comparators[0]
    if isinstance(op, (ast.In, ast.NotIn)):
        text = build(read_as_text(left, scope))
        return _made(99 if isinstance(op, ast.In) else 999, right, {TEXT: text}, scope)
    code = _OPERATOR_OF.get(type(op))
    if code is None:
        raise ReadError(node, "no test of workflows", "Use == or !=.")
    if not is_token(left) and not is_left_out(left) and is_token(right):
        code, left, right = _MIRRORED[code], right, left
    operand = _operand(right, scope)
    if code in (0, 1, 2, 3) and isinstance(right, ast.Constant) and TEXT in operand:
        try:
            float(operand[TEXT])
        except ValueError as fault:
            raise ReadError(right, "more and less compare numbers", "x > 5, or == of a text") from fault
        operand = {NUMBER: operand[TEXT]}  # spelled as texts or not
    return _made(code, left, operand, scope)


def _operand(node: ast.expr, scope: ReadScope) -> dict[str, Any]:
    if is_text(node):
        return {TEXT: build(read(node, scope))}
    function = called(node)
    if isinstance(node, ast.Call) and function in _KEY_OF_FUNCTION:
        arguments(node, 1, 1)
        return {_KEY_OF_FUNCTION[function]: build(read(node.args[0], scope))}
    if function == "quantity":
        return {"WFMeasurement": build(read(node, scope))}
    return {NUMBER: number_operand(node, scope)}


def number_operand(node: ast.expr, scope: ReadScope) -> Any:
    """A number as conditions hold it: a text that spells it, or a reference."""
    number = number_literal(node)
    if number is not None:
        return str(number)
    if isinstance(node, ast.Call) and called(node) == "number":
        arguments(node, 1, 1)
        return build(read(node.args[0], scope))
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return str(int(node.value))  # what the answers yes and no count as
    if isinstance(node, ast.Constant):
        raise ReadError(
            node, f"nothing is compared with {node.value!r}", "Compare with a number or a text, or if x:"
        )
    if isinstance(node, (ast.List, ast.Dict)):
        kind = "list" if isinstance(node, ast.List) else "dictionary"
        mend = 'Compare with its items: if x == "a" or x == "b":'
        raise ReadError(node, f"nothing is compared with a {kind}", mend)
    return build(reference(node, scope))


def _read_method(node: ast.Call, scope: ReadScope) -> dict[str, Any]:
    assert isinstance(node.func, ast.Attribute)
    code = {"startswith": 8, "endswith": 9}.get(node.func.attr)
    if code is None or len(node.args) != 1 or node.keywords:
        raise ReadError(node, "no test of workflows", 'x.startswith("a"), x.endswith("a")')
    return _made(code, node.func.value, {TEXT: build(read_as_text(node.args[0], scope))}, scope)


def _read_today(node: ast.Call, scope: ReadScope) -> dict[str, Any]:
    arguments(node, 1, 1)
    return _made(1002, node.args[0], {}, scope)


def _read_period(node: ast.Call, scope: ReadScope) -> dict[str, Any]:
    arguments(node, 3, 3)
    amount = number_literal(node.args[1])
    if amount is None:
        raise ReadError(node, "the amount is a number", 'in_last(x, 3, "days")')
    length = Quantity(str(amount), text_literal(node.args[2]))
    code = 1000 if called(node) == "in_next" else 1001
    return _made(code, node.args[0], {"WFDuration": build(length)}, scope)


def _read_whole(node: ast.Call, scope: ReadScope) -> dict[str, Any]:
    fields = arguments(node, 2, 2, None)
    code = read(node.args[1], scope)
    if isinstance(code, str):
        code = NUMBER_OF_OPERATOR.get(code, code)
    return _made(build(code), node.args[0], read_fields(fields, scope), scope)


_CALLS = {
    "is_today": _read_today,
    "in_last": _read_period,
    "in_next": _read_period,
    "condition": _read_whole,
}
