"""How a stage asks: prompts filled in, what answers took, what waits and what does not."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.bench.stages import fake_model
from tests.bench.stages.conftest import Fake, config, run_stage
from wfllm.bench.stages.asking import Asking, Sampling, Talk, fill, seed_of
from wfllm.bench.stages.stage import Dropped, EachChunk, Item, Outcome
from wfllm.config.schema import Prompt
from wfllm.errors import WfllmError
from wfllm.llm.model import Model
from wfllm.llm.no_answer import NoAnswerError
from wfllm.llm.request import Reply, Request

WORDING = Prompt(system="You know {what}.", user="Tell me of {what}, {who} and {other}.")


class Plain(Asking):
    """Asks for text of any form."""

    async def one(self, talk: Talk, item: Item) -> Outcome:
        answer = await talk.text("plain", WORDING, {"what": item["id"], "who": "{what}"})
        item = {**item, "meta": talk.noted(item.get("meta"))}
        return (
            Dropped(item, "plain", str(answer.error))
            if answer.text is None
            else {**item, "text": answer.text}
        )


def plain(root: Path, items: list[Item], sampling: Sampling | None = None) -> list[Item]:
    stage = EachChunk(
        "plain", "before", lambda _: Plain(config().llm, sampling or Sampling()), processes=False
    )
    build = run_stage(root, items, stage)
    return [*build.items("plain"), *({"reason": drop.reason} for drop in build.drops("plain"))]


def test_names_in_braces_are_filled_in_once() -> None:
    assert fill("{a} {b} {c} {{a}}", {"a": "{b}", "b": "2"}) == "{b} 2 {c} {{b}}"
    assert fill("{a}", {}) == "{a}"


def test_text_of_any_form(fake: Fake, tmp_path: Path) -> None:
    fake.backend.say = lambda messages: messages[-1]["content"]
    (made,) = plain(tmp_path, [{"id": "birds", "meta": {"usage": {"before": {"asked": 1}}}}])
    assert made["text"] == "Tell me of birds, {what} and {other}."
    assert list(made["meta"]["usage"]) == ["before", "plain"]
    assert fake.backend.requests[0].messages[0].content == "You know birds."


@pytest.mark.parametrize("final", [True, False])
def test_a_prompt_nobody_can_answer_is_dropped_and_one_nobody_answers_now_waits(
    final: bool, fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(request: Request) -> Reply:
        raise NoAnswerError("no", final=final)

    monkeypatch.setattr(fake.backend, "ask", ask)
    assert plain(tmp_path, [{"id": "a"}]) == ([{"reason": "no"}] if final else [])
    assert (tmp_path / "02_plain" / "chunk-000000.jsonl").exists() == final


def test_the_model_is_closed_whatever_happens(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Model] = []
    monkeypatch.setattr(Model, "close", lambda self: closed.append(self))
    fake.backend.say = fake_model.say  # which does not know this prompt
    with pytest.raises(KeyError):
        plain(tmp_path, [{}])
    assert len(closed) == 1


def test_several_chunks_at_once_make_the_same(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items: list[Item] = [{"id": str(n)} for n in range(600)]
    fake.backend.say = lambda messages: messages[-1]["content"]
    fake.cache = Path(":memory:")  # SQLite's own name for none on disk: nothing here is about the disk
    at_once: list[int] = []

    def counted(chunks: int) -> list[Item]:
        monkeypatch.setattr(Plain, "at_once", chunks)
        monkeypatch.setattr(Plain, "told", lambda self, more, note: None)
        at_once.append(chunks)
        return plain(tmp_path / str(chunks), items)

    assert counted(1) == counted(3)
    one, three = (
        {p.name: p.read_bytes() for p in (tmp_path / str(n) / "02_plain").glob("chunk-*")} for n in at_once
    )
    assert one == three
    assert len(one) == 3


def test_a_fault_in_one_chunk_ends_the_others(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(request: Request) -> Reply:
        await asyncio.sleep(600)
        return Reply("x")

    plainly = Plain.one

    async def one(self: Plain, talk: Talk, item: Item) -> Outcome:
        if item["id"] == "256":  # the first of the second chunk
            await asyncio.sleep(0.1)
            raise WfllmError("the disk is full")
        return await plainly(self, talk, item)

    monkeypatch.setattr(fake.backend, "ask", ask)
    monkeypatch.setattr(Plain, "one", one)
    start = time.monotonic()
    with pytest.raises(WfllmError, match="the disk is full"):
        plain(tmp_path, [{"id": str(n)} for n in range(600)])
    assert time.monotonic() - start < 60
    assert not list((tmp_path / "02_plain").glob("chunk-*"))


def test_seeds_hang_on_stage_and_item_alone(fake: Fake, tmp_path: Path) -> None:
    fake.backend.say = lambda messages: "x"
    items: list[Item] = [{"id": "a"}, {"id": "b"}]
    plain(tmp_path / "1", items, Sampling(temperature=1.0, seed=3))
    assert [request.seed for request in fake.backend.requests] == [seed_of(3, "a"), seed_of(3, "b")]
    assert seed_of(3, "a") != seed_of(4, "a")
    assert 0 <= seed_of(3, "\ud800") < 2**31
