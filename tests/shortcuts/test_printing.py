"""What our printer writes is what `ast.unparse` writes, and its tree is what `ast.parse` makes of that."""

from __future__ import annotations

import ast
import sys
import warnings
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.shortcuts.build import act, att, block, out, plist, txt, var
from tests.shortcuts.test_generated import bodies
from tests.shortcuts.test_wild import actions
from wfllm.errors import WfllmError
from wfllm.shortcuts import printing
from wfllm.shortcuts.reader import find, read
from wfllm.shortcuts.syntax import preorder
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree
from wfllm.shortcuts.unparse import escape_newer, expression, unparse

OLD_QUOTES = sys.version_info < (3, 11)
"""Python 3.10 looks for an f-string's quotes otherwise, and may find none that fit."""


def plain(node: ast.AST) -> str:
    """The way that our printer replaces."""
    return unparse(node) if OLD_QUOTES else escape_newer(ast.unparse(node).split("\n", 1)[0])


def places(tree: ast.Module) -> list[tuple[int, int, list[int]]]:
    return [
        (
            placed.node.lineno,
            placed.node.col_offset,
            [case.pattern.lineno for case in getattr(placed.node, "cases", [])],
        )
        for placed in preorder(tree)
    ]


def check(workflow: dict[str, Any]) -> None:
    made = transcribe(build_tree(workflow, "test"))
    with patch.object(printing, "unparse", plain):
        assert transcribe(build_tree(workflow, "test")).code == made.code
    parsed = ast.parse(made.code)
    assert ast.dump(made.tree) == ast.dump(parsed)
    assert places(made.tree) == places(parsed)


@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.slow)])
def test_real_shortcuts(shared_data: Path, step: int) -> None:
    for path in find(str(shared_data / "shortcuts"))[::step]:
        for source in read(path):
            assert source.plist is not None
            check(source.plist)


@given(bodies)
@settings(max_examples=20, deadline=None)
def test_generated_shortcuts(body: list[dict[str, Any]]) -> None:
    check(plist(*body))


@given(some.lists(actions, max_size=6))
@settings(max_examples=30, deadline=None)
def test_wild_shortcuts(body: list[dict[str, Any]]) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a call on a number, a text compared by `is`: wild, and parsed
            check(plist(*body))
    except WfllmError:
        return  # refused: which action and why is tested elsewhere


def test_every_kind_of_block() -> None:
    check(
        plist(
            act("comment", WFCommentActionText="at the top"),
            block("conditional", 0, "a", WFInput={"Type": "Variable", "Variable": att(var("x"))}),
            act("nothing"),
            block("conditional", 1, "a"),
            block("conditional", 0, "b", WFInput={"Type": "Variable", "Variable": att(var("y"))}),
            act("comment", WFCommentActionText="alone"),
            block("conditional", 1, "b"),
            act("openurl"),
            block("conditional", 2, "b"),
            block("conditional", 2, "a", UUID="R"),
            block("choosefrommenu", 0, "m", WFMenuItems=["A", "B"], WFMenuPrompt=txt("\ufffc", at0=out("R"))),
            block("choosefrommenu", 1, "m", WFMenuItemTitle="A"),
            block("repeat.count", 0, "c", WFRepeatCount=3),
            block("repeat.count", 2, "c"),
            block("choosefrommenu", 1, "m", WFMenuItemTitle="B"),
            block("choosefrommenu", 2, "m"),
        )
    )


pieces = some.lists(
    some.one_of(
        some.sampled_from(["'", '"', "'''", '"""', "\\", "\n", "\0", "{", "}", "é", "\u2028", "\ud800", "a"]),
        some.text(max_size=3),
    ),
    min_size=1,
    max_size=6,
).map("".join)
names = some.sampled_from([ast.Name("x", ast.Load()), ast.Call(ast.Name("clipboard", ast.Load()), [], [])])
f_strings = some.lists(some.one_of(pieces.filter(bool), names), min_size=1, max_size=4).map(
    lambda parts: ast.JoinedStr(
        [ast.Constant(p) if isinstance(p, str) else ast.FormattedValue(p, -1, None) for p in _merged(parts)]
    )
)


def _merged(parts: list[str | ast.expr]) -> list[str | ast.expr]:
    """Texts next to each other as one, as the parser has them."""
    merged: list[str | ast.expr] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    return merged


@given(f_strings)
@settings(max_examples=120, deadline=None)
def test_f_strings_with_any_quotes(node: ast.JoinedStr) -> None:
    code = expression(node)
    assert ast.dump(ast.parse(code, mode="eval").body) == ast.dump(node)
    assert OLD_QUOTES or code == ast.unparse(node)


@pytest.mark.parametrize(
    "code",
    [
        "a == 1 and b == 2 and (c == 3)", "not (a and b)", "not a == b", "(a and b) == c", "-(a + b)",
        "a + -3", "3 .real", "(-x)[0]", "x[1, 2]", "{**d, 'a': 1}", "1e+300", "1e309", "a < b <= -1",
        "(a + b) + c", "a + (b + c)", "f(**{'a b': 1})", "f(*a)", "[lambda: 1]", "a if b else c",
        "x['a']['b'].keys()", "(-1, 2)",
    ],
)  # fmt: skip
def test_forms_that_want_parentheses(code: str) -> None:
    node = ast.parse(code, mode="eval").body
    assert expression(node) == ast.unparse(node)
    assert ast.dump(ast.parse(expression(node), mode="eval").body) == ast.dump(node)


def test_characters_that_some_python_does_not_know() -> None:
    assert escape_newer("'\u061d'") == "'\\u061d'"
    assert escape_newer("'\U0001fae0 😀 é'") == "'\\U0001fae0 😀 é'"
    assert ast.literal_eval(escape_newer("'\U0001fae0'")) == "\U0001fae0"
