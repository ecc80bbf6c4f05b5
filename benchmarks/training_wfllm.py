"""One measurement of wfllm for benchmarks/training.py: its own batches, module and Lightning trainer.

python benchmarks/training_wfllm.py task.json '{"batching": "packed", "pack_tokens": 4096}'
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore")

import pytorch_lightning as pl  # noqa: E402

from wfllm.commands import prepare  # noqa: E402
from wfllm.config.compose import compose  # noqa: E402
from wfllm.data.encode import CODE, PROMPT, Encoded  # noqa: E402
from wfllm.data.module import WorkflowData  # noqa: E402
from wfllm.models.segments import isolate  # noqa: E402
from wfllm.training.loop import build_trainer  # noqa: E402
from wfllm.training.module import WorkflowModule  # noqa: E402
from wfllm.training.strategies import load_to_train  # noqa: E402


class Data(WorkflowData):
    """Batches of `warm` first, then those of an epoch over the rest."""

    def __init__(self, warm: Sequence[Encoded], timed: Sequence[Encoded], **settings: Any) -> None:
        super().__init__(timed, [], **settings)
        batches = WorkflowData.order(self, 0)
        self.train = [*timed, *warm]
        first = len(timed)
        self.timed_batches = len(batches)
        self._all = [[first + n] for n in range(len(warm))] + batches

    def order(self, epoch: int) -> list[list[int]]:
        return self._all

    @property
    def batches_per_epoch(self) -> int:
        return len(self._all)


class Clock(pl.Callback):
    """Starts when the first optimiser step is over; counts what is learned from then on."""

    def __init__(self) -> None:
        self.since: tuple[float, float] | None = None
        self.end = (0.0, 0.0)
        self.tokens = self.supervised = 0
        self.losses: list[float] = []

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: Any, outputs: Any, batch: Any, index: int
    ) -> None:
        if self.since is not None:
            self.tokens += batch["tokens"]
            self.supervised += batch["supervised"]
        if trainer.global_step > len(self.losses):
            self.losses.append(float(trainer.callback_metrics["train/loss"]))
            if self.since is None:
                self.since = (time.perf_counter(), time.process_time())
            self.end = (time.perf_counter(), time.process_time())


def main() -> None:
    task, settings = json.loads(Path(sys.argv[1]).read_text()), json.loads(sys.argv[2])
    steps = len(task["timed"]) // task["accumulate"]  # of the timed epoch, as many as the others make
    overrides = [
        f"strategy={task['strategy']}",
        f"trainer.precision={'bf16-mixed' if task['precision'] == 'bf16' else '32-true'}",
        f"trainer.threads={task['threads']}",
        "trainer.epochs=1",
        "trainer.samples=0",
        "decoding.max_new_tokens=16",
        "optim.lr=1e-4",
        "optim.schedule=constant",
        "optim.warmup=0",
        "trainer.checkpoint_every=1000000",
        f"model.context={task['longest']}",
        *(f"trainer.{key}={value}" for key, value in settings.items()),
    ]
    config: Any = compose("train", overrides).config
    prepare.settle(config.trainer.threads)
    warm, timed = ([_encoded(n, line) for n, line in enumerate(task[part])] for part in ("warm", "timed"))
    packed = config.trainer.batching == "packed"
    settings = {"batch_size": config.trainer.batch_size, "pad_id": 0, "seed": 0}
    if packed:
        settings["pack_tokens"] = config.trainer.pack_tokens or config.model.context
    data = Data([], timed, **settings)
    accumulate = -(-data.timed_batches // steps)
    config = compose("train", [*overrides, f"trainer.accumulate={accumulate}"]).config
    data = Data(warm[-accumulate:], timed, **settings)
    pl.seed_everything(0, verbose=False)
    model = load_to_train(task["base"], config.model, config.strategy, config.trainer)
    if packed:
        isolate(model)
    module = WorkflowModule(
        model,
        config.optim,
        config.trainer,
        steps=-(-data.batches_per_epoch // accumulate),
        accumulate=accumulate,
    )
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        trainer = build_trainer(config.trainer, Path(folder), [], [clock])
        trainer.fit(module, datamodule=data)
    assert clock.since is not None
    row = {
        "tokens": clock.tokens,
        "supervised": clock.supervised,
        "seconds": clock.end[0] - clock.since[0],
        "cpu_seconds": clock.end[1] - clock.since[1],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "first_loss": clock.losses[0],
        "last_loss": clock.losses[-1],
        "steps": len(clock.losses) - 1,
    }
    print(json.dumps(row))


def _encoded(number: int, line: dict[str, list[int]]) -> Encoded:
    roles = [CODE if learned else PROMPT for learned in line["learned"]]
    return Encoded(str(number), line["input_ids"], roles)


if __name__ == "__main__":
    main()
