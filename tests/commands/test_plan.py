"""`wfllm train dry_run=true`: what it counts with."""

from __future__ import annotations

from pathlib import Path

import pytest

from wfllm.cli import main

pytestmark = pytest.mark.slow  # makes a model


@pytest.mark.parametrize(("most", "told"), [("null", "counted as 1,000"), ("40", "counted as 40")])
def test_a_run_on_fewer_records_is_planned_for_fewer(
    most: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    keys = [f"data.max_records={most}", "trainer.plan_records=1000", "trainer.epochs=1", "dry_run=true"]
    assert main(["train", "experiment=tiny", *keys]) == 0
    assert told in capsys.readouterr().out
