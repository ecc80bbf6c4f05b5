"""A prompt that a server refuses again and again: it waits, or it is given up where the config says so."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.bench.stages import fake_annotator
from tests.bench.stages.conftest import keys
from tests.bench.stages.test_annotate import files, rows
from tests.bench.stages.test_thoughts import dataset, number_in, records
from tests.llm.fault_server import FaultServer
from wfllm.cli import main


def build(root: Path, data: Path, server: FaultServer, *more: str, **given: Any) -> int:
    own = ["data=records", f"data.path={data}", "thoughts=llm", f"output={root}", "formats=[]"]
    return main(["build", *own, "thoughts.overwrite=true", *more, *keys(server, **given)])


def test_it_waits_and_is_told_and_then_is_left_out(
    server: FaultServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, root = records(tmp_path / "r.jsonl", 3), tmp_path / "b"
    server.plan = lambda prompt: ["400" if number_in(prompt) == 1 and "flowchart" in prompt else "ok"]
    assert build(root, data, server, "thoughts.fallback=drop") == 1
    told = " ".join(capsys.readouterr().out.split())
    assert "r1: plan: status 400" in told
    assert "If other prompts are answered, llm.refused=drop leaves out" in told
    once = server.received.copy()
    assert build(root, data, server, "thoughts.fallback=drop", refused="drop", retries=2) == 0
    more = server.received - once
    assert list(more.values()) == [3]  # nothing else is asked again
    (drop,) = rows(root / "04_thoughts" / "chunk-000000.dropped.jsonl")
    assert (drop["rule"], drop["item"]["id"]) == ("refused", "r1")
    assert "status 400" in drop["reason"]
    assert not (root / "04_thoughts" / "failed.jsonl").exists()
    lines = [json.loads(line) for text in dataset(root).values() for line in text.splitlines()]
    assert sorted(line["id"] for line in lines) == ["r0", "r2"]


def test_the_documentation_writes_that_part_where_it_may(server: FaultServer, tmp_path: Path) -> None:
    data = records(tmp_path / "r.jsonl", 2)
    server.plan = lambda prompt: ["400" if number_in(prompt) == 1 and "flowchart" in prompt else "ok"]
    assert build(tmp_path / "b", data, server, refused="drop", retries=0) == 0
    lines = [json.loads(line) for text in dataset(tmp_path / "b").values() for line in text.splitlines()]
    (record,) = [line for line in lines if line["id"] == "r1"]
    assert record["meta"]["thoughts"]["plan"] == "catalogue"
    assert "status 400" in record["meta"]["not_by_llm"]["plan"]


def test_where_everything_is_refused_nothing_is_given_up(server: FaultServer, tmp_path: Path) -> None:
    """A key that the server does not take would otherwise drop all."""
    data = records(tmp_path / "r.jsonl", 12)
    server.plan = lambda _: ["400"]
    assert build(tmp_path / "b", data, server, refused="drop", retries=0, stop_after=5) == 1
    assert not (tmp_path / "b" / "04_thoughts" / "chunk-000000.jsonl").exists()
    assert len(server.received) < 12 + 8


@pytest.mark.slow
def test_requests_workflows_and_repairs_that_are_refused(server: FaultServer, tmp_path: Path) -> None:
    server.say = fake_annotator.say
    refused = {"Invent one request": "expand", "Request: ": "annotate", "A program that checks": "confirm"}

    def plan(prompt: str) -> list[str]:
        return ["400" if any(w in prompt for w in refused) and sum(prompt.encode()) % 4 == 0 else "ok"]

    server.plan = plan
    made = ["data=starter", "data.max_records=6", "expand.count=30", "expand.most_apis=4", "formats=[]"]
    made += ["annotator=llm", "confirm.repair=true", *keys(server, refused="drop", retries=0)]
    root = tmp_path / "b"
    assert main(["build", f"output={root}", *made]) == 0
    rules = Counter(
        name.partition("/")[0][3:]
        for name, text in files(root).items()
        if name.endswith(".dropped.jsonl")
        for line in text.splitlines()
        if json.loads(line)["rule"] == "refused"
    )
    assert set(rules) == set(refused.values()), rules
