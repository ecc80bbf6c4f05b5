"""Runs that differ in their seed alone are one row."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from wfllm.tracking.compare import Row
from wfllm.tracking.seeds import Mean, groups, means


def row(name: str, config: dict[str, Any], results: dict[str, float], status: str = "finished") -> Row:
    return Row(Path(name), "train", name, status, config, results, None, data="d")


def test_mean_and_sample_deviation_over_seeds() -> None:
    rows = [row(str(s), {"seed": s, "optim.lr": 1e-3}, {"val/loss": 1.0 + s}) for s in (0, 1, 2)]
    rows.append(row("other", {"seed": 0, "optim.lr": 2e-3}, {"val/loss": 9.0}))
    first, second = groups(rows)
    assert first.seeds == [0, 1, 2]
    assert first.config == {"optim.lr": 1e-3}
    assert means(first) == {"val/loss": Mean(2.0, 1.0, 3)}
    assert means(second) == {"val/loss": Mean(9.0, None, 1)}


def test_only_the_newest_finished_run_of_a_seed_counts() -> None:
    rows = [
        row("old", {"seed": 0}, {"val/loss": 5.0}),
        row("new", {"seed": 0}, {"val/loss": 1.0}),
        row("failed", {"seed": 1}, {"val/loss": 7.0}, status="failed"),
        row("going on", {"seed": 2}, {}, status="interrupted or running"),
    ]
    (group,) = groups(rows)
    assert [r.name for r in group.rows] == ["new"]
    assert group.left_out == 3
    assert means(group)["val/loss"] == Mean(1.0, None, 1)


def test_a_metric_that_some_seeds_lack_says_of_how_many_it_is() -> None:
    rows = [row("a", {"seed": 0}, {"x": 1.0, "y": 1.0}), row("b", {"seed": 1}, {"x": 3.0})]
    (group,) = groups(rows)
    found = means(group)["x"]
    assert (found.mean, found.n) == (2.0, 2)
    assert found.deviation == pytest.approx(math.sqrt(2))
    assert means(group)["y"] == Mean(1.0, None, 1)


def test_a_loss_that_is_no_number_is_no_mean() -> None:
    (group,) = groups([row("a", {"seed": 0}, {"x": 1.0}), row("b", {"seed": 1}, {"x": math.nan})])
    found = means(group)["x"]
    assert math.isnan(found.mean)
    assert (found.deviation, found.n) == (None, 2)


def test_damaged_runs_and_other_records_stay_apart() -> None:
    damaged = [Row(Path(n), "?", n, "damaged", {}, {}, "torn") for n in "ab"]
    assert len(groups(damaged)) == 2
    one, two = row("a", {"seed": 0}, {}), row("b", {"seed": 1}, {})
    assert len(groups([one, Row(**{**two.__dict__, "data": "other"})])) == 2
