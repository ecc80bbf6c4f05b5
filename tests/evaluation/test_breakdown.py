"""Metrics by how hard the reference is: what counts in which bin, and that each mean is of its bin alone."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from wfllm.evaluation.bootstrap import interval
from wfllm.evaluation.breakdown import BINS, COLUMNS, bin_names, bins_of, breakdown, write_breakdown
from wfllm.evaluation.predictions import Prediction

PLAIN = 'is_workflow_actions_alert(WFAlertActionTitle="Hello")\n'
NESTED = """\
for Repeat_Index in range(int(3)):
    if Repeat_Index == 2:
        if Repeat_Index == 1:
            is_workflow_actions_alert(WFAlertActionTitle="Hello")
"""


def made(
    reference: str, *, id: str = "p", category: str | None = "Games", apis: tuple[str, ...] = ()
) -> Prediction:
    return Prediction(id, "Greet me.", list(apis), "answer", None, reference, category)


@pytest.mark.parametrize(
    ("reference", "branches", "depth"),
    [(PLAIN, "0", "0"), (NESTED, "3–5", "3"), ("if (", "cannot be read", "cannot be read")],
)
def test_a_reference_falls_into_the_bin_of_its_counts(reference: str, branches: str, depth: str) -> None:
    found = bins_of(made(reference))
    assert (found["branches and loops"], found["depth"]) == ([branches], [depth])
    assert found["length"] == ["≤ 500"]


@pytest.mark.parametrize("by", BINS)
def test_bins_are_named_without_gap_or_overlap(by: str) -> None:
    names = bin_names(by)
    assert len(names) == len(set(names)) == len(BINS[by]) + 2
    assert all(str(edge) in name for edge, name in zip(BINS[by], names, strict=False))


def test_the_ends_of_a_bin_are_in_it() -> None:
    lines = {5: "≤ 5", 6: "6–10", 10: "6–10", 161: "> 160"}
    assert {n: bins_of(made(PLAIN * n))["actions"][0] for n in lines} == lines


def test_apps_and_categories_are_bins_of_their_own() -> None:
    own, other = "is.workflow.actions.alert", "com.example.app.SendIntent"
    assert bins_of(made(PLAIN, apis=(own,)))["app"] == ["built-in alone"]
    assert bins_of(made(PLAIN, apis=(own, other, "org.x.y")))["app"] == ["com.example.app", "org.x"]
    assert bins_of(made(PLAIN, category=None))["category"] == ["none"]


def test_a_mean_is_of_its_bin_alone_and_leaves_out_what_says_nothing() -> None:
    predictions = [made(PLAIN), made(PLAIN), made(NESTED), made(NESTED)]
    scores = [{"codebleu": value, "parses": 1.0} for value in (0.2, 0.4, 1.0, None)]
    parts = {(p.by, p.bin, p.metric): p for p in breakdown(predictions, scores)}
    flat, deep = parts["depth", "0", "codebleu"], parts["depth", "3", "codebleu"]
    assert flat.n == 2
    assert flat.mean == pytest.approx(0.3)
    assert (flat.low, flat.high) == interval([0.2, 0.4])
    assert (deep.n, deep.mean, deep.low, deep.high) == (1, 1.0, 1.0, 1.0)
    assert parts["all", "all", "codebleu"].n == 3
    assert parts["all", "all", "parses"].n == 4
    assert [p.metric for p in parts.values()][:2] == ["codebleu", "parses"]  # as people read them


def test_nothing_scored_makes_no_rows() -> None:
    assert breakdown([], []) == []
    assert breakdown([made(PLAIN)], [{"codebleu": None}]) == []


def test_the_file_holds_the_rows_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "after-id.by.csv"
    parts = breakdown([made(PLAIN, category='=HYPERLINK("x")')], [{"codebleu": 0.123456789}])
    write_breakdown(path, parts)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(parts)
    assert {r["bin"] for r in rows if r["by"] == "category"} == {'\'=HYPERLINK("x")'}
    assert {r["mean"] for r in rows} == {"0.123457"}
