"""Each row of the dialect's table."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from tests.shortcuts.build import act, att, block, code, cond, out, plist, python, txt, var
from wfllm.errors import WfllmError
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

DATE = "WFDateFormatVariableAggrandizement"
PROPERTY, COERCE = "WFPropertyVariableAggrandizement", "WFCoercionVariableAggrandizement"
KEY = "WFDictionaryValueVariableAggrandizement"


def value_of(token: dict[str, Any]) -> str:
    """How a reference reads as the value of a parameter."""
    return code(act("openurl", X=att(token)))[len("is_workflow_actions_openurl(X=") : -2]


@pytest.mark.parametrize(
    ("token", "python_"),
    [
        (var("My Var"), "My_Var"),
        (var("Repeat Item 2"), "Repeat_Item_2"),
        ({"Type": "ExtensionInput"}, "shortcut_input()"),
        ({"Type": "Clipboard"}, "clipboard()"),
        ({"Type": "CurrentDate"}, "current_date()"),
        ({"Type": "Ask"}, "ask_each_time()"),
        ({"Type": "Ask", "Prompt": "Who?"}, "ask_each_time('Who?')"),
        ({"Type": "Input"}, "shortcut_input(kind='Input')"),
        (
            {"Type": "DeviceDetails", "Aggrandizements": [{"Type": PROPERTY, "PropertyName": "Device Name"}]},
            "device_details('Device Name')",
        ),
        (out("lost", "Page"), "missing_output('Page')"),
        (var("x", Aggrandizements=[{"Type": KEY, "DictionaryKey": "a b"}]), "x['a b']"),
        (
            var("x", Aggrandizements=[{"Type": COERCE, "CoercionItemClass": "WFDateContentItem"}]),
            "coerce(x, 'WFDateContentItem')",
        ),
        (
            var("x", Aggrandizements=[{"Type": PROPERTY, "PropertyName": "Size", "PropertyUserInfo": 3}]),
            "get_property(x, 'Size', user_info=3)",
        ),
        (
            var("x", Aggrandizements=[{"Type": DATE, "WFDateFormatStyle": "Custom", "WFDateFormat": "yyyy"}]),
            "format_date(x, 'Custom', WFDateFormat='yyyy')",
        ),
        (var("x", Aggrandizements=[{"Type": "WFNew", "a": 1}]), "aggrandize(x, 'WFNew', a=1)"),
        (
            var(
                "x",
                Aggrandizements=[
                    {"Type": COERCE, "CoercionItemClass": "D"},
                    {"Type": KEY, "DictionaryKey": "k"},
                ],
            ),
            "coerce(x, 'D')['k']",
        ),
    ],
)
def test_tokens(token: dict[str, Any], python_: str) -> None:
    assert value_of(token) == python_


@pytest.mark.parametrize(
    ("raw", "python_"),
    [
        ("a\n'b\"", "'a\\n\\'b\"'"),
        (3, "3"),
        (-2.5, "-2.5"),
        (True, "True"),
        ([1, "a"], "[1, 'a']"),
        ({"a": 1, "b c": 2}, "dict(a=1, **{'b c': 2})"),
        (txt("plain"), "'plain'"),
        (txt("Hi \ufffc!\n{", at3=var("x")), "f'Hi {x}!\\n{{'"),
        (txt("😀\ufffc", at2=var("x")), "f'😀{x}'"),
        (txt("a\ufffcb\ufffc", at7=var("x"), at9=var("y")), "f'a{x}b{y}'"),
        (
            txt("\ufffc", at0=var("x", Aggrandizements=[{"Type": KEY, "DictionaryKey": "k"}])),
            "join_text(x['k'])",
        ),
        (
            {"Value": {"Magnitude": "3", "Unit": "km"}, "WFSerializationType": "WFQuantityFieldValue"},
            "quantity(3, 'km')",
        ),
        ({"Value": [1], "WFSerializationType": "WFUnheardOf"}, "raw('WFUnheardOf', [1])"),
        ({"WFSerializationType": "WFTextTokenAttachment"}, "no_value()"),
        (b"abc", "data('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')"),
    ],
)
def test_values(raw: Any, python_: str) -> None:
    made = code(act("openurl", X=raw))
    assert made == f"is_workflow_actions_openurl(X={python_})\n"
    ast.parse(made)


def items(*pairs: tuple[str, int, Any]) -> dict[str, Any]:
    return {
        "Value": {
            "WFDictionaryFieldValueItems": [
                {"WFKey": txt(key), "WFItemType": kind, "WFValue": value} for key, kind, value in pairs
            ]
        },
        "WFSerializationType": "WFDictionaryFieldValue",
    }


def test_dictionaries_keep_the_types_of_their_items() -> None:
    made = code(
        act(
            "dictionary",
            WFItems=items(
                ("t", 0, txt("3")),
                ("n", 3, txt("3")),
                ("v", 3, txt("\ufffc", at0=var("x"))),
                ("b", 4, {"Value": True, "WFSerializationType": "WFNumberSubstitutableState"}),
                ("l", 2, {"Value": ["a"], "WFSerializationType": "WFArrayParameterState"}),
                ("d", 1, {"Value": items(), "WFSerializationType": "WFDictionaryFieldValue"}),
            ),
        )
    )
    assert made == "dictionary = {'t': '3', 'n': 3, 'v': number(f'{x}'), 'b': True, 'l': ['a'], 'd': {}}\n"


def test_syntax_actions() -> None:
    made = code(
        act("gettext", WFTextActionText="Hello", UUID="A", CustomOutputName="Greeting"),
        act("number", WFNumberActionNumber=3.0),
        act("list", WFItems=["a", {"WFItemType": 3, "WFValue": txt("2")}]),
        act("setvariable", WFVariableName="Name", WFInput=att(out("A", "Text"))),
        act("appendvariable", WFVariableName="Name", WFInput=att({"Type": "Clipboard"})),
        act("getvalueforkey", WFInput=att(var("Name")), WFDictionaryKey="k"),
        act("getvalueforkey", WFInput=att(var("Name")), WFGetDictionaryValueType="All Keys"),
        act("ask", WFAskActionPrompt="Who?", UUID="B"),
        act("ask", WFAskActionPrompt="How many?", WFInputType="Number", WFAskActionDefaultAnswer="3"),
        act("runworkflow", WFWorkflow={"isSelf": False, "workflowName": "Other"}, WFInput=att(out("B"))),
        act("runworkflow", WFWorkflow={"isSelf": True, "workflowName": "Me"}, WFInput=att(var("Name"))),
        act("comment", WFCommentActionText="one\ntwo"),
        act("nothing"),
        act("exit"),
        act("output", WFOutput=txt("\ufffc", at0=var("Name"))),
    )
    assert made.splitlines() == [
        "greeting = 'Hello'",
        "number_ = 3",
        "list_ = ['a', 2]",
        "Name = greeting",
        "Name.append(clipboard())",
        "dictionary_value = Name['k']",
        "dictionary_value_2 = Name.keys()",
        "provided_input = input('Who?')",
        "ask('How many?', type='Number', default='3')",
        "run_shortcut('Other', provided_input)",
        "run_this_shortcut(Name)",
        "# one",
        "# two",
        "pass",
        "exit_shortcut()",
        "output(f'{Name}')",
    ]


def test_a_variable_that_would_read_as_an_action_is_marked() -> None:
    token = var("d", Aggrandizements=[{"Type": KEY, "DictionaryKey": "k"}])
    assert code(act("setvariable", WFVariableName="x", WFInput=att(token))) == "x = variable(d['k'])\n"


def test_implicit_inputs_are_written_out() -> None:
    made = code(
        act("detect.text"),
        act("setvariable", WFVariableName="t"),
        act("count"),
        act("comment", WFCommentActionText="in between"),
        act("showresult"),
        act("nothing"),
        act("showresult"),
    )
    assert made.splitlines() == [
        "text = is_workflow_actions_detect_text(WFInput=shortcut_input())",
        "t = text",
        "count = is_workflow_actions_count(Input=t)",
        "# in between",
        "is_workflow_actions_showresult(Text=f'{count}')",
        "pass",
        "is_workflow_actions_showresult()",
    ]


def test_editor_keys_are_hints() -> None:
    assert (
        code(act("openurl", **{"Show-WFInput": True, "a-b": 1}))
        == "is_workflow_actions_openurl(**{'a-b': 1})\n"
    )


def test_one_uuid_twice_is_one_name() -> None:
    made = code(
        act("url", UUID="A", X="1"), act("url", UUID="A", X="2"), act("openurl", Y=att(out("A", "URL")))
    )
    assert made.count("url = is_workflow_actions_url") == 2


CONDITIONS = [
    ({"WFCondition": 4, "WFConditionalActionString": "a"}, "x == 'a'"),
    ({"WFCondition": 4, "WFConditionalActionString": ""}, "x == ''"),
    ({"WFCondition": "Equals", "WFConditionalActionString": "a", "WFNumberValue": 1.0}, "x == 'a'"),
    ({"WFConditionalActionString": "a"}, "x == 'a'"),
    ({"WFCondition": 5, "WFNumberValue": "3"}, "x != 3"),
    ({"WFCondition": 5, "WFNumberValue": "abc"}, "x != number('abc')"),
    ({"WFCondition": "Is Greater Than", "WFNumberValue": 3.0}, "x > 3"),
    ({"WFCondition": "Is Less Than", "WFNumberValue": 0.5}, "x < 0.5"),
    ({"WFCondition": 1, "WFNumberValue": "-1"}, "x <= -1"),
    ({"WFCondition": 3, "WFNumberValue": att(var("y"))}, "x >= y"),
    ({"WFCondition": 99, "WFConditionalActionString": txt("\ufffc", at0=var("y"))}, "f'{y}' in x"),
    ({"WFCondition": 999, "WFConditionalActionString": "a"}, "'a' not in x"),
    ({"WFCondition": 8, "WFConditionalActionString": "a"}, "x.startswith('a')"),
    ({"WFCondition": 9, "WFConditionalActionString": "a"}, "x.endswith('a')"),
    ({"WFCondition": 100, "WFConditionalActionString": "left over"}, "x"),
    ({"WFCondition": 101}, "not x"),
    ({"WFCondition": 1003, "WFNumberValue": "1", "WFAnotherNumber": "5"}, "1 <= x <= 5"),
    ({"WFCondition": 1002}, "is_today(x)"),
    (
        {
            "WFCondition": 1001,
            "WFDuration": {
                "Value": {"Magnitude": "3", "Unit": "days"},
                "WFSerializationType": "WFQuantityFieldValue",
            },
        },
        "in_last(x, 3, 'days')",
    ),
    ({"WFCondition": 4, "WFEnumeration": "Mac"}, "x == choice('Mac')"),
    ({"WFCondition": 2, "WFDate": att({"Type": "CurrentDate"})}, "x > date(current_date())"),
    (
        {"WFCondition": 4, "WFConditionalActionString": "1", "WFNumberValue": "1"},
        "condition(x, 'is', WFConditionalActionString='1', WFNumberValue='1')",
    ),
    ({"WFCondition": 77}, "condition(x, 77)"),
]


@pytest.mark.parametrize(("fields", "test"), CONDITIONS)
def test_conditions(fields: dict[str, Any], test: str) -> None:
    made = code(block("conditional", 0, WFInput=cond(var("x")), **fields), block("conditional", 2))
    assert made == f"if {test}:\n    pass\n"


@pytest.mark.parametrize(("prefix", "word"), [(1, "and"), (0, "or")])
def test_several_conditions(prefix: int, word: str) -> None:
    rows = [
        {"WFCondition": 4, "WFInput": cond(var("x")), "WFConditionalActionString": "a"},
        {"WFCondition": 100, "WFInput": cond(var("y"))},
    ]
    table = {
        "Value": {"WFActionParameterFilterPrefix": prefix, "WFActionParameterFilterTemplates": rows},
        "WFSerializationType": "WFContentPredicateTableTemplate",
    }
    made = code(block("conditional", 0, WFConditions=table), block("conditional", 2))
    assert made == f"if x == 'a' {word} y:\n    pass\n"


def test_blocks_and_their_results() -> None:
    made = code(
        act("url", UUID="A", X="list"),
        block("repeat.each", 0, "r", WFInput=att(out("A", "URL"))),
        block("conditional", 0, "i", WFCondition=4, WFConditionalActionString="a"),
        act("gettext", WFTextActionText="yes"),
        block("conditional", 1, "i"),
        block("repeat.count", 0, "c", WFRepeatCount=3.0),
        act("openurl", X=att(var("Repeat Index 2"))),
        block("repeat.count", 2, "c"),
        block("conditional", 2, "i", UUID="B"),
        block("repeat.each", 2, "r", UUID="R"),
        act("openurl", X=att(out("R", "Repeat Results"))),
    )
    assert made.splitlines() == [
        "url = is_workflow_actions_url(X='list')",
        "Repeat_Results = []",
        "for Repeat_Index, Repeat_Item in enumerate(url, start=1):",
        "    if Repeat_Item == 'a':",
        "        text = 'yes'",
        "        If_Result = text",
        "    else:",
        "        Repeat_Results_2 = []",
        "        for Repeat_Index_2 in range(1, 3 + 1):",
        "            openurl = is_workflow_actions_openurl(X=Repeat_Index_2)",
        "            Repeat_Results_2.append(openurl)",
        "        If_Result = Repeat_Results_2",
        "    Repeat_Results.append(If_Result)",
        "is_workflow_actions_openurl(X=Repeat_Results)",
    ]


def test_an_if_without_otherwise_may_leave_nothing() -> None:
    made = code(
        block("conditional", 0, WFInput=cond(var("x")), WFCondition=100),
        act("gettext", WFTextActionText="a"),
        block("conditional", 2),
        act("count"),
    )
    assert made.splitlines()[0] == "If_Result = None"
    assert made.splitlines()[-1] == "count(Input=If_Result)".replace("count(", "is_workflow_actions_count(")


def test_otherwise_with_only_an_if_is_elif() -> None:
    made = code(
        block("conditional", 0, "a", WFInput=cond(var("x")), WFCondition=100),
        act("nothing"),
        block("conditional", 1, "a"),
        block("conditional", 0, "b", WFInput=cond(var("y")), WFCondition=100),
        block("conditional", 1, "b"),
        act("openurl"),
        block("conditional", 2, "b"),
        block("conditional", 2, "a"),
    )
    assert made.splitlines() == [
        "if x:",
        "    is_workflow_actions_nothing()",
        "elif y:",
        "    pass",
        "else:",
        "    is_workflow_actions_openurl()",
    ]


def test_menus() -> None:
    titled = {"WFItemType": 0, "WFValue": txt("Hi \ufffc", at3=var("x"))}
    made = code(
        block("choosefrommenu", 0, WFMenuPrompt="Which?", WFMenuItems=["A", titled, "C", "D"]),
        block("choosefrommenu", 1, WFMenuItemTitle="A"),
        act("openurl"),
        block(
            "choosefrommenu",
            1,
            WFMenuItemTitle="Hi ",
            WFMenuItemAttributedTitle=txt("Hi \ufffc", at3=var("x"))["Value"],
        ),
        block("choosefrommenu", 1),
        block("choosefrommenu", 2),
    )
    assert made.splitlines() == [
        "match menu('Which?', ['A', f'Hi {x}', 'C', 'D']):",
        "    case 'A':",
        "        is_workflow_actions_openurl()",
        "    case 2:",
        "        pass",
        "    case 'C':",
        "        pass",
    ]


def test_lines_and_apis() -> None:
    made = python(
        act("comment", WFCommentActionText="a\nb"),
        act("url", X=1),
        act("url", X=2),
        block("conditional", 0, WFCondition=100),
        block("conditional", 1),
        block("conditional", 2),
        act("ask"),
    )
    assert made.apis == ["is.workflow.actions.comment", "is.workflow.actions.url"]
    assert [(p.line, p.index, p.role) for p in made.statements] == [
        (1, 0, "comment"),
        (3, 1, "action"),
        (4, 2, "action"),
        (5, 3, "open"),
        (7, 4, "section"),
        (8, 5, "close"),
        (9, 6, "action"),
    ]


def nest(n: int, kind: str = "repeat.count") -> dict[str, Any]:
    opens = [block(kind, 0, str(i)) for i in range(n)]
    return plist(*opens, *[block(kind, 2, str(i)) for i in reversed(range(n))])


def test_depth_that_python_takes_is_written() -> None:
    ast.parse(transcribe(build_tree(nest(80), "deep"), {}).code)


@pytest.mark.parametrize("n", [95, 150, 10_000])
def test_depth_that_python_refuses_is_told_with_its_action(n: int) -> None:
    with pytest.raises(WfllmError) as caught:
        transcribe(build_tree(nest(n), "deep"), {})
    assert caught.value.where.startswith("deep action ")


def test_a_deep_value_is_told_with_its_action() -> None:
    value: Any = "x"
    for _ in range(200):
        value = [value]
    with pytest.raises(WfllmError, match=r"test action 1: .*nested"):
        python(act("nothing"), act("url", X=value))


def test_deep_values_within_the_limit_parse() -> None:
    value: Any = txt("\ufffc", at0=var("x"))
    for _ in range(58):
        value = {"a": value}
    ast.parse(code(act("url", X=value)))


def test_long_chains_of_steps_parse_or_are_told() -> None:
    step = {"Type": COERCE, "CoercionItemClass": "A"}
    value: Any = att(var("x", Aggrandizements=[step] * 60))
    for _ in range(55):
        value = [value]
    ast.parse(code(act("url", X=value)))
    with pytest.raises(WfllmError, match="more than 60 steps"):
        code(act("url", X=att(var("x", Aggrandizements=[step] * 61))))


def test_newer_characters_are_escaped_on_every_version() -> None:
    assert code(act("gettext", WFTextActionText="\U0001fae8 é")) == "text = '\\U0001fae8 é'\n"
