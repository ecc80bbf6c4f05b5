"""The tables: our numbers are the means of the scores, the paper's rows agree with themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.report.making import sample, write_run
from wfllm.bench.describe.table import as_html
from wfllm.evaluation.breakdown import breakdown
from wfllm.report.paper import paper_rows
from wfllm.report.scored import Scored, read_scored
from wfllm.report.tables import PAPER, beside_paper, made_up, summary

ODD = {
    ("GPT-4o, one example", "ood"),
    ("Llama-3.1-8B, one example", "id"),
    ("Llama-3.1-8B, one example", "ood"),
}
"""What the paper prints and its own components do not give."""


def scored(when: str, split: str, values: list[float | None], metric: str = "codebleu") -> Scored:
    predictions = [sample(f"p{i}") for i in range(len(values))]
    return Scored(when, split, predictions, [{metric: value} for value in values])


def test_the_papers_codebleu_follows_from_its_components() -> None:
    weights = {"ngram": 0.1, "weighted_ngram": 0.1, "syntax": 0.4, "dataflow": 0.4}
    off = set()
    for row in paper_rows("table2"):
        total = sum(weight * row.values[name] for name, weight in weights.items())
        if abs(total - row.values["codebleu"]) > 0.16:
            off.add((row.model, row.split))
    assert off == ODD
    assert len(paper_rows("table2")) == 22


def test_a_gain_is_of_the_samples_that_both_have() -> None:
    before, after = scored("before", "id", [0.1, 0.3, None]), scored("after", "id", [0.5, 0.5, 0.9])
    parts = {s.when: breakdown(s.predictions, s.scores) for s in (before, after)}
    table = summary("id", [before, after], parts)
    (row,) = table.rows
    assert row[0] == "CodeBLEU"
    assert (row[1], row[3], row[4], row[6], row[7]) == ("20.0", "2", "63.3", "3", "+30.0")
    assert row[8] == "20.0 – 40.0"
    assert "CodeBLEU" in as_html(table)


def test_without_before_there_is_no_gain() -> None:
    item = scored("scores", "ood", [0.5])
    table = summary("ood", [item], {"scores": breakdown(item.predictions, item.scores)})
    assert not any(column.startswith("gain") for column in table.columns)


def test_our_rows_stand_on_top_of_the_papers() -> None:
    item = scored("scores", "id", [0.5, 0.25])
    for row, passes in zip(item.scores, (1.0, 0.0), strict=True):
        row["passes"] = passes
    table = beside_paper([item])
    assert len(table.columns) == 1 + len(PAPER)
    first = dict(zip(("model", *PAPER), table.rows[0], strict=True))
    assert (first["codebleu"], first["passes"], first["syntax"]) == (37.5, 50.0, None)
    assert first["model"] == "this run"
    assert table.rows[-1][0] == "WorkflowLlama 8B"
    assert table.rows[-1][5] == 39.3


def test_what_was_made_up_most_stands_first() -> None:
    before, after = scored("before", "id", [0.5]), scored("after", "id", [0.5])
    assert made_up("id", [before, after]) is None
    before.made_up.update({"send": (9, 0), "<b>": (1, 0)})
    after.made_up.update({"alert(to)": (2, 1), "send": (1, 0)})
    table = made_up("id", [before, after])
    assert table is not None
    assert list(table.rows) == [
        ("alert(to)", "parameter", 0, 2),
        ("send", "function", 9, 1),
        ("<b>", "function", 1, 0),
    ]
    assert "<b>" not in as_html(table)


def test_the_family_that_scores_as_the_paper_comes_first() -> None:
    item = scored("scores", "id", [0.5])
    item.scores[0]["codebleu_paper"] = 0.25
    table = beside_paper([item])
    assert table.rows[0][5] == 25.0
    assert "codebleu_paper)" in table.note


@pytest.mark.parametrize("split", ["id", "ood"])
def test_only_the_splits_of_the_run_are_beside(split: str, tmp_path: Path) -> None:
    run = write_run(tmp_path, {("scores", split): [(sample("a"), {"codebleu": 0.5})]})
    table = beside_paper(read_scored(run))
    assert all(f"({split})" in column for column in table.columns[1:])
    assert table.rows[-1][5] == {"id": 39.3, "ood": 35.1}[split]
