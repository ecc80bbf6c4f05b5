"""Answers taken over from another evaluation, and what makes evaluations the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wfllm.tracking.answers import take_answers
from wfllm.tracking.identity import answers_id, run_id
from wfllm.tracking.run_folder import RunFolder


def made(output: Path, name: str, answers: str | None, **files: str) -> RunFolder:
    """A run of `wfllm evaluate` with these predictions."""
    path = output / "evaluate" / "m" / name
    (path / "predictions").mkdir(parents=True)
    info: dict[str, Any] = {
        "id": name, "command": "evaluate", "experiment": "m", "started": name, "status": "finished",
        "overrides": [],
    }  # fmt: skip
    (path / "run.json").write_text(json.dumps(info | ({"answers": answers} if answers else {})))
    for file, text in files.items():
        (path / "predictions" / file.replace("__", ".")).write_text(text)
    return RunFolder(path)


def test_most_of_the_same_answers_are_taken(tmp_path: Path) -> None:
    made(tmp_path, "1", "same", **{"scores-id__jsonl": "a\n", "scores-id__verdicts__jsonl": "v" * 99})
    most = made(tmp_path, "2", "same", **{"scores-id__jsonl": "a\nb\n", "scores-id__csv": "x"})
    made(tmp_path, "3", "other", **{"scores-id__jsonl": "a\nb\nc\n"})
    made(tmp_path, "4", None, **{"scores-id__jsonl": "a\nb\nc\n"})
    (tmp_path / "evaluate" / "m" / "5").mkdir()
    (tmp_path / "evaluate" / "m" / "5" / "run.json").write_text("{")
    run = made(tmp_path, "6", None)
    assert take_answers(run, "same", tmp_path) == most.path
    assert [f.name for f in (run.path / "predictions").iterdir()] == ["scores-id.jsonl"]
    assert (run.path / "predictions" / "scores-id.jsonl").read_text() == "a\nb\n"
    assert run.info["answers"] == "same"


def test_answers_of_shards_are_brought_together(tmp_path: Path) -> None:
    most = made(tmp_path, "1", "same", **{"scores-id__jsonl": "a\nb\n"})
    made(tmp_path, "2", "same", **{"scores-id__jsonl": "c\n"})
    made(tmp_path, "3", "same", **{"scores-id__jsonl": "a\nd"})  # the last line is being written
    run = made(tmp_path, "4", None)
    assert take_answers(run, "same", tmp_path) == most.path
    assert (run.path / "predictions" / "scores-id.jsonl").read_text() == "a\nb\nc\n"


def test_answers_of_its_own_stay(tmp_path: Path) -> None:
    made(tmp_path, "1", "same", **{"scores-id__jsonl": "a\nb\n"})
    run = made(tmp_path, "2", None, **{"scores-id__jsonl": "c\n"})
    assert take_answers(run, "same", tmp_path) is None
    assert (run.path / "predictions" / "scores-id.jsonl").read_text() == "c\n"


def test_where_nobody_has_them_nothing_is_taken(tmp_path: Path) -> None:
    run = made(tmp_path, "1", None)
    assert take_answers(run, "same", tmp_path) is None
    assert take_answers(run, "same", tmp_path) is None  # not from itself


def config(**judge: Any) -> dict[str, Any]:
    return {
        "model": {"name": "tiny"},
        "metrics": {"families": ["checks"]},
        "judge": {"votes": 1, "llm": {"model": "m", "budget_usd": 1, "concurrency": 8}, **judge},
    }


def test_how_fast_a_judge_is_asked_is_no_other_run() -> None:
    changed = config(llm={"model": "m", "budget_usd": 5, "concurrency": 1, "cache": "elsewhere"})
    assert run_id("evaluate", config(), "d") == run_id("evaluate", changed, "d")
    for other in (config(votes=3), config(llm={"model": "other"})):
        assert run_id("evaluate", config(), "d") != run_id("evaluate", other, "d")
        assert answers_id(config(), "d") == answers_id(other, "d")


def test_other_metrics_need_no_other_answers_and_another_model_does() -> None:
    same = config() | {"metrics": {"families": []}}
    assert answers_id(config(), "d") == answers_id(same, "d")
    assert answers_id(config(), "d") != answers_id(config(), "e")
    assert answers_id(config(), "d") != answers_id(config() | {"model": {"name": "other"}}, "d")
