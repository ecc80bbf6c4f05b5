"""Long texts beside the code: they come back whole, and what is short stays where it is."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest

from tests.shortcuts.build import act, att, block, cond, plist, txt, var
from wfllm.shortcuts.compile import CompileError, compile_code
from wfllm.shortcuts.hints import same
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

LONG = "line one\n\tand 'two' \"three\" \\ {four} 😀 " * 20
LONG_UNITS = len(LONG.encode("utf-16-le")) // 2
WORKFLOW = plist(
    act("gettext", WFTextActionText=LONG, UUID="A"),
    act(
        "gettext",
        WFTextActionText=txt(f"\ufffc{LONG}\ufffc", at0=var("x"), **{f"at{LONG_UNITS + 1}": var("y")}),
    ),
    act("openurl", WFX=LONG, WFY=[LONG, "short"], WFZ={"a": LONG}, **{LONG: "key"}),
    block("conditional", 0, WFInput=cond(var("x")), WFCondition=4, WFConditionalActionString=LONG),
    act("setvariable", WFVariableName=LONG, WFInput=att(var("x"))),
    block("conditional", 2),
    block("choosefrommenu", 0, "h", WFMenuItems=[LONG]),
    block("choosefrommenu", 1, "h", WFMenuItemTitle=LONG),
    block("choosefrommenu", 2, "h"),
    act("dictionary", WFItems={"Value": {"WFDictionaryFieldValueItems": [
        {"WFItemType": 0, "WFKey": txt(LONG), "WFValue": txt(LONG)}
    ]}, "WFSerializationType": "WFDictionaryFieldValue"}),
)  # fmt: skip


@pytest.mark.parametrize("longest", [1, 100, 10**6])
def test_texts_come_back_whole(longest: int) -> None:
    made = transcribe(build_tree(WORKFLOW, "x"), longest_text=longest)
    ast.parse(made.code)
    assert ("text_ref(" in made.code) == (longest < len(LONG))
    assert same(compile_code(made.code, json.loads(json.dumps(made.sidecar)), made.data), WORKFLOW)
    alone = compile_code(made.code, None, made.data)
    plain = compile_code(transcribe(build_tree(WORKFLOW, "x")).code)
    assert alone == plain
    if longest == 100:
        assert set(made.data.values()) == {LONG.encode()}
        assert "preview='line one and " in made.code
        assert "case 'line one" in made.code, "a title is looked up and stays"


def test_a_text_that_is_lost_or_damaged_is_told() -> None:
    made = transcribe(build_tree(WORKFLOW, "x"), longest_text=100)
    (digest,) = made.data
    for data in ({}, {digest: b"\xff"}):
        with pytest.raises(CompileError, match=r"not beside the code|no text"):
            compile_code(made.code, None, data)


@pytest.mark.parametrize("code", ["text_ref('sha256:0', 'x')", "x = text_ref()", "x = f'{text_ref(y)}'"])
def test_a_reference_names_its_digest(code: str) -> None:
    with pytest.raises(CompileError):
        compile_code(code)


def test_nothing_is_kept_unless_asked_for() -> None:
    made: Any = transcribe(build_tree(WORKFLOW, "x"))
    assert made.data == {}
