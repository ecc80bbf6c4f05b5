"""Workflows as lists of calls, the form in which T-Eval's plans are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfllm.bench.record import Record
from wfllm.data.calls import calls_answer, record_calls
from wfllm.errors import WfllmError
from wfllm.evaluation.teval import plan as plan_module
from wfllm.evaluation.teval import read_json_plan

STARTER = Path(__file__).resolve().parents[2] / "wfllm" / "bench" / "starter"


def calls(code: str, **options: Any) -> list[dict[str, Any]]:
    return record_calls(Record("", [], "", code, id="r"), **options)


def test_calls_come_in_order_and_refer_to_each_other() -> None:
    assert calls('page = a_b(WFURL="x", n=-3, on=True)\n# a remark\nc_d(WFInput=page, t=f"Got {page}!")') == [
        {"name": "a_b", "id": 0, "args": {"WFURL": "x", "n": -3, "on": True}},
        {"name": "c_d", "id": 1, "args": {"WFInput": "result of step 0", "t": "Got {result of step 0}!"}},
    ]


BRANCHES = """
kind = a_ask(q="Kind?")
if kind == "x":
    b_one(k=kind)
elif kind == "y":
    b_two()
else:
    b_three()
match menu("Which?", ["A", "B"]):
    case "A":
        c_one()
    case "B":
        for Repeat_Index, Repeat_Item in enumerate(kind, start=1):
            c_two(x=Repeat_Item)
d_end()
"""


def test_branches_are_laid_end_to_end_or_the_first_is_taken() -> None:
    everything = ["a_ask", "b_one", "b_two", "b_three", "c_one", "c_two", "d_end"]
    assert [c["name"] for c in calls(BRANCHES)] == everything
    first = calls(BRANCHES, branches="first")
    assert [c["name"] for c in first] == ["a_ask", "b_one", "c_one", "d_end"]
    assert [c["id"] for c in first] == [0, 1, 2, 3]


def test_values_that_became_syntax_stand_where_they_are_used() -> None:
    code = (
        'greeting = "Hi"\nlimit = quantity(3, "km")\na_b(t=greeting, r=limit, all=[greeting, {"k": limit}])'
    )
    assert calls(code)[0]["args"] == {
        "t": "Hi",
        "r": "quantity(3, 'km')",
        "all": ["Hi", {"k": "quantity(3, 'km')"}],
    }


def test_a_name_set_twice_stays_a_name() -> None:
    code = "if x:\n    If_Result = a_a()\nelse:\n    If_Result = a_b()\na_c(v=If_Result)"
    assert calls(code)[-1]["args"] == {"v": "If_Result"}


def test_functions_that_are_actions_are_calls_and_name_their_arguments() -> None:
    assert calls(
        'accepts("URLs")\nx = ask("How?", type="Number")\nrun_shortcut("Other", x)\nexit_shortcut()'
    ) == [
        {"name": "ask", "id": 0, "args": {"prompt": "How?", "type": "Number"}},
        {"name": "run_shortcut", "id": 1, "args": {"name": "Other", "input": "result of step 0"}},
        {"name": "exit_shortcut", "id": 2, "args": {}},
    ]


def test_a_call_in_arguments_comes_before_its_caller() -> None:
    nested = calls('a_out(x=a_in(y=get_property(b_deep(), "Name")), **{"odd key": 1})')
    assert [c["name"] for c in nested] == ["b_deep", "a_in", "a_out"]
    assert nested[1]["args"] == {"y": "get_property(result of step 0, 'Name')"}
    assert nested[2]["args"] == {"x": "result of step 1", "odd key": 1}


def test_what_json_cannot_hold_is_text() -> None:
    (call,) = calls('a_b(big=1e999, raw=b"x", pair=(1, 2), both={1: 2}, n=None, neg=-x)')
    expected = {"big": "1e309", "raw": "b'x'", "pair": "(1, 2)", "both": "{1: 2}", "n": None, "neg": "-x"}
    assert call["args"] == expected
    json.dumps(call, allow_nan=False)


def test_long_values_stay_names() -> None:
    doubled = 'v0 = ["x"]\n' + "".join(f"v{i + 1} = [v{i}, v{i}]\n" for i in range(60)) + "a_b(x=v60)"
    assert len(json.dumps(calls(doubled))) < 10_000


@pytest.mark.parametrize("code", ["def", "a_b(" + "-" * 5_000 + "x)", "a_b(x=" + "[" * 500, "x\0y"])
def test_code_that_does_not_parse_or_nests_too_deeply_is_one_line(code: str) -> None:
    with pytest.raises(WfllmError) as caught:
        calls(code)
    assert "\n" not in str(caught.value)


def test_a_long_sum_is_one_line_or_calls() -> None:
    """How deep is too deep differs between versions of Python; none of them ends the process."""
    try:
        found = len(calls("a_b(x=" + "1+" * 20_000 + "1)"))
    except WfllmError:
        found = 1
    assert found == 1


def test_an_answer_is_a_list_a_line_for_each_call_that_t_evals_reader_takes() -> None:
    code = 'a_b(t="it\'s \\"so\\"", n=None, d={"k": None})\nc_d(WFInput=a_b(t="Grüße\\n\\\\"))'
    answer = calls_answer(Record("", [], "", code, id="r"))
    assert answer.splitlines()[0] == (
        '[{"id": 0, "name": "a_b", "args": "{\'t\': \'it\\\\\'s \\"so\\"\', \'d\': {\'k\': None}}"},'
    )
    assert [(s.id, s.name, s.args) for s in read_json_plan(answer)] == [
        (0, "a_b", str({"t": 'it\'s "so"', "d": {"k": None}})),
        (1, "a_b", str({"t": "Grüße\n\\"})),
        (2, "c_d", str({"WFInput": "result of step 1"})),
    ]
    assert calls_answer(Record("", [], "", "x = 1", id="r")) == "[]"


@given(st.dictionaries(st.from_regex(r"[a-z]+", fullmatch=True), st.text(max_size=30), max_size=3))
@settings(max_examples=60, deadline=None)
def test_any_text_reaches_t_evals_reader_as_it_is(arguments: dict[str, str]) -> None:
    code = f"a_b(**{arguments!r})"
    (step,) = read_json_plan(calls_answer(Record("", [], "", code, id="r")))
    assert (step.name, step.args) == ("a_b", str(arguments))


def test_workflows_of_the_starter_become_calls_a_reader_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_module, "MAX_STEPS", 10_000)
    files = sorted(STARTER.rglob("*.py"))[::7]
    assert len(files) > 20
    for file in files:
        found = calls(file.read_text(encoding="utf-8"))
        assert [c["id"] for c in found] == list(range(len(found))) != []
        read = read_json_plan(json.dumps(found, allow_nan=False))
        assert [(s.name, s.args) for s in read] == [(c["name"], str(c["args"])) for c in found]
