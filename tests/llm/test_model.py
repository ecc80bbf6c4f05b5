"""The interface: order, cache, duplicates, votes, limits, budgets, leaving early."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.llm.conftest import Open, config
from tests.llm.fault_server import FaultServer
from wfllm.errors import WfllmError
from wfllm.llm.cache import Cache
from wfllm.llm.limits import Pace
from wfllm.llm.open import open_model
from wfllm.llm.openai_server import OpenAIServer
from wfllm.llm.request import Message, Request, prompt


def numbered(count: int, **rest: Any) -> list[Request]:
    return [prompt(f"q{n}", id=f"{n}", **rest) for n in range(count)]


def test_answers_come_in_order_and_are_remembered(server: FaultServer, ask: Open) -> None:
    requests = [prompt(f"q{n} [{'500 ' * (n % 3)}ok]", id=f"{n}") for n in range(24)]
    first = list(ask().answer(requests))
    assert [a.request for a in first] == requests
    received = server.received.total()
    second = list(ask().answer(requests))
    assert [a.text for a in second] == [a.text for a in first]
    assert all(a.cached and a.attempts == 0 and a.usage.total == 0 for a in second)
    assert server.received.total() == received


def test_the_same_request_within_a_batch_is_asked_once(server: FaultServer, ask: Open) -> None:
    server.delay = 0.02
    model = ask()
    answers = list(model.answer([prompt("same", id=f"{n}") for n in range(20)]))
    assert server.received == {"same": 1}
    assert [a.request.id for a in answers] == [f"{n}" for n in range(20)]
    assert sum(a.cached for a in answers) == 19
    assert model.account.total.prompt_tokens == 10


def test_the_same_request_that_fails_is_asked_once(server: FaultServer, ask: Open) -> None:
    server.delay = 0.02
    answers = list(ask().answer([prompt("[400]")] * 3))
    assert server.received == {"[400]": 1}
    assert all("told 400" in str(a.error) for a in answers)


def test_votes_are_asked_each_on_its_own(server: FaultServer, ask: Open) -> None:
    votes = [prompt("judge", sample=n, seed=7, temperature=1.0) for n in range(3)]
    list(ask().answer(votes))
    list(ask().answer(votes))
    assert server.received == {"judge": 3}
    assert sorted(body["seed"] for body in server.bodies) == [7, 8, 9]


@pytest.mark.parametrize(
    "other",
    [
        {"max_tokens": 9},
        {"temperature": 0.5},
        {"seed": 1},
        {"stop": ("x",)},
        {"schema": {"type": "object"}},
        {"sample": 1},
        {"system": "be kind"},
    ],
)
def test_whatever_determines_the_answer_is_in_the_key(other: dict[str, Any], ask: Open) -> None:
    model = ask()
    assert model.key(prompt("q")) != model.key(prompt("q", **other))
    assert model.key(prompt("q")) == model.key(prompt("q", id="named", purpose="judge"))


def test_the_key_knows_server_model_and_settings(ask: Open) -> None:
    request = prompt("q", schema={})
    variants: list[dict[str, Any]] = [
        {},
        {"model": "other"},
        {"base_url": "http://127.0.0.1:1/v1"},
        {"response_format": "json_object"},
        {"extra": {"reasoning_effort": "low"}},
        {"max_tokens": 5},
        {"temperature": None},
        {"identity": "mine"},
    ]
    keys = [ask(**keys).key(request) for keys in variants]
    assert len(set(keys)) == len(variants)
    same = ask(identity="mine", model="renamed", base_url="http://127.0.0.1:2/v1", concurrency=1)
    assert same.key(request) == keys[-1]


def test_what_is_asked_reaches_the_server(server: FaultServer, ask: Open) -> None:
    model = ask(
        response_format="json_schema",
        max_tokens_key="max_completion_tokens",
        extra={"top_k": 3, "chat_template_kwargs": {"enable_thinking": False}},
    )
    conversation = (
        Message("system", "s"),
        Message("user", "u"),
        Message("assistant", "a"),
        Message("user", "v"),
    )
    list(
        model.answer(
            [Request(conversation, max_tokens=7, temperature=0.5, stop=("END",), schema={"type": "object"})]
        )
    )
    (body,) = server.bodies
    assert body == {
        "model": "m",
        "messages": [{"role": m.role, "content": m.content} for m in conversation],
        "max_completion_tokens": 7,
        "temperature": 0.5,
        "stop": ["END"],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": {"type": "object"}},
        },
        "top_k": 3,
        "chat_template_kwargs": {"enable_thinking": False},
    }


def test_no_more_in_flight_than_allowed(server: FaultServer, ask: Open) -> None:
    server.delay = 0.02
    list(ask(concurrency=3).answer(numbered(15)))
    assert server.most_at_once == 3


def test_requests_are_taken_as_they_are_needed(ask: Open) -> None:
    taken = 0

    def endless() -> Iterator[Request]:
        nonlocal taken
        while True:
            taken += 1
            yield prompt(f"q{taken}")

    answers = ask(concurrency=1).answer(endless())
    assert [next(answers).text for _ in range(3)] == [f"answer to q{n}" for n in (1, 2, 3)]
    assert taken < 60
    answers.close()  # type: ignore[attr-defined]


def test_leaving_early_keeps_what_is_answered_and_gives_up_the_rest(
    server: FaultServer, ask: Open, tmp_path: Path
) -> None:
    answers = ask().answer([prompt("a"), prompt("b [hang]"), prompt("c")])
    assert next(answers).text == "answer to a"
    answers.close()  # type: ignore[attr-defined]
    cache = Cache(tmp_path / "cache.sqlite")
    assert cache._db.execute("SELECT count(*) FROM claims").fetchone() == (0,)
    assert cache.get(ask().key(prompt("a")))
    cache.close()


def test_two_streams_of_one_model_do_not_disturb_each_other(ask: Open) -> None:
    model = ask()
    one, two = model.answer(numbered(9)), model.answer(numbered(9, purpose="two"))
    assert next(one).text == next(two).text == "answer to q0"
    one.close()  # type: ignore[attr-defined]
    assert len(list(two)) == 8


def test_budget_of_requests_is_kept_and_the_next_run_goes_on(
    server: FaultServer, ask: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    requests = numbered(10)
    done = 0
    for _ in range(3):
        answers = list(ask(budget_requests=4).answer(requests))
        now = sum(a.text is not None for a in answers)
        assert now == min(10, done + 4)
        done = now
    assert server.received == {f"q{n}": 1 for n in range(10)}
    first, *_ = capsys.readouterr().err.splitlines()
    assert first == (
        "Stopped asking with 6 requests left: llm.budget_requests=4 is used up (4 requests spent). "
        "What is answered is kept: the same command goes on from there with a budget of its own."
    )


@pytest.mark.parametrize("concurrency", [1, 8])
@pytest.mark.parametrize("budget", [{"budget_tokens": 200}, {"budget_usd": 0.0002}])
def test_budget_of_tokens_and_usd_is_never_exceeded(
    budget: dict[str, float], concurrency: int, server: FaultServer, ask: Open
) -> None:
    server.delay = 0.002
    model = ask(concurrency=concurrency, max_tokens=50, price_in=1.0, price_out=1.0, **budget)
    answers = list(model.answer(numbered(25)))
    total = model.account.total
    spent = total.prompt_tokens + total.completion_tokens
    assert 130 < spent <= 200  # 15 tokens each, and room for one of at most 67 must be left
    assert server.received.total() == total.answered == spent // 15
    assert {a.attempts for a in answers if a.text is None} == {0}
    assert total.not_asked == 25 - total.answered


def test_budget_counts_failed_tries(server: FaultServer, ask: Open) -> None:
    model = ask(budget_requests=3, concurrency=1)
    (answer,) = model.answer([prompt("[500]")])
    assert server.received.total() == 3
    assert answer.attempts == 3
    assert "budget_requests=3 is used up" in str(answer.error)
    assert "before that: status 500" in str(answer.error)


def test_a_spent_budget_still_hands_out_what_is_remembered(ask: Open) -> None:
    list(ask().answer(numbered(3)))
    model = ask(budget_requests=1, concurrency=1)
    answers = list(model.answer([prompt("new"), prompt("newer"), *numbered(3)]))
    assert [a.text is not None for a in answers] == [True, False, True, True, True]


def test_costs_are_counted_by_purpose(ask: Open) -> None:
    model = ask(price_in=100.0, price_out=1000.0)
    list(
        model.answer(
            [prompt("a", purpose="plan"), prompt("b", purpose="judge"), prompt("c", purpose="judge")]
        )
    )
    assert model.account.by_purpose["judge"].cost_usd == pytest.approx(2 * (10 * 100 + 5 * 1000) / 1e6)
    assert model.account.total.answered == 3
    assert "$0.0180" in model.account.note()


def test_a_rate_limit_spreads_requests(server: FaultServer, ask: Open) -> None:
    async def turns() -> list[float]:
        pace = Pace(per_minute=5, window=0.2)
        times = []
        for _ in range(12):
            await pace.turn()
            times.append(time.monotonic())
        return times

    times = asyncio.run(turns())
    assert all(later - earlier >= 0.19 for earlier, later in zip(times, times[5:], strict=False))
    model = ask(requests_per_minute=5)
    assert isinstance(model.backend, OpenAIServer)
    assert model.backend.pace.per_minute == 5


def test_a_missing_key_is_told_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(WfllmError, match="environment variable NO_SUCH_KEY") as caught:
        open_model(config("http://example.invalid/v1", tmp_path / "c", key_variable="NO_SUCH_KEY"))
    assert "llm.key_variable=null" in caught.value.mend
    assert not (tmp_path / "c").exists()


def test_the_key_is_written_nowhere(ask: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WFLLM_TEST_KEY", "very-secret")
    list(ask(key_variable="WFLLM_TEST_KEY").answer([prompt("a"), prompt("[401]")]))
    assert [p.name for p in tmp_path.iterdir() if b"very-secret" in p.read_bytes()] == []


def test_a_cache_that_fails_in_between_ends_the_run_in_one_line(ask: Open, tmp_path: Path) -> None:
    model = ask(concurrency=1)
    answers = model.answer(numbered(200))
    next(answers)
    assert model.cache is not None
    model.cache._db.execute("DROP TABLE answers")
    with pytest.raises(WfllmError, match="cannot be used"):
        list(answers)


@pytest.mark.slow
def test_the_room_loads_libraries_of_models_only_when_they_answer() -> None:
    code = (
        "import sys, wfllm.llm.open, wfllm.llm.local, wfllm.llm.openai_server, wfllm.commands.ask;"
        "print(sorted({'torch', 'transformers', 'openai', 'httpx2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
