"""The paper's presets, planned by the command in each header, on a release made of the published samples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.config.test_compose import preset_command
from tests.config.test_shipped_presets import LARGE
from tests.evaluation.teval_questions import write_questions
from wfllm.cli import main

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def release(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder laid out as the release is: records with titles, and lists of titles for both splits."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("WFLLM_CACHE", str(tmp_path / "cache"))
    file = shared_data / "workflowbench" / "data_samples.json"
    samples = json.loads(file.read_text(encoding="utf-8"))[:24]
    folder = tmp_path / "release"
    folder.mkdir()
    titles = [f"Title {number}" for number in range(len(samples))]
    rows = [{"key": title, **row} for title, row in zip(titles, samples, strict=True)]
    (folder / "seed_data.json").write_text(json.dumps(rows[:20]), encoding="utf-8")
    (folder / "synthesized_data.json").write_text(json.dumps(rows[20:]), encoding="utf-8")
    unlike = {"train": titles[:12], "dev": titles[12:14], "test": titles[14:18], "reward": titles[18:20]}
    (folder / "dataset_split_keys.json").write_text(json.dumps(unlike))
    (folder / "dataset_split_keys_ood.json").write_text(
        json.dumps({"train": titles[:8], "dev": titles[8:10]})
    )
    return folder


def planned(command: str, overrides: list[str], capsys: Capture) -> str:
    assert main([command, *overrides, "dry_run=true"]) == 0
    told = capsys.readouterr().out
    assert "nothing is started" in told
    assert not Path("outputs").exists()
    return told


@pytest.mark.parametrize("name", [name for name in LARGE if preset_command(name)[0] != "build"])
def test_every_preset_is_planned_by_its_header(name: str, release: Path, capsys: Capture) -> None:
    command, overrides = preset_command(name)
    told = planned(command, [o.replace("FOLDER", str(release)) for o in overrides], capsys)
    assert "8,030,261,248" in told
    if command == "evaluate":
        for words in ("4 of id", "prompt tokens", "at most 32,000 tokens", "15.0 GB of weights"):
            assert words in told
        assert ("1 worked example" in told) == (name == "paper/icl")
        return
    for words in ("8 x a100_80gb", "fits", "s a step of", "optimiser steps"):
        assert words in told
    steps = next(line for line in told.splitlines() if "optimiser steps" in line)
    counted = int(steps.split("│")[2].replace(",", ""))
    fewer = {"paper/annotator": 13_581, "ablation/no_synthetic": 13_581, "paper/ood": 8_071}
    records = fewer.get(name, 105_573)
    epochs, batch = (5, 16) if name == "paper/workflowllama_code" else (3, 32)
    assert counted == pytest.approx(records / batch * epochs, rel=0.02)
    assert ("cut" in told) == (name == "paper/workflowllama_code")


def test_a_model_behind_an_api_is_planned_by_what_is_sent(release: Path, capsys: Capture) -> None:
    prices = ["llm.price_in=0.15", "llm.price_out=0.6"]
    baseline = ["experiment=paper/zero_shot", f"data.path={release}", "model=api", "llm=openai", *prices]
    told = planned("evaluate", [*baseline, "limit=2", "judge=openai", "judge.votes=3"], capsys)
    for words in ("gpt-4o-mini (openai)", "at most 2 requests", "USD", "at most 6 requests"):
        assert words in told
    assert "GB" not in told
    zero = int(told.split("prompt tokens")[1].split("│")[1].split()[0].rstrip(",").replace(",", ""))
    more = planned("evaluate", ["experiment=paper/icl", *baseline[1:], "limit=2"], capsys)
    icl = int(more.split("prompt tokens")[1].split("│")[1].split()[0].rstrip(",").replace(",", ""))
    assert icl > zero


def test_the_planning_of_t_eval_is_planned(release: Path, capsys: Capture) -> None:
    write_questions(Path())
    told = planned("teval", ["questions=plan_json_v2.json", "model=llama31_8b_instruct"], capsys)
    for words in ("3, plans as json", "8,030,261,248", "at most 1,536 tokens", "all-mpnet-base-v2"):
        assert words in told


def test_a_checkpoint_and_a_preset_of_untrained_models_are_refused_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    from tests.commands.conftest import QUICK

    monkeypatch.chdir(tmp_path)
    brief = ["trainer.max_steps=1", "trainer.samples=0", "evaluation.before=false", "evaluation.after=false"]
    assert main(["train", *QUICK, *brief]) == 0
    (run,) = (tmp_path / "outputs" / "train").glob("*/*")
    capsys.readouterr()
    assert main(["evaluate", f"checkpoint={run}", "experiment=paper/zero_shot_small"]) == 1
    assert "model, prompts cannot be changed for a checkpoint" in capsys.readouterr().err
    assert main(["evaluate", f"checkpoint={run}", "dry_run=true", "limit=2"]) == 0
    told = capsys.readouterr().out
    assert "2 of id" in told
    assert f"evaluate/{run.name}/" in told
