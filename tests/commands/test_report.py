"""`wfllm report`: writes what it says, and a page that cannot be made costs a run nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from tests.commands.conftest import Run, the_run
from tests.report.making import REFERENCE, sample, write_run
from tests.test_readme import ROOT, commands
from wfllm.cli import main
from wfllm.commands.report import leave_report
from wfllm.tracking.run_folder import RunFolder
from wfllm.tracking.tracker import Tracker


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


@pytest.mark.slow
def test_the_commands_of_the_document_run(
    run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.chdir(tmp_path)
    found = [w for w in commands((ROOT / "docs" / "report.md").read_text(encoding="utf-8")) if w]
    assert len(found) == 3
    for words in found:
        assert main([f"run={run.path}" if w.startswith("run=") else w for w in words[1:]]) == 0
    assert opened == [(run.path / "report.html").resolve().as_uri()]
    assert (tmp_path / "report" / "tiny.html").is_file()
    assert (tmp_path / "report" / "tiny.csv").is_file()


@pytest.mark.slow
def test_an_evaluation_leaves_its_page_and_its_breakdown(wfllm: Run, tmp_path: Path) -> None:
    few = ["data.max_records=12", "limit=2", "decoding.max_new_tokens=8", "logger=none"]
    done = wfllm("evaluate", "model=tiny", *few)
    run = the_run(tmp_path, "evaluate")
    assert "No report" not in done.stdout
    assert "report.html" in done.stdout
    assert (run / "report.html").stat().st_size > 10_000
    rows = (run / "predictions" / "scores-id.by.csv").read_text(encoding="utf-8").splitlines()
    assert any(row.startswith("all,all,codebleu,2,") for row in rows)
