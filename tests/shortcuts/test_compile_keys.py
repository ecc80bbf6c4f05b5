"""Keys of the file that are called like the dialect's own keywords, and keys given twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.shortcuts.build import act, att, block, plist
from tests.shortcuts.meaning import meaning
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.compile import CompileError, compile_code
from wfllm.shortcuts.hints import same
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

CLIPBOARD = att({"Type": "Clipboard"})


def filtered(**fields: Any) -> dict[str, Any]:
    value = {"WFActionParameterFilterTemplates": [], **fields}
    return act(
        "filter.files",
        WFContentItemFilter={"Value": value, "WFSerializationType": "WFContentPredicateTableTemplate"},
    )


@pytest.mark.parametrize(
    "actions",
    [
        [act("ask", WFAskActionPrompt="A", prompt="B")],
        [act("ask", WFAskActionPrompt="A", type="B", WFInputType="Number")],
        [act("ask", default="B")],
        [filtered(prefix=1)],
        [filtered(prefix=1, WFActionParameterFilterPrefix=-1)],
        [
            block("repeat.each", 0, WFInput=CLIPBOARD, start=3, items="x"),
            act("vibrate"),
            block("repeat.each", 2),
        ],
        [
            block("choosefrommenu", 0, WFMenuItems=["A"], items=["Q"], prompt="zz"),
            block("choosefrommenu", 1, WFMenuItemTitle="A"),
            block("choosefrommenu", 2),
        ],
        [
            block("choosefrommenu", 0, WFMenuPrompt="p", WFMenuItems=["A"], items="Q"),
            block("choosefrommenu", 1, WFMenuItemTitle="A"),
            block("choosefrommenu", 2),
        ],
    ],
    ids=[
        "ask prompt", "ask type", "ask default", "no prefix", "prefix", "start", "menu", "whole menu",
    ],
)  # fmt: skip
def test_keys_called_like_the_dialects_own_keywords(actions: list[dict[str, Any]]) -> None:
    workflow = plist(*actions)
    made = transcribe(build_tree(workflow, "x"))
    assert same(compile_code(made.code, json.loads(json.dumps(made.sidecar)), made.data), workflow)
    alone = compile_code(made.code, None, made.data)
    apis = load_catalogue()
    assert meaning(alone, apis) == meaning(workflow, apis), made.code
    fields, expected = (x["WFWorkflowActions"][0]["WFWorkflowActionParameters"] for x in (alone, workflow))
    for key in expected.keys() & {"prompt", "type", "default", "start", "items", "WFContentItemFilter"}:
        assert fields[key] == expected[key], made.code


@pytest.mark.parametrize(
    "code",
    [
        "a = ask('A', prompt='B')",
        "a = ask(default='x', WFAskActionDefaultAnswer='y')",
        "run_shortcut('A', clipboard(), WFInput=current_date())",
        "run_shortcut('A', WFWorkflowName='B')",
        "run_this_shortcut(clipboard(), WFInput=current_date())",
        "output('A', WFOutput='B')",
        "match menu('A', ['B'], prompt='C'):\n    case 'B':\n        pass",
        "match menu('A', ['B'], items=['C']):\n    case 'B':\n        pass",
        "for Repeat_Index, Repeat_Item in enumerate(clipboard(), 1, start=1):\n    pass",
        "for Repeat_Index, Repeat_Item in enumerate(clipboard(), start=1, WFInput='x'):\n    pass",
        "for Repeat_Index in range(1, 4, WFRepeatCount=7):\n    pass",
        "is_workflow_actions_filter_files(F=all_of(rule('Name', 'is', Operator=5)))",
    ],
)
def test_a_key_given_twice_is_refused(code: str) -> None:
    with pytest.raises(CompileError, match="is given twice"):
        compile_code(code)


def test_the_dialects_own_keywords_say_what_they_said() -> None:
    said = "a = ask(prompt='A', type='Number', default='3')"
    assert compile_code(said) == compile_code("a = ask('A', type='Number', default='3')")
    cases = ":\n    case 'B':\n        pass"
    assert compile_code(f"match menu(prompt='A', items=['B']){cases}") == compile_code(
        f"match menu('A', ['B']){cases}"
    )
