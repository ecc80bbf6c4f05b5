"""Intervals of a run's scores, and two runs on the same samples."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.report.runs import make_scored, row_of
from wfllm.evaluation.bootstrap import interval, paired
from wfllm.report.run_difference import SetDifference, Side, difference
from wfllm.report.run_samples import values_of


def only(left: Side, right: Side) -> SetDifference:
    (found,) = difference(left, right, ["codebleu", "parses"])
    return found


def test_a_known_difference_of_two_runs(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    hard = generator.uniform(0.2, 0.6, size=80)
    better = hard + 0.1 + generator.normal(scale=0.05, size=80)
    a = Side([row_of(make_scored(tmp_path, "a", {"codebleu": hard.tolist()}))])
    b = Side([row_of(make_scored(tmp_path, "b", {"codebleu": better.tolist()}))])
    found = only(a, b)
    assert (found.split, found.shared, found.same) == ("id", 80, True)
    gap, count = found.metrics["codebleu"]
    assert count == 80
    assert gap == paired(better.tolist(), hard.tolist())
    assert gap.low < 0.1 < gap.high
    assert gap.low > 0.05  # though the runs' own intervals overlap
    assert interval(better)[0] < interval(hard)[1] + 0.05
    assert only(b, a).metrics["codebleu"][0].difference == pytest.approx(-gap.difference)
    assert only(a, a).metrics["codebleu"][0].difference == 0


def test_samples_pair_by_id_and_what_one_lacks_is_told(tmp_path: Path) -> None:
    a = make_scored(tmp_path, "a", {"codebleu": [0.1, 0.2, 0.9]}, ids=["x", "y", "only a"])
    b = make_scored(tmp_path, "b", {"codebleu": [0.4, 0.2]}, ids=["y", "x"])
    found = only(Side([row_of(a)]), Side([row_of(b)]))
    assert (found.shared, found.left, found.right, found.same) == (2, 3, 2, False)
    gap, count = found.metrics["codebleu"]
    assert count == 2
    assert gap.difference == pytest.approx(((0.2 - 0.1) + (0.4 - 0.2)) / 2)


def test_the_same_id_of_other_records_is_the_same_sample_only_if_it_asks_the_same(tmp_path: Path) -> None:
    a = make_scored(tmp_path, "a", {"codebleu": [0.1, 0.2]})
    b = make_scored(tmp_path, "b", {"codebleu": [0.2, 0.4]}, data="others")
    assert only(Side([row_of(a)]), Side([row_of(b)])).shared == 2
    file = b.path / "predictions" / "after-id.jsonl"
    first, second = map(json.loads, file.read_text().splitlines())
    file.write_text(json.dumps({**first, "query": "Something else."}) + "\n" + json.dumps(second) + "\n")
    found = only(Side([row_of(a)]), Side([row_of(b)]))
    assert (found.shared, found.left) == (1, 2)
    assert found.metrics["codebleu"][0].difference == pytest.approx(0.2)


def test_a_metric_that_says_nothing_of_a_sample_leaves_it_out(tmp_path: Path) -> None:
    a = make_scored(tmp_path, "a", {"codebleu": [0.1, 0.2], "parses": [1.0, None]})
    b = make_scored(tmp_path, "b", {"codebleu": [0.1, None]})
    found = only(Side([row_of(a)]), Side([row_of(b)]))
    assert found.metrics["codebleu"][1] == 1
    assert "parses" not in found.metrics


def test_of_seeds_a_sample_has_its_mean(tmp_path: Path) -> None:
    a = [make_scored(tmp_path, f"a{s}", {"codebleu": [s / 10, 0.5]}) for s in (1, 3)]
    b = make_scored(tmp_path, "b", {"codebleu": [0.5, 0.5]})
    found = only(Side([row_of(run) for run in a]), Side([row_of(b)]))
    assert found.metrics["codebleu"][0].difference == pytest.approx(0.15)


def test_runs_without_samples_have_no_difference(tmp_path: Path) -> None:
    a, b = (make_scored(tmp_path, name, {"codebleu": [0.1, 0.2]}) for name in "ab")
    for file in (b.path / "predictions").iterdir():
        file.unlink()
    assert list(difference(Side([row_of(a)]), Side([row_of(b)]), ["codebleu"])) == []


@pytest.mark.parametrize("report", [True, False])
def test_intervals_are_those_of_the_report_or_made_from_the_scores(tmp_path: Path, report: bool) -> None:
    scores = [0.1, 0.9, 0.4, 0.3, 0.8]
    row = row_of(make_scored(tmp_path, "a", {"codebleu": scores, "parses": [1.0] * 5}, report=report))
    found = values_of(row, ["after-id/codebleu"])
    value = found["after-id/codebleu"]
    low, high = interval(scores)
    assert value.low == pytest.approx(low, abs=1e-6)
    assert value.high == pytest.approx(high, abs=1e-6)
    assert value.n == 5
    assert found["after-id/parses"].low is None  # not asked for
    assert found["val/loss"].low is None


def test_files_that_do_not_belong_to_the_results_give_no_interval(tmp_path: Path) -> None:
    run = make_scored(tmp_path, "a", {"codebleu": [0.1, 0.9]}, report=True)
    info = json.loads((run.path / "run.json").read_text())
    info["results"]["after"]["id"]["codebleu"] = 0.7
    (run.path / "run.json").write_text(json.dumps(info))
    value = values_of(row_of(run), ["after-id/codebleu"])["after-id/codebleu"]
    assert (value.value, value.low) == (0.7, None)


@pytest.mark.parametrize("name", ["after-id.by.csv", "after-id.csv", "after-id.jsonl"])
@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\xfe", b"by,bin\nall\n" * 3, b'{"a":', b"id,codebleu\ns0,x\n"]
)
def test_damaged_files_cost_the_interval_alone(tmp_path: Path, name: str, content: bytes) -> None:
    a = make_scored(tmp_path, "a", {"codebleu": [0.1, 0.9]}, report=True)
    b = make_scored(tmp_path, "b", {"codebleu": [0.1, 0.9]}, data="others")
    (a.path / "predictions" / name).write_bytes(content)
    row = row_of(a)
    assert values_of(row, ["after-id/codebleu"])["after-id/codebleu"].value == 0.5
    for item in difference(Side([row]), Side([row_of(b)]), ["codebleu"]):
        assert item.shared <= 2
