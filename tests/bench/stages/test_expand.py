"""Requests for blueprints: sound, new, or dropped with the reason; killed anywhere, nothing is paid twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench.stages import fake_model
from tests.bench.stages.conftest import Fake, config, keys, run_stage
from tests.bench.stages.test_draw import FLOW, item
from tests.bench.stages.test_thoughts import dataset, records
from tests.llm.fault_server import FaultServer, remembered
from wfllm.bench.similar import similarity
from wfllm.bench.stages.engine import Build
from wfllm.bench.stages.expand import expanding
from wfllm.bench.stages.stage import Item, Whole
from wfllm.cli import main

ROOT = Path(__file__).resolve().parents[3]
APIS = ["is.workflow.actions.downloadurl", "com.lifx.lifx.LightPowerIntent"]
GOOD = (
    "When I come home after dark, look up on the web whether the sun has set in my city and, if it has, "
    "turn on the lamp in the hall. Otherwise leave it off and tell me how long the daylight will last."
)
OTHER = (
    "Each Sunday collect the headlines of my three favourite newspapers. Make every light blink once when "
    "a headline mentions football, and otherwise just show me the titles in one long message to read."
)
EXAMPLES = [item(1, ["a"], code=FLOW), item(2, ["a"]), item(3, ["a"], "id")]


def blueprint(number: int = 0) -> Item:
    blank: Item = {"query": "", "apis": APIS, "task_plan": "", "annotated_code": ""}
    meta = {"synthetic": True, "examples": ["r1", "r2"]}
    more = {"category": "Travel", "split": "train", "source": "synthetic", "meta": meta}
    return {**blank, "id": f"synthetic/{number:06d}", **more}


def run(root: Path, items: list[Item], *overrides: str) -> Build:
    cfg = config(*overrides)
    split = Whole("split", (), lambda _: iter(EXAMPLES))
    return run_stage(root, items, expanding(cfg.expand, cfg.prompts, cfg.llm), split)


def saying(*queries: str) -> Callable[[fake_model.Messages], str]:
    """A model that answers the n-th try of a conversation with the n-th of these, the last for good."""

    def say(messages: fake_model.Messages) -> str:
        turn = sum(m["role"] == "assistant" for m in messages)
        return json.dumps({"query": queries[min(turn, len(queries) - 1)]})

    return say


def test_a_blueprint_gets_a_request(fake: Fake, tmp_path: Path) -> None:
    fake.backend.say = saying(f"  {GOOD}\n")
    (made,) = run(tmp_path, [blueprint()]).items("expand")
    assert made["query"] == GOOD
    usage = made["meta"].pop("usage")
    assert usage["expand"]["asked"] == 1
    assert usage["expand"]["completion_tokens"] > 0
    assert made == {**blueprint(), "query": GOOD}


@pytest.mark.parametrize(
    ("overrides", "there", "not_there"),
    [
        (
            [],
            ["Its theme is Travel.", "\nq1\nIts steps:\np", "\nq2\n", "def com_lifx_lifx_LightPowerIntent("],
            ["q3"],
        ),
        (["expand.example=query"], ["\nq1\n"], ["Its steps", "is_workflow_actions_b1"]),
        (["expand.example=code"], ["Its code:\nif a:\n    is_workflow_actions_b1()"], []),
        (["expand.documentation=full"], ["    target: "], []),
        (["expand.language=fr"], ["Write in the language with the ISO code fr."], []),
    ],
)
def test_the_prompt_shows_theme_documentation_and_examples(
    overrides: list[str], there: list[str], not_there: list[str], fake: Fake, tmp_path: Path
) -> None:
    run(tmp_path, [blueprint()], *overrides)
    text = fake.backend.requests[0].messages[-1].content
    assert not [part for part in there if part not in text]
    assert not [part for part in not_there if part in text]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "the request is empty"),
        ("Turn on the light.", "at least 25 are wanted"),
        (GOOD.replace(". Otherwise", ", otherwise"), "at least 2 are wanted"),
        (f"{GOOD} Use downloadurl.", "(downloadurl)"),
        (f"{GOOD} Call LightPowerIntent.", "(LightPowerIntent)"),
        (f"{GOOD} Begin with is_workflow_actions_.", "is_workflow_actions_"),
        (f"{GOOD} Write it in Python.", "speaks of Python"),
        ("Rien", "at least 25"),
    ],
)
def test_a_request_that_stays_unusable_is_dropped(
    query: str, reason: str, fake: Fake, tmp_path: Path
) -> None:
    fake.backend.say = saying(query)
    build = run(tmp_path, [blueprint()])
    (drop,) = build.drops("expand")
    assert (drop.rule, reason in drop.reason) == ("expand", True)
    assert drop.reason.startswith("expand: no answer of the right form in 3 tries: ")
    assert drop.item["meta"]["usage"]["expand"]["prompt_tokens"] > 0
    assert build.is_complete("expand")


def test_a_language_that_was_asked_for_is_checked(fake: Fake, tmp_path: Path) -> None:
    fake.backend.say = saying(GOOD)
    (drop,) = run(tmp_path, [blueprint()], "expand.language=fr").drops("expand")
    assert "it is written in 'en', and 'fr' is wanted" in drop.reason


def test_a_request_like_an_example_is_asked_again(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EXAMPLES[0], "query", GOOD.replace("hall", "house").upper())
    fake.backend.say = saying(GOOD, OTHER)
    (made,) = run(tmp_path, [blueprint()]).items("expand")
    assert made["query"] == OTHER
    assert "too similar to an example" in fake.backend.requests[1].messages[-1].content


def test_a_request_like_an_earlier_one_of_the_chunk_is_asked_again_or_dropped(
    fake: Fake, tmp_path: Path
) -> None:
    near = GOOD.replace("hall", "kitchen")
    answers = {"Travel": GOOD, "News": near, "Music": near}

    def say(messages: fake_model.Messages) -> str:
        asked = messages[1]["content"]
        theme = next(name for name in answers if f"theme is {name}" in asked)
        new = theme == "News" and "taken already" in asked
        return json.dumps({"query": OTHER if new else answers[theme]})

    fake.backend.say = say
    items = [{**blueprint(n), "category": theme} for n, theme in enumerate(answers)]
    build = run(tmp_path / "a", items)
    assert [made["query"] for made in build.items("expand")] == [GOOD, OTHER]
    (drop,) = build.drops("expand")
    assert (drop.rule, drop.item["category"]) == ("similar", "Music")
    assert "too similar to one there is already (When I come home" in drop.reason
    before = dict(fake.backend.received)
    again = run(tmp_path / "b", items)
    assert list(again.items("expand")) == list(build.items("expand"))
    assert dict(fake.backend.received) == before  # all of it was remembered


def test_the_same_whoever_answers_first(fake: Fake, tmp_path: Path) -> None:
    items = [blueprint(n) for n in range(20)]
    first = list(run(tmp_path / "a", items).items("expand"))
    fake.backend.concurrency = 1
    fake.cache = tmp_path / "other.sqlite"
    assert list(run(tmp_path / "b", items).items("expand")) == first


def test_similarity() -> None:
    words = frozenset("abcd")
    assert similarity(words, words) == similarity(frozenset(), frozenset()) == 1
    assert similarity(words, frozenset("abef")) == pytest.approx(1 / 3)


def test_sampling_has_a_seed_of_the_item_where_it_samples(fake: Fake, tmp_path: Path) -> None:
    run(tmp_path / "a", [blueprint(n) for n in range(3)], "expand.temperature=1.0")
    seeds = [request.seed for request in fake.backend.requests]
    assert len(set(seeds)) == 3
    assert None not in seeds
    assert {request.temperature for request in fake.backend.requests} == {1.0}
    run(tmp_path / "b", [blueprint()])
    assert fake.backend.requests[-1].seed is None


@pytest.mark.slow
def test_a_budget_is_that_of_the_run_and_not_of_each_stage(server: FaultServer, tmp_path: Path) -> None:
    data = records(tmp_path / "r.jsonl", 5)
    few = ["expand.count=12", "llm.budget_requests=24"]  # 20 for thoughts, 12 for requests
    assert main([*command(tmp_path / "b", data, server), *few]) == 1
    assert sum(server.received.values()) == 24
    assert main([*command(tmp_path / "b", data, server), *few]) == 0
    assert sum(server.received.values()) == 32


# --- killed ----------------------------------------------------------------------------------------


def command(root: Path, data: Path, server: FaultServer) -> list[str]:
    own = ["data=records", f"data.path={data}", "thoughts=llm", f"output={root}", "formats=[]"]
    return ["build", *own, "thoughts.overwrite=true", "expand.count=40", *keys(server, concurrency=4)]


@pytest.mark.slow
def test_killed_twenty_times_it_ends_with_the_same_files_and_asks_nothing_answered_again(
    server: FaultServer, tmp_path: Path
) -> None:
    dice = random.Random(5)
    data = records(tmp_path / "r.jsonl", 60)
    assert main(command(tmp_path / "calm", data, server)) == 0
    asked = sum(server.received.values())
    server.received.clear()
    server.delay = 0.04
    root = tmp_path / "rough"
    settled: dict[str, int] = {}
    kills, progress = 0, set()
    for _ in range(20):
        before = server.received.copy()
        process = subprocess.Popen(
            [sys.executable, "-m", "wfllm.cli", *command(root, data, server)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while server.received == before and process.poll() is None:
            time.sleep(0.01)
        time.sleep(dice.uniform(0, 0.25))
        kills += process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        time.sleep(0.2)  # the server may still be answering the one that is gone
        for conversation in remembered(root / "answers.sqlite"):
            settled.setdefault(conversation, server.received[conversation])
        progress.add(len(settled))
    assert main(command(root, data, server)) == 0
    assert dataset(root) == dataset(tmp_path / "calm")
    for stage in ("04_thoughts", "06_draw", "07_expand"):
        calm, rough = (
            {p.name: p.read_bytes() for p in (folder / stage).glob("chunk-*")}
            for folder in (tmp_path / "calm", root)
        )
        assert calm == rough
    assert kills >= 10
    assert len(progress) >= 10
    assert sum(server.received.values()) <= asked + 4 * kills  # what was in flight at a kill
    assert {key: server.received[key] for key in settled} == settled
