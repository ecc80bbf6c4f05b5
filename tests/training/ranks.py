"""Tiny trainings as one of several processes: `python -m tests.training.ranks FOLDER`.

FOLDER/jobs.json says what to train, each in a folder of its name, RANK and WORLD_SIZE which process this is.
Without them it is alone. Libraries load once for all jobs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import pytorch_lightning as pl

ROOT = Path(__file__).resolve().parents[2]


def run(folder: Path, ranks: int, jobs: dict[str, dict[str, Any]]) -> None:
    """Train every job in `ranks` processes; each leaves weights.pt, ended.json, metrics and checkpoints."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "jobs.json").write_text(json.dumps(jobs))
    (folder / "port").unlink(missing_ok=True)
    started = []
    for rank in range(ranks):
        own = {"RANK": rank, "WORLD_SIZE": ranks, "LOCAL_RANK": rank, "LOCAL_WORLD_SIZE": ranks}
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        if ranks > 1:
            environment |= {name: str(value) for name, value in own.items()}
        command = [sys.executable, "-m", "tests.training.ranks", str(folder)]
        into = subprocess.PIPE
        started.append(
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=into, stderr=subprocess.STDOUT)
        )
    try:
        outputs = [process.communicate(timeout=500)[0].decode() for process in started]
    finally:
        for process in started:
            process.kill()
    for process, output in zip(started, outputs, strict=True):
        assert process.returncode == 0, output


def main(folder: Path) -> None:
    from wfllm.config.schema import Trainer
    from wfllm.ranks import launched
    from wfllm.training.distributed import joined

    world = launched()
    store = _store(folder, world) if world else None
    for name, job in json.loads((folder / "jobs.json").read_text()).items():
        settings = {"epochs": 2, "samples": 0, "precision": "32-true", "devices": world.size if world else 1}
        trainer = Trainer(name="test", accelerator="cpu", **{**settings, **job["trainer"]})
        (folder / name).mkdir(exist_ok=True)
        with joined(world, store, name, trainer) if world and store else nullcontext():
            train(folder / name, job, trainer, world)


def train(folder: Path, job: dict[str, Any], trainer: Any, world: Any) -> None:
    import torch

    from tests.training.conftest import make_samples, tiny_llama
    from tests.training.test_exactness import OPTIM
    from wfllm.config.registry import schema_of
    from wfllm.config.schema import Strategy
    from wfllm.data.module import WorkflowData
    from wfllm.models.segments import isolate
    from wfllm.tracking.metrics_log import MetricsLog
    from wfllm.training.distributed import Moved, gathered
    from wfllm.training.loop import LAST, build_trainer, chosen_callbacks, total_steps
    from wfllm.training.module import WorkflowModule
    from wfllm.training.sharded import plain
    from wfllm.training.strategies import apply_strategy

    schema = schema_of("strategy", job["strategy"]["name"])
    assert schema is not None
    strategy = schema(**job["strategy"])
    assert isinstance(strategy, Strategy)
    pl.seed_everything(0, verbose=False)
    model = apply_strategy(tiny_llama(), strategy)
    samples = make_samples(13)
    data = WorkflowData(
        samples,
        samples[:3],
        batch_size=trainer.batch_size,
        pad_id=0,
        seed=0,
        pack_tokens=trainer.pack_tokens,
        rank=world.rank if world else 0,
        ranks=world.size if world else 1,
    )
    if trainer.pack_tokens:
        isolate(model)
    optim = OPTIM.model_copy(update=job.get("optim", {}))
    steps = total_steps(-(-data.batches_per_epoch // data.ranks), trainer)
    module = WorkflowModule(model, optim, trainer, steps=steps, accumulate=trainer.accumulate)
    first = world is None or world.rank == 0
    log = [MetricsLog(folder / "metrics.jsonl")] if first else []
    last = folder / f"{LAST}.ckpt"
    callbacks: list[pl.Callback] = [Moved(data.batches_per_epoch)]
    callbacks += chosen_callbacks(trainer, optim, folder)
    callbacks += [StopAt(job["stop"])] if job.get("stop") else []
    loop = build_trainer(trainer, folder, log, callbacks, world)
    with suppress(StoppedError):
        loop.fit(module, datamodule=data, ckpt_path=last if last.is_file() else None, weights_only=True)
    weights = torch.cat([plain(p.detach()).flatten() for p in module.model.parameters()])
    same = all(torch.equal(weights, other) for other in gathered(weights))
    if first:
        torch.save(weights, folder / "weights.pt")
        (folder / "ended.json").write_text(json.dumps({"steps": loop.global_step, "same": same}))


def _store(folder: Path, world: Any) -> Any:
    import time

    from torch._C._distributed_c10d import TCPStore

    if world.rank == 0:
        store = TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
        part = folder / "port.part"
        part.write_text(str(store.port))
        part.rename(folder / "port")
        return store
    while not (folder / "port").exists():
        time.sleep(0.05)
    return TCPStore("127.0.0.1", int((folder / "port").read_text()), is_master=False)


class StoppedError(Exception):
    """Stands for an interruption."""


class StopAt(pl.Callback):
    """Stops every rank before the batch that begins after `step` optimiser steps, the checkpoint written."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_train_batch_end(self, trainer: Any, *args: Any, **kwargs: Any) -> None:
        if trainer.global_step > self.step:
            raise StoppedError


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main(Path(sys.argv[1]))
