"""Names, comments, plan and query by a model: complete or explained, the same in every run, asked once."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.bench.stages import fake_model
from tests.bench.stages.conftest import Fake, config, keys, run_stage
from tests.llm.fault_server import FaultServer
from wfllm.bench.stages import engine
from wfllm.bench.stages.asking import answer_settings, build_llm
from wfllm.bench.stages.engine import Build
from wfllm.bench.stages.stage import Item
from wfllm.bench.stages.thoughts import thinking
from wfllm.cli import main
from wfllm.config import schema as s
from wfllm.llm.open import open_model
from wfllm.llm.replay import export_transcript
from wfllm.shortcuts.comments import statements, without_comments

CODE = """\
text = input("Which city?")
# The author's own words.
contents_of_url = is_workflow_actions_downloadurl(WFURL=f"https://example.org/{text}")
if contents_of_url:
    is_workflow_actions_showresult(Text=contents_of_url)
else:
    pass
"""
APIS = ["is.workflow.actions.downloadurl", "is.workflow.actions.showresult"]


def item(name: str = "one", **more: Any) -> Item:
    blank = {"query": "", "apis": [], "task_plan": "", "annotated_code": CODE}
    return {**blank, "id": name, "source": "test", "meta": {"title": f"Weather {name}"}, **more}


def run(root: Path, items: list[Item], *overrides: str) -> Build:
    cfg = config("thoughts=llm", *overrides)
    return run_stage(root, items, thinking(cfg.thoughts, cfg.prompts, cfg.llm))


def the_one(build: Build) -> Item:
    (kept,) = build.items("thoughts")
    return kept


def test_the_four_parts_are_written_and_the_workflow_is_the_same(fake: Fake, tmp_path: Path) -> None:
    made = the_one(run(tmp_path / "b", [item()]))
    new = {name: fake_model.new_name(name) for name in ("text", "contents_of_url")}
    expected = ast.parse(CODE)
    for node in ast.walk(expected):
        if isinstance(node, ast.Name):
            node.id = new.get(node.id, node.id)
    code = made["annotated_code"]
    assert ast.dump(ast.parse(code)) == ast.dump(expected)
    lines = code.split("\n")
    assert all(lines[st.line - 2].strip().startswith("#") for st in statements(code))
    assert "# The author's own words." in lines
    assert made["apis"] == APIS
    assert made["task_plan"] == "1. Begin with what is there.\n2. Show what came of it."
    assert made["query"].startswith("Please ")
    parts = ["rename", "comments", "plan", "query"]
    assert made["meta"]["thoughts"] == dict.fromkeys(parts, "llm")
    assert list(made["meta"]["usage"]) == parts
    assert fake.backend.received == dict.fromkeys(parts, 1)


def test_each_prompt_shows_what_was_found_out_before(fake: Fake, tmp_path: Path) -> None:
    made = the_one(run(tmp_path / "b", [item()]))
    rename, comments, plan, query = (r.messages[-1].content for r in fake.backend.requests)
    assert "\n- text: Asks for text: “Which city?”\n- contents_of_url: " in rename
    assert fake_model.new_name("text") in comments
    assert "for each of the statements 1, 3 to 5 what" in " ".join(comments.split())
    assert made["annotated_code"].rstrip() in plan
    assert "“Weather one”" in plan
    assert "1. Begin with what is there." in query
    assert not [text for text in (rename, comments, plan, query) if "{code}" in text or "{title}" in text]


def test_what_a_record_has_stays_unless_it_is_to_be_overwritten(fake: Fake, tmp_path: Path) -> None:
    whole = item(
        query="Mine.",
        task_plan="1. Mine.",
        annotated_code="# Mine.\nis_workflow_actions_showresult(Text='a')\n",
    )
    assert {**the_one(run(tmp_path / "a", [whole])), "apis": []} == whole
    assert not fake.backend.received
    made = the_one(run(tmp_path / "b", [whole], "thoughts.overwrite=true"))
    assert made["annotated_code"].startswith("# Does step 1 for you.\nis_workflow")
    assert "Mine" not in made["query"] + made["task_plan"]


def test_each_part_can_be_left_to_the_catalogue_or_left_out(fake: Fake, tmp_path: Path) -> None:
    off = ["thoughts.rename=false", "thoughts.comments=catalogue", "thoughts.plan=none"]
    made = the_one(run(tmp_path / "b", [item()], *off))
    assert fake.backend.received == {"query": 1}
    assert made["meta"]["thoughts"] == {"comments": "catalogue", "query": "llm"}
    assert made["task_plan"] == ""
    assert "# Asks for text: “Which city?”" in made["annotated_code"]
    assert without_comments(made["annotated_code"]) == without_comments(CODE)


BAD: dict[str, tuple[str, str, str]] = {
    "empty query": ("query", '{"query": " "}', "the request is empty"),
    "API name": ("query", '{"query": "Use is_workflow_actions_alert to get me what I want at noon."}',
                 "the request names functions"),
    "code names": ("query", '{"query": "Put the museum_of_text into the library and show it to me"}',
                   "museum_of"),
    "another language": ("query", '{"query": "Zeige mir jeden Morgen das Wetter der Stadt, die ich nenne."}',
                         "written in 'de'"),
    "never stops": ("plan", '{"plan": ["1. and on and on [cut]', "it was cut off"),
    "nonsense": ("plan", "As a language model I like plans.", "there is no JSON in it"),
    "code for a plan": ("plan", '{"plan": ["is_workflow_actions_alert()"]}', "the plan names functions"),
    "incomplete": ("comments", '{"comments": {"1": "Asks."}}', "no comment for 3, 4, 5"),
    "wrong form": ("comments", '{"comments": ["Asks."]}', "comments"),
    "same names": ("rename", '{"names": {"text": "ab", "contents_of_url": "ab"}}', "name of text, too"),
    "no names": ("rename", '{"names": {}}', "no new name for text, contents_of_url"),
}  # fmt: skip
MARKS = {
    "rename": "Names to replace",
    "comments": "Say in one short",
    "plan": "as a flowchart",
    "query": "Write the request",
}


def spoiled(part: str, answer: str, times: int = 99) -> Callable[[fake_model.Messages], str]:
    """A model that answers one prompt so, the first times it is asked."""

    def say(messages: fake_model.Messages) -> str:
        asked = next(m["content"] for m in messages if m["role"] == "user")
        turns = sum(m["role"] == "assistant" for m in messages)
        if MARKS[part] in asked and turns < times:
            return answer
        return fake_model.say(messages)

    return say


@pytest.mark.parametrize("kind", BAD)
def test_an_answer_that_stays_unusable_is_replaced_or_drops_the_record(
    kind: str, fake: Fake, tmp_path: Path
) -> None:
    part, answer, reason = BAD[kind]
    fake.backend.say = spoiled(part, answer)
    made = the_one(run(tmp_path / "a", [item()], "thoughts.language=en"))
    assert reason in made["meta"]["not_by_llm"][part]
    assert made["meta"]["not_by_llm"][part].startswith(f"{part}: no answer of the right form in 3 tries: ")
    others = {name: "llm" for name in MARKS if name != part}
    assert made["meta"]["thoughts"] == others | ({} if part == "rename" else {part: "catalogue"})
    assert made["query"]
    assert made["task_plan"]
    assert fake.backend.received[part] == 3
    dropping = run(tmp_path / "b", [item()], "thoughts.language=en", "thoughts.fallback=drop")
    (drop,) = dropping.drops("thoughts")
    assert (drop.rule, reason in drop.reason) == (part, True)
    assert drop.item["meta"]["usage"][part]["completion_tokens"] > 0
    assert fake.backend.received[part] == 3  # remembered


def test_a_model_that_is_told_what_was_wrong_may_mend_it(fake: Fake, tmp_path: Path) -> None:
    fake.backend.say = spoiled("comments", '{"comments": {"1": "Asks."}}', times=1)
    made = the_one(run(tmp_path / "a", [item()]))
    assert made["meta"]["thoughts"]["comments"] == "llm"
    assert fake.backend.received["comments"] == 2
    told = fake.backend.requests[2].messages[-1].content
    assert told.startswith("That answer cannot be used: no comment for 3, 4, 5.")


def test_long_workflows_are_asked_about_in_parts(fake: Fake, tmp_path: Path) -> None:
    code = "".join(f"text_{n} = input('{n}?')\n" for n in range(7))
    made = the_one(run(tmp_path / "a", [item(annotated_code=code)], "thoughts.at_once=3"))
    assert fake.backend.received == {"rename": 3, "comments": 3, "plan": 1, "query": 1}
    assert made["annotated_code"].count("#") == 7
    assert "text_6 =" not in made["annotated_code"].replace("of_text_6", "")


def test_code_that_does_not_parse_is_dropped_before_anybody_is_asked(fake: Fake, tmp_path: Path) -> None:
    build = run(tmp_path / "a", [item(annotated_code="if"), item("two", meta=None)])
    (drop,) = build.drops("thoughts")
    assert (drop.rule, "not Python" in drop.reason) == ("thoughts", True)
    assert the_one(build)["id"] == "two"


def test_half_a_character_goes_through(fake: Fake, tmp_path: Path) -> None:
    made = the_one(run(tmp_path / "a", [item(meta={"title": "\ud800"})]))
    assert made["meta"]["thoughts"]["query"] == "llm"


def test_a_transcript_gives_the_same_and_what_it_lacks_fails(fake: Fake, tmp_path: Path) -> None:
    items = [item("one"), item("two")]
    first = run(tmp_path / "a", items)
    export_transcript(fake.cache, tmp_path / "t.jsonl")
    replay = ["llm=replay", f"llm.path={tmp_path / 't.jsonl'}"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wfllm.bench.stages.asking.open_model", open_model)
        again = run(tmp_path / "b", items, *replay)
        assert list(again.items("thoughts")) == list(first.items("thoughts"))
        cfg = config("thoughts=llm", *replay)
        lacking = run_stage(
            tmp_path / "c", [*items, item("three")], thinking(cfg.thoughts, cfg.prompts, cfg.llm)
        )
    assert not lacking.is_complete("thoughts")


def test_speed_and_budgets_do_not_make_a_build_anew_and_the_model_does() -> None:
    llm = config().llm
    assert isinstance(llm, s.OpenAILlm)
    same = llm.model_copy(update={"budget_tokens": 5, "concurrency": 1, "retries": 0, "cache": "x"})
    assert answer_settings(same) == answer_settings(llm)
    for change in ({"model": "other"}, {"temperature": 0.5}, {"base_url": "http://x"}):
        assert answer_settings(llm.model_copy(update=change)) != answer_settings(llm)
    named = llm.model_copy(update={"identity": "mine"})
    assert answer_settings(named.model_copy(update={"base_url": "http://x"})) == answer_settings(named)


def test_a_build_remembers_in_its_own_folder_unless_told_otherwise(tmp_path: Path) -> None:
    own = build_llm(config().llm, tmp_path)
    assert isinstance(own, s.CachedLlm)
    assert own.cache == str(tmp_path / "answers.sqlite")
    given = config("llm.cache=mine.sqlite").llm
    assert build_llm(given, tmp_path) == given


# --- a server that misbehaves ----------------------------------------------------------------------

FAULTS = ["500", "drop", "half", "cut", "nonsense", "429", "html", "hang", "empty", "nochoice"]


def records(path: Path, count: int) -> Path:
    path.write_text(
        "".join(
            json.dumps(item(f"r{n}", query="Old.", annotated_code=varied(n))) + "\n" for n in range(count)
        )
    )
    return path


def varied(number: int) -> str:
    return CODE.replace("example.org", f"host{number}.org")


def number_in(prompt: str) -> int:
    return int(prompt.partition("host")[2].partition(".org")[0])


def build(root: Path, data: Path, server: FaultServer, *overrides: str, **more: Any) -> int:
    own = [
        "data=records",
        f"data.path={data}",
        "thoughts=llm",
        f"output={root}",
        "formats=[]",
        "thoughts.overwrite=true",
    ]
    return main(["build", *own, *keys(server, **more), *overrides])


def dataset(root: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted((root / "dataset").glob("*.jsonl"))}


@pytest.mark.slow
def test_every_fault_that_passes_is_waited_out(server: FaultServer, tmp_path: Path) -> None:
    data = records(tmp_path / "r.jsonl", len(FAULTS))
    assert build(tmp_path / "calm", data, server) == 0
    server.received.clear()
    server.plan = lambda prompt: [FAULTS[number_in(prompt)], "ok"]
    assert build(tmp_path / "rough", data, server, timeout=0.5) == 0
    assert dataset(tmp_path / "rough") == dataset(tmp_path / "calm")
    assert min(server.received.values()) == 2  # more where a busy machine took longer than the timeout


@pytest.mark.slow
def test_what_fails_is_listed_the_rest_goes_on_and_the_same_command_asks_what_is_missing(
    server: FaultServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "CHUNK", 4)
    data = records(tmp_path / "r.jsonl", 12)
    assert build(tmp_path / "calm", data, server) == 0
    server.received.clear()
    server.answered.clear()
    down = {1, 2, 9}
    server.plan = lambda prompt: ["503" if number_in(prompt) in down and "flowchart" in prompt else "ok"]
    root = tmp_path / "rough"
    assert build(root, data, server, retries=1, stop_after="null") == 1
    out, _ = capsys.readouterr()
    failed = [json.loads(line) for line in (root / "04_thoughts" / "failed.jsonl").read_text().splitlines()]
    assert [one["id"] for one in failed] == ["r1", "r2", "r9"]
    assert all("plan: status 503" in one["reason"] for one in failed)
    assert "r9: plan: status 503" in " ".join(out.split())
    assert "Next: the same command again" in out
    assert [p.name for p in sorted((root / "04_thoughts").glob("chunk-*"))] == ["chunk-000001.jsonl"]
    answered, asked = dict(server.answered), dict(server.received)
    server.plan = None
    assert build(root, data, server) == 0
    assert {text: n for text, n in server.received.items() if text in answered} == {
        text: n for text, n in asked.items() if text in answered
    }  # nothing that was answered is asked again
    assert dataset(root) == dataset(tmp_path / "calm")
    assert not (root / "04_thoughts" / "failed.jsonl").exists()


def test_a_prompt_that_is_too_long_for_the_model_is_no_reason_to_wait(
    server: FaultServer, tmp_path: Path
) -> None:
    data = records(tmp_path / "r.jsonl", 3)
    server.plan = lambda prompt: ["long" if number_in(prompt) == 1 else "ok"]
    assert build(tmp_path / "b", data, server) == 0
    lines = [json.loads(x) for text in dataset(tmp_path / "b").values() for x in text.splitlines()]
    (record,) = [line for line in lines if line["id"] == "r1"]
    assert "maximum context length" in record["meta"]["not_by_llm"]["query"]


@pytest.mark.slow
def test_a_budget_is_kept_and_the_next_run_goes_on(server: FaultServer, tmp_path: Path) -> None:
    data = records(tmp_path / "r.jsonl", 5)
    assert build(tmp_path / "calm", data, server) == 0
    server.received.clear()
    runs = 0
    while build(tmp_path / "b", data, server, budget_requests=6) == 1:
        runs += 1
        assert sum(server.received.values()) == 6 * runs
    assert runs == 3
    assert set(server.received.values()) == {1}
    assert sum(server.received.values()) == 20
    assert dataset(tmp_path / "b") == dataset(tmp_path / "calm")
