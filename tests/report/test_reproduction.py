"""The rows of a table: means over seeds, intervals over samples, differences, the paper beside."""

from __future__ import annotations

import csv
from pathlib import Path
from statistics import fmean, stdev

import pytest

from wfllm.errors import WfllmError
from wfllm.evaluation.bootstrap import interval, paired
from wfllm.report.complexity import complexity_tables
from wfllm.report.paper import TABLES, PaperRow, paper_rows
from wfllm.report.reproduction import COLUMNS, Row, Scores, difference, long_csv, measured, results_table
from wfllm.report.results import Value

A: Scores = {"1": {"codebleu": 0.2, "parses": 1.0}, "2": {"codebleu": 0.4, "parses": None}}
B: Scores = {"1": {"codebleu": 0.4, "parses": 0.0}, "2": {"codebleu": 0.8, "parses": None}}
C: Scores = {"2": {"codebleu": 0.1}, "3": {"codebleu": 0.9}}


def test_one_seed_has_its_mean_and_the_interval_over_samples() -> None:
    found = measured(Row("a", "id", {0: A}), "codebleu")
    assert found is not None
    assert found.value == pytest.approx(30.0)
    assert (found.low, found.high) == pytest.approx(interval([20.0, 40.0]))
    assert (found.deviation, found.n) == (None, 2)


def test_several_seeds_have_the_mean_of_means_and_their_deviation() -> None:
    found = measured(Row("a", "id", {0: A, 1: B}), "codebleu")
    assert found is not None
    assert found.value == pytest.approx(100 * fmean([0.3, 0.6]))
    assert found.deviation == pytest.approx(100 * stdev([0.3, 0.6]))
    assert (found.low, found.high) == pytest.approx(interval([30.0, 60.0]))  # each sample's average


def test_what_a_metric_says_nothing_of_is_left_out() -> None:
    found = measured(Row("a", "id", {0: A}), "parses")
    assert found is not None
    assert (found.value, found.n) == (100.0, 1)
    assert measured(Row("a", "id", {0: A}), "unheard") is None


def test_a_difference_is_of_the_samples_that_both_have() -> None:
    found = difference(Row("c", "id", {0: C}), Row("a", "id", {0: A}), "codebleu")
    assert found is not None
    expected = paired([10.0], [40.0])
    assert found.value == pytest.approx(-30.0)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.n == 1
    apart = Row("x", "id", {0: {"9": {"codebleu": 1.0}}})
    assert difference(apart, Row("a", "id", {0: A}), "codebleu") is None


def test_the_papers_rows_stand_below_and_in_the_column_that_is_computed_as_theirs() -> None:
    ours = [Row("full", "id", {0: A}), Row("less", "id", {0: B})]
    theirs = [PaperRow("WorkflowLlama 8B", "id", {"codebleu": 39.3})]
    both = results_table("T", ["codebleu_paper", "codebleu"], ours, theirs, ours[0])
    assert both.beside == 1
    assert list(both.rows[-1]) == ["WorkflowLlama 8B (paper)", Value(39.3), None, None]
    assert both.rows[0][-1] is None  # the reference against itself
    alone = results_table("T", ["codebleu"], ours, theirs)
    assert list(alone.rows[-1]) == ["WorkflowLlama 8B (paper)", Value(39.3)]


def test_every_number_is_a_line_of_the_file() -> None:
    ours = [Row("full", "id", {0: A}, "WorkflowLlama 8B"), Row("=less", "id", {0: B})]
    text = long_csv(["codebleu"], ours, [PaperRow("WorkflowLlama 8B", "id", {"codebleu": 39.3})], "full")
    first, second = csv.DictReader(text.splitlines())
    assert tuple(first) == COLUMNS
    assert (first["mean"], first["n"], first["paper"], first["difference"]) == ("30.0", "2", "39.3", "")
    assert (second["row"], second["difference"], second["paper"]) == ("'=less", "30.0", "")


def test_a_breakdown_becomes_a_table_for_each_measure(tmp_path: Path) -> None:
    path = tmp_path / "after-id.by.csv"
    path.write_text(
        "by,bin,metric,n,mean,low,high\n"
        "all,all,codebleu,3,0.5,0.4,0.6\n"
        "actions,≤ 5,codebleu,2,0.6,0.5,0.7\nactions,6–10,codebleu,1,0.3,0.3,0.3\n"
        "actions,cannot be read,codebleu,1,0.1,0.1,0.1\n"
        "depth,0,codebleu,3,0.5,0.4,0.6\n",
        encoding="utf-8",
    )
    found = dict(complexity_tables(path, ["codebleu"], "Figure"))
    assert list(found) == ["actions", "depth"]
    assert [row[0] for row in found["actions"].rows] == ["≤ 5", "6–10"]
    value = found["actions"].rows[0][2]
    assert isinstance(value, Value)
    assert value.value == pytest.approx(60.0)
    assert value.n == 2
    with pytest.raises(WfllmError, match="no breakdown"):
        list(complexity_tables(tmp_path / "none.csv", ["codebleu"], "Figure"))


def test_the_papers_numbers_agree_where_two_files_have_them() -> None:
    from wfllm.evaluation.teval.published import TABLE_3

    assert {row.model: row.values["teval_f1"] for row in paper_rows("table3")} == TABLE_3
    full = next(row for row in paper_rows("table4") if row.model == "WorkflowLlama 8B")
    same = next(row for row in paper_rows("table2") if (row.model, row.split) == (full.model, "id"))
    assert {k: round(v, 1) for k, v in same.values.items() if k in full.values} == full.values
    assert set(TABLES) == {"faithful", "table2", "table3", "table4"}


def test_every_row_of_a_table_that_names_a_published_one_has_it() -> None:
    from wfllm.config import schema as s
    from wfllm.config.compose import compose
    from wfllm.config.groups import option_files

    for name in option_files("table"):
        config = compose("reproduce", [f"table={name}"]).config
        assert isinstance(config, s.ReproduceCommand)
        assert config.table is not None
        known = {row.model for row in paper_rows(name)} if name in TABLES else None
        for run in config.table.runs:
            assert run.published is None or known is None or run.published in known, run.label
