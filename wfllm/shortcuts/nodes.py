"""Nodes of Python's syntax trees, as statements of the dialect need them."""

from __future__ import annotations

import ast
import keyword as python_keyword
import math
import re
from collections.abc import Collection, Mapping
from functools import lru_cache

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LOAD, STORE = ast.Load(), ast.Store()


def name(identifier: str) -> ast.Name:
    """A name that is read."""
    return ast.Name(identifier, LOAD)


def call(function: str, /, *args: ast.expr, **keywords: ast.expr) -> ast.Call:
    """`function(args, key=value)`."""
    return ast.Call(ast.Name(function, LOAD), list(args), keywords_of(keywords) if keywords else [])


def keywords_of(fields: Mapping[str, ast.expr], own: Collection[str] = ()) -> list[ast.keyword]:
    """Keywords; those that Python forbids go together into a final `**{…}`.

    Args:
        own: keywords of the function itself; keys of the file that are called so go there, too.
    """
    plain: list[ast.keyword] = []
    odd: list[tuple[ast.expr | None, ast.expr]] = []
    for key, value in fields.items():
        if is_keyword(key) and key not in own:
            plain.append(ast.keyword(key, value))
        else:
            odd.append((ast.Constant(key), value))
    if odd:
        plain.append(ast.keyword(None, ast.Dict([key for key, _ in odd], [value for _, value in odd])))
    return plain


@lru_cache(maxsize=4096)
def is_keyword(key: str) -> bool:
    """Whether a parameter's key can be written as `key=`."""
    return _WORD.fullmatch(key) is not None and not python_keyword.iskeyword(key)


def number(value: int | float) -> ast.expr:
    """A number as the parser reads it: a minus is an operator."""
    if isinstance(value, float) and not math.isfinite(value):
        return call("number", ast.Constant(repr(value)))
    if value < 0 or (value == 0 and math.copysign(1, value) < 0):
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def increment(expr: ast.expr) -> ast.expr:
    """`expr + 1`."""
    return ast.BinOp(expr, ast.Add(), ast.Constant(1))


def assign(target: str, value: ast.expr) -> ast.Assign:
    """`target = value`."""
    return ast.Assign([ast.Name(target, STORE)], value, None, lineno=0)


def append(target: str, value: ast.expr) -> ast.Expr:
    """`target.append(value)`."""
    return ast.Expr(ast.Call(ast.Attribute(name(target), "append", LOAD), [value], []))


def joined(exprs: list[str | ast.expr]) -> ast.expr:
    """Texts and values end to end: an f-string, or `join_text(…)` where a value holds a text of its own.

    Python 3.10 cannot parse quotes of the same kind inside an f-string's braces, and later versions
    print them: so an expression with a text in it never stands in one.
    """
    if any(not isinstance(e, str) and _has_text(e) for e in exprs):
        return call("join_text", *[ast.Constant(e) if isinstance(e, str) else e for e in exprs])
    values: list[ast.expr] = [
        ast.Constant(e) if isinstance(e, str) else ast.FormattedValue(e, -1, None) for e in exprs
    ]
    return ast.JoinedStr(values)


def _has_text(expr: ast.expr) -> bool:
    if isinstance(expr, ast.Name):
        return False
    if isinstance(expr, ast.Call) and not expr.args and not expr.keywords:
        return False
    return any(isinstance(n, ast.Constant) and isinstance(n.value, str) for n in ast.walk(expr))
