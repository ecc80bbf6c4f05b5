"""A search as the file that W&B takes: its content, what is refused, and that its command is one of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from wfllm.cli import main
from wfllm.config.compose import compose
from wfllm.config.problems import ConfigError
from wfllm.search.check import read_search
from wfllm.search.wandb_sweep import sweep_config

TINY = ["sweep=optuna", "experiment=tiny"]


def config(*overrides: str) -> dict[str, Any]:
    return sweep_config(read_search([*TINY, *overrides]))


def test_every_kind_of_space_in_the_words_of_wandb() -> None:
    found = config(
        "optim.lr=tag(log,interval(1e-5,1e-3))",
        "optim.warmup=interval(0,0.3)",
        "strategy.r=4,8,16",
        "seed=range(0,10,2)",
        "trainer.batch_size=interval(1,4)",
        "optim.weight_decay=0.0,0.1",
        "logger.tags=[a],[b]",
        "trainer.max_steps=null,5",
        "sweep.trials=7",
    )
    assert found["parameters"] == {
        "optim.lr": {"distribution": "log_uniform_values", "min": 1e-5, "max": 1e-3},
        "optim.warmup": {"distribution": "uniform", "min": 0.0, "max": 0.3},
        "strategy.r": {"values": [4, 8, 16]},
        "seed": {"values": [0, 2, 4, 6, 8]},
        "trainer.batch_size": {"distribution": "int_uniform", "min": 1, "max": 4},
        "optim.weight_decay": {"values": [0.0, 0.1]},
        "logger.tags": {"values": ["[a]", "[b]"]},
        "trainer.max_steps": {"values": ["null", 5]},
    }
    assert found["method"] == "bayes"
    assert found["metric"] == {"name": "val/loss", "goal": "minimize"}
    assert found["run_cap"] == 7
    assert "early_terminate" not in found
    assert found["command"] == [
        *("${env}", "wfllm", "train", "experiment=tiny", "sweep=none", "logger.mode=online"),
        "${args_no_hyphens}",
    ]


def test_the_sampler_the_metric_and_the_pruner() -> None:
    found = config(
        "strategy.r=4,8",
        "sweep.sampler=grid",
        "sweep.metric=after-id/codebleu",
        "evaluation.after=true",
        "sweep.pruner=hyperband",
        "sweep.grace=3",
        "sweep.study=mine",
        "logger.project=p",
        "logger.entity=e",
    )
    assert found["method"] == "grid"
    assert found["metric"] == {"name": "after-id/codebleu", "goal": "maximize"}
    assert found["early_terminate"] == {"type": "hyperband", "min_iter": 3}
    assert (found["name"], found["project"], found["entity"]) == ("mine", "p", "e")
    assert "run_cap" not in found
    assert config("seed=1,2", "sweep.sampler=random")["run_cap"] == 20


@pytest.mark.parametrize("logger", ["logger=none", "logger=wandb"])
def test_a_trial_is_one_run_that_goes_online(logger: str) -> None:
    found = config("strategy.r=4,8", logger, "sweep.trials=3", "trainer.max_steps=4")
    command = found["command"][3:-1]
    drawn = [f"{key}={values['values'][0]}" for key, values in found["parameters"].items()]
    plain = compose("train", [*command, *drawn]).plain
    assert (plain["strategy"]["r"], plain["trainer"]["max_steps"], plain["sweep"]["name"]) == (4, 4, "none")
    assert (plain["logger"]["name"], plain["logger"]["mode"]) == ("wandb", "online")


@pytest.mark.parametrize("value", [8, 8.0, "[adapter]", "null"])
def test_values_compose_as_python_prints_them(value: Any) -> None:
    key = {8: "strategy.r=", "[adapter]": "logger.tags=", "null": "trainer.max_steps="}[value]
    composed = compose("train", ["experiment=tiny", f"{key}{value}"]).plain
    group, name = key.rstrip("=").split(".")
    assert composed[group][name] == {8: 8, "[adapter]": ["adapter"], "null": None}[value]


def test_a_key_of_some_options_alone_is_refused() -> None:
    with pytest.raises(ConfigError) as told:
        config("strategy=lora,full", "strategy.r=4,8")
    (problem,) = told.value.problems
    assert problem.key == "strategy.r"
    assert "strategy=full has none" in problem.line()
    found = config("strategy=lora,full", "optim.lr=1e-4,1e-3")
    assert found["parameters"]["strategy"] == {"values": ["lora", "full"]}


def test_the_file_is_written_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["sweep-config", "experiment=tiny", "strategy.r=4,8", "sweep.study=mine"]) == 0
    path = Path("outputs/sweeps/mine/wandb.yaml")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# wfllm sweep-config experiment=tiny strategy.r=4,8 sweep.study=mine\n")
    assert yaml.safe_load(text)["parameters"] == {"strategy.r": {"values": [4, 8]}}
    assert f"wandb sweep {path}" in capsys.readouterr().out
    assert main(["sweep-config", "experiment=tiny", "seed=1,2", "dry_run=true", "sweep.study=other"]) == 0
    assert yaml.safe_load(capsys.readouterr().out)["parameters"] == {"seed": {"values": [1, 2]}}
    assert not Path("outputs/sweeps/other").exists()


def test_faults_are_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["sweep-config", "experiment=tiny", "optim.lrr=1,2"]) == 2
    assert "Did you mean optim.lr" in capsys.readouterr().err
    assert main(["sweep-config", "experiment=tiny"]) == 2
    assert "nothing is searched" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main(["sweep-config", "experiment=tiny", "seed=1,2", "output=file"]) == 1
    assert "cannot be written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]
