"""Items that ask several things in turn, with checks of their own; what an answer took, for good."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from tests.llm.conftest import Open
from tests.llm.fault_server import FaultServer
from wfllm.config.schema import ReplayLlm
from wfllm.llm.asker import Asker
from wfllm.llm.open import open_model
from wfllm.llm.replay import export_transcript
from wfllm.llm.request import Usage, prompt
from wfllm.llm.structured import Structured


class Number(BaseModel):
    """A number."""

    number: int


async def two_steps(ask: Asker, name: str) -> str:
    first = await ask.answer(prompt(f"{name} one"))
    second = await ask.answer(prompt(f"{name} two after {first.text}"))
    return f"{name}: {second.text or second.error}"


def test_each_item_asks_one_thing_after_another_and_comes_in_order(server: FaultServer, ask: Open) -> None:
    server.delay = 0.02
    names = [f"n{i}" for i in range(20)]
    found = list(ask(concurrency=8).each(names, two_steps))
    assert found == [f"{n}: answer to {n} two after answer to {n} one" for n in names]
    assert server.most_at_once > 4


def test_a_value_of_the_right_form_may_be_wrong_all_the_same(server: FaultServer, ask: Open) -> None:
    saying = {"a": '{"number": 3}', "b": '{"number": 3} or rather {"number": 4}'}
    server.say = lambda messages: saying[messages[0]["content"]]

    async def even(asker: Asker, text: str) -> Structured[Number]:
        def odd(value: Number) -> str:
            return f"{value.number} is odd" if value.number % 2 else ""

        return await asker.answer_as(prompt(text), Number, odd)

    model = ask(again=1)
    bad, good = model.each(["a", "b"], even)
    assert (bad.value, bad.error, bad.waits) == (
        None,
        "no answer of the right form in 2 tries: 3 is odd",
        False,
    )
    assert good.value == Number(number=4)
    told = [body["messages"][-1]["content"] for body in server.bodies]
    assert len([text for text in told if text.startswith("That answer cannot be used: 3 is odd.")]) == 1
    assert bad.took == Usage(20, 10)  # both tries


def test_what_an_answer_took_is_the_same_when_it_is_remembered_or_replayed(ask: Open, tmp_path: Path) -> None:
    first = next(iter(ask().answer([prompt("q [500 ok]")])))
    again = next(iter(ask().answer([prompt("q [500 ok]")])))
    assert (first.took, again.took) == (Usage(10, 5), Usage(10, 5))
    assert (again.cached, again.usage) == (True, Usage())
    export_transcript(tmp_path / "cache.sqlite", tmp_path / "t.jsonl")
    with open_model(ReplayLlm(name="replay", path=str(tmp_path / "t.jsonl"))) as model:
        (replayed,) = model.answer([prompt("q [500 ok]")])
    assert (replayed.took, replayed.usage) == (Usage(10, 5), Usage())


@pytest.mark.parametrize(
    ("step", "final"),
    [("503", False), ("400", False), ("401", False), ("tools", True), ("413", True), ("long", True)],
)
def test_a_fault_of_the_prompt_alone_is_told_from_one_that_passes(step: str, final: bool, ask: Open) -> None:
    async def asked(asker: Asker, text: str) -> Structured[Number]:
        return await asker.answer_as(prompt(text), Number)

    (found,) = ask(retries=0).each([f"q [{step}]"], asked)
    assert (found.answer.final, found.waits) == (final, not final)
