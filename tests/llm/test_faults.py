"""Against a fault-injecting server: nothing lost, nothing twice, each failure with its reason."""

from __future__ import annotations

import pytest

from tests.llm.conftest import Open
from tests.llm.fault_server import FaultServer
from wfllm.llm.request import prompt

MENDED = ["500", "502", "503", "408", "drop", "half", "cut", "nonsense", "html", "empty", "nochoice"]


def test_fault_server_whatever_another_try_mends_is_tried_again(server: FaultServer, ask: Open) -> None:
    texts = [f"q{n} [{step} ok]" for n, step in enumerate(MENDED)]
    answers = list(ask(retries=1).answer([prompt(text) for text in texts]))
    assert [a.text for a in answers] == [f"answer to {text}" for text in texts]
    assert {a.attempts for a in answers} == {2}
    assert server.received == dict.fromkeys(texts, 2)
    assert server.answered == dict.fromkeys(texts, 1)


def test_fault_server_that_hangs_is_a_timeout_and_tried_again(server: FaultServer, ask: Open) -> None:
    (answer,) = ask(timeout=0.2).answer([prompt("q [hang ok]")])
    assert (answer.text, answer.attempts) == ("answer to q [hang ok]", 2)
    (late,) = ask(timeout=0.1, retries=1).answer([prompt("p [hang]")])
    assert late.error == f"no answer from {server.url} within 0.1 s"
    assert late.attempts == server.received["p [hang]"] == 2


REASONS = {
    "500": ("status 500 from {url}: told 500", 2),
    "429": ("status 429 from {url}: slow down", 2),
    "drop": ("no connection to {url} (ReadError", 2),
    "half": ("the connection broke off within the answer (RemoteProtocolError", 2),
    "cut": ('the server sent half of JSON (\'{{"id":', 2),
    "nonsense": ("the server sent 'lorem ipsum' instead of JSON", 2),
    "html": ("the server sent an HTML page (Gateway) instead of JSON", 2),
    "empty": ("the server sent nothing instead of JSON", 2),
    "nochoice": ("the server's answer holds no choice", 2),
    "400": ("status 400 from {url}: told 400", 1),
    "422": ("status 422 from {url}: told 422", 1),
    "tools": ("the model called tools instead of answering", 1),
}


def test_fault_server_each_failed_item_has_its_reason_and_the_others_go_on(
    server: FaultServer, ask: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    requests = [r for s in REASONS for r in (prompt(f"[{s}]", id=s), prompt(f"good {s}", id=f"good {s}"))]
    answers = list(ask(retries=1).answer(requests))
    assert [a.request for a in answers] == requests
    for step, answer in zip(REASONS, answers[::2], strict=True):
        reason, tries = REASONS[step]
        assert answer.text is None
        assert (answer.error or "").startswith(reason.format(url=server.url))
        assert (answer.attempts, server.received[f"[{step}]"]) == (tries, tries)
    assert all(a.text == f"answer to {a.request.id}" for a in answers[1::2])
    err = capsys.readouterr().err
    assert "1 request failed (400): status 400" in err
    assert "… and 7 other reasons" in err


def test_fault_server_a_cut_answer_is_marked_and_counted(
    ask: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    (answer,) = ask().answer([prompt("[length]")])
    assert (answer.text, answer.finish) == ("cut he", "length")
    assert "1 answer cut at max_tokens" in capsys.readouterr().err


def test_fault_server_that_counts_no_tokens_gets_them_estimated(ask: Open) -> None:
    model = ask()
    (answer,) = model.answer([prompt("[nocount]")])
    assert answer.usage.estimated
    assert answer.usage.total > 0
    assert model.account.total.estimated == 1


def test_fault_server_retry_after_is_kept(server: FaultServer, ask: Open) -> None:
    model = ask(concurrency=1)
    list(model.answer([prompt("a [429=0.4 ok]"), prompt("b")]))
    first, second, *_ = server.times
    assert second - first >= 0.4
    assert model.account.retries == 1


def test_fault_server_that_asks_to_wait_an_hour_ends_the_run(
    server: FaultServer, ask: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ask(concurrency=1)
    answers = list(model.answer([prompt("a"), prompt("b [429=3600]"), prompt("c"), prompt("d")]))
    assert [a.text is None for a in answers] == [False, True, True, True]
    assert (answers[2].error or "").startswith("not asked: status 429")
    assert sum(server.received.values()) == 2
    err = capsys.readouterr().err.splitlines()
    assert err == [
        f"Stopped asking with 3 requests left: status 429 from {server.url}: slow down. "
        "The server asks to wait 3600 s. The same command goes on from here; "
        "llm.longest_wait=3600 would wait."
    ]


@pytest.mark.parametrize(
    ("step", "mend"),
    [
        ("401", "Put a key that is valid there into $WFLLM_TEST_KEY."),
        ("403", "The key may not use this model"),
        ("404", "Check llm.model, and llm.base_url"),
        ("quota", "The account has no credit left"),
    ],
)
def test_fault_server_that_refuses_all_is_told_once_with_the_mend(
    step: str,
    mend: str,
    server: FaultServer,
    ask: Open,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WFLLM_TEST_KEY", "very-secret")
    model = ask(concurrency=2, key_variable="WFLLM_TEST_KEY")
    answers = list(model.answer([prompt(f"q{n} [{step}]") for n in range(30)]))
    assert all(a.text is None and mend in str(a.error) for a in answers)
    assert sum(server.received.values()) <= 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Stopped asking with 30 requests left: status ")
    assert mend in line
    assert server.keys == {"Bearer very-secret"}


def test_fault_server_that_repeats_the_key_does_not_get_it_into_the_reason(
    ask: Open, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WFLLM_TEST_KEY", "very-secret")
    (answer,) = ask(key_variable="WFLLM_TEST_KEY").answer([prompt("[echo401]")])
    assert "Incorrect key [key]" in str(answer.error)
    assert "very-secret" not in capsys.readouterr().err


def test_fault_server_that_is_down_ends_the_run_after_some_failures_in_a_row(
    server: FaultServer, ask: Open
) -> None:
    model = ask(retries=0, stop_after=3, concurrency=1)
    texts = ["a [503]", "b [503]", "c", "d [503]", "e [503]", "f [503]", "g", "h"]
    answers = list(model.answer([prompt(text) for text in texts]))
    assert [a.text is not None for a in answers] == [text == "c" for text in texts]
    assert (answers[6].error or "").startswith("not asked: 3 requests in a row failed, the last: status 503")
    assert set(server.received) == set(texts[:6])


def test_a_port_nobody_listens_on(server: FaultServer, ask: Open) -> None:
    server.close()
    (answer,) = ask(retries=1).answer([prompt("q")])
    assert str(answer.error).startswith(f"no connection to {server.url} (ConnectError")
    assert answer.attempts == 2


def test_a_request_that_cannot_be_sent_does_not_stop_the_others(ask: Open) -> None:
    answers = list(ask().answer([prompt("\ud800"), prompt("good")]))
    assert str(answers[0].error).startswith("cannot be asked (UnicodeEncodeError")
    assert answers[1].text == "answer to good"
