"""The parts of docs/plugins.md at work: trained with, evaluated, asked, compared, repeated; their faults."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.commands.conftest import QUICK, the_run
from tests.config.plugin_page import write_part, write_parts
from wfllm.bench.sources import load_records
from wfllm.cli import main
from wfllm.config import schema as s
from wfllm.config.plugins import VARIABLE

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
Capture = pytest.CaptureFixture[str]
BRIEF = ["trainer.max_steps=2", "trainer.samples=0", "evaluation.before=false"]
PARTS = ["strategy=norms", "metrics=lines", "prompts=terse", "data=csv", "data.path=table.csv"]


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the page's parts in use, and a table for its data source."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv(VARIABLE, "my_parts")
    write_parts(tmp_path / "my_parts")
    rows = [r for split in load_records(s.StarterData(name="starter"))[0].values() for r in split]
    with (tmp_path / "table.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["query", "code"])
        writer.writerows((r.query, r.annotated_code) for r in rows[:60])
    return tmp_path


def test_a_run_with_all_four_is_trained_evaluated_asked_compared_and_repeated(
    at: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    import torch
    from safetensors import safe_open

    assert main(["train", *QUICK, *BRIEF, *PARTS]) == 0
    out = capsys.readouterr().out
    assert "right lines" in out  # the table a run ends with
    assert "no other" not in out  # a detail
    run = the_run(at)
    trained = json.loads((run / "model" / "trained.json").read_text())
    assert trained["strategy"] == {"name": "norms", "biases": True}
    with safe_open(run / "model" / "trained.safetensors", "pt") as file:
        shapes = {name: file.get_tensor(name).ndim for name in file.keys()}  # noqa: SIM118 (not a dict)
    assert shapes
    assert set(shapes.values()) == {1}
    checkpoint = torch.load(run / "checkpoints" / "last.ckpt", weights_only=True)
    assert len(checkpoint["state_dict"]) == len(shapes)
    info = json.loads((run / "run.json").read_text())
    assert list(info["plugins"]) == ["data/csv.py", "metrics/lines.py", "strategy/norms.py"]
    assert info["results"]["after"]["id"]["lines"] is not None
    header = (run / "predictions" / "after-id.csv").read_text().splitlines()[0]
    assert header.endswith("lines,lines_exact")
    assert (run / "report.html").read_text().count("right lines")

    again = ["train", *QUICK, *BRIEF, *PARTS]
    assert main(again) == 0
    assert "This very run is finished" in capsys.readouterr().out

    few = ["limit=1", "logger=none", "decoding.max_new_tokens=4", "metrics=lines"]
    assert main(["evaluate", f"checkpoint={run}", *few]) == 0
    assert "right lines" in capsys.readouterr().out
    asked = main(["generate", "query=Show an alert", f"checkpoint={run}", "decoding.max_new_tokens=8"])
    assert asked in (0, 1)  # a random model may write no code block
    assert main(["repeat", f"run={run}"]) == 0
    assert "same to the last digit" in capsys.readouterr().out
    assert main(["compare"]) == 0
    assert run.name in capsys.readouterr().out

    monkeypatch.delenv(VARIABLE)
    for command in (["evaluate", f"checkpoint={run}"], ["generate", "query=x", f"checkpoint={run}"]):
        assert main(command) == 1
        line = capsys.readouterr().err.strip()
        assert "\n" not in line
        assert "was made with the plug-in data/csv.py, which is not here. Set WFLLM_PLUGINS to" in line
    assert main(["report", f"run={run}"]) == 0  # what was scored is still shown
    assert "lines exact" in (run / "report.html").read_text()


def test_a_changed_module_is_another_run_and_an_idle_one_is_not(at: Path, capsys: Capture) -> None:
    args = ["train", *QUICK, *BRIEF, "strategy=norms", "evaluation.after=false"]
    assert main(args) == 0
    write_part(at / "my_parts", "strategy", "idle", "raise RuntimeError\n")
    assert main(args) == 0
    first = the_run(at)
    assert list(json.loads((first / "run.json").read_text())["plugins"]) == ["strategy/norms.py"]
    # Another folder: a module is imported once in a process.
    changed = at / "changed"
    shutil.copytree(at / "my_parts", changed)
    module = changed / "strategy" / "norms.py"
    module.write_text(module.read_text() + "\n# Another thought.\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(changed))
        assert main(args) == 0
    assert len(list((at / "outputs" / "train").glob("*/*/run.json"))) == 2


def test_a_sweep_and_a_dry_run_have_it(at: Path, capsys: Capture) -> None:
    small = [*QUICK, *BRIEF, "evaluation.after=false"]
    assert main(["train", *small, "strategy=norms", "dry_run=true"]) == 0
    assert "trained of" in capsys.readouterr().out
    assert main(["train", "-m", *small, "strategy=norms,freeze"]) == 0
    runs = [json.loads(p.read_text()) for p in (at / "outputs" / "train").glob("*/*/run.json")]
    assert sorted(len(run["plugins"]) for run in runs) == [0, 1]


def test_ranks_have_it(at: Path, capsys: Capture) -> None:
    small = [*QUICK, *BRIEF, "evaluation.after=false", "trainer=ddp", "trainer.devices=2"]
    assert main(["train", *small, "trainer.accelerator=cpu", "trainer.accumulate=1", *PARTS]) == 0
    assert (the_run(at) / "model" / "trained.safetensors").is_file()


def test_a_build_and_a_mix_read_its_source(at: Path, capsys: Capture, no_plots: None) -> None:
    args = ["build", "data=csv", "data.path=table.csv", "output=built", "formats=[]"]
    status = main(args)
    out = capsys.readouterr().out
    assert status == 0, out
    assert (at / "built" / "dataset").is_dir()
    mix = s.MixData(name="mix", parts=["starter", "0.5*csv:table.csv"])
    splits, faults = load_records(mix)
    assert not faults
    sources = {record.source for rows in splits.values() for record in rows}
    assert "table.csv" in sources


@pytest.mark.parametrize(
    ("group", "name", "old", "new", "told"),
    [
        ("strategy", "norms", "    return model", "    return None", "apply returns no model: end it with"),
        (
            "strategy",
            "norms",
            "requires_grad_(True)",
            "requires_grad_(False)",
            "leaves nothing to train",
        ),
        (
            "strategy",
            "norms",
            "    model.requires_grad_(False)",
            "    1 / 0",
            "ZeroDivisionError: division",
        ),
        ("strategy", "norms", "    save_part(model, folder)", "    1 / 0", "ZeroDivisionError: division"),
        (
            "metrics",
            "lines",
            "for p in predictions]",
            "for p in predictions][1:]",
            "returns 1 rows for 2",
        ),
        (
            "metrics",
            "lines",
            "float(right == found)",
            "2.0",
            "gives lines_exact 2.0: a score is from 0",
        ),
        ("metrics", "lines", '"lines": share, ', "", "score returns the metrics lines_exact; HEADINGS has"),
        ("data", "csv", 'row["query"]', 'row["queery"]', "KeyError: 'queery'"),
    ],
)
def test_what_fails_at_work_names_its_file_and_line(
    at: Path, capsys: Capture, group: str, name: str, old: str, new: str, told: str
) -> None:
    path = at / "my_parts" / group / f"{name}.py"
    text = path.read_text()
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new))
    assert main(["train", *QUICK, *BRIEF, *PARTS]) == 1
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert f"my_parts/{group}/{name}.py:" in line
    assert told in line


def test_a_bad_record_is_left_out_or_stops_as_the_key_says(at: Path, capsys: Capture) -> None:
    with (at / "table.csv").open("a", encoding="utf-8") as file:
        file.write('"no python","def ("\n"","x = 1"\n')
    data = ["data=csv", "data.path=table.csv", "dry_run=true"]
    assert main(["train", *QUICK, *data]) == 1
    assert "data.on_error=skip" in capsys.readouterr().err
    assert main(["train", *QUICK, *data, "data.on_error=skip"]) == 0
    assert "the record has no query" in capsys.readouterr().out
