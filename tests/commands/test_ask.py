"""`wfllm ask` against a fault-injecting server: what a person sees when a connection works, and when not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.llm.fault_server import FaultServer
from wfllm.cli import main


@pytest.fixture
def server() -> Iterator[FaultServer]:
    server = FaultServer()
    yield server
    server.close()


@pytest.fixture
def keys(server: FaultServer, tmp_path: Path) -> list[str]:
    return [f"llm.base_url={server.url}", "llm.model=m", f"llm.cache={tmp_path}/c", "llm.first_wait=0.01"]


def test_an_answer_with_its_tokens_and_cost(keys: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    priced = [*keys, "llm.price_in=1", "llm.price_out=2"]
    assert main(["ask", *priced, "prompt=hello"]) == 0
    out, err = capsys.readouterr()
    assert out == "answer to hello\n"
    assert err.splitlines()[-1] == "10 tokens in, 5 out, $0.000020"  # after a bar, if it took a while
    assert main(["ask", *priced, "prompt=hello"]) == 0
    assert "Remembered from" in capsys.readouterr().err


def test_what_is_wrong_is_one_line(keys: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", *keys, "prompt='[404]'"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "Check llm.model, and llm.base_url" in err


def test_a_transcript_of_what_is_remembered(
    keys: list[str], server: FaultServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "t.jsonl"
    assert main(["ask", *keys, "prompt=hello", f"transcript={target}"]) == 0
    server.close()
    assert f"Next: any command with llm=replay llm.path={target}" in capsys.readouterr().err
    assert main(["ask", "llm=replay", f"llm.path={target}", "prompt=hello"]) == 0
    assert capsys.readouterr().out == "answer to hello\n"
    assert main(["ask", "llm=replay", f"llm.path={target}", f"transcript={target}"]) == 1
    assert main(["ask"]) == 1
    assert 'Ask something: prompt="…"' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("llm.base_url=localhost:8000", "llm.base_url"),
        ("llm.base_url=https://me:word@host/v1", "llm.base_url"),
        ("llm.key_variable=my-key", "llm.key_variable"),
        ("llm.budget_usd=1", "llm.price_in"),
        ("llm.temperature=-1", "llm.temperature"),
        ("llm.concurency=3", "Did you mean llm.concurrency?"),
    ],
)
def test_a_wrong_key_is_told_before_anything_is_asked(
    override: str, told: str, keys: list[str], server: FaultServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", *keys, "prompt=hello", override]) == 2
    assert told in capsys.readouterr().err
    assert not server.received
