"""The commands of docs/evaluation.md, run for real in their order: with a random model and few requests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.conftest import QUICK, Run, the_run
from tests.llm.fault_server import FaultServer
from tests.test_readme import ROOT, commands

pytestmark = pytest.mark.slow
SMALL = ["limit=2", "decoding.max_new_tokens=8", "decoding.batch_size=1", "logger=none"]


@pytest.fixture
def server() -> Iterator[FaultServer]:
    server = FaultServer()
    server.say = lambda messages: f"Code:\n```python\nshow({len(messages)})\n```"
    yield server
    server.close()


def wanted() -> list[list[str]]:
    """The words after `wfllm` of what answers requests; a judge's commands have tests of their own."""
    text = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    found = [words[1:] for words in commands(text) if words and Path(words[0]).name == "wfllm"]
    return [w for w in found if w[0] == "evaluate" and not any(word.startswith("judge") for word in w)]


def test_they_run_in_their_order(wfllm: Run, server: FaultServer, tmp_path: Path) -> None:
    wfllm("train", *QUICK, "evaluation.before=false", "evaluation.after=false")
    run = the_run(tmp_path)
    asked = [0]
    for words in wanted():
        words = [w.replace("checkpoint=RUN", f"checkpoint={run}") for w in words]
        words = [f"llm.base_url={server.url}" if w.startswith("llm.base_url") else w for w in words]
        given = {w.split("=")[0] for w in words}
        if "model=api" in words:
            words += ["llm.key_variable=null", "data.max_records=12"]
        elif "checkpoint" not in given:
            words += ["model=tiny", "data.max_records=12", "target=code_only"]  # an example has to fit in
        done = wfllm(*words, *SMALL)
        assert "2 requests" in " ".join(done.stdout.split())
        asked.append(len(server.bodies))
    assert asked[-3:] == [0, 2, 4]
    roles = [[turn["role"] for turn in body["messages"]] for body in server.bodies]
    assert roles[0] == ["system", "user"]
    assert roles[-1] == ["system", "user", "assistant", "user"]

    # Another metric takes the answers of the first; nobody is asked and no model answers.
    first = sorted((tmp_path / "outputs" / "evaluate").glob("*/*/predictions/scores-id.jsonl"))
    again = wfllm(*wanted()[-1][:1], *words[1:], *SMALL, "metrics.families=[checks]")
    assert "they are not generated again" in again.stdout
    assert len(server.bodies) == 4
    new = sorted((tmp_path / "outputs" / "evaluate").glob("*/*/predictions/scores-id.jsonl"))
    (taken,) = set(new) - set(first)
    assert taken.read_bytes() in {path.read_bytes() for path in first}
    results = json.loads((taken.parent.parent / "run.json").read_text())["results"]["scores"]["id"]
    assert "parses" in results
    assert "codebleu" not in results
