"""Values and conditions of a workflow in words, as a person would name them."""

from __future__ import annotations

import ast
import re

_QUOTED_WORDS = 5
_LISTED = 3
_TOKENS = {
    "current_date": "now",
    "clipboard": "the clipboard",
    "shortcut_input": "the input",
    "ask_each_time": "the answer",
}
_RESULTS = {"If_Result": "the result", "Menu_Result": "the chosen result", "Repeat_Results": "the results"}
_COMPARED = {
    ast.Eq: "is",
    ast.NotEq: "is not",
    ast.Lt: "is below",
    ast.LtE: "is at most",
    ast.Gt: "is above",
    ast.GtE: "is at least",
}


def value(node: ast.expr) -> str:
    """A value in a few words: a name spoken, a text quoted and shortened."""
    if isinstance(node, ast.Name):
        return spoken(node.id)
    if isinstance(node, ast.Constant):
        return quoted(node.value) if isinstance(node.value, str) else str(node.value)
    if isinstance(node, ast.UnaryOp):
        return f"-{value(node.operand)}"
    if isinstance(node, ast.JoinedStr):
        return _text(node)
    if isinstance(node, ast.Subscript):
        return f"{value(node.value)}'s {value(node.slice).strip('“”')}"
    if isinstance(node, ast.List):
        return _some([value(e).strip("“”") for e in node.elts]) or "an empty list"
    if isinstance(node, ast.Dict):
        return _dictionary(node)
    if isinstance(node, ast.Call):
        return _call(node)
    return "a value"


def condition(node: ast.expr) -> str:
    """A condition in words: `"x" in y` → `y contains “x”`."""
    if isinstance(node, ast.BoolOp):
        word = " and " if isinstance(node.op, ast.And) else " or "
        return word.join(condition(part) for part in node.values[:3])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        if isinstance(node.operand, (ast.Compare, ast.BoolOp, ast.Call)):
            return f"not: {condition(node.operand)}"
        return f"{value(node.operand)} is empty"
    if isinstance(node, ast.Compare):
        return _compared(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        how = {"startswith": "begins with", "endswith": "ends with"}.get(node.func.attr, "has")
        return f"{value(node.func.value)} {how} {value(node.args[0])}"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
        spans = {"is_today": "is today", "in_last": "was lately", "in_next": "comes soon"}
        if node.func.id in spans:
            return f"{value(node.args[0])} {spans[node.func.id]}"
    return f"{value(node)} is not empty"


def spoken(name: str) -> str:
    """`trip_time` → `trip time`; names that the dialect reserves by what they stand for."""
    if name in _RESULTS:
        return _RESULTS[name]
    loop = re.fullmatch(r"Repeat_(Item|Index)(?:_(\d+))?", name)
    if loop:
        return f"the {'inner ' if loop[2] else ''}{'item' if loop[1] == 'Item' else 'round number'}"
    name = re.sub(r"(?<=[a-z])_?\d+$", "", name)  # `lines_2` is another `lines`
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.replace("_", " "))
    return name.strip().lower() or "a value"


def quoted(text: str) -> str:
    """A text in typographic quotes, one line, shortened to a few words."""
    words = text.split()
    if not words:
        return "an empty text" if not text else "blanks"
    short = " ".join(words[:_QUOTED_WORDS])
    more = len(words) > _QUOTED_WORDS or len(short) > 48
    return f"“{short[:48].rstrip(' .,;:') if more else short}{'…' if more else ''}”"


def _text(node: ast.JoinedStr) -> str:
    """An f-string: its fixed words with … for the values, or the values where it has no words."""
    holes = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    fixed = [p.value if isinstance(p, ast.Constant) else "…" for p in node.values]
    text = "".join(str(part) for part in fixed)
    if any(c.isalnum() for c in text):
        return quoted(text)
    return _some([value(h) for h in holes]) or quoted(text)


def _dictionary(node: ast.Dict) -> str:
    keys = [k.value for k in node.keys if isinstance(k, ast.Constant)]
    if keys and set(keys) == {"Magnitude", "Unit"}:
        parts = dict(zip(keys, node.values, strict=True))
        return f"{value(parts['Magnitude'])} {value(parts['Unit']).strip('“”')}"
    return f"a dictionary of {_some([str(k) for k in keys])}" if keys else "an empty dictionary"


def _call(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        owner = value(node.func.value)
        return f"the {node.func.attr} of {owner}" if node.func.attr in ("keys", "values") else owner
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name in _TOKENS:
        return _TOKENS[name]
    texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if name == "get_property" and node.args:
        return f"{value(node.args[0])}'s {texts[0].lower() if texts else 'detail'}"
    if name == "device_details" and texts:
        return f"the {texts[0].lower()}"
    if name == "quantity" and node.args:
        return f"{value(node.args[0])} {' '.join(texts)}".strip()
    if name == "join_text":
        return _some([value(a) for a in node.args])
    return value(node.args[0]) if node.args else "a value"


def _compared(node: ast.Compare) -> str:
    left, ops, rights = node.left, node.ops, node.comparators
    if len(ops) == 2:
        return f"{value(rights[0])} is between {value(left)} and {value(rights[1])}"
    if isinstance(ops[0], (ast.In, ast.NotIn)):
        verb = "contains" if isinstance(ops[0], ast.In) else "does not contain"
        return f"{value(rights[0])} {verb} {value(left)}"
    return f"{value(left)} {_COMPARED.get(type(ops[0]), 'is')} {value(rights[0])}"


def _some(words: list[str]) -> str:
    more = " and more" if len(words) > _LISTED else ""
    return ", ".join(words[:_LISTED]) + more
