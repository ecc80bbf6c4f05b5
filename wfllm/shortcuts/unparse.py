"""`ast.unparse` for the nodes that workflows are made of, four times as fast and the same on every Python.

What is printed is character for character what `ast.unparse` prints (tests compare every line of every
file); whatever is not one of the plain forms below is given to `ast.unparse` itself.
"""

from __future__ import annotations

import ast

_SIMPLE = {"\n": "\\n", "\t": "\\t", "{": "{{", "}": "}}"}
_TABLE = str.maketrans(_SIMPLE)
_WHITESPACE = str.maketrans("\n\t", "  ")


def unparse(node: ast.AST) -> str:
    """The source text of a statement (of a block its header, where it has no body) or an expression."""
    if isinstance(node, ast.Assign):
        return f"{_expression(node.targets[0])} = {_expression(node.value)}"
    if isinstance(node, ast.Expr):
        return _expression(node.value)
    if isinstance(node, ast.For) and isinstance(node.target, ast.Tuple):
        # Python 3.10 would put the names into parentheses
        names = ", ".join(map(_expression, node.target.elts))
        return f"for {names} in {_expression(node.iter)}:"
    return ast.unparse(node)


def _expression(node: ast.expr) -> str:
    kind = type(node)
    if kind is ast.Name:
        return node.id  # type: ignore[attr-defined,no-any-return]
    if kind is ast.Constant:
        value = node.value  # type: ignore[attr-defined]
        return repr(value) if type(value) is str or type(value) is int else ast.unparse(node)
    if isinstance(node, ast.Call):
        parts = [_expression(arg) for arg in node.args]
        for keyword in node.keywords:
            head = f"{keyword.arg}=" if keyword.arg else "**"
            parts.append(head + _expression(keyword.value))
        return f"{_expression(node.func)}({', '.join(parts)})"
    if isinstance(node, ast.Subscript) and isinstance(
        node.slice, (ast.Constant, ast.JoinedStr, ast.Name, ast.Call)
    ):
        return f"{_expression(node.value)}[{_expression(node.slice)}]"
    if isinstance(node, ast.Attribute) and not isinstance(node.value, ast.Constant):
        return f"{_expression(node.value)}.{node.attr}"
    if isinstance(node, ast.List):
        return f"[{', '.join(map(_expression, node.elts))}]"
    if isinstance(node, ast.Dict) and None not in node.keys:
        pairs = zip(node.keys, node.values, strict=True)
        return "{" + ", ".join(f"{_expression(k)}: {_expression(v)}" for k, v in pairs if k is not None) + "}"
    if isinstance(node, ast.JoinedStr):
        return _joined(node)
    return ast.unparse(node)


def _joined(node: ast.JoinedStr) -> str:
    parts: list[str] = []
    for value in node.values:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            text = value.value
            if "'" in text or '"' in text or "\\" in text or not text.translate(_WHITESPACE).isprintable():
                return ast.unparse(node)
            parts.append(text.translate(_TABLE))
        elif isinstance(value, ast.FormattedValue) and isinstance(value.value, ast.Name):
            parts.append(f"{{{value.value.id}}}")
        else:
            return ast.unparse(node)
    return f"f'{''.join(parts)}'"
