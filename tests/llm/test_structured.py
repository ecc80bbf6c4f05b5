"""JSON of a schema out of whatever a model writes around it, asked again where it does not fit."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from tests.llm.conftest import Open
from tests.llm.fault_server import SAYINGS, FaultServer
from wfllm.llm.request import Answer, prompt
from wfllm.llm.structured import json_values, read_as


class Plan(BaseModel):
    """A plan of steps."""

    model_config = ConfigDict(extra="forbid")
    steps: list[str]
    hard: bool = False


GOOD = '{"steps": ["a", "b {"], "hard": true}'
WANTED = Plan(steps=["a", "b {"], hard=True)


def read(text: str, finish: str = "stop") -> tuple[Plan | None, str]:
    return read_as(Answer(prompt("q"), text, finish=finish), Plan)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"Sure! Here it is:\n```\n{GOOD}\n```\nAnything else?",
        f"The plan {{roughly}} is {GOOD}. Enjoy [it]!",
        f'First {{"steps": 3}} and then {GOOD}',
        f'<think>maybe {{"steps": ["no"]}}</think>{GOOD}',
        f"```python\nx = {{}}\n```\n```json\n{GOOD}\n```",
        json.dumps(json.loads(GOOD), indent=4),
        f"{GOOD}{GOOD}",
        "\ufeff" + GOOD,
    ],
)
def test_json_is_found_wherever_it_stands(text: str) -> None:
    assert read(text) == (WANTED, "")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "there is no JSON in it"),
        ("I cannot.", "there is no JSON in it"),
        ('{"steps": ["a"', "there is no JSON in it"),
        ('{"steps": 3}', "steps: Input should be a valid list"),
        ('{"steps": [], "more": 1}', "more: Extra inputs are not permitted"),
        ('{"stepz": []}', "steps: Field required; stepz: Extra inputs are not permitted"),
        ("{'steps': []}", "Input should be a valid dictionary or instance of Plan"),
        ("[" * 50_000, "there is no JSON in it"),
        ('{"a":' * 50_000, "there is no JSON in it"),
    ],
)
def test_what_is_wrong_is_said_in_words_for_the_model(text: str, problem: str) -> None:
    assert read(text) == (None, problem)


def test_an_answer_that_was_cut_is_told_to_be_shorter() -> None:
    assert read('{"steps": ["a"', "length") == (
        None,
        "it was cut off because it is too long; write a shorter one",
    )


@settings(max_examples=40)
@given(st.text(alphabet='{}[]":,`\\n a1\ud800', max_size=80) | st.text())
def test_any_text_is_a_value_or_a_problem(text: str) -> None:
    value, problem = read(text)
    assert (value is None) == bool(problem)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@settings(max_examples=40)
@given(VALUES.filter(lambda v: isinstance(v, (dict, list))), st.text("ab .,:!'\n"), st.text("ab .,:!'\n"))
def test_any_json_is_found_between_any_prose(value: Any, before: str, after: str) -> None:
    assert list(json_values(before + json.dumps(value) + after)) == [value]


def test_a_text_of_brackets_takes_no_time_to_speak_of() -> None:
    started = time.process_time()
    read('[{"a": ' * 200_000)
    assert time.process_time() - started < 60  # tried at every bracket it would be hours


def test_a_faulty_answer_is_asked_again_with_what_was_wrong(server: FaultServer, ask: Open) -> None:
    SAYINGS.update(bad='{"steps": 3}', good=GOOD)
    model = ask()
    requests = [prompt("one [say=bad]", id="one"), prompt("two [say=good]", id="two")]
    (one, two) = model.answer_as(requests, Plan)
    assert [one.request, two.request] == requests
    assert (two.value, two.error) == (WANTED, None)
    # the follow-up has no plan of its own, so the server's answer is prose, twice
    assert one.error == "no answer of the right form in 3 tries: there is no JSON in it"
    assert (one.request.id, one.value) == ("one", None)
    assert model.account.total.again == 2
    follow_up = next(b for b in server.bodies if len(b["messages"]) == 3)
    assert [m["role"] for m in follow_up["messages"]] == ["user", "assistant", "user"]
    assert follow_up["messages"][1]["content"] == '{"steps": 3}'
    assert "steps: Input should be a valid list" in follow_up["messages"][2]["content"]
    asked = server.received.total()
    list(ask().answer_as(requests, Plan))  # remembered, the follow-ups too
    assert server.received.total() == asked


def test_a_faulty_answer_is_mended_by_the_second_try(
    server: FaultServer, ask: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    SAYINGS.update(bad="no idea", good=GOOD)
    monkeypatch.setattr("wfllm.llm.structured.AGAIN", "{problem}? [say=good]")
    (one,) = ask().answer_as([prompt("[say=bad]")], Plan)
    assert (one.value, one.error) == (WANTED, None)


def test_a_request_that_fails_is_not_asked_for_its_form(server: FaultServer, ask: Open) -> None:
    (one,) = ask().answer_as([prompt("[400]")], Plan)
    assert (one.error or "").startswith(f"status 400 from {server.url}: told 400. ")
    assert server.received.total() == 1


def test_the_schema_reaches_a_server_that_takes_it(server: FaultServer, ask: Open) -> None:
    list(ask(response_format="json_schema", again=0).answer_as([prompt("a")], Plan))
    list(ask(response_format="json_object", again=0).answer_as([prompt("b")], Plan))
    list(ask(again=0).answer_as([prompt("c")], Plan))
    formats: list[Any] = [body.get("response_format") for body in server.bodies]
    assert formats[0]["json_schema"]["schema"]["properties"]["steps"]["type"] == "array"
    assert formats[1:] == [{"type": "json_object"}, None]
