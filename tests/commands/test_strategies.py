"""Runs of every strategy as a person makes them, and what follows: evaluate, generate, compare."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

from tests.commands.conftest import QUICK
from wfllm.cli import main
from wfllm.training.strategies import STRATEGIES

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
NAMES = [n for n in STRATEGIES if n != "qlora" or importlib.util.find_spec("bitsandbytes")]
BRIEF = ["trainer.max_steps=2", "trainer.samples=0", "evaluation.before=false", "evaluation.after=false"]
Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("name", NAMES)
def test_a_run_of_every_strategy_is_evaluated_asked_and_compared(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """In one process, for the sake of speed; `test_road` does the same with processes of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["train", f"strategy={name}", *QUICK, *BRIEF]) == 0
    (run,) = (tmp_path / "outputs" / "train").glob("*/*")
    assert json.loads((run / "model" / "trained.json").read_text())["strategy"]["name"] == name
    capsys.readouterr()
    few = ["limit=1", "logger=none", "decoding.max_new_tokens=4"]
    assert main(["evaluate", f"checkpoint={run}", *few]) == 0
    assert "CodeBLEU" in capsys.readouterr().out
    asked = main(["generate", "query=Show an alert", f"checkpoint={run}", "decoding.max_new_tokens=8"])
    assert asked in (0, 1)  # a random model may write no code block
    out = capsys.readouterr().out
    assert "The model wrote no code block" in out or "checker" in out or "findings" in out
    assert main(["compare"]) == 0
    assert run.name in capsys.readouterr().out


def test_every_strategy_has_a_plan_with_its_own_count_of_parameters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    counts = {}
    for name in STRATEGIES:
        keys = ["strategy.last_blocks=1"] if name == "freeze" else []
        assert main(["train", f"strategy={name}", *QUICK, *keys, "dry_run=true"]) == 0
        (line,) = [line for line in capsys.readouterr().out.splitlines() if "trained of" in line]
        counts[name] = int(line.split("│")[2].split()[0].replace(",", ""))
    assert counts["pissa"] == counts["lora_plus"] == counts["qlora"] == counts["lora"]
    assert counts["rslora"] == 4 * counts["lora"]  # rank 64, not 16
    assert counts["lora"] < counts["dora"] < counts["full"]
    assert 0 < counts["freeze"] < counts["full"]


def test_a_damaged_checkpoint_ends_the_command_in_one_line_and_its_mend_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """The run's own checkpoint, cut short; the one before it takes its place as the line says."""
    monkeypatch.chdir(tmp_path)
    args = ["train", *QUICK, *BRIEF, "trainer.max_steps=4"]
    assert main(args) == 0
    (run,) = (tmp_path / "outputs" / "train").glob("*/*")
    whole = (run / "model" / "adapter_model.safetensors").read_bytes()
    info = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**info, "status": "running"}))  # as a kill leaves it
    shutil.rmtree(run / "model")
    last = run / "checkpoints" / "last.ckpt"
    last.write_bytes(last.read_bytes()[:-100])
    capsys.readouterr()
    assert main(args) == 1
    told = capsys.readouterr().err.strip().splitlines()[-1]
    assert "last.ckpt: is damaged" in told
    assert "previous.ckpt beside it is whole" in told
    (last.parent / "previous.ckpt").replace(last)
    assert main(args) == 0
    assert (run / "model" / "adapter_model.safetensors").read_bytes() == whole
