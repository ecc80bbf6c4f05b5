"""Forms of real files: the real ones have them, every planted fault is found, and so is what we compile."""

from __future__ import annotations

import copy
import datetime
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.shortcuts.build import act, att, block, cond, out, plist, txt, var
from tests.shortcuts.test_generated import values
from wfllm.shortcuts.compile import compile_code
from wfllm.shortcuts.compile_stage import compile_all
from wfllm.shortcuts.form_lines import form_notes
from wfllm.shortcuts.forms import RELAXED, FormFinding, form_findings
from wfllm.shortcuts.reader import find, read
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

STARTER = Path(__file__).resolve().parents[2] / "wfllm" / "bench" / "starter"


def items(*pairs: dict[str, Any]) -> dict[str, Any]:
    return {
        "Value": {"WFDictionaryFieldValueItems": list(pairs)},
        "WFSerializationType": "WFDictionaryFieldValue",
    }


def pair(type_: int, value: Any) -> dict[str, Any]:
    return {"WFItemType": type_, "WFKey": txt("k"), "WFValue": value}


def state(kind: str, value: Any) -> dict[str, Any]:
    return {"Value": value, "WFSerializationType": kind}


SOUND: dict[str, Any] = {
    "WFWorkflowIcon": {"WFWorkflowIconStartColor": 463140863, "WFWorkflowIconGlyphNumber": 59511},
    "WFWorkflowTypes": ["Watch"],
    "WFWorkflowMinimumClientVersion": 900,
    **plist(
        act("gettext", UUID="A", WFTextActionText="x"),  # 0
        act("setvariable", WFVariableName="Name", WFInput=att(out("A", "Text"))),  # 1
        act(
            "gettext", UUID="B", WFTextActionText=txt("😀\ufffc!\ufffc", at2=var("Name"), at4=out("A", "T"))
        ),  # 2
        act(  # 3
            "dictionary",
            UUID="D",
            WFItems=items(
                pair(0, txt("v")),
                pair(1, state("WFDictionaryFieldValue", items())),
                pair(2, state("WFArrayParameterState", ["a"])),
                pair(3, txt("3")),
                pair(4, state("WFNumberSubstitutableState", True)),
            ),
        ),
        block("repeat.each", 0, "r", WFInput=att(out("D", "Dictionary"))),  # 4
        block(
            "conditional",
            0,
            "i",
            WFInput=cond(var("Repeat Item")),
            WFCondition=4,
            WFConditionalActionString="a",
        ),
        act("notification", WFNotificationActionBody=txt("\ufffc", at0=var("Repeat Index"))),  # 6
        block("conditional", 1, "i"),  # 7
        block("conditional", 2, "i", UUID="I"),  # 8
        block("repeat.each", 2, "r", UUID="R"),  # 9
        block("choosefrommenu", 0, "m", WFMenuPrompt="?", WFMenuItems=["A", "B"]),  # 10
        block("choosefrommenu", 1, "m", WFMenuItemTitle="A"),  # 11
        block("choosefrommenu", 1, "m", WFMenuItemTitle="B"),  # 12
        block("choosefrommenu", 2, "m"),  # 13
        act("delay", WFDelayTime=att(out("R", "Repeat Results"))),  # 14
        act(  # 15
            "filter.files",
            WFContentItemFilter=state(
                "WFContentPredicateTableTemplate",
                {
                    "WFActionParameterFilterPrefix": 1,
                    "WFActionParameterFilterTemplates": [{"Property": "Name", "Operator": 4, "Values": {}}],
                },
            ),
        ),
        act("adjustdate", WFDuration=state("WFQuantityFieldValue", {"Unit": "days", "Magnitude": "3"})),  # 16
        block("repeat.count", 0, "c", WFRepeatCount=3),  # 17
        block("repeat.count", 2, "c"),  # 18
    ),
}


def at(index: int, key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change of one parameter; a key with dots goes down."""

    def change(whole: dict[str, Any]) -> None:
        here = whole["WFWorkflowActions"][index]["WFWorkflowActionParameters"]
        *way, last = key.split("/")
        for step in way:
            here = here[int(step) if isinstance(here, list) else step]
        if value is DROP:
            del here[last]
        else:
            here[int(last) if isinstance(here, list) else last] = value

    return change


DROP = object()


def top(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda whole: whole.update({key: value})


def action(index: int, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda whole: whole["WFWorkflowActions"].__setitem__(index, value)


def moved(first: int, second: int) -> Callable[[dict[str, Any]], None]:
    def change(whole: dict[str, Any]) -> None:
        actions = whole["WFWorkflowActions"]
        actions[first], actions[second] = actions[second], actions[first]

    return change


def both(*changes: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    def change(whole: dict[str, Any]) -> None:
        for one in changes:
            one(whole)

    return change


def without(index: int) -> Callable[[dict[str, Any]], None]:
    return lambda whole: whole["WFWorkflowActions"].pop(index)


ITEMS = "WFItems/Value/WFDictionaryFieldValueItems"
FILTER = "WFContentItemFilter/Value"
PLANTED: list[tuple[str, Callable[[dict[str, Any]], None], str]] = [
    ("no actions", top("WFWorkflowActions", {}), "top-level"),
    ("version as a text", top("WFWorkflowMinimumClientVersion", "900"), "top-level"),
    ("version as a boolean", top("WFWorkflowMinimumClientVersion", True), "top-level"),
    ("types as a text", top("WFWorkflowTypes", "Watch"), "top-level"),
    ("types as numbers", top("WFWorkflowTypes", [1]), "top-level"),
    ("colour as a float", top("WFWorkflowIcon", {"WFWorkflowIconStartColor": 1.0}), "top-level"),
    ("no value of a property list", top("X", None), "not-a-property-list"),
    ("a number too large", top("X", 2**70), "not-a-property-list"),
    ("a key that is no text", top("X", {1: "a"}), "not-a-property-list"),
    ("an action that is none", action(0, "gettext"), "action"),
    ("no identifier", action(6, {"WFWorkflowActionParameters": {}}), "action"),
    ("an empty identifier", action(6, act("") | {"WFWorkflowActionIdentifier": ""}), "action"),
    ("no parameters", action(6, {"WFWorkflowActionIdentifier": "a.b.c"}), "action"),
    ("parameters as a list", action(6, act("x") | {"WFWorkflowActionParameters": []}), "action"),
    ("UUID as a number", at(0, "UUID", 3), "text"),
    ("variable's name as a token", at(1, "WFVariableName", txt("x")), "text"),
    ("a variable set to a text", at(1, "WFInput", txt("x")), "parameter"),
    ("a text as an attachment", at(2, "WFTextActionText", att(out("A"))), "parameter"),
    ("a count as a text", at(17, "WFRepeatCount", "3"), "parameter"),
    ("a prompt as a number", at(10, "WFMenuPrompt", 3), "parameter"),
    ("a list of items as a text", at(10, "WFMenuItems", "A"), "parameter"),
    ("a subject as a text", at(5, "WFInput", "x"), "parameter"),
    ("mode as a text", at(7, "WFControlFlowMode", "1"), "old-form"),
    ("mode as a float", at(7, "WFControlFlowMode", 1.0), "block"),
    ("mode as a boolean", at(7, "WFControlFlowMode", True), "block"),
    ("a mode nobody knows", at(7, "WFControlFlowMode", 3), "block"),
    ("no mode", at(4, "WFControlFlowMode", DROP), "old-form"),
    ("no group", at(7, "GroupingIdentifier", DROP), "block"),
    ("another group", at(8, "GroupingIdentifier", "x"), "block"),
    ("no end", without(9), "block"),
    ("no beginning", without(4), "block"),
    ("two Otherwise", action(6, block("conditional", 1, "i")), "block"),
    ("a middle of a repeat", action(6, block("repeat.each", 1, "r")), "block"),
    ("ends crossed", moved(8, 9), "block"),
    ("a case that is no item", at(12, "WFMenuItemTitle", "C"), "menu"),
    ("a case without a title", at(12, "WFMenuItemTitle", DROP), "menu"),
    ("an item without a case", at(10, "WFMenuItems", ["A", "B", "C"]), "menu"),
    ("cases out of order", moved(11, 12), "menu"),
    ("an output nobody makes", at(1, "WFInput", att(out("Z"))), "missing-output"),
    ("an output made later", at(1, "WFInput", att(out("D"))), "later-output"),
    ("an output of its own", at(2, "WFTextActionText", txt("\ufffc", at0=out("B"))), "later-output"),
    ("a result of a loop before it", at(1, "WFInput", att(out("R"))), "later-output"),
    (
        "a variable nobody sets",
        at(6, "WFNotificationActionBody", txt("\ufffc", at0=var("N"))),
        "unset-variable",
    ),
    ("a variable set later", moved(1, 2), "unset-variable"),
    ("an item outside of the loop", at(14, "WFDelayTime", att(var("Repeat Item"))), "unset-variable"),
    ("an item of a loop not there", at(6, "WFX", att(var("Repeat Item 2"))), "unset-variable"),
    ("a place in code points", at(2, "WFTextActionText", txt("😀\ufffc", at1=var("Name"))), "placeholder"),
    ("a place beyond the text", at(2, "WFTextActionText", txt("\ufffc", at7=var("Name"))), "placeholder"),
    ("a placeholder without a token", at(2, "WFTextActionText", txt("\ufffc")), "placeholder"),
    (
        "a range of two units",
        at(2, "WFTextActionText/Value/attachmentsByRange", {"{2, 2}": var("Name"), "{4, 1}": out("A")}),
        "placeholder",
    ),
    ("a text whose value is a list", at(2, "WFTextActionText/Value", []), "shape"),
    ("a text whose string is a number", at(2, "WFTextActionText/Value/string", 3), "shape"),
    ("a table of tokens as a list", at(2, "WFTextActionText/Value/attachmentsByRange", []), "shape"),
    ("a text as it is", at(2, "WFTextActionText/Value", "x"), "old-form"),
    ("a token of no type", at(1, "WFInput/Value/Type", "Output"), "token"),
    ("a token without its UUID", at(1, "WFInput/Value/OutputUUID", DROP), "token"),
    ("a token whose name is a number", at(1, "WFInput/Value/OutputName", 3), "token"),
    ("an attachment that is a text", at(1, "WFInput/Value", "A"), "token"),
    ("an attachment without a value", at(1, "WFInput/Value", DROP), "old-form"),
    ("a step of no type", at(1, "WFInput/Value/Aggrandizements", [{"Type": "X"}]), "token"),
    (
        "a step without its key",
        at(1, "WFInput/Value/Aggrandizements", [{"Type": "WFCoercionVariableAggrandizement"}]),
        "token",
    ),
    ("a kind nobody knows", at(1, "WFInput/WFSerializationType", "WFTextToken"), "serialization"),
    ("a dictionary without items", at(3, "WFItems/Value", {}), "shape"),
    ("an item without a key", at(3, f"{ITEMS}/0/WFKey", DROP), "item"),
    ("a key that is a number", at(3, f"{ITEMS}/0/WFKey", 3), "item"),
    ("an item's type as a text", at(3, f"{ITEMS}/0/WFItemType", "0"), "item"),
    ("an item's type as a boolean", at(3, f"{ITEMS}/0/WFItemType", True), "item"),
    ("an item's type beyond 5", at(3, f"{ITEMS}/0/WFItemType", 6), "item"),
    ("a text that is a dictionary", at(3, f"{ITEMS}/0/WFValue", items()), "item"),
    ("a text that is an attachment", at(3, f"{ITEMS}/0/WFValue", att(out("A"))), "item"),
    ("a number that is a number", at(3, f"{ITEMS}/3/WFValue", 3), "item"),
    ("a boolean that is bare", at(3, f"{ITEMS}/4/WFValue", True), "item"),
    ("a boolean that is a text", at(3, f"{ITEMS}/4/WFValue/Value", "yes"), "shape"),
    ("an item without a value", at(3, f"{ITEMS}/0/WFValue", DROP), "item"),
    ("a list that is a text", at(3, f"{ITEMS}/2/WFValue/Value", "a"), "shape"),
    ("a condition as a word", at(5, "WFCondition", "equals"), "condition"),
    ("a condition of old", at(5, "WFCondition", "Equals"), "old-form"),
    ("a condition as a float", at(5, "WFCondition", 4.0), "condition"),
    ("a condition nobody knows", at(5, "WFCondition", 6), "condition"),
    ("no condition", at(5, "WFCondition", DROP), "old-form"),
    ("a comparison with nothing", at(5, "WFConditionalActionString", DROP), "empty-operand"),
    ("more than nothing", at(5, "WFCondition", 2), "operand"),
    (
        "between one number",
        both(at(5, "WFCondition", 1003), at(5, "WFNumberValue", "1")),
        "operand",
    ),
    (
        "a row that looks at nothing",
        at(
            5,
            "WFConditions",
            state(
                "WFContentPredicateTableTemplate",
                {
                    "WFActionParameterFilterPrefix": 1,
                    "WFActionParameterFilterTemplates": [{"WFCondition": 100}],
                },
            ),
        ),
        "operand",
    ),
    ("a filter without rows", at(15, f"{FILTER}/WFActionParameterFilterTemplates", {}), "shape"),
    ("a filter of any or all", at(15, f"{FILTER}/WFActionParameterFilterPrefix", True), "shape"),
    ("an operator as a text", at(15, f"{FILTER}/WFActionParameterFilterTemplates/0/Operator", "is"), "shape"),
    ("a quantity without a unit", at(16, "WFDuration/Value/Unit", DROP), "shape"),
    ("a quantity of true", at(16, "WFDuration/Value/Magnitude", True), "shape"),
    ("a value of Python's", at(16, "WFDuration/Value/Magnitude", {"a": {1}}), "not-a-property-list"),
]


def test_a_sound_file_has_no_findings() -> None:
    assert form_findings(SOUND) == []


@pytest.mark.parametrize(("change", "rule"), [p[1:] for p in PLANTED], ids=[p[0] for p in PLANTED])
def test_every_planted_fault_is_found(change: Callable[[dict[str, Any]], None], rule: str) -> None:
    broken = copy.deepcopy(SOUND)
    change(broken)
    found = form_findings(broken)
    assert rule in {f.rule for f in found}, [f.line() for f in found]
    assert [f.rule for f in form_findings(broken, relaxed=True)] == [
        f.rule for f in found if f.rule not in RELAXED
    ]


def test_a_finding_says_where() -> None:
    broken = copy.deepcopy(SOUND)
    at(3, f"{ITEMS}/3/WFValue", 3)(broken)
    (found,) = form_findings(broken)
    assert found == FormFinding(
        3, "WFItems.Value[3]", "item", "an item of type 3 is WFTextTokenString or str, not int"
    )
    assert found.line().startswith("action 3, WFItems.Value[3]: ")


def test_what_a_property_list_holds_passes() -> None:
    fields = {"A": b"x", "B": datetime.datetime(2024, 1, 31), "C": 2**63, "D": -1.5, "E": {"F": [True, "a"]}}
    assert form_findings(plist(act("x", **fields))) == []


@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.slow)])
def test_real_files_have_the_forms(shared_data: Path, step: int) -> None:
    strict: Counter[str] = Counter()
    for path in find(str(shared_data / "shortcuts"))[::step]:
        for source in read(path):
            found = form_findings(source.plist)
            strict.update({f.rule for f in found})
            assert [f.line() for f in found if f.rule not in RELAXED] == [], source.name
    assert step > 1 or set(strict) == set(RELAXED), "every relaxed rule is one that real files break"


@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.slow)])
def test_what_code_alone_compiles_to_has_the_forms(shared_data: Path, step: int) -> None:
    for path in find(str(shared_data / "shortcuts"))[::step]:
        for source in read(path):
            assert source.plist is not None
            made = transcribe(build_tree(source.plist, source.name))
            found = form_findings(compile_code(made.code, None, made.data), relaxed=True)
            assert [f.line() for f in found] == [], source.name


def test_starter_workflows_have_the_forms_with_no_rule_relaxed() -> None:
    for file in sorted(STARTER.rglob("*.py")):
        found = form_findings(compile_code(file.read_text(encoding="utf-8"), where=file))
        assert [f.line() for f in found] == [], file.name


@given(some.one_of(values, some.dictionaries(some.sampled_from(["WFWorkflowActions", "x"]), values)))
@settings(max_examples=100, deadline=None)
def test_anything_is_looked_at_without_a_crash(value: Any) -> None:
    form_findings(value)
    form_findings(
        {
            "WFWorkflowActions": [
                value,
                {"WFWorkflowActionIdentifier": "x", "WFWorkflowActionParameters": {"y": value}},
            ]
        }
    )


@pytest.mark.parametrize(
    "key", ["Type", "WFSerializationType", "WFItemType", "WFCondition", "WFControlFlowMode"]
)
@pytest.mark.parametrize("odd", [[], {}, 1.5, None, b"x"])
def test_odd_kinds_are_findings_and_no_crash(key: str, odd: Any) -> None:
    form_findings(plist(act("x", Y={key: odd, "Value": odd}), act("conditional", **{key: odd})))
    form_findings(plist(act("x", Y=att({key: odd, "Aggrandizements": [{key: odd}, odd]}))))
    form_findings(
        plist(act("x", UUID=odd, Y=att(out("a")), Z=att({"Type": "Variable", "VariableName": odd})))
    )
    form_findings(plist(act("setvariable", WFVariableName=odd), act("dictionary", WFItems=items({key: odd}))))


def test_a_value_nested_beyond_reading_is_a_finding() -> None:
    deep: Any = "x"
    for _ in range(3000):
        deep = [deep]
    assert "not-a-property-list" in {f.rule for f in form_findings(plist(act("x", Y=deep)))}


def test_a_fault_of_the_compiler_is_told_with_its_line() -> None:
    code = "# why\nx = 'a'\nif x == 'b':\n    is_workflow_actions_delay(WFDelayTime=raw('WFNoSuchKind', 1))\n"
    assert form_notes("x = 'a'\n", compile_code("x = 'a'\n")) == []
    (note,) = form_notes(code, compile_code(code))
    assert note.startswith("line 4: ")
    assert "WFNoSuchKind" in note
    assert len(form_notes(code, compile_code(code * 5))) == 4
    assert not form_notes("no (code", compile_code(code))[0].startswith("line")


def test_compile_tells_faults_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.py").write_text("x = 'a'\nis_workflow_actions_delay(WFDelayTime=raw('WFNoSuchKind', 1))\n")
    report = compile_all(str(tmp_path / "x.py"), tmp_path / "out")
    assert report.failed == 0
    assert "line 2: " in report.files[0].notes[0]
    assert "fault of the compiler" in " ".join(capsys.readouterr().out.split())
