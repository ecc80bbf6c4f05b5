"""Workflows by an annotator: the prompt of training, what becomes of each kind of answer, asked once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.bench.stages import fake_annotator
from tests.bench.stages.conftest import Fake, config, keys, run_stage
from tests.llm.fault_server import FaultServer
from wfllm.bench.rules.text import LONGEST
from wfllm.bench.sources.starter import load_starter
from wfllm.bench.stages.annotate import Annotator, annotating
from wfllm.bench.stages.engine import Build
from wfllm.bench.stages.stage import Item
from wfllm.cli import main
from wfllm.commands.annotator import make_annotator, named_prompts, read
from wfllm.config import schema as s
from wfllm.data.prompt import example
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import load_catalogue

APIS = ["is.workflow.actions.downloadurl", "is.workflow.actions.showresult"]


def item(name: str = "synthetic/000000", **more: Any) -> Item:
    blank = {"query": f"Show me a page, {name}.", "apis": APIS, "task_plan": "", "annotated_code": ""}
    return {**blank, "id": name, "split": "train", "meta": {"synthetic": True}, **more}


def made(fake: Fake, *overrides: str) -> Annotator:
    cfg = config("annotator=llm", "expand.count=1", *overrides)
    annotator = make_annotator(cfg.annotator, cfg.llm, Path("unused"))
    assert annotator is not None
    return replace(annotator, open=lambda: fake.open(cfg.llm))


def run(fake: Fake, root: Path, items: list[Item], *overrides: str) -> Build:
    return run_stage(root, items, annotating(made(fake, *overrides)))


def test_plan_and_code_are_those_of_the_answer(fake: Fake, tmp_path: Path) -> None:
    fake.backend.say = lambda m: fake_annotator.annotation(m[-1]["content"], ("",))
    (kept,) = run(fake, tmp_path / "b", [item()]).items("annotate")
    plan, code = fake_annotator.workflow(fake.backend.requests[0].messages[-1].content)
    assert (kept["task_plan"], kept["annotated_code"]) == (plan, code)
    assert kept["apis"] == APIS
    assert kept["meta"]["synthetic"] is True
    assert kept["meta"]["usage"]["annotate"]["asked"] == 1
    assert fake.backend.requests[0].max_tokens == 4096


def test_the_prompt_is_the_one_of_training(fake: Fake, tmp_path: Path) -> None:
    """Word for word, so that a trained annotator sees what it was trained on."""
    fake.backend.say = lambda m: fake_annotator.annotation(m[-1]["content"], ("",))
    record = load_starter()[5]
    run(fake, tmp_path / "b", [item(query=record.query, apis=record.apis)])
    cfg = config("annotator=llm", "expand.count=1").annotator
    assert isinstance(cfg, s.LlmAnnotator)
    target = s.Target(name="full", plan=True, comments=True)
    trained = example(record, load_catalogue(), named_prompts(cfg.prompts), target)
    asked = [{"role": m.role, "content": m.content} for m in fake.backend.requests[0].messages]
    assert asked == trained.messages
    assert read(trained.answer).code == record.annotated_code.strip("\n") + "\n"


ANSWERS: dict[str, tuple[str, str]] = {
    "cut": ("Thought:\n1. A.\n\nCode:\n```python\nx = 1\n[cut]", "cut"),
    "never closed": ("Thought:\n1. A.\n\nCode:\n```python\nx = 1\n", "cut"),
    "ten megabytes": ("Code:\n```python\n" + "x = 1\n" * 1_700_000 + "```", "too_long"),
    "ten megabytes of prose": ("a" * 10_000_000, "too_long"),
    "over and over": ("Thought:\n" + "and the next\n" * 10_000 + "[cut]", "cut"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_without_an_end_is_dropped_and_bounded(fake: Fake, tmp_path: Path, case: str) -> None:
    text, rule = ANSWERS[case]
    fake.backend.say = lambda _: text
    build = run(fake, tmp_path / "b", [item()])
    assert list(build.items("annotate")) == []
    (drop,) = build.drops("annotate")
    assert (drop.rule, drop.item["id"]) == (rule, "synthetic/000000")
    assert drop.reason
    assert len(json.dumps(drop.item)) < LONGEST
    assert drop.item["meta"]["usage"]["annotate"]["asked"] == 1


@pytest.mark.parametrize(
    ("text", "plan", "code"),
    [
        ("I would rather not.", "I would rather not.", ""),
        ("", "", ""),
        ("Code:\n```python\n```", "", ""),
        ("Thought:\n1. A.\n```\nx = 1\n```\nThat is all. ```", "1. A.", "x = 1\n"),
        ("```python\nx = '''\n  ```\n'''\n```", "", "x = '''\n"),
    ],
)
def test_an_answer_is_taken_apart_as_evaluation_does(
    fake: Fake, tmp_path: Path, text: str, plan: str, code: str
) -> None:
    """Whether it is any good is for the next stage to say."""
    fake.backend.say = lambda _: text
    (kept,) = run(fake, tmp_path / "b", [item()]).items("annotate")
    assert (kept["task_plan"], kept["annotated_code"]) == (plan, code)


def command(root: Path, *overrides: str) -> list[str]:
    few = ["data=starter", "data.max_records=6", "expand.count=30", "expand.most_apis=4", "formats=[]"]
    return ["build", f"output={root}", *few, "annotator=llm", *overrides]


def files(root: Path) -> dict[str, bytes]:
    """What a build leaves, but for what says when and where it was made."""
    return {
        p.relative_to(root).as_posix(): p.read_bytes()
        for p in sorted(root.rglob("*"))
        if p.is_file() and p.suffix == ".jsonl" and p.name != "failed.jsonl"
    }


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@pytest.mark.slow
def test_a_prompt_too_long_is_asked_again_in_a_shorter_form(server: FaultServer, tmp_path: Path) -> None:
    """The documentation shrinks to names; where the server refuses these, too, that item is dropped."""
    server.say = fake_annotator.say

    def plan(prompt: str) -> list[str]:
        if "Request: " not in prompt:
            return ["ok"]
        return ["long"] if "def is_" in prompt or "garden" in prompt else ["ok"]

    server.plan = plan
    root = tmp_path / "b"
    main(command(root, *keys(server)))
    drops = rows(root / "08_annotate" / "chunk-000000.dropped.jsonl")
    refused = [drop for drop in drops if drop["rule"] == "annotate"]
    assert refused
    assert all("maximum context length" in drop["reason"] for drop in refused)
    shortened = [p for p in server.answered if "Request: " in p]
    assert shortened
    assert all("def is_" not in p for p in shortened)


@pytest.mark.slow
def test_a_server_that_is_down_leaves_the_stage_open(
    server: FaultServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.say = fake_annotator.say
    broken = {"on": True}

    def plan(prompt: str) -> list[str]:
        return ["500"] if broken["on"] and "Request: " in prompt and "4" in prompt else ["ok"]

    server.plan = plan
    asked = command(tmp_path / "b", *keys(server, retries=1, stop_after="null"))
    assert main(asked) == 1
    assert not (tmp_path / "b" / "08_annotate" / "chunk-000000.jsonl").exists()
    assert not (tmp_path / "b" / "dataset").exists()
    told = rows(tmp_path / "b" / "08_annotate" / "failed.jsonl")
    assert told
    assert all("annotate: " in one["reason"] for one in told)
    assert "the same command again" in capsys.readouterr().out
    broken["on"] = False
    before = {prompt: server.received[prompt] for prompt, count in server.answered.items() if count}
    assert main(asked) == 0
    assert {prompt: server.received[prompt] for prompt in before} == before
    main(command(tmp_path / "whole", *keys(server)))
    assert files(tmp_path / "b") == files(tmp_path / "whole")


def test_what_a_shard_asks_where_does_not_matter(tmp_path: Path) -> None:
    """The settings of the stage hang on the weights that are served, not on the server."""

    def settings(*overrides: str) -> dict[str, Any]:
        cfg = config("annotator=llm", "expand.count=1", *overrides)
        annotator = make_annotator(cfg.annotator, cfg.llm, tmp_path)
        assert annotator is not None
        return dict(annotator.settings)

    one = settings("annotator.base_url=http://a:8000/v1", "annotator.model=x", "annotator.identity=mine")
    two = settings("annotator.base_url=http://b:8000/v1", "annotator.model=y", "annotator.identity=mine")
    assert one == two
    assert settings("annotator.base_url=http://a:8000/v1") != settings("annotator.base_url=http://b:8000/v1")
    x, y = (settings("llm.identity=gpt", f"annotator.model={name}") for name in "xy")
    assert x != y  # what llm is known by is not what the annotator is known by
    assert settings("annotator.max_tokens=7") != settings()


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["annotator=llm", "llm=replay", "llm.path=x", "annotator.model=m"], "llm=replay is no server"),
        (["annotator=llm", "annotator.prompts=build"], "annotator.prompts=build: is no wording of training"),
        (["annotator=llm", "annotator.prompts=defualt"], "no option defualt in prompts"),
        (["annotator=checkpoint", "annotator.path=wandb:me/p/model:v1"], "wandb artifact get me/p/model:v1"),
    ],
)
def test_what_cannot_be_asked_is_told(tmp_path: Path, overrides: list[str], said: str) -> None:
    cfg = config("expand.count=1", *overrides)
    with pytest.raises(WfllmError) as told:
        make_annotator(cfg.annotator, cfg.llm, tmp_path)
    assert said in told.value.line()


def test_an_annotator_without_requests_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["build", f"output={tmp_path / 'b'}", "annotator=llm"]) == 2
    assert "expand.count" in capsys.readouterr().err
