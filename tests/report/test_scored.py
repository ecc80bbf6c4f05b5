"""Reading what a run folder holds: damaged lines cost themselves, a folder without scores says what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.report.making import sample, write_run
from wfllm.errors import WfllmError
from wfllm.report.scored import Verdict, read_made_up, read_scored, read_scores, read_verdicts
from wfllm.tracking.run_folder import RunFolder


def test_sets_are_read_in_the_order_of_time(tmp_path: Path) -> None:
    one = [(sample("a"), {"codebleu": 0.5, "parses": None})]
    run = write_run(tmp_path, {("after", "ood"): one, ("after", "id"): one, ("before", "id"): one})
    found = read_scored(run)
    assert [(s.when, s.split) for s in found] == [("before", "id"), ("after", "id"), ("after", "ood")]
    assert found[0].scores == [{"codebleu": 0.5, "parses": None}]
    assert found[0].metrics == ["codebleu"]


def test_an_answer_without_a_score_and_a_damaged_line_are_left_out(tmp_path: Path) -> None:
    run = write_run(tmp_path, {("scores", "id"): [(sample("a"), {"codebleu": 0.5})]})
    path = run.path / "predictions" / "scores-id.jsonl"
    good = json.loads(path.read_text("utf-8"))
    wrong = [{**good, "id": "a", "apis": "none"}, {**good, "id": "b"}, {**good, "id": "a", "query": 3}]
    path.write_text(
        "\n".join(["[]", "{", "nul\x00l", json.dumps(good), json.dumps(wrong[1]), "\udcff"]),
        "utf-8",
        "replace",
    )
    assert [p.id for s in read_scored(run) for p in s.predictions] == ["a"]
    for line in (wrong[0], wrong[2]):
        path.write_text(json.dumps(line), encoding="utf-8")
        with pytest.raises(WfllmError, match="no scored answers"):
            read_scored(run)


@pytest.mark.parametrize("cell", ["", "nan", "inf", "much", "None"])
def test_a_cell_that_is_no_number_says_nothing(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(f"id,codebleu,parses\na,{cell},1.0\n,0.5,0.5\nb\n", encoding="utf-8")
    scores = read_scores(path)
    assert scores["a"] == {"codebleu": None, "parses": 1.0}
    assert scores["b"] == {"codebleu": None, "parses": None}
    assert set(scores) == {"a", "b"}


def test_verdicts_that_are_none_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "v.jsonl"
    lines = [
        {"id": "a", "passes": True, "votes": [{"passes": True, "reason": "does it"}, {"passes": 1}, "no"]},
        {"id": "b", "passes": "yes"},
        {"id": ["c"], "passes": True},
        [],
        {"id": "d", "passes": False, "votes": None},
        {"id": "e", "passes": None, "votes": [], "fault": "the server did not answer"},
    ]
    path.write_text("\n".join(map(json.dumps, lines)) + '\n{"id": "f', encoding="utf-8")
    assert read_verdicts(path) == {
        "a": Verdict(True, ((True, "does it"),)),
        "d": Verdict(False),
        "e": Verdict(None, (), "the server did not answer"),
    }
    assert read_verdicts(tmp_path / "none") == {}


def test_what_was_made_up_is_counted_by_answers(tmp_path: Path) -> None:
    path = tmp_path / "x.findings.jsonl"
    lines: list[dict[str, object]] = [
        {"id": "a", "unknown_apis": ["send", "send", 3], "unknown_parameters": ["alert(to)"]},
        {"id": "b", "unknown_apis": ["send"], "unknown_parameters": None},
        {"id": 3, "unknown_apis": ["lost"]},
    ]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert read_made_up(path) == {"send": (2, 0), "alert(to)": (1, 1)}
    assert read_made_up(tmp_path / "none") == {}


def test_a_run_without_scores_says_how_to_get_some(tmp_path: Path) -> None:
    run = write_run(tmp_path, {})
    with pytest.raises(WfllmError, match="wfllm evaluate checkpoint"):
        read_scored(RunFolder(run.path))
