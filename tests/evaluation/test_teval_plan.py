"""Plans read from what a model wrote: every form the benchmark takes, and nothing that stops the reader."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfllm.errors import WfllmError
from wfllm.evaluation.teval.literal import MAX_CHARACTERS, MAX_DEPTH, read_value
from wfllm.evaluation.teval.plan import (
    MAX_STEPS,
    Step,
    compared,
    read_json_plan,
    read_plan,
    read_str_plan,
)

ONE = [Step(0, "Maps.find", "{'place': 'Rome'}")]

words = st.text(max_size=12).filter(lambda text: "```" not in text)
"""A fence begins the answer wherever it stands, as the benchmark reads it: in a name, too."""
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
calls = st.lists(
    st.fixed_dictionaries(
        {"name": words, "id": st.integers(-9, 9), "args": st.dictionaries(words, values, max_size=3)}
    ),
    max_size=4,
)


@pytest.mark.parametrize(
    "answer",
    [
        '[{"name": "Maps.find", "id": 0, "args": {"place": "Rome"}}]',
        "Here: [{'name': 'Maps.find', 'id': '0', 'args': {'place': 'Rome'}}] as you wished.",
        '[9]\n```json\n[{"name": "Maps.find", "id": 0.7, "args": {"place": "Rome"}}]\n```',
        "[{'name': 'Maps.find', 'id': false, 'args': {'place': 'Rome'}}]",  # JSON but for its quotes
        '[{"name": "Maps.find", "id": 0, "args": {"place": "Rome"},},]  # Python but for JSON',
        [{"name": "Maps.find", "id": 0, "args": {"place": "Rome"}, "why": "asked"}],
    ],
)
def test_a_list_of_calls_is_read_in_every_spelling(answer: object) -> None:
    assert read_json_plan(answer) == ONE


@pytest.mark.parametrize(
    "answer",
    [
        "", "no list", "]", "] [", "[", "[]", "{}", "null", "[1]", '["a"]', "[[]]", None, 7, {}, {"plan": []},
        '[{"name": "a", "id": 0}]', '[{"name": "a", "id": "x", "args": {}}]',
        '[{"name": "a", "id": null, "args": {}}]', '[{"name": "a", "id": 1e999, "args": {}}]',
        '[{"name": "a", "id": 0, "args": {}}] and [b]', '[{"name": "a", "id": 0, "args": {[]: 1}}]',
        '[{"name": "a", "id": 0, "args": {}}, {"name": "b", "id": 1}]',
        '[{"name": f"{exit()}", "id": 0, "args": {}}]', "[__import__('os').abort()]", "[x for x in [1]]",
    ],
)  # fmt: skip
def test_anything_else_is_an_empty_plan(answer: object) -> None:
    assert read_json_plan(answer) == []


def step(args: str) -> str:
    return f'[{{"name": "a", "id": 0, "args": {args}}}]'


HOSTILE = {
    "brackets": "[" * 50_000 + "]" * 50_000,
    "brackets of a step": step("[" * 40_000 + "]" * 40_000),
    "minus signs": step("-" * 90_000 + "1"),
    "a long sum": step("1+" * 45_000 + "1"),
    "indices": step('"a"' + "[0]" * 30_000),
    "calls": step("set" + "()" * 40_000),
    "negations": step("not " * 20_000 + "1"),
    "choices without spaces": step("1if 1else " * 9_000 + "1"),
    "attributes": step("1." + "imag." * 15_000 + "imag"),
    "functions": step("lambda:" * 12_000 + "1"),
    "a number of ninety thousand digits": step("9" * 90_000),
    "underscores": step("_" * 90_000),
    "escaped quotes without end": step('"' + '\\"' * 45_000),
    "triple quotes": step('"""' * 30_001),
    "swapped quotes hide brackets": step(
        "true, 'more': '\",\"k\":" + "[" * 40_000 + "]" * 40_000 + ',"z":"\''
    ),
    "null bytes": step('"' + "\0" * 90_000 + '"'),
    "half characters": step('"\\ud800' + "\ud800" * 1000 + '"'),
    "ten megabytes": step('"' + "x" * 10_000_000 + '"'),
    "very many steps": "[" + ",".join(['{"name":"a","id":0,"args":0}'] * 3_000) + "]",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_answers_end_in_a_plan_or_none(what: str) -> None:
    plan = read_json_plan(HOSTILE[what])
    assert plan == [] or what in ("null bytes", "half characters", "a number of ninety thousand digits")
    assert read_str_plan(HOSTILE[what], ["Maps.find"]) == []


@pytest.mark.parametrize(
    "what",
    ["minus signs", "a long sum", "indices", "calls", "negations", "choices without spaces", "functions"],
)
def test_trees_deeper_than_their_brackets_never_reach_pythons_parser(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some versions of Python end the process on them."""
    parsed: list[str] = []
    monkeypatch.setattr(ast, "literal_eval", parsed.append)
    read_json_plan(HOSTILE[what])
    assert parsed == []


def test_bounds_hold_just_inside() -> None:
    deep = "[" * (MAX_DEPTH - 2) + "]" * (MAX_DEPTH - 2)
    assert len(read_json_plan(step(deep))) == 1
    assert read_json_plan(step(f"[{deep}]")) == []
    many = [{"name": "a", "id": 0, "args": {}}] * MAX_STEPS
    assert len(read_json_plan(many)) == MAX_STEPS
    assert read_json_plan([*many, many[0]]) == []
    room = MAX_CHARACTERS - len(step('""'))
    assert len(read_json_plan(step('"' + "x" * room + '"'))) == 1
    assert read_json_plan(step('"' + "x" * (room + 1) + '"')) == []


@given(calls)
def test_calls_come_back_from_both_spellings(items: list[dict[str, Any]]) -> None:
    expected = [Step(item["id"], item["name"], str(item["args"])) for item in items]
    assert read_json_plan(items) == read_json_plan(repr(items)) == expected
    # JSON spells what Python's reader takes as something else only in escapes of half characters.
    assert read_json_plan(json.dumps(items, ensure_ascii=False)) == expected


@given(values)
def test_the_bounded_reader_reads_what_python_reads(value: object) -> None:
    assert read_value(repr(value)) == ast.literal_eval(repr(value))


@pytest.mark.parametrize(
    "text",
    ["{1, 2}", "set()", "-1.5e-3 + 2J", "0xff", "1_000", "b'a' b\"b\"", "rb'\\d'", "u'x'", "('a' 'b',)",
     "'''a\nb'''", '["""a"b\\""""]', "[1, # one ] \n 2]", "[-1, -2, +3]", ".5"],
)  # fmt: skip
def test_rare_literals_are_read_too(text: str) -> None:
    assert read_value(text) == ast.literal_eval(text)


@given(st.text(alphabet="[]{}()'\"\\,:+-#. \n1ae_tTrue", max_size=60) | st.text())
def test_no_text_stops_a_reader(text: str) -> None:
    for answer in (text, f"[{text}]", step(text)):
        assert isinstance(read_json_plan(answer), list)
    assert isinstance(read_str_plan(text, ["a", "1", "", "True"]), list)


def test_a_plan_in_words_has_a_step_for_each_line_that_names_an_api() -> None:
    answer = "1. Call Maps.find for Rome. Then wait\nMail.send before Maps.find\nMapsXfind"
    assert read_str_plan(answer, ["Maps.find", "Mail.send"]) == [
        Step(0, "Maps.find", "Call Maps.find for Rome"),
        Step(1, "Mail.send", "Mail.send before Maps.find"),
    ]


def test_of_names_that_begin_alike_the_first_listed_counts() -> None:
    assert read_str_plan("a_b_c", ["a", "a_b_c"])[0].name == "a"
    assert read_str_plan("a_b_c", ["a_b_c", "a"])[0].name == "a_b_c"


@given(st.lists(st.sampled_from(["ab", "abc", "b.c", "c", "(x", ""]), max_size=4), st.text("abc.(x \n"))
def test_the_first_name_of_a_line_is_found(apis: list[str], answer: str) -> None:
    expected = []
    for line in answer.replace(". ", "\n").split("\n"):
        places = [(line.find(api), number) for number, api in enumerate(apis) if api and api in line]
        if places:
            expected.append((apis[min(places)[1]], line))
    assert [(s.name, s.args) for s in read_str_plan(answer, apis)] == expected


def test_many_names_in_long_answers_are_searched_in_bounded_time() -> None:
    names = [f"is_workflow_actions_{number}" for number in range(999)]
    assert read_str_plan("is_workflow_actions_" * 5_000, names) == []
    assert read_str_plan("x", ["x"] * 1_001) == []


@pytest.mark.parametrize(
    ("answer", "prompt_type", "apis", "fault"),
    [("[]", "yaml", None, "yaml"), ("x", "str", None, "API_list"), ([], "str", ["x"], "a list")],
)
def test_a_question_that_cannot_be_answered_is_a_fault(
    answer: object, prompt_type: str, apis: list[str] | None, fault: str
) -> None:
    with pytest.raises(WfllmError, match=fault):
        read_plan(answer, prompt_type, apis)


def test_steps_are_compared_by_id_without_a_closing_finish_action() -> None:
    steps = [Step(3, "FinishAction", ""), Step(1, "b", ""), Step(0, "FinishAction", ""), Step(1, "a", "")]
    assert [s.name for s in compared(steps)] == ["FinishAction", "b", "a"]
    assert compared([]) == []
