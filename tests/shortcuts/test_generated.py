"""Shortcuts made at random: nothing is cut, dropped or merged."""

from __future__ import annotations

import ast
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from tests.shortcuts.build import act, att, block, cond, out, plist, txt, var
from wfllm.shortcuts.syntax import blocks_of, preorder
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree
from wfllm.shortcuts.unparse import escape_newer

texts = some.text(max_size=30)
names = some.text(min_size=1, max_size=8)
uuids = some.sampled_from(["AAAA", "BBBB", "CCCC"])
steps = some.lists(
    some.one_of(
        some.builds(lambda k: {"Type": "WFDictionaryValueVariableAggrandizement", "DictionaryKey": k}, texts),
        some.builds(lambda k: {"Type": "WFCoercionVariableAggrandizement", "CoercionItemClass": k}, names),
        some.builds(lambda k: {"Type": "WFPropertyVariableAggrandizement", "PropertyName": k}, names),
    ),
    max_size=3,
)


def stepped(token: dict[str, Any], chain: list[dict[str, Any]]) -> dict[str, Any]:
    return {**token, "Aggrandizements": chain} if chain else token


tokens = some.builds(
    stepped,
    some.one_of(
        some.builds(var, names),
        some.builds(out, uuids, names),
        some.sampled_from([{"Type": "Clipboard"}, {"Type": "CurrentDate"}, {"Type": "ExtensionInput"}]),
    ),
    steps,
)


def token_string(parts: list[Any]) -> dict[str, Any]:
    string, places = "", {}
    for part in parts:
        if isinstance(part, dict):
            places[f"at{len(string.encode('utf-16-le', 'surrogatepass')) // 2}"] = part
            string += "\ufffc"
        else:
            string += part.replace("\ufffc", "?")
    return txt(string, **places)


token_strings = some.lists(some.one_of(texts, tokens), max_size=4).map(token_string)
leaves = some.one_of(
    texts,
    some.integers(-(2**63), 2**63),
    some.floats(allow_nan=False),
    some.booleans(),
    some.binary(max_size=5),
    token_strings,
    tokens.map(att),
)
values = some.recursive(
    leaves,
    lambda inner: some.one_of(some.lists(inner, max_size=3), some.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)
actions = some.one_of(
    some.builds(
        lambda v, u: act("gettext", WFTextActionText=v, UUID=u), some.one_of(texts, token_strings), uuids
    ),
    some.builds(lambda n, t: act("setvariable", WFVariableName=n, WFInput=att(t)), names, tokens),
    some.builds(lambda n, t: act("appendvariable", WFVariableName=n, WFInput=att(t)), names, tokens),
    some.builds(lambda k, t: act("getvalueforkey", WFDictionaryKey=k, WFInput=att(t)), texts, tokens),
    some.builds(lambda f, u: act("url", **f, UUID=u), some.dictionaries(texts, values, max_size=3), uuids),
    some.builds(lambda t: act("comment", WFCommentActionText=t), texts),
    some.just(act("nothing")),
    some.just(act("detect.text")),
)


def in_block(kind: int, first: list[Any], second: list[Any], token: dict[str, Any], text: str) -> list[Any]:
    group = str(id(first))
    if kind == 0:
        head = block(
            "conditional", 0, group, WFInput=cond(token), WFCondition=4, WFConditionalActionString=text
        )
        return [head, *first, block("conditional", 1, group), *second, block("conditional", 2, group)]
    if kind == 1:
        head = block("repeat.each", 0, group, WFInput=att(token))
        return [head, *first, *second, block("repeat.each", 2, group, UUID="BBBB")]
    if kind == 2:
        head = block("repeat.count", 0, group, WFRepeatCount=att(token))
        return [head, *first, *second, block("repeat.count", 2, group)]
    head = block("choosefrommenu", 0, group, WFMenuPrompt=text, WFMenuItems=["A", text])
    cases = [block("choosefrommenu", 1, group, WFMenuItemTitle=t) for t in ("A", text)]
    return [head, cases[0], *first, cases[1], *second, block("choosefrommenu", 2, group, UUID="CCCC")]


bodies = some.recursive(
    some.lists(actions, max_size=3),
    lambda inner: some.builds(in_block, some.integers(0, 3), inner, inner, tokens, texts),
    max_leaves=5,
)


@given(bodies)
@settings(max_examples=60, deadline=None)
def test_any_shortcut(body: list[dict[str, Any]]) -> None:
    made = transcribe(build_tree(plist(*body), "x"), {})
    tree = ast.parse(made.code)
    # no statement is dropped, twice or not
    assert sorted(p.index for p in made.statements if p.index >= 0) == list(range(len(body)))
    # no text is cut
    constants = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    for action in body:
        text = action["WFWorkflowActionParameters"].get("WFTextActionText")
        assert not isinstance(text, str) or text in constants
    # no two variables are merged
    assert len(set(made.names["variables"])) == len(made.names["variables"])
    # one line a statement, as ast prints it
    lines = made.code.split("\n")
    for placed in preorder(tree):
        if not blocks_of(placed.node):
            assert lines[placed.node.lineno - 1].strip() == escape_newer(ast.unparse(placed.node))
