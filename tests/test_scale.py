"""The commands of docs/scale.md are ones that this version takes; test_ranks runs those it can."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_readme import commands
from wfllm.config.compose import compose
from wfllm.config.overrides import is_hydra, parse, sweep_points
from wfllm.launch import launcher_faults
from wfllm.ranks import World
from wfllm.training.distributed import require_world

SCALE = Path(__file__).resolve().parents[1] / "docs" / "scale.md"


def documented() -> list[list[str]]:
    """The overrides of every `wfllm train`, whoever starts it."""
    found = []
    for words in commands(SCALE.read_text(encoding="utf-8")):
        at = next((i for i, word in enumerate(words) if word in ("wfllm", "wfllm.cli")), None)
        if at is not None and words[at + 1] == "train":
            found.append([w for w in words[at + 2 :] if not w.startswith("-")])
    return found


def test_every_documented_command_composes() -> None:
    assert len(documented()) >= 6
    for overrides in documented():
        own = [o for o in overrides if not is_hydra(parse(o))]
        for point in sweep_points(own):
            compose("train", point)


def test_documented_launches_fit_their_configs() -> None:
    """`--nproc-per-node=8` on two machines is trainer.devices=8 trainer.nodes=2."""
    from wfllm.config.schema import TrainCommand

    for overrides in documented():
        if "trainer.nodes=2" in overrides:
            config = compose("train", overrides).config
            assert isinstance(config, TrainCommand)
            require_world(config.trainer, World(0, 16, 0, 8, "node01", 29500, "torchrun"))
            assert config.trainer.accumulate * 16 == 32


def test_slurms_launcher_is_open_where_it_is_installed() -> None:
    pytest.importorskip("hydra_plugins.hydra_submitit_launcher")
    for text in ("hydra/launcher=submitit_slurm", "hydra.launcher.gpus_per_node=1"):
        assert list(launcher_faults(text)) == []
