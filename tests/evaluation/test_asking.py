"""Answers from a server: kept one by one, asked once, with worked examples as earlier turns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.llm.conftest import config
from tests.llm.fault_server import FaultServer
from wfllm.bench.record import Record
from wfllm.config.compose import compose
from wfllm.config.schema import BestOf, Decoding, Greedy, Sample
from wfllm.errors import WfllmError
from wfllm.evaluation.asking import LONGEST_TOKEN, ask
from wfllm.evaluation.predictions import Prediction
from wfllm.evaluation.worked import conversation, drawn
from wfllm.llm.open import open_model
from wfllm.shortcuts.catalogue.load import load_catalogue

ALERT = "is.workflow.actions.alert"
CALL = 'is_workflow_actions_alert(WFAlertActionTitle="Hi")'


def record(name: str, query: str = "Say hi.") -> Record:
    return Record(query=query, apis=[ALERT], task_plan="1. Say it.", annotated_code=CALL, id=name)


RECORDS = [record(f"r{i}", f"Say hi {i} times.") for i in range(5)]
GREEDY = Greedy(name="greedy", max_new_tokens=64)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    server = FaultServer()
    server.say = lambda messages: f"Code:\n```python\n{CALL}\n# {len(messages)}\n```"
    yield server
    server.close()


def answer(
    server: FaultServer,
    folder: Path,
    decoding: Decoding = GREEDY,
    worked: list[Record] | None = None,
    shard: tuple[int, int] = (1, 1),
    **keys: Any,
) -> list[Prediction]:
    folder.mkdir(exist_ok=True)
    wording: Any = compose("evaluate", []).config
    catalogue = load_catalogue()
    turns = [conversation(r, worked or [], catalogue, wording.prompts, wording.target) for r in RECORDS]
    with open_model(config(server.url, folder / "cache.sqlite", retries=0, **keys)) as model:
        return ask("test", model, turns, RECORDS, catalogue, decoding, folder / "p.jsonl", shard)


def test_every_record_is_asked_once_and_never_again(server: FaultServer, tmp_path: Path) -> None:
    found = answer(server, tmp_path)
    assert [p.id for p in found] == [r.id for r in RECORDS]
    assert all(p.code and CALL in p.code for p in found)
    assert max(server.received.values()) == 1
    assert len(server.received) == len(RECORDS)
    assert answer(server, tmp_path) == found
    (tmp_path / "cache.sqlite").unlink()  # kept predictions need no cache
    assert answer(server, tmp_path) == found
    assert sum(server.received.values()) == len(RECORDS)
    assert {b["max_tokens"] for b in server.bodies} == {64}
    assert {b["temperature"] for b in server.bodies} == {0.0}


def test_worked_examples_are_turns_that_are_answered(server: FaultServer, tmp_path: Path) -> None:
    train = [record(f"t{i}", f"Example {i}.") for i in range(9)]
    worked = drawn(train, 2, seed=0)
    assert worked == drawn(train, 2, seed=0)
    assert any(drawn(train, 2, seed=s) != worked for s in range(1, 4))
    answer(server, tmp_path, worked=worked)
    for body in server.bodies:
        turns = body["messages"]
        assert [t["role"] for t in turns] == ["system", *["user", "assistant"] * 2, "user"]
        assert worked[0].query in turns[1]["content"]
        assert CALL in turns[2]["content"]
        assert "times" in turns[-1]["content"]
    with pytest.raises(WfllmError, match="shots"):
        drawn(train, 10, seed=0)


def test_what_fails_waits_and_the_rest_is_kept(server: FaultServer, tmp_path: Path) -> None:
    server.plan = lambda text: ["503"] if "hi 2" in text else ["long"] if "hi 3" in text else ["ok"]
    with pytest.raises(WfllmError, match="1 of 5 requests have no answer yet"):
        answer(server, tmp_path)
    kept = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text().splitlines()]
    assert [k["id"] for k in kept] == ["r0", "r1", "r3", "r4"]
    assert kept[2]["answer"] == ""  # the server will never read it: a wrong answer, not a missing one
    asked = sum(server.received.values())
    server.plan = None
    found = answer(server, tmp_path)
    assert sum(server.received.values()) == asked + 1
    assert [p.id for p in found] == [r.id for r in RECORDS]
    assert found[2].code
    assert found[3].code is None


def test_a_spent_budget_ends_it_and_a_larger_one_goes_on(server: FaultServer, tmp_path: Path) -> None:
    with pytest.raises(WfllmError, match="no answer yet"):
        answer(server, tmp_path, budget_requests=2, concurrency=1)
    assert sum(server.received.values()) == 2
    assert len(answer(server, tmp_path, budget_requests=3)) == len(RECORDS)
    assert max(server.received.values()) == 1


def test_an_endless_answer_is_cut(server: FaultServer, tmp_path: Path) -> None:
    server.say = lambda _messages: "`" * 2_000_000
    found = answer(server, tmp_path)
    assert {len(p.answer) for p in found} == {LONGEST_TOKEN * 64}


def test_best_of_asks_until_the_checker_finds_nothing(server: FaultServer, tmp_path: Path) -> None:
    drawn_ones = ["nothing", f"```python\n{CALL}\n```", "never asked"]

    def say(messages: list[dict[str, str]]) -> str:
        return "```python\nis this code\n```"

    server.say = say
    best = BestOf(name="best_of", n=4, max_new_tokens=64, temperature=0.9, seed=3)
    found = answer(server, tmp_path, best)
    assert all(p.code == "is this code\n" for p in found)  # none is better, so the first
    assert sum(server.received.values()) == 4 * len(RECORDS)
    assert sorted({b["temperature"] for b in server.bodies}) == [0.0, 0.9]
    server.received.clear()
    turns: dict[str, int] = {}

    def better(messages: list[dict[str, str]]) -> str:
        turns[messages[-1]["content"]] = at = turns.get(messages[-1]["content"], -1) + 1
        return drawn_ones[at]

    server.say = better
    (tmp_path / "second").mkdir()
    found = answer(server, tmp_path / "second", best)
    assert all(p.code == f"{CALL}\n" for p in found)
    assert sum(server.received.values()) == 2 * len(RECORDS)


def test_a_drawn_answer_is_asked_with_temperature_and_seed(server: FaultServer, tmp_path: Path) -> None:
    answer(server, tmp_path, Sample(name="sample", temperature=0.5, seed=7, max_new_tokens=8))
    assert {(b["temperature"], b["seed"]) for b in server.bodies} == {(0.5, 7)}


def test_a_shard_asks_its_own_part(server: FaultServer, tmp_path: Path) -> None:
    found = [p.id for n in (1, 2) for p in answer(server, tmp_path / str(n), shard=(n, 2))]
    assert sorted(found) == [r.id for r in RECORDS]
    assert sum(server.received.values()) == len(RECORDS)
    lines = b"".join((tmp_path / str(n) / "p.jsonl").read_bytes() for n in (2, 1))
    (tmp_path / "p.jsonl").write_bytes(lines)
    assert [p.id for p in answer(server, tmp_path)] == [r.id for r in RECORDS]
    assert sum(server.received.values()) == len(RECORDS)
