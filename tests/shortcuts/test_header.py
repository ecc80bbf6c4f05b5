"""The head of a workflow: what it accepts, what it does without input, what it asks when it is imported."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.shortcuts.build import act, att, block, plist
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.compile import CompileError, compile_code
from wfllm.shortcuts.header_forms import ANYTHING, SETTINGS
from wfllm.shortcuts.hints import same
from wfllm.shortcuts.stats import stats_of_code
from wfllm.shortcuts.transcribe import Transcript, transcribe
from wfllm.shortcuts.tree import build_tree

INPUT = act("showresult", Text=att({"Type": "ExtensionInput"}))
NO_INPUT = "WFWorkflowNoInputBehavior"


def workflow(*actions: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return {**settings, **plist(*actions)}


def transcript(whole: dict[str, Any]) -> Transcript:
    made = transcribe(build_tree(whole, "x"))
    assert same(compile_code(made.code, json.loads(json.dumps(made.sidecar))), whole)
    return made


def behaviour(word: str, **parameters: Any) -> dict[str, Any]:
    return {"Name": f"{NO_INPUT}{word}", "Parameters": parameters}


@pytest.mark.parametrize(
    ("classes", "line"),
    [
        (["WFURLContentItem"], "accepts('URLs')"),
        (["WFStringContentItem", "WFNewContentItem"], "accepts('Text', 'WFNewContentItem')"),
        ([], "accepts()"),
        (sorted(ANYTHING[0]), ""),
        (sorted(ANYTHING[2], reverse=True), ""),
    ],
)
def test_what_is_accepted_is_said_where_it_is_not_everything(classes: list[str], line: str) -> None:
    whole = workflow(INPUT, WFWorkflowInputContentItemClasses=classes)
    code = transcript(whole).code
    assert (code.splitlines()[0] == line) if line else ("accepts" not in code)
    made = compile_code(code)["WFWorkflowInputContentItemClasses"]
    assert made == classes if line else set(made) == set(ANYTHING[1])


def test_what_nobody_sees_is_not_said() -> None:
    classes = ["WFURLContentItem"]
    unused = workflow(act("beep"), WFWorkflowInputContentItemClasses=classes)
    assert transcript(unused).code == "is_workflow_actions_beep()\n"
    shared = workflow(
        act("beep"), WFWorkflowInputContentItemClasses=classes, WFWorkflowTypes=["ActionExtension"]
    )
    assert transcript(shared).code.startswith("accepts('URLs')\n")


@pytest.mark.parametrize(
    ("behaviour", "line"),
    [
        (behaviour("GetClipboard"), "without_input('get clipboard')"),
        (behaviour("ShowError", Error="No!"), "without_input('stop and respond', 'No!')"),
        (behaviour("ShowError"), "without_input('stop and respond')"),
        (
            behaviour("AskForInput", ItemClass="WFPhotoMediaContentItem", SerializedParameters={}),
            "without_input('ask for', 'Photos')",
        ),
        (
            behaviour("AskForInput", ItemClass="WFStringContentItem", AllowMultipleSelection=True),
            "without_input('ask for', 'Text', multiple=True)",
        ),
        (behaviour("AskForInput", Other=[1]), "without_input('ask for', Other=[1])"),
        (behaviour("Unheard", A="b"), f"without_input('{NO_INPUT}Unheard', A='b')"),
        ({}, ""),
        ({"Name": ""}, ""),
        (None, ""),
    ],
)
def test_what_happens_without_input(behaviour: Any, line: str) -> None:
    whole = workflow(INPUT, **({} if behaviour is None else {NO_INPUT: behaviour}))
    code = transcript(whole).code
    assert code.splitlines()[0] == (line or code.splitlines()[0])
    assert line or "without_input" not in code
    made = compile_code(code).get(NO_INPUT)
    shown = {k: v for k, v in behaviour["Parameters"].items() if v != {}} if line else None
    assert made == (None if shown is None else {"Name": behaviour["Name"], "Parameters": shown})


QUESTIONS = [
    {"ActionIndex": 1, "Category": "Parameter", "ParameterKey": "WFTextActionText", "Text": "Key?"},
    {"ActionIndex": 2, "Category": "Parameter", "DefaultValue": "b", "ParameterKey": "WFX", "Text": "X?"},
    {"ActionIndex": 9, "Category": "Parameter", "ParameterKey": "WFX", "Text": "Nowhere"},
    {"ActionIndex": 0, "Category": "Parameter", "ParameterKey": "WFCommentActionText"},
]
ASKING = workflow(
    act("comment", WFCommentActionText="c"),
    act("gettext", WFTextActionText=""),
    block("repeat.count", 0, WFRepeatCount=2, WFX="a"),
    act("url", WFX="inside"),
    block("repeat.count", 2),
    WFWorkflowImportQuestions=QUESTIONS,
)


def test_questions_stand_before_what_they_are_about() -> None:
    made = transcript(ASKING)
    lines = made.code.splitlines()
    text, loop = lines.index("text = ''"), next(i for i, x in enumerate(lines) if x.startswith("for "))
    assert lines[text - 1] == "import_question('Key?')"
    assert lines[loop - 1] == "import_question('X?', about='WFX', default='b')"
    assert sum("fields=dict(" in line for line in lines) == 2
    alone = compile_code(made.code)["WFWorkflowImportQuestions"]
    assert sorted(map(json.dumps, alone)) == sorted(map(json.dumps, QUESTIONS))
    assert [made.code.splitlines()[p.line - 1][:6] for p in made.statements if p.index == 1] == ["text ="]


def test_a_question_goes_where_its_statement_goes() -> None:
    made = transcript(ASKING)
    edited = "first = 'new'\n" + made.code.replace("'Key?'", "'Which key?'")
    whole = compile_code(edited, json.loads(json.dumps(made.sidecar)))
    about = {q.get("Text"): q["ActionIndex"] for q in whole["WFWorkflowImportQuestions"]}
    assert (about["Which key?"], about["X?"]) == (2, 3)


def test_a_workflow_without_a_head_gets_what_a_new_shortcut_has() -> None:
    made = compile_code("is_workflow_actions_beep()")
    assert {k: v for k, v in made.items() if k != "WFWorkflowActions"} == SETTINGS
    made["WFWorkflowIcon"]["WFWorkflowIconGlyphNumber"] = 1
    assert compile_code("")["WFWorkflowIcon"] == SETTINGS["WFWorkflowIcon"], "no two share a value"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 'a'\naccepts('URLs')", "above the first action"),
        ("if x:\n    accepts('URLs')", "above the first action"),
        ("accepts('URLs')\naccepts()", "said twice"),
        ("accepts('Sandwiches')", "no kind of input"),
        ("accepts(x)", "a text is needed"),
        ("without_input('explode')", "nothing without input is called explode"),
        ("without_input('get clipboard', 'x')", "takes nothing"),
        ("import_question('Key?')", "nothing follows"),
        ("import_question('Key?')\nis_workflow_actions_openurl()", "not said which parameter"),
        ("x = accepts('URLs')", "no action"),
    ],
)
def test_a_head_that_means_nothing_is_refused(code: str, message: str) -> None:
    with pytest.raises(CompileError, match=message):
        compile_code(code)


def test_comments_may_stand_above_and_the_checker_and_counts_know_the_head() -> None:
    code = (
        "# what it does\naccepts('URLs', 'Text')\nwithout_input('ask for', 'URLs')\n"
        "import_question('Key?', default='abc')\nkey = ''\n"
    )
    made = compile_code(code)
    assert [a["WFWorkflowActionIdentifier"].rsplit(".", 1)[1] for a in made["WFWorkflowActions"]] == [
        "comment",
        "gettext",
    ]
    assert made["WFWorkflowImportQuestions"][0]["ActionIndex"] == 1
    assert check(code, load_catalogue()) == []
    counts = stats_of_code(code)
    assert counts is not None
    assert counts.actions == 1, "the head and comments are no actions"
