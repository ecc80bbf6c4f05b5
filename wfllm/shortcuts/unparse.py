"""`ast.unparse` for the nodes that workflows are made of: many times as fast and the same on every Python.

What is printed is character for character what Python 3.11 prints (tests compare every line of every file);
whatever is not one of the plain forms below is given to `ast.unparse` itself. Two things the supported
Pythons print differently: which quotes an f-string gets where its texts hold quotes, and characters that
their Unicode tables do not know. 3.10 knows Unicode 13, 3.13 knows 15.1: the characters between are escaped.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

_NEWER = """
61d 870-88e 898-89f 8b5 8c8-8d2 c3c c5d cdd cf3 ece 170d 1715 171f 180f 1ac1-1ace 1b4c 1b7d-1b7e
1dfa 20c0 2c2f 2c5f 2e53-2e5d 2ffc-2fff 31ef 9ffd-9fff a7c0-a7c1 a7d0-a7d1 a7d3 a7d5-a7d9 a7f2-a7f4
fbc2 fd40-fd4f fdcf fdfe-fdff 10570-1057a 1057c-1058a 1058c-10592 10594-10595 10597-105a1
105a3-105b1 105b3-105b9 105bb-105bc 10780-10785 10787-107b0 107b2-107ba 10efd-10eff 10f70-10f89
11070-11075 110c2 1123f-11241 116b9 11740-11746 11ab0-11abf 11b00-11b09 11f00-11f10 11f12-11f3a
11f3e-11f59 12f90-12ff2 1342f 13440-13455 16a70-16abe 16ac0-16ac9 1aff0-1aff3 1aff5-1affb
1affd-1affe 1b11f-1b122 1b132 1b155 1cf00-1cf2d 1cf30-1cf46 1cf50-1cfc3 1d1e9-1d1ea 1d2c0-1d2d3
1df00-1df1e 1df25-1df2a 1e030-1e06d 1e08f 1e290-1e2ae 1e4d0-1e4f9 1e7e0-1e7e6 1e7e8-1e7eb
1e7ed-1e7ee 1e7f0-1e7fe 1f6dc-1f6df 1f774-1f776 1f77b-1f77f 1f7d9 1f7f0 1f979 1f9cc 1fa75-1fa77
1fa7b-1fa7c 1fa87-1fa88 1faa9-1faaf 1fab7-1fabd 1fabf 1fac3-1fac5 1face-1facf 1fad7-1fadb
1fae0-1fae8 1faf0-1faf8 2a6de-2a6df 2b735-2b739 2ebf0-2ee5d 31350-323af
"""
_SPANS = [[int(end, 16) for end in span.split("-")] for span in _NEWER.split()]
_ESCAPES = {code: f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"
            for span in _SPANS for code in range(span[0], span[-1] + 1)}  # fmt: skip
_ESCAPED = frozenset(map(chr, _ESCAPES))


def escape_newer(statement: str) -> str:
    """A printed statement with every character newer than Unicode 13 escaped; they stand in texts only."""
    if statement.isascii() or _ESCAPED.isdisjoint(statement):
        return statement
    return statement.translate(_ESCAPES)


def unparse(node: ast.AST) -> str:
    """The source text of a statement, of a block its header. Its characters are of Unicode 13."""
    form = _STATEMENTS.get(type(node))
    text = form(node) if form is not None else ast.unparse(node)
    return text if text.isascii() else escape_newer(text)


def _assign(node: ast.Assign) -> str:
    return f"{expression(node.targets[0])} = {expression(node.value)}"


def _for(node: ast.For) -> str:
    if isinstance(node.target, ast.Tuple):  # Python 3.10 would put the names into parentheses
        return f"for {', '.join(map(expression, node.target.elts))} in {expression(node.iter)}:"
    return f"for {expression(node.target)} in {expression(node.iter)}:"


def _case(node: ast.match_case) -> str:
    pattern = node.pattern
    if isinstance(pattern, ast.MatchValue):
        return f"case {expression(pattern.value)}:"
    return f"case {ast.unparse(pattern)}:"


_STATEMENTS: dict[type[ast.AST], Callable[[Any], str]] = {
    ast.Assign: _assign,
    ast.Expr: lambda node: expression(node.value),
    ast.If: lambda node: f"if {expression(node.test)}:",
    ast.For: _for,
    ast.Match: lambda node: f"match {expression(node.subject)}:",
    ast.match_case: _case,
    ast.Pass: lambda _: "pass",
}


def expression(node: ast.expr) -> str:
    """The source text of an expression."""
    if type(node) is ast.Name:
        return node.id
    form = _EXPRESSIONS.get(type(node))
    return form(node) if form is not None else ast.unparse(node)


def _constant(node: ast.Constant) -> str:
    return repr(node.value) if type(node.value) in _LITERALS else ast.unparse(node)


def _call(node: ast.Call) -> str:
    parts = [expression(arg) for arg in node.args]
    parts += [
        f"{keyword.arg}={expression(keyword.value)}" if keyword.arg else f"**{expression(keyword.value)}"
        for keyword in node.keywords
    ]
    return f"{expression(node.func)}({', '.join(parts)})"


def _subscript(node: ast.Subscript) -> str:
    if type(node.value) not in _ATOMS or type(node.slice) not in _ATOMS:
        return ast.unparse(node)
    return f"{expression(node.value)}[{expression(node.slice)}]"


def _attribute(node: ast.Attribute) -> str:
    if type(node.value) not in _ATOMS or type(node.value) is ast.Constant:  # `3 .real` needs the room
        return ast.unparse(node)
    return f"{expression(node.value)}.{node.attr}"


def _dict(node: ast.Dict) -> str:
    if None in node.keys:
        return ast.unparse(node)
    keys = [expression(key) for key in node.keys if key is not None]
    pairs = zip(keys, map(expression, node.values), strict=True)
    return f"{{{', '.join([f'{key}: {value}' for key, value in pairs])}}}"


def _compare(node: ast.Compare) -> str:
    if not all(map(_is_operand, (node.left, *node.comparators))):
        return ast.unparse(node)
    text = expression(node.left)
    for operator, right in zip(node.ops, node.comparators, strict=True):
        text = f"{text} {_OPERATORS[type(operator)]} {expression(right)}"
    return text


def _sum(node: ast.BinOp) -> str:
    if type(node.op) is not ast.Add or not _is_operand(node.left) or not _is_operand(node.right):
        return ast.unparse(node)
    return f"{expression(node.left)} + {expression(node.right)}"


def _is_operand(node: ast.expr) -> bool:
    """Whether it stands beside an operator without parentheses."""
    return type(node) in _ATOMS or (type(node) is ast.UnaryOp and type(node.op) is ast.USub)


def _unary(node: ast.UnaryOp) -> str:
    if type(node.op) not in _OPERATORS or type(node.operand) not in _ATOMS:
        return ast.unparse(node)
    return f"{_OPERATORS[type(node.op)]}{expression(node.operand)}"


def _joined(node: ast.JoinedStr) -> str:
    parts: list[str] = []
    plain = True
    for value in node.values:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            text = value.value.replace("{", "{{").replace("}", "}}")
            plain = plain and text.isprintable() and "'" not in text and '"' not in text and "\\" not in text
            parts.append(text)
        elif isinstance(value, ast.FormattedValue) and type(value.value) in _ATOMS:
            parts.append(f"{{{expression(value.value)}}}")
        else:
            return ast.unparse(node)
    return f"f'{''.join(parts)}'" if plain else _quoted(parts)


def _quoted(parts: list[str]) -> str:
    """An f-string in the first kind of quotes that fits all its parts."""
    quotes = ["'", '"', '"""', "'''"]
    shown: list[str] = []
    for part in parts:
        text, fitting = _fitted(part, quotes)
        if set(fitting).isdisjoint(quotes):
            return f"f'''{''.join([_escaped(part, always=True) for part in parts])}'''"
        shown.append(text)
        quotes = fitting
    return f"f{quotes[0]}{''.join(shown)}{quotes[0]}"


def _fitted(part: str, quotes: list[str]) -> tuple[str, list[str]]:
    """A part with its characters escaped, and the quotes that may stand around it, the best first."""
    text = _escaped(part)
    fitting = [quote for quote in quotes if quote not in text]
    if not fitting:
        shown = repr(part)
        return shown[1:-1], [next((quote for quote in quotes if shown[0] in quote), shown[0])]
    if text:
        fitting.sort(key=lambda quote: quote[0] == text[-1])
        if fitting[0][0] == text[-1]:
            text = f"{text[:-1]}\\{text[-1]}"
    return text, fitting


def _escaped(part: str, always: bool = False) -> str:
    """A text with its characters escaped as `repr` does; single quotes only where `always`."""
    shown = repr(f'"{part}')[2:-1]  # the quote makes `repr` put single ones around, and escape those inside
    return shown if always else shown.replace("\\'", "'")


_LITERALS = frozenset((str, int, bool, type(None)))
_ATOMS = frozenset(
    (ast.Name, ast.Constant, ast.Call, ast.Subscript, ast.Attribute, ast.List, ast.Dict, ast.JoinedStr)
)
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: "in", ast.NotIn: "not in", ast.Not: "not ", ast.USub: "-",
}  # fmt: skip
_EXPRESSIONS: dict[type[ast.expr], Callable[[Any], str]] = {
    ast.Constant: _constant,
    ast.Call: _call,
    ast.JoinedStr: _joined,
    ast.Subscript: _subscript,
    ast.Attribute: _attribute,
    ast.List: lambda node: f"[{', '.join(map(expression, node.elts))}]",
    ast.Dict: _dict,
    ast.Compare: _compare,
    ast.UnaryOp: _unary,
    ast.BinOp: _sum,
}
