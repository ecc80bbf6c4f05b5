"""Python expressions as values: the way back from `expressions.py`. Nothing is evaluated, only read."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from typing import Any

from wfllm.shortcuts.build_values import build
from wfllm.shortcuts.check_forms import spoken
from wfllm.shortcuts.read_base import (
    READERS,
    TOKENREADERS,
    ReadError,
    ReadScope,
    arguments,
    called,
    is_left_out,
    number_literal,
    text_literal,
)
from wfllm.shortcuts.tokens import DICTIONARY_KEY, Step, Text, Token
from wfllm.shortcuts.values import ITEM_TYPES, Item, Items


def read(node: ast.expr, scope: ReadScope) -> Any:
    """The value of an expression, as `values.parse` gives it.

    Raises:
        ReadError: not an expression of the dialect.
    """
    if isinstance(node, ast.Constant):
        if isinstance(node.value, (str, int, float)):
            return node.value
        raise ReadError(node, f"{node.value!r} is no value of a workflow", "Leave the parameter out.")
    number = number_literal(node)
    if number is not None:
        return number
    if isinstance(node, (ast.Name, ast.Subscript)):
        return read_token(node, scope)
    if isinstance(node, ast.JoinedStr):
        return read_joined(node, scope)
    if isinstance(node, ast.List):
        return [read(element, scope) for element in node.elts]
    if isinstance(node, ast.Dict):
        return _read_quantity(node, scope) or read_items(node, scope)
    function = called(node)
    if isinstance(node, ast.Call) and function in READERS:
        return READERS[function](node, scope)
    if isinstance(node, ast.Call) and function in TOKENREADERS:
        return read_token(node, scope)
    if isinstance(node, ast.Call):
        return scope.made(node)
    raise ReadError(node, f"workflows have no {spoken(type(node).__name__)} here", "Use an action for it.")


_DICTIONARIES = frozenset(("WFItems", "WFJSONValues", "WFFormValues", "WFHTTPHeaders", "CustomFields"))
"""Parameters that hold dictionaries, whatever keys they have; elsewhere one may be a quantity."""


def read_fields(
    fields: Mapping[str, ast.expr], scope: ReadScope, texts: Collection[str] = ()
) -> dict[str, Any]:
    """Keywords as parameters of the property list; those of `None` and `previous_output()` left out.

    Args:
        texts: keys where a reference is held as a text with one token in it.
    """
    made = {}
    for key, node in fields.items():
        if not is_left_out(node):
            dictionary = isinstance(node, ast.Dict) and key in _DICTIONARIES
            value = (
                read_items(node, scope) if dictionary and isinstance(node, ast.Dict) else read(node, scope)
            )
            made[key] = build(as_text(value) if key in texts else value)
    return made


def as_text(value: Any) -> Any:
    """A reference as the text it spells; anything else as it is."""
    return Text((value,)) if isinstance(value, Token) else value


# tokens


def is_token(node: ast.expr) -> bool:
    """Whether an expression is a reference."""
    if isinstance(node, ast.Subscript):
        return is_token(node.value)
    return isinstance(node, ast.Name) or called(node) in TOKENREADERS


def read_token(node: ast.expr, scope: ReadScope) -> Token:
    """The reference an expression makes."""
    if isinstance(node, ast.Name):
        return scope.token_of(node.id)
    if isinstance(node, ast.Subscript):
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            key = node.slice.value
            return with_step(read_token(node.value, scope), Step(DICTIONARY_KEY, {"DictionaryKey": key}))
        return scope.made(node)
    function = called(node)
    if isinstance(node, ast.Call) and function in TOKENREADERS:
        return TOKENREADERS[function](node, scope)
    if isinstance(node, ast.Call) and function not in READERS:
        return scope.made(node)
    raise ReadError(node, "a name or another reference is needed here", "Give the value a name first.")


def with_step(token: Token, step: Step) -> Token:
    """The reference, and what is then taken of it."""
    return token._replace(steps=(*token.steps, step))


# text


def text_of(parts: list[str | Token]) -> str | Text:
    """Parts end to end, texts beside each other joined."""
    joined: list[str | Token] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    if all(isinstance(part, str) for part in joined):
        return "".join(str(part) for part in joined)
    return Text(tuple(joined))


def read_joined(node: ast.JoinedStr, scope: ReadScope) -> str | Text:
    """An f-string."""
    parts: list[str | Token] = []
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            if value.conversion != -1 or value.format_spec is not None:
                raise ReadError(value, "texts have no formats", "Use is_workflow_actions_format_number.")
            parts.extend(_part(value.value, scope))
        else:
            parts.append(text_literal(value))
    return text_of(parts)


def _part(node: ast.expr, scope: ReadScope) -> list[str | Token]:
    if isinstance(node, ast.JoinedStr) or called(node) in ("join_text", "text_ref"):
        inner = read(node, scope)
        return list(inner.parts) if isinstance(inner, Text) else [inner]
    if isinstance(node, ast.Constant) and isinstance(node.value, (str, int, float)):
        return [str(node.value)]
    return [read_token(node, scope)]


def _read_join(call: ast.Call, scope: ReadScope) -> str | Text:
    arguments(call, 0, len(call.args))
    return text_of([part for arg in call.args for part in _part(arg, scope)])


def read_as_text(node: ast.expr, scope: ReadScope) -> str | Text:
    """A text, or a reference as the text it spells."""
    if is_text(node):
        value = read(node, scope)
        assert isinstance(value, (str, Text))
        return value
    return text_of([read_token(node, scope)])


def is_text(node: ast.expr) -> bool:
    """Whether an expression is a text."""
    plain = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return plain or isinstance(node, ast.JoinedStr) or called(node) in ("join_text", "text_ref")


READERS["join_text"] = _read_join

# dictionaries and items


def _read_quantity(node: ast.Dict, scope: ReadScope) -> Any:
    """`{"Magnitude": 3, "Unit": "km"}` as a parameter is a quantity: real files hold no such dictionary."""
    pairs = zip(node.keys, node.values, strict=True)
    parts = {key.value: value for key, value in pairs if isinstance(key, ast.Constant)}
    if parts.keys() != {"Magnitude", "Unit"} or len(node.keys) != 2:
        return None
    call = ast.Call(ast.Name("quantity", ast.Load()), [parts["Magnitude"], parts["Unit"]], [])
    return READERS["quantity"](ast.fix_missing_locations(ast.copy_location(call, node)), scope)


def read_items(node: ast.Dict, scope: ReadScope) -> Items:
    """A dictionary whose items' types are those of the values."""
    pairs = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            raise ReadError(node, "** is not part of dictionaries", "Write the items out.")
        name = read(key, scope) if is_text(key) else None
        if not isinstance(name, (str, Text)):
            raise ReadError(key, "the keys of a dictionary are texts", 'f"{key}" makes a text of a value.')
        pairs.append((name, read_item(value, scope)))
    return Items(pairs)


def _read_menu_item(call: ast.Call, kind: str, fields: dict[str, ast.expr], scope: ReadScope) -> Item:
    synonyms = fields.get("synonyms")
    if kind != "text" or not isinstance(synonyms, (ast.List, type(None))):
        raise ReadError(
            call, "a menu's item is a text", 'item("text", "Yes", subtitle="…", synonyms=["Sure"])'
        )
    return Item(
        kind,
        read_as_text(call.args[1], scope),
        subtitle=read_as_text(fields["subtitle"], scope) if "subtitle" in fields else None,
        synonyms=None if synonyms is None else [read_as_text(word, scope) for word in synonyms.elts],
    )


def read_item(node: ast.expr, scope: ReadScope) -> Item:
    """One item of a dictionary or list."""
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return Item("boolean", node.value)
    number = number_literal(node)
    if number is not None:
        return Item("number", number)
    if isinstance(node, ast.Dict):
        return Item("dictionary", read_items(node, scope))
    if isinstance(node, ast.List):
        return Item("array", [read_item(element, scope) for element in node.elts])
    function = called(node)
    if isinstance(node, ast.Call) and function in ("number", "boolean", "file"):
        arguments(node, 1, 1)
        value = read(node.args[0], scope)
        return Item(function, as_text(value) if function == "number" else value)
    if isinstance(node, ast.Call) and function == "item":
        fields = arguments(node, 2, 2, ("subtitle", "synonyms"))
        number = number_literal(node.args[0])
        unnamed = isinstance(number, int) and number >= len(ITEM_TYPES)
        kind = str(number) if unnamed else text_literal(node.args[0])
        if kind not in ITEM_TYPES and not unnamed:
            raise ReadError(node, f"no type of item is called {kind}", f"One of {', '.join(ITEM_TYPES)}.")
        if fields:
            return _read_menu_item(node, kind, fields, scope)
        value = None if is_left_out(node.args[1]) else read(node.args[1], scope)
        return Item(kind, value, odd=True)
    value = read(node, scope)
    if isinstance(value, (str, Text, Token)):
        return Item("text", as_text(value))
    raise ReadError(node, "no item of a dictionary or list", "A text, number, True, False, {…} or […].")
