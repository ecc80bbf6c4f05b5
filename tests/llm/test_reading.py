"""Whatever a server sends becomes a reply or a reason, never a crash; waits follow what it asks for."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfllm.llm.limits import Pace
from wfllm.llm.no_answer import NoAnswerError
from wfllm.llm.reading import read_completion, server_words, status_fault
from wfllm.llm.request import Reply, Usage, prompt
from wfllm.llm.retry import Retries, retry_after, with_retries

REQUEST = prompt("q", max_tokens=8)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
KEYS = st.sampled_from(
    ["choices", "message", "content", "finish_reason", "usage", "error", "refusal", "tool_calls"]
)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4)
)


@settings(max_examples=40)
@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_a_reply_or_a_reason(body: bytes) -> None:
    outcome = read(body)
    if isinstance(outcome, NoAnswerError):
        assert outcome.reason
        assert "\n" not in outcome.reason


def read(body: bytes) -> Reply | NoAnswerError:
    try:
        return read_completion(body, REQUEST)
    except NoAnswerError as fault:
        return fault


@settings(max_examples=40)
@given(JSON, JSON, JSON)
def test_any_message_is_a_reply_or_a_reason(content: Any, finish: Any, usage: Any) -> None:
    choice = {"message": {"content": content}, "finish_reason": finish}
    body = json.dumps({"choices": [choice], "usage": usage}).encode()
    reply = read(body)
    if isinstance(reply, Reply):
        assert isinstance(content, str)
        reply.text.encode()  # can be written to a file
        assert reply.usage.total >= 0


def test_deep_json_is_a_reason() -> None:
    with pytest.raises(NoAnswerError, match="instead of JSON"):
        read_completion(b"[" * 100_000, REQUEST)


def body(**message: Any) -> bytes:
    finish = message.pop("finish", "stop")
    usage = {"prompt_tokens": 3, "completion_tokens": 4}
    return json.dumps({"choices": [{"message": message, "finish_reason": finish}], "usage": usage}).encode()


@pytest.mark.parametrize(
    ("sent", "reason", "retry"),
    [
        (body(content=None, finish="length"), "all 8 tokens were used up before any text", False),
        (body(content="", finish="length"), "all 8 tokens were used up before any text", False),
        (body(content=None, refusal="No."), "the model refused (No.)", False),
        (body(content="so", finish="content_filter"), "the model refused (content filter)", False),
        (body(content=None, tool_calls=[{}]), "the model called tools instead of answering", False),
        (body(content=None), "the server's answer holds no text", True),
        (
            b'{"error": {"message": "load\\u001b[31m"}}',
            "the server's JSON is no chat completion (load [31m)",
            True,
        ),
    ],
)
def test_an_answer_without_a_text_says_why(sent: bytes, reason: str, retry: bool) -> None:
    with pytest.raises(NoAnswerError) as caught:
        read_completion(sent, REQUEST)
    assert (caught.value.reason, caught.value.retry) == (reason, retry)
    if b"usage" in sent:
        assert caught.value.usage == Usage(3, 4)  # paid for all the same


def test_an_empty_text_is_an_answer() -> None:
    assert read_completion(body(content=""), REQUEST).text == ""


@pytest.mark.parametrize(
    "wrapped",
    [
        {"error": {"message": "no"}},
        {"message": "no"},
        {"detail": "no"},
        {"error": "no"},
        [{"error": {"message": "no"}}],
    ],
)
def test_a_servers_words_are_found_however_wrapped(wrapped: Any) -> None:
    assert server_words(json.dumps(wrapped).encode()) == "no"


@settings(max_examples=40)
@given(st.integers(400, 599), st.binary(max_size=300), st.dictionaries(st.just("retry-after"), st.text()))
def test_any_status_is_a_reason(status: int, sent: bytes, headers: dict[str, str]) -> None:
    fault = status_fault(status, headers, sent, server="s", key="K")
    assert f"status {status}" in fault.reason
    assert not (fault.retry and fault.stops)
    assert fault.retry == (status in (408, 409, 425, 429) or status >= 500) or b"insufficient_quota" in sent


@pytest.mark.parametrize("status", [400, 405, 415, 422, 451])
def test_a_refusal_for_no_known_reason_waits_unless_it_is_to_be_given_up(status: int) -> None:
    body = json.dumps({"error": {"message": "unsupported characters"}}).encode()
    waits = status_fault(status, {}, body, server="s", key="K")
    assert (waits.retry, waits.final, waits.refused) == (False, False, True)
    assert "llm.refused=drop" in waits.line()
    ends = status_fault(status, {}, body, server="s", key="K", drop_refused=True)
    assert (ends.retry, ends.final, ends.refused, ends.mend) == (True, True, True, "")
    long = json.dumps({"error": {"message": "maximum context length is 4096"}}).encode()
    known = status_fault(400, {}, long, server="s", key="K", drop_refused=True)
    assert (known.retry, known.final, known.refused) == (False, True, False)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0),
    ],
)
def test_retry_after_as_servers_write_it(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_retry_after_as_a_date() -> None:
    seconds = retry_after({"retry-after": formatdate(time.time() + 100, usegmt=True)})
    assert seconds is not None
    assert 95 < seconds <= 100


@settings(max_examples=40)
@given(st.integers(1, 10_000), st.none() | st.floats(0, 1e6))
def test_waits_grow_within_bounds_and_never_undercut_the_server(tries: int, after: float | None) -> None:
    retries = Retries(times=3, first_wait=1.0, longest_wait=60.0)
    wait = retries.wait(tries, NoAnswerError("x", after=after))
    if after is None:
        assert min(60, 2.0 ** min(tries - 1, 30)) / 2 <= wait <= 60
    else:
        assert after <= wait <= after + 6


def test_what_failed_tries_cost_is_paid() -> None:
    outcomes: Iterator[NoAnswerError | Reply] = iter(
        [NoAnswerError("a", retry=True, usage=Usage(3, 4)), Reply("ok", usage=Usage(1, 2))]
    )

    async def once() -> Reply:
        outcome = next(outcomes)
        if isinstance(outcome, NoAnswerError):
            raise outcome
        return outcome

    reply = asyncio.run(with_retries(once, Retries(1, 0.001, 1)))
    assert (reply.usage, reply.attempts) == (Usage(4, 6), 2)


def test_a_pause_that_one_is_asked_for_is_kept_by_all() -> None:
    outcomes: Iterator[NoAnswerError | Reply] = iter([NoAnswerError("a", retry=True, after=0.2), Reply("ok")])
    pace = Pace()

    async def once() -> Reply:
        outcome = next(outcomes)
        if isinstance(outcome, NoAnswerError):
            raise outcome
        return outcome

    async def both() -> float:
        asking = asyncio.create_task(with_retries(once, Retries(1, 0.001, 1), hold=pace.hold))
        await asyncio.sleep(0)
        started = time.monotonic()
        await pace.turn()  # somebody else
        waited = time.monotonic() - started
        await asking
        return waited

    assert asyncio.run(both()) >= 0.19
