"""Python to shortcuts: each form, people's own spellings, edits, and code that is no workflow."""

from __future__ import annotations

import contextlib
import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.shortcuts.build import APIS, act, att, block, cond, out, plist, txt, var
from tests.shortcuts.meaning import meaning
from tests.shortcuts.test_generated import bodies
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.compile import CompileError, compile_code
from wfllm.shortcuts.hints import same
from wfllm.shortcuts.transcribe import Transcript, transcribe
from wfllm.shortcuts.tree import build_tree

CATALOGUE = Catalogue(APIS.values())
STARTER = Path(__file__).resolve().parents[2] / "wfllm" / "bench" / "starter"


def actions(code: str, catalogue: Catalogue = CATALOGUE) -> list[dict[str, Any]]:
    return list(compile_code(code, catalogue=catalogue)["WFWorkflowActions"])


def said(code: str, catalogue: Catalogue = CATALOGUE) -> list[tuple[str, dict[str, Any]]]:
    """What code compiles to, without the names of outputs and groups."""
    skip = ("UUID", "CustomOutputName", "GroupingIdentifier")
    return [
        (
            action["WFWorkflowActionIdentifier"].removeprefix("is.workflow.actions."),
            {k: v for k, v in action["WFWorkflowActionParameters"].items() if k not in skip},
        )
        for action in actions(code, catalogue)
    ]


def token(value: Any) -> dict[str, Any]:
    """The reference in a parameter, without UUIDs."""
    return {k: v for k, v in value["Value"].items() if k != "OutputUUID"}


def test_values_and_references() -> None:
    made = said(
        "page = is_workflow_actions_downloadurl()\nName = page\nis_workflow_actions_count(Input=Name)"
    )
    assert [name for name, _ in made] == ["downloadurl", "setvariable", "count"]
    assert made[1][1]["WFVariableName"] == "Name"
    assert token(made[1][1]["WFInput"]) == {"Type": "ActionOutput", "OutputName": "page"}
    assert token(made[2][1]["Input"]) == {"Type": "Variable", "VariableName": "Name"}


def test_a_value_inside_a_statement_gets_an_action_of_its_own() -> None:
    made = said("is_workflow_actions_count(Input=d.keys())\nx = f'{is_workflow_actions_url(A=1)} {d[key]}'")
    assert [name for name, _ in made] == ["getvalueforkey", "count", "url", "getvalueforkey", "gettext"]


def test_text_offsets_count_utf16() -> None:
    ((_, fields),) = said("t = f'😀{clipboard()}!'")
    assert fields["WFTextActionText"]["Value"] == {
        "attachmentsByRange": {"{2, 1}": {"Type": "Clipboard"}},
        "string": "😀\ufffc!",
    }


@pytest.mark.parametrize(
    ("code", "repeats"),
    [
        ("for Repeat_Index in range(1, n + 1):\n    pass", 1),
        ("for i in range(1, 4):\n    is_workflow_actions_showresult(Text=f'{i}')", 3),
        ("for _ in range(3):\n    pass", 3),
        ("for _ in range(0, 3):\n    pass", 3),
    ],
)
def test_people_write_loops_their_own_way(code: str, repeats: int) -> None:
    made = said(f"n = 3\n{code}")
    assert [name for name, _ in made][1] == "repeat.count"
    if repeats == 3:
        assert made[1][1]["WFRepeatCount"] == 3
    if "showresult" in code:
        shown = made[2][1]["Text"]["Value"]["attachmentsByRange"]["{0, 1}"]
        assert shown == {"Type": "Variable", "VariableName": "Repeat Index"}


def test_a_loop_over_items_with_a_name_of_its_own() -> None:
    made = said("xs = ['a']\nfor x in xs:\n    for y in x:\n        is_workflow_actions_count(Input=y)")
    assert token(made[3][1]["Input"]) == {"Type": "Variable", "VariableName": "Repeat Item 2"}


def test_a_name_that_is_output_and_variable_is_a_variable() -> None:
    made = said("x = 'a'\ny = x\nx = y\nis_workflow_actions_count(Input=x)")
    assert [name for name, _ in made] == ["gettext", "setvariable", "setvariable", "setvariable", "count"]
    assert token(made[4][1]["Input"]) == {"Type": "Variable", "VariableName": "x"}


def test_results_of_blocks() -> None:
    made = actions(
        "if clipboard():\n    a = 'x'\n    If_Result = a\n"
        "else:\n    b = 'y'\n    c = 'z'\n    If_Result = b\n"
        "is_workflow_actions_count(Input=If_Result)"
    )
    names = [a["WFWorkflowActionIdentifier"].rsplit(".", 1)[1] for a in made]
    assert names == [
        "conditional",
        "gettext",
        "conditional",
        "gettext",
        "gettext",
        "getvariable",
        "conditional",
        "count",
    ]
    end, use = (made[i]["WFWorkflowActionParameters"] for i in (6, 7))
    assert end["UUID"] == use["Input"]["Value"]["OutputUUID"]


def test_pass_alone_is_an_empty_branch_and_two_are_two_actions() -> None:
    assert [name for name, _ in said("if x:\n    pass")] == ["conditional", "conditional"]
    made = said("Repeat_Results = []\nfor x in y:\n    pass\n    pass\n    Repeat_Results.append(None)")
    assert [name for name, _ in made] == ["repeat.each", "nothing", "nothing", "repeat.each"]


def test_a_result_may_be_a_literal() -> None:
    made = said(
        "If_Result = None\nif clipboard():\n    If_Result = 'yes'\nis_workflow_actions_count(Input=If_Result)"
    )
    assert [name for name, _ in made] == ["conditional", "gettext", "conditional", "count"]


def test_menus() -> None:
    made = said(
        "match menu('Which?', ['A', 'B']):\n    case 'A':\n        pass\n    case 'B':\n        x = 'b'"
    )
    assert [(name, fields.get("WFControlFlowMode")) for name, fields in made] == [
        ("choosefrommenu", 0),
        ("choosefrommenu", 1),
        ("choosefrommenu", 1),
        ("gettext", None),
        ("choosefrommenu", 2),
    ]
    assert made[0][1]["WFMenuItems"] == ["A", "B"]
    published = said("match input('Which?'):\n    case 'A':\n        pass")
    assert published[0][1]["WFMenuItems"] == ["A"]


def test_comments_become_comments_where_they_stand() -> None:
    code = (
        "# first\n# of two lines\nif clipboard():\n    # in\n    x = 'a'\n    # end of if\n"
        "else:\n    # in else\n    pass\n# after\n"
        "match menu('', ['A']):\n    case 'A':\n        # case\n        pass\n        # last"
    )
    made = said(code)
    assert [fields.get("WFCommentActionText", name) for name, fields in made] == [
        "first\nof two lines",
        "conditional",
        "in",
        "gettext",
        "end of if",
        "conditional",
        "in else",
        "conditional",
        "after",
        "choosefrommenu",
        "choosefrommenu",
        "case",
        "last",
        "choosefrommenu",
    ]


def test_a_hash_inside_a_text_is_no_comment() -> None:
    assert [name for name, _ in said('x = """a\n# b\n"""')] == ["gettext"]


@pytest.mark.parametrize(
    "test",
    [
        "x == 'a'",
        "x != 3",
        "3 < x",
        "'a' in x",
        "x.startswith('a')",
        "x",
        "not x",
        "1 <= x <= 5",
        "not (x == 'a')",
        "x == 'a' and y",
        "x or not y",
        "in_last(x, 3, 'days')",
        "is_today(x)",
        "x == quantity(3, 'km')",
    ],
)
def test_conditions_read_back(test: str) -> None:
    above = "x = clipboard()\ny = clipboard()\n"
    code = f"{above}if {test}:\n    is_workflow_actions_openurl()\n"
    made = transcribe(build_tree({"WFWorkflowActions": actions(code)}, "x"), APIS).code
    again = {"3 < x": "x > 3", "not (x == 'a')": "x != 'a'"}.get(test, test)
    assert made == f"{above}if {again}:\n    is_workflow_actions_openurl()\n"


HOSTILE = [
    ("import os", 1),
    ("x = 1\nos.system('rm')", 2),
    ("x = __import__('os')", 1),
    ("x = [y for y in z]", 1),
    ("x = lambda: 1", 1),
    ("def f():\n    pass", 1),
    ("x = a + b", 1),
    ("x: int = 3", 1),
    ("x = y = 'a'", 1),
    ("x = is_workflow_actions_url('positional')", 1),
    ("x = is_workflow_actions_url(A=print())", 1),
    ("x = is_workflow_actions_url(**y)", 1),
    ("x = is_workflow_actions_url(A=1, **{'A': 2})", 1),
    ("x = f'{y:>3}'", 1),
    ("x = d[0]", 1),
    ("x = True", 1),
    ("for x in range(2, 5):\n    pass", 1),
    ("match x:\n    case 1:\n        pass", 1),
    ("match menu('', ['A']):\n    case _:\n        pass", 2),
    ("if a == 'x' and (b or c):\n    pass", 1),
    ("while True:\n    pass", 1),
    ("eval('1')", 1),
    ("x = data('sha256:00')", 1),
    ("if x:\n    If_Result = a\n    y = 'b'", 2),
    ("(((((", 1),
    ("x = '\0'", 1),
    ("print('a')", 1),
]


@pytest.mark.parametrize(("code", "line"), HOSTILE)
def test_code_that_is_no_workflow_is_refused_with_its_line(code: str, line: int) -> None:
    if "If_Result" in code:
        code += "\nif z:\n    If_Result = c"
    with pytest.raises(CompileError) as caught:
        compile_code(code, catalogue=CATALOGUE, where="x.py")
    assert caught.value.findings[0].line == line
    assert caught.value.line().startswith(f"x.py:{line}: ")
    assert "\n" not in caught.value.line()


def test_all_findings_at_once() -> None:
    with pytest.raises(CompileError) as caught:
        compile_code("import os\nx = 'fine'\nx = a + b\n", catalogue=CATALOGUE)
    assert [f.line for f in caught.value.findings] == [1, 3]


def test_the_second_reading_sees_differences() -> None:
    base = plist(
        block("conditional", 0, WFInput=cond(var("x")), WFCondition=4, WFConditionalActionString="a"),
        act("gettext", WFTextActionText=txt("\ufffcb", at0=var("x")), UUID="A"),
        block("conditional", 2),
        act("count", Input=att(out("A"))),
    )
    assert meaning(base, APIS) == meaning(json.loads(json.dumps(base).replace('"A"', '"B"')), APIS)
    for old, new in (
        ('"a"', '"c"'),
        ("ufffcb", "ufffcc"),
        ('"A"', '"Q"'),
        ("gettext", "url"),
        (": 4", ": 5"),
    ):
        other = json.loads(json.dumps(base).replace(old, new, 1))
        assert meaning(other, APIS) != meaning(base, APIS), old


@given(some.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_workflow_or_refused(code: str) -> None:
    with contextlib.suppress(CompileError):
        compile_code(code, catalogue=CATALOGUE)


def test_a_long_chain_of_elif_is_bounded() -> None:
    code = "if x:\n    pass\n" + "elif x:\n    pass\n" * 400
    with pytest.raises(CompileError):
        compile_code(code, catalogue=CATALOGUE)


# with the sidecar

WORKFLOW = {
    "WFWorkflowClientVersion": "1",
    **plist(
        act("gettext", UUID="A-1", WFTextActionText=txt("plain"), CustomOutputName="Greeting"),
        act("detect.text", UUID="B-1", **{"Show-x": True}),
        block(
            "conditional", 0, "G-1", WFCondition="Equals", WFConditionalActionString="a", WFNumberValue=1.0
        ),
        act("setvariable", WFVariableName="My Name!", WFInput=att(out("A-1", "Old name"))),
        block("conditional", 2, "G-1", UUID="C-1"),
        act("openurl", X=att(var("My Name!", VariableUUID="V"))),
    ),
}


def both(workflow: dict[str, Any]) -> tuple[Transcript, dict[str, Any]]:
    made = transcribe(build_tree(workflow, "x"))
    return made, json.loads(json.dumps(made.sidecar))


def test_code_and_sidecar_give_the_identical_file() -> None:
    made, sidecar = both(WORKFLOW)
    assert same(compile_code(made.code, sidecar), WORKFLOW)


def test_an_edit_wins_over_the_hint_and_the_rest_stays() -> None:
    made, sidecar = both(WORKFLOW)
    code = made.code.replace("'plain'", "'edited'").replace("== 'a'", "== 'b'")
    code = "new = 'first'\n" + code
    again = compile_code(code, sidecar)["WFWorkflowActions"]
    fields = [a["WFWorkflowActionParameters"] for a in again]
    assert fields[0]["WFTextActionText"] == "first"
    assert fields[1]["WFTextActionText"] == "edited"
    assert fields[1]["UUID"] == "A-1"
    assert fields[2] == {"UUID": "B-1", "Show-x": True}, "its input was and stays implicit"
    assert fields[3]["WFConditionalActionString"] == "b"
    assert fields[3]["WFCondition"] == 4, "parts of a test stand or fall together"
    assert fields[3]["GroupingIdentifier"] == fields[5]["GroupingIdentifier"] == "G-1"
    assert fields[4]["WFVariableName"] == "My Name!"
    assert fields[6]["X"]["Value"]["VariableName"] == "My Name!"


def test_a_block_written_twice_is_two_blocks() -> None:
    made, sidecar = both(WORKFLOW)
    again = compile_code(made.code + made.code, sidecar)["WFWorkflowActions"]
    groups = [a["WFWorkflowActionParameters"].get("GroupingIdentifier") for a in again]
    found = [g for g in groups if g]
    assert found[0] == found[1] != found[2] == found[3]


DAMAGED = [
    None,
    {},
    {"actions": 3, "names": [], "workflow": 1, "keys": {}},
    {
        "actions": [1, {"p": 3}, {"p": {"UUID": 1}}, {"p": {"UUID": ["", 1]}}, {"order": 3}],
        "names": {"outputs": 3},
    },
    {"names": {"outputs": {"greeting": {"uuid": 3}}, "variables": {"x": 1}}, "actions": [{"insert": 3}]},
]


@pytest.mark.parametrize("sidecar", DAMAGED)
def test_a_damaged_sidecar_never_costs_the_code(sidecar: Any) -> None:
    made, whole = both(WORKFLOW)
    if sidecar and "actions" in sidecar:
        sidecar = {**sidecar, "code": whole["code"]}
    assert compile_code(made.code, sidecar)["WFWorkflowActions"]


@given(bodies)
@settings(max_examples=60, deadline=None)
def test_any_shortcut_comes_back_identical(body: list[dict[str, Any]]) -> None:
    workflow = plist(*body)
    made, sidecar = both(workflow)
    assert same(compile_code(made.code, sidecar, made.data), workflow)
    alone = compile_code(made.code, None, made.data)
    assert len(alone["WFWorkflowActions"]) == len(body)


@pytest.mark.skipif(not STARTER.is_dir(), reason="the starter workflows are not here")
def test_starter_workflows_compile() -> None:
    files = sorted(STARTER.rglob("*.py"))
    assert files
    for file in files:
        compile_code(file.read_text(encoding="utf-8"), where=file)


def test_dates_with_an_offset_are_the_moment_in_utc() -> None:
    """The same on every Python: 3.10 knows no Z, later ones know forms that it does not."""
    for written in ("2024-01-31T12:00:00+02:00", "2024-01-31T10:00:00Z", "2024-01-31 10:00"):
        made = said(f"is_workflow_actions_url(A=datetime('{written}'))")
        assert made == [("url", {"A": datetime.datetime(2024, 1, 31, 10)})]
    for written in (
        "20240131",
        "2024-W05-3",
        "2024-01-31T12",
        "0001-01-01T00:00+02:00",
        "2024-01-31Z",
        "Z",
        "",
    ):
        with pytest.raises(CompileError, match="not a date"):
            actions(f"x = 'a'\nis_workflow_actions_url(A=datetime('{written}'))")
