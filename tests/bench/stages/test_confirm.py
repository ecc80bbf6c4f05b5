"""Repair and rules over an annotator's samples: what goes into the dataset, and why the rest does not."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.bench.stages import fake_annotator
from tests.bench.stages.conftest import Fake, config, keys, run_stage
from tests.bench.stages.test_annotate import command, files, rows
from tests.llm.fault_server import FaultServer, remembered
from wfllm.bench.measure import NOTE
from wfllm.bench.sources.records import read_records
from wfllm.bench.sources.starter import load_starter
from wfllm.bench.stages.confirm import GIVEN, confirming
from wfllm.bench.stages.engine import Build
from wfllm.bench.stages.repair import Repaired, fields
from wfllm.bench.stages.stage import TRAJECTORIES, Item, Whole
from wfllm.cli import main
from wfllm.llm.replay import export_transcript
from wfllm.shortcuts.catalogue import load_catalogue

APIS = ["is.workflow.actions.count", "is.workflow.actions.showresult"]
CODE = """# Asks for a text.
text = input("Which text?")
# Counts its letters.
count = is_workflow_actions_count(Input=text, WFCountType="Characters")
# Shows how many there are.
is_workflow_actions_showresult(Text=f"{count} letters")
"""
PLAN = "1. Ask for a text.\n2. Count its letters.\n3. Show the result."


def item(name: str = "synthetic/000000", **more: object) -> Item:
    whole = {"query": "How many letters has a text that I type?", "apis": APIS, "task_plan": PLAN}
    return {
        **whole,
        "annotated_code": CODE,
        "id": name,
        "split": "train",
        "meta": {"synthetic": True},
        **more,
    }


def run(root: Path, items: list[Item], *overrides: str, held_out: list[Item] | None = None) -> Build:
    cfg = config(*overrides)
    split = Whole("split", (), lambda _: iter(held_out or []))
    return run_stage(root, items, confirming(cfg.confirm, cfg.prompts, cfg.llm), split)


def dropped(build: Build) -> dict[str, str]:
    return {drop.item["id"]: drop.rule for drop in build.drops("confirm")}


def test_a_good_sample_stays_as_it_is_and_says_what_it_uses(tmp_path: Path) -> None:
    more = item(apis=[*APIS, "is.workflow.actions.notification"])
    kept, other = run(tmp_path / "b", [item(), more]).items("confirm")
    assert {**kept, NOTE: None} == {**item(), NOTE: None}
    assert kept[NOTE]["stats"]["actions"] == 3
    assert other["apis"] == APIS
    assert other["meta"][GIVEN] == more["apis"]


def test_what_is_dropped_is_kept_with_its_rule(tmp_path: Path) -> None:
    bad = {
        "no_code": item("a", annotated_code=""),
        "bad_parameters": item("b", annotated_code=CODE.replace("Input=", "Inputs=")),
        "near_duplicate": item(
            "c", annotated_code=CODE.replace("text =", "words =").replace("=text", "=words")
        ),
        "unseen_apis": item("d"),
    }
    held_out = [item("x", split="id", query="Another.")]
    unseen = [{**item("y", query="Other.", annotated_code="pass\n"), "split": "ood", "apis": [APIS[1]]}]
    first = run(
        tmp_path / "b", [bad["no_code"], bad["bad_parameters"], bad["near_duplicate"]], held_out=held_out
    )
    assert dropped(first) == {"a": "no_code", "b": "bad_parameters", "c": "near_duplicate"}
    assert next(iter(first.drops("confirm"))).item == bad["no_code"]
    second = run(tmp_path / "c", [bad["unseen_apis"]], held_out=unseen)
    assert dropped(second) == {"d": "unseen_apis"}
    third = run(tmp_path / "d", [bad["unseen_apis"]], "confirm.unseen_apis=false", held_out=unseen)
    assert dropped(third) == {}


@pytest.mark.slow
def test_several_processes_say_the_same(tmp_path: Path) -> None:
    items = [
        {**record.as_json(), "id": f"{n}-{record.id}"} for n in range(2) for record in load_starter()[:150]
    ]
    for number in range(0, 300, 7):
        items[number]["annotated_code"] = items[number]["annotated_code"].replace("=", "==", 1)
    cfg = config()
    made = []
    for n_jobs in (1, 2):
        stage = confirming(cfg.confirm, cfg.prompts, cfg.llm)
        wholes = [Whole("annotate", (), lambda _: iter(items)), Whole("split", (), lambda _: iter([]))]
        build = Build(tmp_path / str(n_jobs), [*wholes, stage])
        list(build.run(n_jobs=n_jobs))
        made.append(files(tmp_path / str(n_jobs)))
    assert made[0] == made[1]
    assert len(dropped(build)) > 40  # of 43, where the sign stood in code


# ---------------------------------------------------------------- repair


def answer(code: str = CODE, plan: str = PLAN) -> str:
    return json.dumps({"plan": plan.split("\n"), "code": code})


def test_a_repaired_sample_carries_the_lines_that_were_mended(fake: Fake, tmp_path: Path) -> None:
    fake.backend.say = lambda _: answer()
    bad = item(annotated_code=CODE.replace("Input=", "Inputs="), task_plan="")
    (kept,) = run(tmp_path / "b", [bad], "confirm.repair=true").items("confirm")
    assert (kept["task_plan"], kept["annotated_code"]) == (PLAN, CODE)
    (pair,) = kept[TRAJECTORIES]
    assert pair["wrong"] == 'count = is_workflow_actions_count(Inputs=text, WFCountType="Characters")'
    assert pair["corrected"] == pair["wrong"].replace("Inputs", "Input")
    assert pair["id"] == "synthetic/000000"
    assert kept["meta"]["usage"]["repair"]["asked"] == 1
    told = fake.backend.requests[0].messages[-1].content
    assert "line 4: Count has no parameter Inputs" in told
    assert "Plan:\n(none)" in told
    assert "def is_workflow_actions_count(" in told


def test_an_answer_still_wrong_is_asked_again_with_what_is_wrong(fake: Fake, tmp_path: Path) -> None:
    fake.backend.say = lambda m: answer() if len(m) > 3 else answer(CODE.replace("Input=", "Inputs="))
    (kept,) = run(tmp_path / "b", [item()], "confirm.repair=true").items("confirm")
    assert kept["annotated_code"] == CODE
    assert TRAJECTORIES not in kept  # the annotator's own lines were right
    assert "the checker still says of the workflow: line 4" in fake.backend.requests[1].messages[-1].content


REPAIRS = {
    "no JSON": "Sorry.",
    "never right": answer(CODE.replace("Input=", "Inputs=")),
    "no plan": answer(plan=""),
    "too deep": '{"plan": ["a"], "code": ' + "[" * 100_000,
    "hostile": answer('__import__("os").system("touch hacked")\n'),
    "ten megabytes": answer("x = 1\n" * 1_700_000),
    "a surrogate": answer('x = "\\ud800"\n'),
}


@pytest.mark.parametrize("case", REPAIRS)
def test_a_repair_that_stays_unusable_is_a_drop(fake: Fake, tmp_path: Path, case: str) -> None:
    fake.backend.say = lambda _: REPAIRS[case]
    build = run(tmp_path / "b", [item()], "confirm.repair=true", "llm.again=1")
    assert list(build.items("confirm")) == []
    (drop,) = build.drops("confirm")
    assert drop.rule == "repair"
    assert len(json.dumps(drop.item)) + len(drop.reason) < 20_000
    assert fake.backend.received == {"repair": 2}
    assert not (tmp_path / "hacked").exists()
    assert not Path("hacked").exists()


def test_what_no_repair_could_mend_is_not_paid_for(fake: Fake, tmp_path: Path) -> None:
    fake.backend.say = lambda _: answer()
    items = [
        item("a", annotated_code=""),
        item("b", query="Use is_workflow_actions_count."),
        item("c", task_plan="over and " * 500),
    ]
    build = run(tmp_path / "b", items, "confirm.repair=true")
    assert dropped(build) == {"a": "no_code", "b": "api_names_in_query", "c": "repetition"}
    assert not fake.backend.received


def test_a_repaired_sample_must_pass_the_rules_too(fake: Fake, tmp_path: Path) -> None:
    fake.backend.say = lambda _: answer(plan="1. Bake a cake with cherries.")
    assert dropped(run(tmp_path / "b", [item()], "confirm.repair=true")) == {"synthetic/000000": "plan_code"}


def test_braces_in_a_sample_are_no_fields(fake: Fake, tmp_path: Path) -> None:
    fake.backend.say = lambda _: answer()
    tricky = item(query="Say {code} and {findings} to {me}.")
    run(tmp_path / "b", [tricky], "confirm.repair=true")
    assert "Request: Say {code} and {findings} to {me}." in fake.backend.requests[0].messages[-1].content
    assert fields(tricky, load_catalogue())["query"] == tricky["query"]


@pytest.mark.parametrize("code", [CODE, f"```python\n{CODE}```", f"```\n{CODE}\n```\n", CODE.strip()])
def test_a_fence_around_repaired_code_is_taken_off(code: str) -> None:
    assert Repaired(plan=["1."], code=code).bare() == CODE


# ---------------------------------------------------------------- the whole command

REPAIR = ("confirm.repair=true", "data.max_records=4", "expand.count=16")


def build(root: Path, server: FaultServer, *overrides: str) -> list[str]:
    return command(root, *REPAIR, *keys(server, concurrency=4, timeout=60), *overrides)


@pytest.mark.slow
def test_the_whole_pipeline_makes_a_dataset(server: FaultServer, tmp_path: Path) -> None:
    server.say = fake_annotator.say
    root = tmp_path / "b"
    assert main(build(root, server)) == 0
    records, faults = read_records(root / "dataset")
    assert faults == []
    synthetic = [r for r in records if r.meta.get("synthetic")]
    assert len(synthetic) > 3
    assert {r.split for r in synthetic} == {"train"}
    assert all(r.annotated_code and r.task_plan and r.query and r.apis for r in synthetic)
    pairs = rows(root / "dataset" / "trajectories.jsonl")
    assert pairs
    assert {pair["id"] for pair in pairs} <= {r.id for r in synthetic}
    drops = [row for stage in ("08_annotate", "09_confirm") for row in rows(root / stage / DROPS)]
    kept = rows(root / "09_confirm" / "chunk-000000.jsonl")
    assert len(kept) + len(drops) == 16
    assert all(row["rule"] and row["reason"] for row in drops)
    # answered from a transcript the same dataset comes out
    export_transcript(root / "answers.sqlite", tmp_path / "transcript.jsonl")
    server.close()
    replay = ["llm=replay", f"llm.path={tmp_path / 'transcript.jsonl'}"]
    assert main(command(tmp_path / "r", *REPAIR, *replay)) == 0
    assert files(tmp_path / "r") == files(root)


DROPS = "chunk-000000.dropped.jsonl"


@pytest.mark.slow
def test_killed_twenty_times_it_is_the_same_and_asks_nothing_twice(
    server: FaultServer, tmp_path: Path
) -> None:
    """kill -9 at random moments of both stages. An answer that was remembered is never asked for again; one
    in flight may be."""
    server.say = fake_annotator.say
    assert main(build(tmp_path / "whole", server)) == 0
    whole, root, rng = files(tmp_path / "whole"), tmp_path / "killed", random.Random(3)
    stages = ["stages=[collect,transcribe,filter,thoughts,split,draw,expand]"]
    assert main(build(root, server, *stages)) == 0
    server.received.clear()
    server.delay = 0.15
    known: Counter[str] = Counter()
    killed_in: Counter[str] = Counter()
    for _ in range(20):
        process = subprocess.Popen(
            [sys.executable, "-m", "wfllm.cli", *build(root, server)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        asked = sum(server.received.values())
        while sum(server.received.values()) == asked and process.poll() is None:
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.35))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed_in["confirm" if (root / "09_confirm").exists() else "annotate"] += 1
        process.wait()
        time.sleep(0.3)  # what was in flight is counted before the next begins
        with server.lock:
            assert {p: server.received[p] for p in known} == known
            known = Counter(
                {p: server.received[p] for p in remembered(root / "answers.sqlite") if server.received[p]}
            )
    server.delay = 0.0
    assert main(build(root, server)) == 0
    assert files(root) == whole
    assert {p: server.received[p] for p in known} == known
    assert killed_in["annotate"] > 2
    assert killed_in["confirm"] > 2
