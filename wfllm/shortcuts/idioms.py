"""Python's own words for what the dialect says otherwise: `str(x)`, `len(x)`, `a + b`, `x is None`, …

Models and people write them. Where such a form has one clear meaning it is put in the dialect's words before
the code is compiled; where it has none, it is refused with what to write instead. Nothing is evaluated.
"""

from __future__ import annotations

import ast
import string
from collections.abc import Callable

from wfllm.shortcuts.check_forms import (
    MEND_CONSTANT,
    MEND_EXPRESSION,
    MEND_STATEMENT,
    NO_CONSTANT,
    NO_DEFAULT,
    spoken,
)
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.idiom_tests import COUNT, as_conditions, refuse_late_action
from wfllm.shortcuts.read_base import ReadError, called, is_left_out, number_literal
from wfllm.shortcuts.syntax import blocks_of
from wfllm.shortcuts.value_kinds import ValueKinds

NUMBER = "is_workflow_actions_number"
BECOME = frozenset((COUNT, NUMBER))
"""Functions that Python's own words are written as here."""
_REFUSED = (
    ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp, ast.NamedExpr,
    ast.Await, ast.Yield, ast.YieldFrom, ast.Starred, ast.Set,
)  # fmt: skip


def in_dialect(tree: ast.Module, kinds: ValueKinds) -> list[Finding]:
    """Puts a workflow's code into the dialect's words, in place; what cannot be is returned, by line."""
    findings: list[Finding] = []
    rewriter = _Rewriter(kinds)
    stack: list[list[ast.stmt]] = [tree.body]
    while stack:
        body = stack.pop()
        for i, node in enumerate(body):
            try:
                body[i] = rewriter.statement(node)
            except ReadError as fault:
                findings.append(Finding(fault.line, "not-a-workflow", fault.message, fault.suggestion))
            except RecursionError:
                mend = "Give the inner values names on lines before."
                findings.append(Finding(node.lineno, "not-a-workflow", "nested too deeply", mend))
        stack.extend(inner for node in body for inner in blocks_of(node))
    return findings


class _Rewriter:
    def __init__(self, kinds: ValueKinds) -> None:
        self.kinds = kinds

    def statement(self, node: ast.stmt) -> ast.stmt:
        if isinstance(node, (ast.Assign, ast.Expr)):
            node.value = self.value(node.value)
        elif isinstance(node, ast.If):
            node.test = self.test(as_conditions(node.test))
        elif isinstance(node, ast.For):
            if called(node.iter) == "range" and isinstance(node.iter, ast.Call):
                node.iter.args = [self.count(arg) for arg in node.iter.args]
            else:
                node.iter = self.value(node.iter)
        elif isinstance(node, ast.Match):
            node.subject = self.value(node.subject)
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
            return self.added(node)
        return node

    def added(self, node: ast.AugAssign) -> ast.stmt:
        """`text += more` as `text = text + more`; sums are no such thing."""
        if not isinstance(node.target, ast.Name):
            raise ReadError(node, "an assignment sets one plain name", "name = value")
        whole = ast.BinOp(ast.Name(node.target.id, ast.Load()), ast.Add(), node.value)
        if self.kinds.of(whole) != "text":
            raise ReadError(node, "workflows have no augmented assignment", MEND_STATEMENT["AugAssign"])
        made = ast.Assign([node.target], self.value(_at(whole, node)), None)
        return ast.fix_missing_locations(ast.copy_location(made, node))

    def count(self, node: ast.expr) -> ast.expr:
        """The end of a `range`: `n + 1` is part of its form."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and number_literal(node.right) == 1:
            node.left = self.value(node.left)
            return node
        return self.value(node)

    # tests

    def test(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.BoolOp):
            for late in node.values[1:]:
                refuse_late_action(late)
            node.values = [self.test(value) for value in node.values]
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node.operand = self.test(node.operand)
        elif isinstance(node, ast.Compare):
            return self.compare(node)
        else:
            return self.value(node)
        return node

    def compare(self, node: ast.Compare) -> ast.expr:
        node.left = self.value(node.left)
        node.comparators = [
            c if isinstance(c, ast.Constant) and c.value is None else self.value(c) for c in node.comparators
        ]
        if len(node.ops) != 1:
            return node
        op, left, right = node.ops[0], node.left, node.comparators[0]
        if isinstance(right, ast.Constant) and right.value is None:
            if isinstance(op, (ast.Is, ast.Eq)):
                return _at(ast.UnaryOp(ast.Not(), left), node)
            if isinstance(op, (ast.IsNot, ast.NotEq)):
                return left
        if isinstance(op, (ast.Is, ast.IsNot)):
            raise ReadError(node, "no test of workflows", "Use == or !=.")
        if isinstance(op, (ast.Eq, ast.NotEq)) and _is_reference(left) and _is_reference(right):
            if "number" in (self.kinds.of(left), self.kinds.of(right)):
                right = ast.Call(ast.Name("number", ast.Load()), [right], [])
            else:
                right = _text([right])
            node.comparators = [_at(right, node)]
        return node

    # values

    def value(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Name):
            return node
        if isinstance(node, ast.Constant):
            if node.value is None or isinstance(node.value, (str, int, float)):
                return node
            raise ReadError(node, NO_CONSTANT, MEND_CONSTANT[type(node.value).__name__])
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, ast.JoinedStr):
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    part.value = self.value(part.value)
        elif isinstance(node, ast.Dict):
            node.keys = [None if key is None else self.value(key) for key in node.keys]
            node.values = [self.value(value) for value in node.values]
        elif isinstance(node, (ast.List, ast.Tuple)):
            elements = [self.value(element) for element in node.elts]
            return _at(ast.List(elements, ast.Load()), node)
        elif isinstance(node, ast.Subscript):
            node.value = self.value(node.value)
            if not isinstance(node.slice, ast.Slice):
                node.slice = self.value(node.slice)
        elif isinstance(node, ast.BinOp):
            return self.sum(node)
        elif isinstance(node, (*_REFUSED, ast.Attribute, ast.BoolOp, ast.Compare)):
            kind = type(node).__name__
            mend = (
                "Test it with an if."
                if isinstance(node, (ast.BoolOp, ast.Compare))
                else "Use an action for it."
            )
            raise ReadError(node, f"workflows have no {spoken(kind)} here", MEND_EXPRESSION.get(kind, mend))
        return node

    def sum(self, node: ast.BinOp) -> ast.expr:
        """`a + b` of texts."""
        if not isinstance(node.op, ast.Add):
            raise ReadError(node, "workflows have no arithmetic here", MEND_EXPRESSION["BinOp"])
        parts: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
            parts.append(left.right)
            left = left.left
        parts.append(left)
        kinds = {self.kinds.of(part) for part in parts}
        if "text" not in kinds or not kinds <= {"text", ""}:
            message = "it is not clear whether + joins texts or adds numbers"
            raise ReadError(node, message, 'Texts: f"{a}{b}". Numbers: is_workflow_actions_math.')
        return _at(_text([self.value(part) for part in reversed(parts)]), node)

    def call(self, node: ast.Call) -> ast.expr:
        function = called(node)
        if isinstance(node.func, ast.Attribute):
            if node.func.attr == "format" and self.kinds.of(node.func.value) == "text":
                return self.formatted(node)
            if node.func.attr == "get" and len(node.args) == 1 and not node.keywords:
                key = self.value(node.args[0])
                return _at(ast.Subscript(self.value(node.func.value), key, ast.Load()), node)
            if node.func.attr == "get":
                raise ReadError(node, *NO_DEFAULT)
            node.func.value = self.value(node.func.value)
        special = _SPECIAL.get(function)
        if special is not None and len(node.args) == 1 and not node.keywords:
            return _at(special(self, node.args[0]), node)
        node.args = [self.value(arg) for arg in node.args]
        for keyword in node.keywords:
            keyword.value = self.value(keyword.value)
        return node

    def formatted(self, node: ast.Call) -> ast.expr:
        """`"Hi {}".format(x)`."""
        assert isinstance(node.func, ast.Attribute)
        template = node.func.value
        named = {k.arg: k.value for k in node.keywords}
        if not isinstance(template, ast.Constant) or None in named:
            raise ReadError(node, "the text to format is not written out", 'f"Hi {x}"')
        parts: list[ast.expr] = []
        place, numbered = 0, False
        try:
            for literal, field, spec, conversion in string.Formatter().parse(str(template.value)):
                parts.append(ast.Constant(literal))
                if field is None:
                    continue
                if spec or conversion:
                    raise ReadError(node, "texts have no formats", "Use is_workflow_actions_format_number.")
                if field and field not in named and not (field.isdecimal() and place == 0):
                    raise ValueError("counted from the end, or numbered and not")
                numbered = numbered or field.isdecimal()
                if not field and numbered:
                    raise ValueError("numbered and not")
                given = named[field] if field in named else node.args[int(field or place)]
                place += not field
                parts.append(self.value(given))
        except (ValueError, IndexError) as fault:
            if isinstance(fault, ReadError):
                raise
            raise ReadError(node, "the text does not fit its values", 'f"Hi {x}"') from fault
        return _at(_text(parts), node)

    def to_text(self, node: ast.expr) -> ast.expr:
        return _text([self.value(node)])

    def to_number(self, node: ast.expr) -> ast.expr:
        if called(node) == "input" and isinstance(node, ast.Call) and not node.keywords:
            type_ = ast.keyword("type", ast.Constant("Number"))
            return ast.Call(ast.Name("ask", ast.Load()), [self.value(arg) for arg in node.args], [type_])
        value = ast.keyword("WFNumberActionNumber", self.value(node))
        return ast.Call(ast.Name(NUMBER, ast.Load()), [], [value])

    def length(self, node: ast.expr) -> ast.expr:
        """Characters of what is known to be a text, items of anything else."""
        what = "Characters" if self.kinds.of(node) == "text" else "Items"
        fields = [ast.keyword("Input", self.value(node)), ast.keyword("WFCountType", ast.Constant(what))]
        return ast.Call(ast.Name(COUNT, ast.Load()), [], fields)


_SPECIAL: dict[str, Callable[[_Rewriter, ast.expr], ast.expr]] = {
    "str": _Rewriter.to_text,
    "int": _Rewriter.to_number,
    "float": _Rewriter.to_number,
    "len": _Rewriter.length,
}


def _text(parts: list[ast.expr]) -> ast.expr:
    return ast.Call(ast.Name("join_text", ast.Load()), parts, [])


def _at(made: ast.expr, node: ast.AST) -> ast.expr:
    return ast.fix_missing_locations(ast.copy_location(made, node))


def _is_reference(node: ast.expr) -> bool:
    if is_left_out(node):
        return False
    if isinstance(node, ast.Call):
        known = ("quantity", "date", "number", "join_text", "text_ref", "choice", "data", "datetime")
        return called(node) not in known and not called(node).endswith(("_choice", "measurement", "duration"))
    return isinstance(node, (ast.Name, ast.Subscript))
