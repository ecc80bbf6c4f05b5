"""Forms of the file that none of the files at hand shows: they are read as what they mean, never as `raw`."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from tests.shortcuts.build import act, att, block, cond, out, plist, setting, txt, var
from tests.shortcuts.meaning import meaning
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.compile import compile_code
from wfllm.shortcuts.hints import same
from wfllm.shortcuts.transcribe import Transcript, transcribe
from wfllm.shortcuts.tree import build_tree

MADE = "11111111-0000-0000-0000-000000000001"


def there_and_back(*actions: dict[str, Any], elsewhere: bool = True) -> Transcript:
    """The transcript, once it is known that nothing is lost on either way back.

    Args:
        elsewhere: whether variables that nothing sets are set in the end.
    """
    workflow = plist(*actions, *(setting(*actions) if elsewhere else ()))
    made = transcribe(build_tree(workflow, "unseen"))
    assert made.raws == [], made.code
    assert same(compile_code(made.code, made.sidecar, made.data), workflow)
    alone = compile_code(made.code, None, made.data)
    assert transcribe(build_tree(alone, "unseen")).code == made.code
    assert meaning(alone, load_catalogue()) == meaning(workflow, load_catalogue())
    return made


def quantity(**parts: Any) -> dict[str, Any]:
    return {"Value": parts, "WFSerializationType": "WFQuantityFieldValue"}


def if_(**test: Any) -> list[dict[str, Any]]:
    return [block("conditional", 0, WFInput=cond(var("Thing")), **test), block("conditional", 2)]


def test_the_app_in_front() -> None:
    token = {"Type": "CurrentApp"}
    made = there_and_back(
        act("setvariable", WFVariableName="App", WFInput=att(token)),
        act("gettext", UUID=MADE, WFTextActionText=txt("in \ufffc", at3=token)),
        act("showresult", Text=txt("\ufffc", at0=out(MADE, "Text"))),
    )
    assert "App = current_app()" in made.code
    assert 'f"in {current_app()}"' in made.code.replace("'", '"')


@pytest.mark.parametrize(
    ("parts", "written"),
    [
        ({"Magnitude": var("Length")}, "quantity(Length)"),
        ({"Magnitude": "3"}, "quantity(3)"),
        ({"Unit": "km"}, "quantity(None, 'km')"),
        ({}, "quantity(None)"),
    ],
)
def test_quantities_with_parts_left_out(parts: dict[str, Any], written: str) -> None:
    """A variable brings its own unit along: the app then writes none."""
    made = there_and_back(act("adjustdate", WFDuration=quantity(**parts)))
    assert f"WFDuration={written}" in made.code


def test_a_measurement_in_a_unit() -> None:
    step = {
        "Type": "WFUnitVariableAggrandizement",
        "WFMeasurementUnitType": "Length",
        "WFUnitSymbol": "km",
    }
    made = there_and_back(act("showresult", Text=txt("\ufffc", at0=var("Way", Aggrandizements=[step]))))
    assert "with_unit(Way, 'km', 'Length')" in made.code


def test_a_type_of_measurement_without_its_unit() -> None:
    step = {"Type": "WFUnitVariableAggrandizement", "WFMeasurementUnitType": "Length"}
    there_and_back(act("showresult", Text=txt("\ufffc", at0=var("Way", Aggrandizements=[step]))))


@pytest.mark.parametrize(
    ("ends", "written"),
    [
        (
            {
                "WFDate": datetime.datetime(2024, 1, 1),
                "WFAnotherDate": datetime.datetime(2024, 2, 1),
            },
            "date(datetime('2024-01-01T00:00:00')) <= Thing <= date(datetime('2024-02-01T00:00:00'))",
        ),
        ({"WFDate": att(var("A")), "WFAnotherDate": att(var("B"))}, "date(A) <= Thing <= date(B)"),
        (
            {
                "WFMeasurement": quantity(Magnitude="1", Unit="km"),
                "WFAnotherMeasurement": quantity(Magnitude="2", Unit="km"),
            },
            "quantity(1, 'km') <= Thing <= quantity(2, 'km')",
        ),
        (
            {
                "WFDuration": quantity(Magnitude="1", Unit="min"),
                "WFAnotherDuration": quantity(Magnitude="2", Unit="min"),
            },
            "duration(quantity(1, 'min')) <= Thing <= duration(quantity(2, 'min'))",
        ),
        (
            {"WFBoundedNumber": 0.25, "WFAnotherBoundedNumber": 0.5},
            "bounded_number(0.25) <= Thing <= bounded_number(0.5)",
        ),
    ],
)
def test_between_two_of_a_kind(ends: dict[str, Any], written: str) -> None:
    assert written in there_and_back(*if_(WFCondition=1003, **ends)).code


@pytest.mark.parametrize(
    "ends",
    [
        {"WFDate": "today"},
        {"WFAnotherDate": "tomorrow"},
        {"WFDate": "today", "WFAnotherDate": "tomorrow", "WFNumberValue": "3"},
        {"WFDate": "today", "WFAnotherMeasurement": quantity(Magnitude="2", Unit="km")},
        {"WFDate": "today", "WFAnotherDate": "tomorrow", "WFEnumeration": "x"},
    ],
)
def test_between_whose_ends_do_not_pair_is_kept_whole(ends: dict[str, Any]) -> None:
    assert "condition(Thing, 'between'," in there_and_back(*if_(WFCondition=1003, **ends)).code


def test_a_number_between_bounds() -> None:
    made = there_and_back(*if_(WFCondition=2, WFBoundedNumber=0.25))
    assert "if Thing > bounded_number(0.25):" in made.code


def menu(*items: Any) -> list[dict[str, Any]]:
    """A menu whose second item stands beside a plain first one."""
    return [
        block("choosefrommenu", 0, WFMenuPrompt="Which?", WFMenuItems=["Plain", *items]),
        block("choosefrommenu", 1, WFMenuItemTitle="Plain"),
        *(block("choosefrommenu", 1, WFMenuItemTitle="Yes") for _ in items),
        block("choosefrommenu", 2),
    ]


def titled(title: str, **more: Any) -> dict[str, Any]:
    value = {"Value": {"string": title}, "WFSerializationType": "WFTextTokenString", **more}
    return {"WFItemType": 0, "WFValue": value}


@pytest.mark.parametrize(
    ("more", "written"),
    [
        ({"Subtitle": {"string": "of course"}}, "item('text', 'Yes', subtitle='of course')"),
        ({"Synonyms": [{"string": "Sure"}]}, "item('text', 'Yes', synonyms=['Sure'])"),
        (
            {"Synonyms": [], "Subtitle": {"string": "\ufffc", "attachmentsByRange": {"{0, 1}": var("X")}}},
            "item('text', 'Yes', subtitle=f'{X}', synonyms=[])",
        ),
    ],
)
def test_items_of_menus_with_a_subtitle_and_other_words(more: dict[str, Any], written: str) -> None:
    assert f"['Plain', {written}]" in there_and_back(*menu(titled("Yes", **more))).code


@pytest.mark.parametrize("more", [{"Subtitle": 3}, {"Synonyms": "Sure"}, {"Synonyms": [7]}])
def test_damaged_words_of_menus_are_kept(more: dict[str, Any]) -> None:
    workflow = plist(*menu(titled("Yes", **more)))
    made = transcribe(build_tree(workflow, "unseen"))
    assert "item('text', raw(" in made.code
    assert same(compile_code(made.code, made.sidecar, made.data), workflow)


@pytest.mark.parametrize(
    "looked_at", [{"Variable": att(var("Thing"))}, txt("\ufffc", at0=var("Thing")), "Thing", ["Thing"], {}]
)
def test_an_if_that_looks_at_no_reference(looked_at: Any) -> None:
    """Hand-made files hold such. What the If's first action then takes is not known."""
    made = there_and_back(
        act("gettext", UUID=MADE, WFTextActionText="a"),
        block("conditional", 0, WFInput=looked_at, WFCondition=100),
        act("showresult"),
        block("conditional", 2, UUID="22222222-0000-0000-0000-000000000002"),
        act("showresult", Text=txt("\ufffc", at0=out("22222222-0000-0000-0000-000000000002", "If Result"))),
    )
    assert "if condition(previous_output(), 'has any value', WFInput=" in made.code
    assert "showresult = is_workflow_actions_showresult()" in made.code


@pytest.mark.parametrize("identifier", ["comment", "x", "dict", "if", "Gerät", "7", "x78", "two words"])
def test_identifiers_without_a_dot(identifier: str) -> None:
    wrong = {"WFWorkflowActionIdentifier": identifier, "WFWorkflowActionParameters": {"UUID": MADE, "A": 1}}
    there_and_back(wrong, act("showresult", Text=txt("\ufffc", at0=out(MADE, "Out"))))


def test_an_action_without_a_name_is_refused() -> None:
    with pytest.raises(WfllmError, match="not an action"):
        build_tree(plist({"WFWorkflowActionIdentifier": "", "WFWorkflowActionParameters": {}}), "unseen")


@pytest.mark.parametrize(
    ("test", "written"),
    [
        (
            {"WFCondition": 4, "WFConditionalActionString": "a"},
            "'is', WFInput='Thing', WFConditionalActionString='a'",
        ),
        ({"WFCondition": 101}, "'has no value', WFInput='Thing'"),
        ({}, "'is', WFInput='Thing'"),
    ],
)
def test_an_if_that_looks_at_a_plain_text(test: dict[str, Any], written: str) -> None:
    made = there_and_back(block("conditional", 0, WFInput="Thing", **test), block("conditional", 2))
    assert f"if condition(previous_output(), {written}):" in made.code


def test_a_field_that_was_emptied() -> None:
    made = there_and_back(act("count", Input={"WFSerializationType": "WFTextTokenAttachment"}))
    assert "Input=no_value()" in made.code


@pytest.mark.parametrize(
    ("key", "written"),
    [(att(var("Key")), "{f'{Key}': 'v'}"), ({"Value": {"string": "k"}}, "{'k': 'v'}")],
)
def test_keys_of_dictionaries_that_are_no_texts(key: dict[str, Any], written: str) -> None:
    pair = {"WFItemType": 0, "WFKey": key, "WFValue": "v"}
    items = {
        "Value": {"WFDictionaryFieldValueItems": [pair]},
        "WFSerializationType": "WFDictionaryFieldValue",
    }
    workflow = plist(act("dictionary", WFItems=items), *setting(key))
    made = transcribe(build_tree(workflow, "unseen"))
    assert made.code.startswith(f"dictionary = {written}\n")
    assert same(compile_code(made.code, made.sidecar, made.data), workflow)


def filter_(**prefix: Any) -> dict[str, Any]:
    row = {"Property": "Name", "Operator": 4, "Values": {"String": "x"}}
    table = {"WFActionParameterFilterTemplates": [row, row], **prefix}
    return {"Value": table, "WFSerializationType": "WFContentPredicateTableTemplate"}


@pytest.mark.parametrize(
    ("prefix", "written"),
    [
        ({"WFActionParameterFilterPrefix": 1}, "all_of(rule("),
        ({"WFActionParameterFilterPrefix": 0}, "any_of(rule("),
        ({"WFActionParameterFilterPrefix": -1}, "prefix=-1)"),
        ({}, "=rules(rule("),
    ],
)
def test_filters_that_say_neither_all_nor_any(prefix: dict[str, Any], written: str) -> None:
    made = there_and_back(act("filter.photos", WFContentItemFilter=filter_(**prefix)))
    assert written in made.code


def test_conditions_that_say_neither_all_nor_any() -> None:
    rows = [{"WFInput": cond(var("Thing")), "WFCondition": 100}] * 2
    table = {
        "Value": {"WFActionParameterFilterPrefix": -1, "WFActionParameterFilterTemplates": rows},
        "WFSerializationType": "WFContentPredicateTableTemplate",
    }
    made = there_and_back(block("conditional", 0, WFConditions=table), block("conditional", 2))
    assert "WFConditions=rules(" in made.code


def test_a_question_about_a_collection() -> None:
    ask = {"Type": "Ask", "Prompt": "Which list?", "CollectionFilter": {"kind": "list", "function": "f"}}
    made = there_and_back(
        act("addnewreminder", WFCalendarDescriptor=att(ask)),
        act("gettext", WFTextActionText=txt("\ufffc", at0=ask)),
    )
    asked = "with_fields(ask_each_time('Which list?'), CollectionFilter=dict(kind='list', function='f'))"
    assert made.code.count(asked) == 2


def test_a_reference_with_keys_and_ways_to_look_at_it() -> None:
    step = {"Type": "WFPropertyVariableAggrandizement", "PropertyName": "Name"}
    made = there_and_back(
        act("setvariable", WFVariableName="Thing", WFInput=att({"Type": "Clipboard", "New": [1]})),
        act("showresult", Text=txt("\ufffc", at0=var("Thing", Aggrandizements=[step], New=True))),
    )
    assert "Thing = with_fields(clipboard(), New=[1])" in made.code
    assert "with_fields(get_property(Thing, 'Name'), New=True)" in made.code


def test_a_dictionary_that_looks_like_a_reference_stays_one() -> None:
    made = there_and_back(act("openapp", WFSelectedApp={"Type": "Clipboard", "BundleIdentifier": "org.app"}))
    assert "dict(Type='Clipboard', BundleIdentifier='org.app')" in made.code


def test_a_reference_that_is_wrapped_twice() -> None:
    twice = {"Value": att(var("Thing")), "WFSerializationType": "WFTextTokenAttachment"}
    made = there_and_back(
        act("setvariable", WFVariableName="Thing", WFInput=att({"Type": "Clipboard"})),
        act("setclipboard", WFInput=twice),
        act("setvariable", WFVariableName="Other", WFInput=twice),
    )
    assert "WFInput=Thing" in made.code
    assert "Other = Thing" in made.code


def test_a_dictionary_that_is_a_variable() -> None:
    field = {"Value": att(var("Headers")), "WFSerializationType": "WFDictionaryFieldValue"}
    made = there_and_back(
        act("setvariable", WFVariableName="Headers", WFInput=att({"Type": "Clipboard"})),
        act("downloadurl", WFHTTPHeaders=field),
    )
    assert "WFHTTPHeaders=dictionary_of(Headers)" in made.code


@pytest.mark.parametrize(
    ("type_", "written"), [("0", "['a']"), ("3", "[3]"), (6, "[item(6, 'a')]"), (7, "[item(7, 'a')]")]
)
def test_items_of_other_types(type_: Any, written: str) -> None:
    value = "3" if type_ == "3" else "a"
    made = there_and_back(act("list", WFItems=[{"WFItemType": type_, "WFValue": value}]))
    assert f"= {written}" in made.code


def test_a_type_of_item_without_a_value() -> None:
    assert "item(6, None)" in there_and_back(act("list", WFItems=[{"WFItemType": 6}])).code


@pytest.mark.parametrize("kind", ["'shape'", "-1", "True", "3"])
def test_types_of_items_nobody_knows_are_refused(kind: str) -> None:
    with pytest.raises(WfllmError):
        compile_code(f"items = [item({kind}, 'a')]\n")


def test_a_quantity_that_says_more() -> None:
    made = there_and_back(act("adjustdate", WFDuration=quantity(Magnitude="3", Unit="days", Exact=True)))
    assert "WFDuration=quantity(3, 'days', Exact=True)" in made.code


def test_a_variable_that_nothing_sets() -> None:
    made = there_and_back(
        act("showresult", Text=txt("\ufffc", at0=var("Never set"))),
        act("appendvariable", WFVariableName="Later", WFInput=att({"Type": "Clipboard"})),
        act("showresult", Text=txt("\ufffc", at0=var("Later"))),
        elsewhere=False,
    )
    assert "join_text(missing_variable('Never set'))" in made.code
    assert "{Later}" in made.code
    assert [f for f in check(made.code, load_catalogue()) if f.severity == "error"] == []


def test_what_a_block_leaves_behind_is_not_inside_it() -> None:
    """Where a menu was cut off, the actions that used its result stand inside it."""
    result = out(MADE, "Menu Result")
    made = there_and_back(
        act("choosefrommenu", GroupingIdentifier="g", WFControlFlowMode=0, UUID=MADE, WFMenuItems=["A"]),
        block("choosefrommenu", 1, WFMenuItemTitle="A"),
        act("showresult", Text=txt("\ufffc", at0=result)),
        block("choosefrommenu", 2),
    )
    assert "missing_output('Menu Result')" in made.code.replace('"', "'")
    assert [f for f in check(made.code, load_catalogue()) if f.severity == "error"] == []


def test_in_a_loop_it_is_there_from_the_round_before() -> None:
    result = att(out(MADE, "If Result"))
    made = transcribe(build_tree(plist(
        block("repeat.count", 0, "r", WFRepeatCount=2),
        block("conditional", 0, WFInput=cond(var("Repeat Index")), WFCondition=100),
        act("setvariable", WFVariableName="Before", WFInput=result),
        block("conditional", 2, UUID=MADE),
        block("repeat.count", 2, "r"),
    ), "loop"))  # fmt: skip
    assert "Before = If_Result" in made.code


def test_what_it_accepts_is_offered_where_things_are_shared() -> None:
    made = compile_code("accepts('URLs')\nis_workflow_actions_vibrate()\n")
    assert made["WFWorkflowTypes"] == ["ActionExtension"]
    again = transcribe(build_tree(made, "shared"))
    assert again.code.startswith("accepts('URLs')\n")
    assert compile_code("is_workflow_actions_vibrate()\n")["WFWorkflowTypes"] == []


def chain(*otherwise: dict[str, Any]) -> list[dict[str, Any]]:
    """An If on `x` with an `Otherwise If` on `y`, then these."""
    return [
        act("setvariable", WFVariableName="x", WFInput=att({"Type": "Clipboard"})),
        act("setvariable", WFVariableName="y", WFInput=att({"Type": "Clipboard"})),
        block("conditional", 0, WFInput=cond(var("x")), WFCondition=100),
        act("gettext", WFTextActionText="a"),
        block("conditional", 1, WFInput=cond(var("y")), WFCondition=4, WFConditionalActionString="b"),
        act("vibrate"),
        *otherwise,
        block("conditional", 2),
    ]


ELSE = block("conditional", 1)
INNER = [
    block("conditional", 0, "inner", WFInput=cond(var("x")), WFCondition=101),
    act("vibrate"),
    block("conditional", 2, "inner"),
]


def modes(made: dict[str, Any]) -> list[tuple[int, bool]]:
    """Of each part of an If: its mode, and whether it tests anything."""
    parts = [a["WFWorkflowActionParameters"] for a in made["WFWorkflowActions"]]
    return [(p["WFControlFlowMode"], "WFCondition" in p) for p in parts if "WFControlFlowMode" in p]


@pytest.mark.parametrize(
    "otherwise",
    [
        (),
        (block("conditional", 1), act("gettext", WFTextActionText="c")),
        (
            block("conditional", 1, WFInput=cond(var("x")), WFCondition=101),
            act("vibrate"),
            block("conditional", 1),
        ),
        # an If alone in Otherwise beside it is an `elif`, too
        (ELSE, *INNER),
    ],
)
def test_otherwise_if_is_elif(otherwise: tuple[dict[str, Any], ...]) -> None:
    workflow = plist(*chain(*otherwise))
    made = transcribe(build_tree(workflow, "unseen"))
    assert made.notes == []
    assert "elif y == 'b':\n" in made.code
    assert made.code.count("elif") == (1 if len(otherwise) in (0, 2) else 2)
    assert same(compile_code(made.code, json.loads(json.dumps(made.sidecar)), made.data), workflow)
    alone = compile_code(made.code)
    assert transcribe(build_tree(alone, "unseen")).code == made.code


def test_code_alone_makes_ifs_that_every_version_runs() -> None:
    made = transcribe(build_tree(plist(*chain()), "unseen"))
    whole = [(0, True), (1, True), (2, False)]
    assert modes(compile_code(made.code, made.sidecar)) == whole
    assert modes(compile_code(made.code)) == [(0, True), (1, False), (0, True), (2, False), (2, False)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("'b'", "'edited'", [(0, True), (1, False), (0, True), (2, False), (2, False)]),
        ("if x", "if not x", [(0, True), (1, True), (2, False)]),
        ("_vibrate()", "_beep()", [(0, True), (1, True), (2, False)]),
    ],
)
def test_an_edit_leaves_one_test_and_no_two(old: str, new: str, expected: list[tuple[int, bool]]) -> None:
    """A middle kept from the file beside an If made anew would test twice."""
    made = transcribe(build_tree(plist(*chain()), "unseen"))
    assert modes(compile_code(made.code.replace(old, new, 1), made.sidecar)) == expected


def test_what_an_otherwise_if_leaves_behind() -> None:
    actions = chain(block("conditional", 1), act("gettext", WFTextActionText="c"))
    actions[-1]["WFWorkflowActionParameters"]["UUID"] = MADE
    workflow = plist(*actions, act("showresult", Text=txt("\ufffc", at0=out(MADE, "If Result"))))
    made = transcribe(build_tree(workflow, "unseen"))
    assert made.code.count("    If_Result = ") == 3
    assert same(compile_code(made.code, made.sidecar, made.data), workflow)


@pytest.mark.parametrize("damage", [[["x"]], 3, [[1, 2, 3]], [None]])
def test_damaged_hints_of_otherwise_ifs_are_left_aside(damage: Any) -> None:
    made = transcribe(build_tree(plist(*chain()), "unseen"))
    sidecar = json.loads(json.dumps(made.sidecar))
    sidecar["names"]["elifs"] = damage
    assert compile_code(made.code, sidecar)["WFWorkflowActions"]
