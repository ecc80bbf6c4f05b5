"""A transcript stands in for the model that wrote it, and says so where it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from tests.llm.conftest import Open
from tests.llm.fault_server import SAYINGS, FaultServer
from wfllm.config.schema import ReplayLlm
from wfllm.errors import WfllmError
from wfllm.llm.model import Model
from wfllm.llm.open import open_model
from wfllm.llm.replay import export_transcript
from wfllm.llm.request import prompt


class Number(BaseModel):
    """One number."""

    number: int


def replay(path: Path) -> Model:
    return open_model(ReplayLlm(name="replay", path=str(path)))


def test_a_cache_exported_answers_without_a_server(server: FaultServer, ask: Open, tmp_path: Path) -> None:
    requests = [prompt(f"q{n} [{'length' if n == 3 else 'ok'}]", id=f"{n}") for n in range(9)]
    SAYINGS["five"] = "no"
    structured = [prompt("five [say=five]")]
    asked = list(ask().answer(requests))
    faulty = list(ask().answer_as(structured, Number))
    target = tmp_path / "deep" / "t.jsonl"
    assert export_transcript(tmp_path / "cache.sqlite", target) == 9 + 3
    server.close()
    with replay(target) as model:
        again = list(model.answer(requests))
        assert [(a.request, a.text, a.finish) for a in again] == [
            (a.request, a.text, a.finish) for a in asked
        ]
        assert all(a.error is None for a in again)
        (unread,) = model.answer_as(structured, Number)
        assert unread.error == faulty[0].error
    assert {p.name for p in target.parent.iterdir()} == {"t.jsonl"}


def test_a_request_that_is_not_recorded_is_named(
    ask: Open, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    list(ask().answer([prompt("known")]))
    export_transcript(tmp_path / "cache.sqlite", tmp_path / "t")
    with replay(tmp_path / "t") as model:
        answers = list(
            model.answer(
                [
                    prompt("new " * 40),
                    prompt("n", id="record 7"),
                    prompt("known"),
                    prompt("known", max_tokens=3),
                ]
            )
        )
    assert [a.text for a in answers] == [None, None, "answer to known", None]
    assert (
        answers[0].error
        == "no answer recorded for 'new new new new new new new new new new new new new new new …'"
    )
    assert answers[1].error == "no answer recorded for record 7"
    assert answers[3].error == (
        "no answer recorded for 'known' (the same messages are there with max_tokens 2048, not 3)"
    )


LINE = {"request": {**prompt("q").content(), "max_tokens": 2048, "temperature": 0.0}, "text": "a"}


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "3",
        "null",
        '{"text": "a"}',
        '{"request": {"messages": []}}',
        '{"request": 3, "text": "a"}',
        "[" * 9999,
    ],
)
def test_a_line_that_is_none_is_named_with_its_number(line: str, tmp_path: Path) -> None:
    (tmp_path / "t").write_text(f"{json.dumps(LINE)}\n\n{line}\n")
    with pytest.raises(WfllmError, match="is no line of a transcript") as caught:
        replay(tmp_path / "t")
    assert caught.value.where.endswith("t:3")


def test_two_answers_to_one_request_are_refused(tmp_path: Path) -> None:
    other = {**LINE, "text": "b"}
    (tmp_path / "t").write_text("\n".join(map(json.dumps, (LINE, LINE, other))))
    with pytest.raises(WfllmError, match="is a second answer") as caught:
        replay(tmp_path / "t")
    assert caught.value.where.endswith("t:3")


def test_files_that_are_no_transcript_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"\xff\xfe\x00")
    for name in ("nothing", "b", "."):
        with pytest.raises(WfllmError, match="Name a transcript"):
            replay(tmp_path / name)


def test_answers_of_two_models_are_exported_one_at_a_time(ask: Open, tmp_path: Path) -> None:
    for name in ("one", "two"):
        list(ask(model=name).answer([prompt("q")]))
    cache = tmp_path / "cache.sqlite"
    with pytest.raises(WfllmError, match="holds answers of"):
        export_transcript(cache, tmp_path / "t")
    assert export_transcript(cache, tmp_path / "t", model="two") == 1
    with pytest.raises(WfllmError, match="no such file"):
        export_transcript(tmp_path / "nothing", tmp_path / "t")
