"""Requests from the documentation of APIs alone: sound, the same every time, none for what nobody tells."""

from __future__ import annotations

import json
from pathlib import Path

from tests.bench.stages.conftest import config
from tests.bench.stages.test_expand import blueprint
from wfllm.bench.stages.expand_catalogue import Teller
from wfllm.bench.stages.stage import Dropped
from wfllm.bench.thoughts.llm_text import query_fault
from wfllm.cli import main
from wfllm.shortcuts.catalogue import load_catalogue


def items(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_build_has_sound_requests_without_a_model_and_the_same_ones_again(tmp_path: Path) -> None:
    asked = ["build", "data=starter", "expand.by=catalogue", "expand.count=40", "expand.most_apis=5"]
    for name in ("first", "second"):
        assert main([*asked, "expand.app_apis=draw", f"output={tmp_path / name}", "n_jobs=1"]) == 0
    made = items(tmp_path / "first" / "07_expand" / "chunk-000000.jsonl")
    assert made == items(tmp_path / "second" / "07_expand" / "chunk-000000.jsonl")
    assert len(made) >= 30
    assert len({item["query"] for item in made}) == len(made)
    settings, catalogue = config().expand, load_catalogue()
    for item in made:
        fault = query_fault(
            str(item["query"]),
            apis=item["apis"],  # type: ignore[arg-type]
            catalogue=catalogue,
            min_words=settings.min_words,
            min_sentences=settings.min_sentences,
        )
        assert not fault


def test_every_api_that_is_described_is_asked_for_in_plain_words() -> None:
    catalogue = load_catalogue()
    item = {**blueprint(), "apis": ["is.workflow.actions.downloadurl", "is.workflow.actions.getbatterylevel"]}
    query = Teller(config().expand, catalogue).query(item)
    for name in item["apis"]:
        words = catalogue[name].description.split()[1:4]
        assert " ".join(words).rstrip(".") in query


def test_what_nobody_describes_is_dropped_and_says_why() -> None:
    teller = Teller(config("expand.min_words=40").expand, load_catalogue())
    (outcome,) = teller([{**blueprint(), "apis": ["a.b.Silent"]}])
    assert isinstance(outcome, Dropped)
    assert outcome.rule == "expand"
    assert "words" in outcome.reason
