"""`wfllm compare`: tables, files and pages of runs that were made by hand."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.report.making import HOSTILE
from tests.report.runs import make_scored, row_of
from wfllm.cli import main
from wfllm.errors import WfllmError
from wfllm.report.against import against, named
from wfllm.report.comparison import entries, result_names
from wfllm.report.comparison_tables import table
from wfllm.report.results import Value
from wfllm.tracking.run_folder import RunFolder

LOW = [0.1, 0.15, 0.2, 0.12, 0.18, 0.11, 0.19, 0.14]
HIGH = [value + 0.4 for value in LOW]
PARSES = [1.0, 0.0] * 4


def make_two(root: Path) -> tuple[RunFolder, RunFolder]:
    a = make_scored(root, "aaaaaaaa", {"codebleu": LOW, "parses": PARSES}, config={"strategy": {"r": 8}})
    b = make_scored(root, "bbbbbbbb", {"codebleu": HIGH, "parses": PARSES}, config={"strategy": {"r": 16}})
    return a, b


def compare(capsys: pytest.CaptureFixture[str], *args: str, status: int = 0) -> str:
    assert main(["compare", *args]) == status
    told = capsys.readouterr()
    return told.out if status == 0 else told.err


def test_results_are_the_usual_ones_or_those_that_are_named(tmp_path: Path) -> None:
    rows = [row_of(run) for run in make_two(tmp_path)]
    assert result_names(rows, None, None) == [
        "train/loss",
        "val/loss",
        "after-id/codebleu",
        "after-id/parses",
    ]
    assert result_names(rows, ["parses", "val/loss"], None) == ["after-id/parses", "val/loss"]
    assert result_names(rows, ["after-id/codebleu"], None) == ["after-id/codebleu"]
    assert result_names(rows, ["passes"], None) == []
    with pytest.raises(WfllmError, match=r"no metric 'codebleau'.*Did you mean codebleu"):
        result_names(rows, ["codebleau"], None)


def test_the_table_has_percent_with_intervals_and_keys_that_differ(tmp_path: Path) -> None:
    rows = [row_of(run) for run in make_two(tmp_path)]
    made = table("t", entries(rows, names=["after-id/codebleu"]), ["val/loss", "after-id/codebleu"])
    assert [c.heading for c in made.columns] == [
        "run",
        "status",
        "strategy.r",
        "val loss",
        "after-id codebleu",
    ]
    first, second = made.rows
    assert first[2:4] == ["8", Value(2.0)]
    assert isinstance(second[4], Value)
    assert second[4].value == pytest.approx(54.875)
    assert second[4].low is not None
    assert 50 < second[4].low < 54.875
    assert second[4].n == 8


def test_seeds_are_one_row(tmp_path: Path) -> None:
    for seed, value in ((0, 0.1), (1, 0.3), (2, 0.2)):
        make_scored(tmp_path, f"{seed}" * 8, {"codebleu": [value, value]}, config={"seed": seed})
    rows = [row_of(RunFolder(path.parent)) for path in sorted(tmp_path.rglob("run.json"))]
    made = table("t", entries(rows, seeds=True), ["after-id/codebleu"])
    ((_, status, numbers, mean),) = made.rows
    assert (status, numbers) == ("finished", "0, 1, 2")
    assert isinstance(mean, Value)
    assert mean.value == pytest.approx(20)
    assert mean.deviation == pytest.approx(10)
    assert mean.n == 3


def test_the_papers_rows_stand_below_under_the_same_sets(tmp_path: Path) -> None:
    row = row_of(make_scored(tmp_path, "a", {"codebleu": LOW, "codebleu_paper": LOW, "passes": PARSES}))
    names = result_names([row], None, "table2")
    assert names == ["after-id/codebleu_paper", "after-id/passes"]  # as the released code scores
    made = table("t", entries([row]), names, paper="table2")
    theirs = next(r for r in made.rows if r[0] == "paper: WorkflowLlama 8B")
    assert theirs == ["paper: WorkflowLlama 8B", "", Value(39.3), Value(76.9)]
    plain = row_of(make_scored(tmp_path, "b", {"codebleu": LOW}, when="before-id"))
    assert result_names([plain], None, "table2") == ["train/loss", "val/loss", "before-id/codebleu"]
    assert made.beside == len(made.rows) - 1
    assert "larger models" in made.note


def test_a_baseline_is_called_by_folder_name_or_its_end(tmp_path: Path) -> None:
    runs = make_two(tmp_path)
    made = entries([row_of(run) for run in runs])
    assert named("bbbb", made) is made[1]
    assert named(str(runs[0].path), made) is made[0]
    assert named(f"{runs[0].path}/", made) is made[0]
    with pytest.raises(WfllmError, match="no run is called 'cccc'"):
        named("cccc", made)
    with pytest.raises(WfllmError, match="no run is called ''"):
        named("", made)
    (tmp_path / "x").mkdir()
    third = make_scored(tmp_path / "x", "xbbbbbbbb", {"codebleu": LOW})
    with pytest.raises(WfllmError, match="2 runs are called 'bbbb'"):
        named("bbbb", entries([row_of(run) for run in (*runs, third)]))


def test_differences_are_points_and_tell_of_samples_that_are_not_shared(tmp_path: Path) -> None:
    a, b = make_two(tmp_path)
    c = make_scored(tmp_path, "c", {"codebleu": LOW[:3]}, ids=["s0", "s1", "z"])
    d = make_scored(tmp_path, "d", {"codebleu": LOW[:1]}, ids=["elsewhere"])
    made = entries([row_of(run) for run in (a, b, c, d)])
    gaps, notes = against(made[0], made, ["after-id/codebleu", "val/loss"])
    assert gaps is not None
    assert [column.heading for column in gaps.columns] == ["run", "differs in", "id samples", "id codebleu"]
    first, second = gaps.rows
    assert first[1:3] == ["strategy.r: 8 → 16", "8"]
    assert isinstance(first[3], Value)
    assert first[3].value == pytest.approx(40)
    assert first[3].low == pytest.approx(40)
    assert second[1] == "1 more"  # it has no strategy.r at all
    assert second[2] == "2 of 8 and 3"
    assert any("2 are shared, of 3 and 8" in note for note in notes)
    assert any("2026-01-01_d has no samples in common" in note for note in notes)


def test_two_runs_begin_with_the_key_in_which_they_differ(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_two(tmp_path)
    out = compare(capsys, f"runs={tmp_path}")
    assert out.splitlines()[0] == "The two runs differ in one key: strategy.r: 8 → 16"
    assert "Minus door/2026-01-01_aaaaaaaa, on the same samples" in out
    assert "+40.0" in out
    out = compare(capsys, f"runs={tmp_path}", 'where="strategy.r>=16 and after-id/codebleu>0.5"')
    assert "bbbbbbbb" in out
    assert "aaaaaaaa" not in out
    assert "differ in" not in out
    assert "Did you mean strategy.r?" in compare(
        capsys, f"runs={tmp_path}", 'where="strategy.rr>1"', status=1
    )
    assert "none of 2 runs has" in compare(capsys, f"runs={tmp_path}", 'where="strategy.r>99"', status=1)
    assert "no table" in compare(capsys, f"runs={tmp_path}", "paper=table9", status=1)


def test_files_are_written_and_formats_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_two(tmp_path / "runs")
    files = [f"{key}={tmp_path / 'out' / key}" for key in ("markdown", "csv", "latex")]
    compare(capsys, f"runs={tmp_path / 'runs'}", *files)
    (first, second) = csv.DictReader(io.StringIO((tmp_path / "out/csv").read_text()))
    assert second["after-id/codebleu"] == "0.54875"
    assert float(second["after-id/codebleu low"]) > 0.5
    assert second["optim.lr"] == "0.001"
    assert first["run"].endswith("2026-01-01_aaaaaaaa")
    assert r"\toprule" in (tmp_path / "out/latex").read_text()
    assert "**54.9**" in (tmp_path / "out/markdown").read_text()
    assert compare(capsys, f"runs={tmp_path / 'runs'}", "format=latex").startswith("% \\usepackage{booktabs}")
    assert "|" in compare(capsys, f"runs={tmp_path / 'runs'}", "format=markdown", "columns=[codebleu]")


def test_every_kind_of_bad_run_costs_itself_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_two(tmp_path)
    old = make_scored(tmp_path, "older", {"codebleu": LOW})
    (old.path / "run.json").write_text(json.dumps({**old.info, "results": {"losses": {"train": 0.5}}}))
    for number, text in enumerate(('{"id":', "[]", '{"results": 3}', "\udcff")):
        broken = make_scored(tmp_path, f"broken{number}", {"codebleu": LOW})
        (broken.path / "run.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    wrong = make_scored(tmp_path, "wrongtype", {"codebleu": LOW})
    info = {**wrong.info, "results": {"after": {"id": {"codebleu": True}}}}
    (wrong.path / "run.json").write_text(json.dumps(info))
    going = make_scored(tmp_path, "going", {"codebleu": LOW})
    (going.path / "run.json").write_text(json.dumps({**going.info, "status": "running", "results": None}))
    (going.path / "metrics.jsonl").write_text('{"step": 0, "train/loss": 3.5}\n{"step": 1, "train/loss": 2.2')
    nan = make_scored(tmp_path, "nan", {"codebleu": LOW})
    (nan.path / "run.json").write_text(
        json.dumps({**nan.info, "results": {"losses": {"train": float("nan")}}})
    )
    missing = make_scored(tmp_path, "missing", {"codebleu": LOW})
    (missing.path / "config.yaml").unlink()
    page = tmp_path / "page.html"
    out = compare(capsys, f"runs={tmp_path}", f"html={page}")
    assert out.count(" is damaged") == 5
    assert "is missing" in out
    assert "interrupted or running" in out
    assert "3.5000" in out
    assert "nan" in out
    assert "54.9" in out
    ElementTree.fromstring(page.read_text(encoding="utf-8").partition("\n")[2])


def test_hostile_names_are_text_on_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = HOSTILE.encode("ascii", "backslashreplace").decode()
    for name in ("a'\"<b>&amp;%25", "b"):
        make_scored(tmp_path, name, {"codebleu": LOW}, experiment=bad, config={"note": bad + name})
    page = tmp_path / "page.html"
    out = compare(capsys, f"runs={tmp_path}", f"html={page}", f"latex={tmp_path / 't.tex'}")
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<img" not in text
    ElementTree.fromstring(text.partition("\n")[2])
    assert "\x1b[2J" not in out


def test_the_page_links_reports_and_is_the_same_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, _ = make_two(tmp_path)
    (a.path / "report.html").write_text("<html/>")
    page = tmp_path / "pages" / "page.html"
    compare(capsys, f"runs={tmp_path}", f"html={page}")
    first = page.read_bytes()
    link = os.path.relpath(a.path / "report.html", page.parent)
    assert f'<a href="{link}">' in first.decode()
    assert first.count(b"<a href") == 1
    assert b"strategy.r: 8" in first
    assert b"<svg" in first
    assert b"script-src" not in first
    compare(capsys, f"runs={tmp_path}", f"html={page}")
    assert page.read_bytes() == first


@pytest.mark.slow
def test_pictures_of_one_and_of_many_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(22):
        run = make_scored(
            tmp_path / "runs",
            f"{number:08d}",
            {"codebleu": [value + number / 100 for value in LOW]},
            config={"optim": {"name": "adamw", "lr": number / 1000}},
            started=f"2026-01-01T00:00:{number:02d}+00:00",
            report=True,
        )
        lines = [json.dumps({"step": step, "train/loss": 3 - step / 5}) for step in range(4)]
        (run.path / "metrics.jsonl").write_text("\n".join(lines))
    for name in ("a", "b"):
        compare(capsys, f"runs={tmp_path / 'runs'}", f"plots={tmp_path / name}")
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == [
        f"{name}.{kind}" for name in ("complexity", "curves", "scores") for kind in ("png", "svg")
    ]
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)
    for name in ("complexity.svg", "curves.svg", "scores.svg"):
        text = (tmp_path / "a" / name).read_text(encoding="utf-8")
        assert "optim.lr=0.021" in text
        assert "optim.lr=0.001<" not in text  # the newest twenty
    only = tmp_path / "one"
    out = compare(
        capsys, f"runs={tmp_path / 'runs' / 'train' / 'door' / '2026-01-01_00000003'}", f"plots={only}"
    )
    assert out.count("Drawn: ") == 6
