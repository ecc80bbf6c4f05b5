"""Workflows as a person writes them, without a look at what the transcriber writes: they become shortcuts."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.shortcuts.meaning import meaning
from tests.shortcuts.shapes import Shapes
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.compile import compile_code
from wfllm.shortcuts.forms import form_findings
from wfllm.shortcuts.reader import find, read
from wfllm.shortcuts.stats import stats_of, stats_of_code
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

FOLDER = Path(__file__).parent / "handwritten"
P = "is.workflow.actions."
ACTIONS = {
    "habit_log": """
        ask ask date format.date weather.currentconditions dictionary documentpicker.open number setvariable
        if detect.dictionary getvalueforkey each getvalueforkey if math setvariable end appendvariable end end
        appendvariable dictionary setvalueforkey setvalueforkey documentpicker.save
        if gettext else if gettext else gettext end end showresult""",
    "morning_headlines": """
        comment dictionary getvalueforkey choosefromlist each getvalueforkey getvalueforkey
        if getvalueforkey downloadurl getvalueforkey getvalueforkey getitemfromlist
        each getvalueforkey getvalueforkey gettext appendvariable end end end
        count if notification exit end text.combine
        menu case speaktext case setvariable documentpicker.save case end""",
    "plan_a_trip": """
        getupcomingevents if speaktext exit end setvariable setvariable setvariable gettraveltime adjustdate
        format.date nothing setvariable times adjustdate appendvariable end choosefromlist alarm.create
        gettext count if dictionary runworkflow if notification else runworkflow end end""",
    "share_the_bill": """
        ask if alert exit end menu case setvariable case math setvariable case ask math setvariable end
        selectcontacts count math math round each setvariable setvariable if setvariable end gettext
        if sendmessage else appendvariable end end if text.combine setclipboard showresult end""",
    "tidy_screenshots": """
        filter.photos count setvariable comment if output else if notification else menu case savetocameraroll
        case deletephotos case nothing setvariable each image.resize appendvariable end makezip share
        end end end""",
}
"""What each becomes, one word an action."""
BLOCKS = {"conditional": "if", "repeat.each": "each", "repeat.count": "times", "choosefrommenu": "menu"}
EXPLAINED = {
    "filter.photos WFContentItemLimitNumber: int, not WFTextTokenAttachment or float",  # a number
    "adjustdate WFDuration.Value.Magnitude: token Variable, not int or str or token ActionOutput",
}


@cache
def compiled(name: str) -> dict[str, Any]:
    return compile_code(code_of(name))


def code_of(name: str) -> str:
    return (FOLDER / f"{name}.py").read_text(encoding="utf-8")


def fields(name: str, index: int) -> dict[str, Any]:
    return dict(compiled(name)["WFWorkflowActions"][index]["WFWorkflowActionParameters"])


def test_all_are_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == set(ACTIONS)


@pytest.mark.parametrize("name", ACTIONS)
def test_the_actions_are_those_that_are_meant(name: str) -> None:
    made = []
    for action in compiled(name)["WFWorkflowActions"]:
        short = action["WFWorkflowActionIdentifier"].removeprefix(P)
        mode = action["WFWorkflowActionParameters"].get("WFControlFlowMode")
        word = {1: "case" if short == "choosefrommenu" else "else", 2: "end"}.get(
            mode, BLOCKS.get(short, short)
        )
        made.append(word)
    assert made == ACTIONS[name].split()


@pytest.mark.parametrize("name", ACTIONS)
def test_the_checker_has_no_errors(name: str) -> None:
    found = check(code_of(name), load_catalogue())
    assert [f for f in found if f.severity == "error"] == []
    assert {f.rule for f in found} <= {"loop"}, "loops with names of one's own are told, no more"


@pytest.mark.parametrize("name", ACTIONS)
def test_the_forms_are_those_of_real_files_with_no_rule_relaxed(name: str) -> None:
    assert [f.line() for f in form_findings(compiled(name))] == []


@pytest.mark.parametrize("name", ACTIONS)
def test_reading_it_back_gives_code_of_the_same_meaning(name: str) -> None:
    apis = load_catalogue()
    again = transcribe(build_tree(compiled(name), name)).code
    ast.parse(again)
    second = compile_code(again)
    assert meaning(second, apis) == meaning(compiled(name), apis)
    assert transcribe(build_tree(second, name)).code == again
    assert check(again, apis) == []


@pytest.mark.parametrize("name", ACTIONS)
def test_counts_of_the_code_are_those_of_the_shortcut(name: str) -> None:
    tree = build_tree(compiled(name))
    comments = sum(a.identifier == f"{P}comment" for a in tree.actions)
    of_code, of_file = stats_of_code(code_of(name), load_catalogue()), stats_of(tree)
    assert of_code is not None
    assert (of_code.actions, of_code.apis) == (of_file.actions - comments, of_file.apis - bool(comments))
    assert (of_code.ifs, of_code.loops, of_code.depth) == (of_file.ifs, of_file.loops, of_file.depth)


@pytest.mark.parametrize("name", ACTIONS)
def test_every_parameter_has_a_shape_of_real_files(shared_data: Path, name: str) -> None:
    wrong, _ = shapes(shared_data).misfits(compiled(name))
    assert {w.split(" ", 1)[1].removeprefix(P) for w in wrong} - EXPLAINED == set()


@cache
def shapes(shared_data: Path) -> Shapes:
    sources = [source for path in find(str(shared_data / "shortcuts")) for source in read(path)]
    return Shapes(source.plist for source in sources if source.plist is not None)


# what the forms are, without a look at real files


def attached(value: Any) -> dict[str, Any]:
    """The token of a reference, without UUIDs."""
    assert value["WFSerializationType"] == "WFTextTokenAttachment"
    return {k: v for k, v in value["Value"].items() if k != "OutputUUID"}


def spelled(value: Any) -> tuple[str, list[Any]]:
    """A text with tokens: its string and its tokens in order, without UUIDs."""
    assert value["WFSerializationType"] == "WFTextTokenString"
    table = sorted((int(k[1 : k.index(",")]), v) for k, v in value["Value"]["attachmentsByRange"].items())
    return value["Value"]["string"], [
        (at, {k: v for k, v in token.items() if k != "OutputUUID"}) for at, token in table
    ]


def test_a_reference_in_a_field_of_text_is_a_text() -> None:
    url = {"Type": "ActionOutput", "OutputName": "address"}
    assert spelled(fields("morning_headlines", 9)["WFURL"]) == ("\ufffc", [(0, url)])
    assert (
        spelled(fields("morning_headlines", 5)["WFDictionaryKey"])[1][0][1]["VariableName"] == "Repeat Item"
    )


def test_emoji_count_two_units_in_the_places_of_tokens() -> None:
    string, tokens = spelled(fields("share_the_bill", 27)["WFTextActionText"])
    assert string.startswith("Hi \ufffc 👋,\nyour share of \ufffc is \ufffc (\ufffc of \ufffc)")
    assert [at for at, _ in tokens][:3] == [3, 23, 28]
    assert tokens[-1][1]["Aggrandizements"] == [
        {"Type": "WFDateFormatVariableAggrandizement", "WFDateFormatStyle": "Short"}
    ]


def test_a_dictionary_keeps_the_types_of_its_items() -> None:
    items = fields("habit_log", 5)["WFItems"]["Value"]["WFDictionaryFieldValueItems"]
    assert [item["WFItemType"] for item in items] == [0, 3, 0, 4, 2, 1]
    assert items[3]["WFValue"] == {"Value": True, "WFSerializationType": "WFNumberSubstitutableState"}
    assert spelled(items[1]["WFValue"])[1][0][1]["OutputName"] == "minutes"
    inner = items[5]["WFValue"]["Value"]["Value"]["WFDictionaryFieldValueItems"]
    assert [spelled(i["WFValue"])[0] for i in inner] == ["\ufffc", "\ufffc"]


def test_the_default_of_a_question_is_held_as_it_is_typed() -> None:
    asked = {k: v for k, v in fields("habit_log", 1).items() if k not in ("UUID", "CustomOutputName")}
    assert asked == {
        "WFAskActionPrompt": "For how many minutes?",
        "WFAskActionDefaultAnswer": "30",
        "WFInputType": "Number",
    }


def test_conditions_have_their_operands() -> None:
    total, names, between = (fields("share_the_bill", i) for i in (1, 24, 28))
    assert (total["WFCondition"], total["WFNumberValue"]) == (1, "0")
    rows = names["WFConditions"]["Value"]["WFActionParameterFilterTemplates"]
    assert [(row["WFCondition"], row["WFConditionalActionString"]) for row in rows] == [
        (8, "Dr"),
        (99, "Prof"),
    ]
    assert names["WFConditions"]["Value"]["WFActionParameterFilterPrefix"] == 0
    assert (between["WFCondition"], between["WFNumberValue"], between["WFAnotherNumber"]) == (
        1003,
        "1",
        "100",
    )


def test_a_list_that_starts_empty_is_no_output_before() -> None:
    nothing, variable = compiled("plan_a_trip")["WFWorkflowActions"][11:13]
    assert nothing["WFWorkflowActionIdentifier"] == f"{P}nothing"
    assert variable["WFWorkflowActionParameters"] == {"WFVariableName": "Options"}


def test_a_dictionary_handed_to_a_shortcut_is_made_before() -> None:
    made, runs = fields("plan_a_trip", 22), fields("plan_a_trip", 23)
    assert attached(runs["WFInput"])["Type"] == "ActionOutput"
    assert runs["WFInput"]["Value"]["OutputUUID"] == made["UUID"]
    assert runs["WFWorkflow"] == {"isSelf": False, "workflowName": "Tell everybody"}


def test_a_filter_is_a_table_and_an_amount_with_a_unit_a_quantity() -> None:
    table = fields("tidy_screenshots", 0)["WFContentItemFilter"]
    assert table["WFSerializationType"] == "WFContentPredicateTableTemplate"
    assert [r["Operator"] for r in table["Value"]["WFActionParameterFilterTemplates"]] == [4, 1001]
    assert fields("plan_a_trip", 9)["WFDuration"] == {
        "Value": {"Magnitude": "15", "Unit": "min"},
        "WFSerializationType": "WFQuantityFieldValue",
    }
