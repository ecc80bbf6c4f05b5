"""A judge beside people: figures worked out by hand, intervals with known coverage, files of labels."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from wfllm.errors import WfllmError
from wfllm.evaluation.agreement import agreement
from wfllm.evaluation.judge.verdict import Verdict, Vote, write_verdicts
from wfllm.evaluation.labels import read_labels


def people_and_judge(a: int, b: int, c: int, d: int) -> tuple[dict[str, bool], dict[str, bool]]:
    """Verdicts and labels with these cells."""
    pairs = [(True, True)] * a + [(True, False)] * b + [(False, True)] * c + [(False, False)] * d
    judge = {str(i): said for i, (said, _) in enumerate(pairs)}
    return judge, {str(i): said for i, (_, said) in enumerate(pairs)}


def test_figures_worked_out_by_hand() -> None:
    """The example of Cohen's kappa in most textbooks: 20, 5, 10, 15 give 0.7 and 0.4."""
    found = agreement(*people_and_judge(20, 5, 10, 15))
    assert found.cells == (20, 5, 10, 15)
    assert (found.judged, found.labelled) == (50, 50)
    assert found.agreement.value == pytest.approx(0.7)
    assert found.kappa.value == pytest.approx(0.4)
    assert found.rate.value == pytest.approx(0.5)
    assert found.sensitivity.value == pytest.approx(20 / 30)
    assert found.specificity.value == pytest.approx(15 / 20)
    for figure in (found.agreement, found.kappa, found.rate, found.sensitivity, found.corrected):
        assert figure.value is not None
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low < figure.value < figure.high


def test_corrected_rate_is_that_of_people_where_all_are_labelled() -> None:
    found = agreement(*people_and_judge(20, 5, 10, 15))
    assert found.corrected.value == pytest.approx(30 / 50)


def test_corrected_rate_where_few_are_labelled() -> None:
    """Sensitivity 0.9, specificity 0.8: a judge that passes 55 of 100 has seen (0.55 - 0.2) / 0.7 pass."""
    judge, people = people_and_judge(9, 2, 1, 8)
    judge |= {f"more{i}": i < 44 for i in range(80)}
    found = agreement(judge, people)
    assert (found.judged, found.labelled) == (100, 20)
    assert found.rate.value == pytest.approx(0.55)
    assert found.corrected.value == pytest.approx(0.5)


def test_a_judge_that_is_always_right_and_one_that_says_the_same_of_all() -> None:
    right = agreement(*people_and_judge(6, 0, 0, 4))
    assert (right.agreement.value, right.agreement.low, right.agreement.high) == (1, 1, 1)
    assert right.kappa.value == 1
    assert right.corrected.value == pytest.approx(0.6)
    blind = agreement(*people_and_judge(6, 4, 0, 0))
    assert blind.kappa.value == 0
    assert blind.corrected.value is None  # sensitivity 1, specificity 0
    alike = agreement(*people_and_judge(6, 0, 0, 0))
    assert alike.agreement.value == 1
    assert alike.kappa.value is None  # chance alone would agree
    assert alike.specificity.value is None


def test_without_labels_there_is_the_pass_rate_alone() -> None:
    found = agreement({"a": True, "b": False}, {"c": True})
    assert (found.judged, found.labelled) == (2, 0)
    assert found.rate.value == 0.5
    assert found.agreement.value is found.kappa.value is found.corrected.value is None
    nothing = agreement({}, {})
    assert nothing.rate.value is None


def test_order_does_not_matter_and_the_seed_does() -> None:
    judge, people = people_and_judge(20, 5, 10, 15)
    turned = dict(reversed(judge.items()))
    assert agreement(judge, people) == agreement(turned, people)
    assert agreement(judge, people).kappa != agreement(judge, people, seed=1).kappa


def test_true_rate_is_covered_as_often_as_the_level_says() -> None:
    """60 % truly pass; the judge has sensitivity 0.9 and specificity 0.75; 80 of 300 are labelled."""
    generator = np.random.default_rng(7)
    covered = naive = 0
    trials = 200
    for trial in range(trials):
        truth = generator.uniform(size=300) < 0.6
        said = generator.uniform(size=300) < np.where(truth, 0.9, 0.25)
        judge = {str(i): bool(v) for i, v in enumerate(said)}
        people = {str(i): bool(v) for i, v in enumerate(truth[:80])}
        found = agreement(judge, people, level=0.9, draws=300, seed=trial)
        assert found.corrected.low is not None
        assert found.corrected.high is not None
        assert found.rate.low is not None
        assert found.rate.high is not None
        covered += found.corrected.low <= 0.6 <= found.corrected.high
        naive += found.rate.low <= 0.6 <= found.rate.high
    assert 0.84 <= covered / trials <= 0.96
    assert naive / trials < 0.8  # the judge's own rate is 0.64


# --- files of labels ---------------------------------------------------------------------------------


def test_labels_as_json_lines_and_as_csv(tmp_path: Path) -> None:
    lines = tmp_path / "labels.jsonl"
    lines.write_text('{"id": "a", "passes": true, "by": "me"}\n\n{"id": 2, "passes": false}\n')
    table = tmp_path / "labels.csv"
    table.write_text("\ufeffnote,id,passes\n,a,Yes\n,2, 0\n,c,\n", encoding="utf-8")
    for file in (lines, table):
        assert read_labels(str(file)) == ({"a": True, "2": False}, [])


def test_verdicts_of_another_judge_are_labels(tmp_path: Path) -> None:
    file = tmp_path / "id.verdicts.jsonl"
    write_verdicts(file, [Verdict("a", True, (Vote(True, "fine"),)), Verdict("b", None, (), "gone")])
    assert read_labels(str(file)) == ({"a": True}, [])


def test_bad_lines_are_told_and_the_rest_counts(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    bad = [
        '{"id": "b", "passes": "perhaps"}',
        "[1]",
        '{"id": "a", "passes": false}',
        '{"id": ["x"], "passes": 1}',
    ]
    bad += ["{" * 5000, '{"passes": true}', '{"id": "c\\u001b[2J", "passes": "\\u001b[2J"}']
    file.write_text("\n".join(['{"id": "a", "passes": true}', *bad]))
    labels, faults = read_labels(str(file))
    assert labels == {"a": True}
    assert [fault.line().split(":")[1] for fault in faults] == [str(n) for n in range(2, 9)]
    assert "a has another verdict before" in faults[2].line()
    assert all(fault.line().isprintable() for fault in faults)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff\xfe\x80", b"id,passes\n", b"a,b\n1,2\n", b'{"id": 1}', b"id,passes\n" + b'"' * 200_000],
)
def test_what_is_no_file_of_labels(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "labels"
    file.write_bytes(content)
    with pytest.raises(WfllmError, match="no line of it is a label"):
        read_labels(str(file))


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(WfllmError, match="cannot be read"):
        read_labels(str(tmp_path / "nothing.csv"))
    with pytest.raises(WfllmError, match="cannot be read"):
        read_labels(str(tmp_path))


def test_what_is_written_is_json(tmp_path: Path) -> None:
    found = agreement(*people_and_judge(3, 1, 1, 3))
    again = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert again["kappa"]["value"] == pytest.approx(0.5)
