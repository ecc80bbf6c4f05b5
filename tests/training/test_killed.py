"""Killed for real, by SIGKILL and wherever it stands, a training goes on to the very same weights."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch

from tests.training.conftest import make_samples
from tests.training.fitting import OPTIM, fit, last, losses
from wfllm.config.schema import Lora
from wfllm.training.best import BEST
from wfllm.training.loop import LAST

pytestmark = pytest.mark.slow
PRELOADED = [
    "tests.training.test_killed",
    "peft.tuners.lora",
    "torch._dynamo",
    "transformers.models.llama.modeling_llama",
]
"""Imported once, for all children."""
HOOKS = (
    "on_train_batch_start",
    "on_before_backward",
    "on_before_optimizer_step",
    "on_save_checkpoint",
    "on_train_batch_end",
)
SETTINGS: dict[str, dict[str, Any]] = {
    "padded": {"batch_size": 1, "accumulate": 3},
    "packed": {"batching": "packed", "accumulate": 2},
}


class Die(pl.Callback):
    """Kills its own process at the `number`-th time that the trainer calls `hook`."""

    def __init__(self, hook: str, number: int) -> None:
        self.left = number
        setattr(self, hook, self._count)

    def _count(self, *args: Any, **kwargs: Any) -> None:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)


def train(folder: Path, batching: str, die: tuple[str, int] | None) -> None:
    """One process's training, with everything on that has a state of its own; its weights in a file."""
    import warnings

    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    weights = fit(
        folder,
        make_samples(24),
        strategy=Lora(name="lora", dropout=0.2),
        optim=OPTIM.model_copy(update={"ema": 0.7, "neftune": 5.0}),
        resume=last(folder),
        callbacks=[Die(*die)] if die else [],
        log=True,
        validate_every=0.5,
        checkpoint_every=1,
        best="loss",
        patience=9,
        **SETTINGS[batching],
    )
    torch.save(weights, folder / "weights.pt")


def run(folder: Path, batching: str, die: tuple[str, int] | None = None) -> int:
    """`train` in a process of its own; its exit status."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    process = context.Process(target=train, args=(folder, batching, die))
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def left_by(folder: Path) -> tuple[torch.Tensor, float, list[tuple[int, str, float]]]:
    """Weights, the best validation, all losses."""
    best = torch.load(folder / BEST, weights_only=True)["best"]
    return torch.load(folder / "weights.pt", weights_only=True), best, losses(folder)


@pytest.mark.parametrize("batching", SETTINGS)
def test_killed_at_five_random_places_the_weights_are_the_same_to_the_last_bit(
    tmp_path: Path, batching: str
) -> None:
    """Ten with both ways of batching: at a batch, within it, or while the checkpoint is written."""
    assert run(tmp_path / "whole", batching) == 0
    weights, best, course = left_by(tmp_path / "whole")
    draw = random.Random(batching)
    reached = Path(tmp_path / "whole" / f"{LAST}.ckpt")
    steps = torch.load(reached, weights_only=True)["global_step"]
    places = {hook: draw.randrange(1, steps) for hook in HOOKS}
    for hook, number in places.items():
        folder = tmp_path / hook
        assert run(folder, batching, (hook, number)) == -signal.SIGKILL
        assert not (folder / "weights.pt").exists()
        assert run(folder, batching) == 0, (hook, number)
        again = left_by(folder)
        assert torch.equal(again[0], weights), (hook, number)
        assert again[1:] == (best, course), (hook, number)
