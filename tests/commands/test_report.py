"""`wfllm report`: writes what it says, and a page that cannot be made costs a run nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from tests.report.making import REFERENCE, sample, write_run
from wfllm.cli import main
from wfllm.commands.report import leave_report
from wfllm.tracking.run_folder import RunFolder
from wfllm.tracking.wandb_run import Tracker


class Kept(Tracker):
    """Notes the page it is given."""

    def __init__(self) -> None:
        self.pages: list[Path] = []

    def report(self, path: Path) -> None:
        self.pages.append(path)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return write_run(tmp_path, {("scores", "id"): [(sample("a", REFERENCE), {"codebleu": 1.0})]})


def test_the_page_is_written_where_it_is_said(
    run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "new" / "page.html"
    assert main(["report", f"run={run.path / 'predictions'}", f"output={page}", "charts=0"]) == 0
    told = capsys.readouterr().out
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert page.with_suffix(".csv").is_file()
    assert "1 samples, 1 with code, 0 with flow charts" in told
    assert f"Next: wfllm report run={run.path} open=true" in told
    assert not (run.path / "report.html").exists()


def test_a_folder_that_is_no_run_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", f"run={tmp_path}"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_run_leaves_its_page_and_hands_it_on(run: RunFolder) -> None:
    tracker = Kept()
    leave_report(run, tracker, Console())
    assert tracker.pages == [run.path / "report.html"]
    assert tracker.pages[0].is_file()


def test_a_page_that_cannot_be_made_costs_the_run_nothing(
    run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    (run.path / "predictions" / "scores-id.csv").unlink()
    tracker = Kept()
    leave_report(run, tracker, Console())
    assert tracker.pages == []
    assert "No report:" in capsys.readouterr().out
