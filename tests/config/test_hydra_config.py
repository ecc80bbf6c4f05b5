"""Values merged into options that were composed before are what Hydra makes of all at once."""

from __future__ import annotations

import contextlib
import os
from typing import Any

import pytest
from omegaconf import DictConfig, OmegaConf, open_dict

from tests.config.conftest import Write, preset
from tests.config.test_compose import NEEDS, PRESETS
from wfllm.config.compose import compose
from wfllm.config.files import Files, read_files, read_root
from wfllm.config.groups import CONF_VARIABLE, conf_dir
from wfllm.config.hydra_config import composed_whole, hydra_config, with_values
from wfllm.config.overrides import CommandLine, read_overrides
from wfllm.config.problems import ConfigError
from wfllm.config.registry import ROOTS

VALUES = [
    [],
    ["seed=3", "output.deeper=1"],
    ["seed=3", "+seed=4", "++seed=5"],
    ["data={dev_share: 0.2, unknown: {deeper: [1, {a: b}]}}", "data.unknown.deeper=null"],
    ["metrics.codebleu=null", "trainer=null"],
    ["trainer.betas=[0.9, 0.95, [1]]", "trainer.betas.0=1", "new.key.of.ones.own={a: 1}"],
    ["prompts.system='${model.name}, ${data.name}'", "data.name='${.other}'", "nothing=${hydra.job.name}"],
    ["model.context=???", "prompts.1=one", "text='a, b: {c}'", "half=1e-4", "truth=yes", "none="],
    ["model.name=\\${escaped}", "model=${data}", "path=a/b/c"],
]
REFUSED = ["data.x.y.z=${", "seed[0].x=1", "a..b=1"]


def read(command: str, overrides: list[str]) -> tuple[CommandLine, Files]:
    defaults, problems = read_root(command)
    assert problems == []
    line = read_overrides(overrides, list(defaults))
    return line, read_files({**defaults, **line.chosen}, set(line.chosen))


def content(cfg: DictConfig) -> tuple[Any, dict[str, Any]]:
    """Everything that the program reads of it, and how it behaves when it is written to."""
    cfg = cfg.copy()
    with open_dict(cfg):
        cfg.pop("hydra", None)
    flags = {"struct": OmegaConf.is_struct(cfg), "readonly": OmegaConf.is_readonly(cfg)}
    return OmegaConf.to_container(cfg, resolve=False), flags


def same_either_way(command: str, overrides: list[str]) -> None:
    line, files = read(command, overrides)
    whole, choices = composed_whole(command, line, files, [])
    for _ in range(2):  # composed now, and before
        quick, quick_choices = with_values(command, line, files)
        assert content(quick) == content(whole)
        assert list(quick) == [key for key in whole if key != "hydra"]
        assert quick_choices == choices


@pytest.mark.parametrize(
    "number", [2, 3, 6, *(pytest.param(n, marks=pytest.mark.slow) for n in (0, 1, 4, 5, 7, 8))]
)
def test_values_are_merged_as_hydra_merges_them(number: int) -> None:
    """Each time onto another preset."""
    chosen = [f"experiment={PRESETS[number]}"] if number < len(PRESETS) else ["model=tiny", "logger=none"]
    same_either_way("train", [*chosen, *VALUES[number]])


@pytest.mark.parametrize("command", ["build", "compare"])
def test_so_it_is_with_other_commands(command: str) -> None:
    same_either_way(command, NEEDS.get(command, []))


@pytest.mark.slow
@pytest.mark.parametrize("command", ROOTS)
def test_so_it_is_with_every_command(command: str) -> None:
    same_either_way(command, NEEDS.get(command, []))


@pytest.mark.parametrize("text", REFUSED)
def test_what_hydra_refuses_is_told_as_the_long_way_tells_it(text: str) -> None:
    told = []
    for way in (hydra_config, composed_whole):
        line, files = read("train", ["seed=1", text])
        problems = list(line.problems)
        with contextlib.suppress(ConfigError):
            way("train", line, files, problems)
        told.append(problems)
    assert told[0] == told[1] != []


def test_what_is_done_to_one_config_is_not_done_to_the_next() -> None:
    line, files = read("train", ["model=tiny"])
    first, choices = with_values("train", line, files)
    before = content(first)
    choices.clear()
    OmegaConf.set_struct(first, False)
    first.model.context = 3
    first.pop("data")
    again, choices = with_values("train", line, files)
    assert content(again) == before
    assert choices["model"] == "tiny"


def test_a_file_that_was_changed_is_read_again(conf: Write) -> None:
    conf("experiment/base.yaml", preset("seed: 1"))
    path = conf("experiment/mine.yaml", preset("defaults:", "  - /experiment/base", "  - _self_", "seed: 2"))
    assert compose("train", ["experiment=mine"]).plain["seed"] == 2
    path.write_text(preset("defaults:", "  - /experiment/base", "  - _self_"), encoding="utf-8")
    assert compose("train", ["experiment=mine"]).plain["seed"] == 1
    base = conf("experiment/base.yaml", preset("seed: 3"))
    os.utime(base, ns=(1, 1))  # as long as before, and only its time tells
    assert compose("train", ["experiment=mine"]).plain["seed"] == 3


def test_the_same_options_of_another_folder_are_others(conf: Write) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(CONF_VARIABLE)
        assert compose("train", []).plain["seed"] != 41
        root = (conf_dir() / "train.yaml").read_text(encoding="utf-8")
    conf("train.yaml", f"{root}\nseed: 41\n")
    assert compose("train", []).plain["seed"] == 41
