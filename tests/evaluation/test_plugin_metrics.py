"""A plug-in's family of metrics among the built-in ones: scores, means, headings, columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.plugin_page import write_parts
from wfllm.config.plugins import VARIABLE
from wfllm.config.registry import schema_of
from wfllm.config.schema import Metrics
from wfllm.errors import WfllmError
from wfllm.evaluation.metrics import METRICS, details, families, headings, plugin_metrics
from wfllm.evaluation.predictions import Prediction
from wfllm.evaluation.score import mean, score
from wfllm.shortcuts.catalogue.load import load_catalogue

RIGHT = "# A thought.\nx = 1\ny = 2\ny = 2\nz = 3\n"


@pytest.fixture
def metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Metrics:
    """`metrics=lines` of docs/plugins.md, for its own family and the checks."""
    write_parts(tmp_path)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    part = schema_of("metrics", "lines")
    assert part is not None
    found = part.model_validate({"name": "lines", "families": ["lines", "checks"]})
    assert isinstance(found, Metrics)
    return found


def prediction(code: str | None) -> Prediction:
    return Prediction("a", "query", [], "answer", code, RIGHT)


def test_it_scores_beside_the_built_in_families(metrics: Metrics) -> None:
    rows = score(
        [prediction(RIGHT), prediction("y = 2\nx = 1\n"), prediction(None)], load_catalogue(), metrics
    )
    assert [(row["lines"], row["lines_exact"]) for row in rows] == [(1.0, 1.0), (0.5, 0.0), (0.0, 0.0)]
    assert rows[1]["parses"] == 1.0
    found = mean(rows)
    assert found["lines"] == 0.5
    assert found["lines_exact"] == pytest.approx(1 / 3)
    assert list(found)[-2:] == ["lines", "lines_exact"]  # behind the built-in ones


def test_tables_know_its_headings(metrics: Metrics) -> None:
    assert families()["lines"] == {"lines": "right lines", "lines_exact": "· all of them, and no other"}
    assert list(headings()) == [*METRICS, "lines", "lines_exact"]
    assert "lines_exact" in details()
    assert plugin_metrics() == {"lines"}  # what `wfllm compare` shows unasked


def test_without_its_folder_the_built_in_ones_are_left(
    metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    assert headings() == METRICS
    assert not plugin_metrics()
    with pytest.raises(WfllmError, match=r"no family lines.*WFLLM_PLUGINS"):
        score([prediction(RIGHT)], load_catalogue(), metrics)


def test_a_broken_family_hides_no_other_metric(metrics: Metrics, tmp_path: Path) -> None:
    (tmp_path / "metrics" / "bad.py").write_text("1 / 0\n")
    assert set(families()) >= {"lines", "checks"}
    assert "bad" not in families()
