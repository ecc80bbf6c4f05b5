"""A training in several processes: rank 0 is the command; the others only train, from its frozen config.

Rank 0 writes the resolved config into the run folder and names the folder in a store that all ranks see.
No other rank composes, opens runs or evaluates. On one machine rank 0 starts them itself; under torchrun
or srun they are there already and wait here for what rank 0 makes of the command, one job after another.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stderr, suppress
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any, cast

import torch
import torch.distributed as dist
import yaml
from rich.console import Console
from torch._C._distributed_c10d import Store, TCPStore

from wfllm.commands import prepare
from wfllm.commands.fit import fit
from wfllm.commands.samples import encode_splits
from wfllm.config.compose import validate
from wfllm.config.schema import TrainCommand, Trainer
from wfllm.errors import WfllmError
from wfllm.files import write_text
from wfllm.models.base import base_files
from wfllm.models.load import load_tokenizer
from wfllm.ranks import World, launched
from wfllm.shortcuts.catalogue.load import in_use
from wfllm.tracking.run_folder import FAILED, RunFolder
from wfllm.tracking.tracker import Tracker
from wfllm.tracking.watch import Watch
from wfllm.training.children import children, end_with_leader
from wfllm.training.distributed import FOR_WORK, devices_of, joined, meeting_point, require_world
from wfllm.training.loop import LAST
from wfllm.training.resume import steps_of

FROZEN = "ranks.yaml"
"""The config as all ranks of the last start read it."""
END = b"end"
FOR_GOODBYE = timedelta(seconds=10)


class Leader:
    """Rank 0's line to the other ranks."""

    def __init__(self, world: World, store: Store) -> None:
        self.world, self.store, self.jobs = world, store, 0

    @contextmanager
    def job(self, folder: Path, trainer: Trainer) -> Iterator[World]:
        """All ranks train what is frozen in `folder`."""
        name = f"job-{self.jobs}"
        self.jobs += 1
        self.store.set(name, str(folder.resolve()))
        with joined(self.world, self.store, name, trainer):
            yield self.world

    def end(self) -> None:
        """Nothing more comes. The store may live in this process: it stays until all have read that."""
        self.store.set(f"job-{self.jobs}", END.decode())
        with suppress(dist.DistError):  # one that is gone reads nothing
            self.store.wait([f"left-{rank}" for rank in range(1, self.world.size)], FOR_GOODBYE)


_leading: list[Leader] = []
"""The launcher's ranks, where there is a launcher and this is rank 0."""


def under_launcher(work: Callable[[], int]) -> int:
    """Run a command in one of the processes that a launcher started: rank 0 does it, the others help."""
    if _leading:  # a job of a sweep that is led already
        return work()
    world = launched()
    assert world is not None
    if world.rank:
        return _follow(world, meeting_point(world))
    leader = Leader(world, meeting_point(world))
    _leading.append(leader)
    try:
        return work()
    finally:
        _leading.remove(leader)
        leader.end()


@contextmanager
def together(trainer: Trainer, folder: RunFolder, plain: dict[str, Any]) -> Iterator[World | None]:
    """Rank 0 with all others of the training that starts now; None where one process is all."""
    world = _leading[0].world if _leading else None
    require_world(trainer, world)
    if devices_of(trainer) == 1:
        yield None
        return
    threads = torch.get_num_threads()
    settle(trainer)
    try:
        with _started(trainer, folder, plain, world) as world:
            yield world
    finally:
        torch.set_num_threads(threads)


@contextmanager
def _started(
    trainer: Trainer, folder: RunFolder, plain: dict[str, Any], world: World | None
) -> Iterator[World]:
    write_text(folder.path / FROZEN, yaml.safe_dump(plain, sort_keys=False, allow_unicode=True))
    if world is not None:
        _end_at_once_when_told(world, folder.path)
        with _explained(world, folder.path), _leading[0].job(folder.path, trainer) as world:
            yield world
        return
    store = TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
    size = trainer.devices
    leader = Leader(World(0, size, 0, size, "127.0.0.1", store.port, "wfllm"), store)
    with children(
        [sys.executable, "-m", "wfllm.commands.ranks", str(folder.path.resolve())],
        size,
        store.port,
        lambda rank, how: lost(folder.path, rank, how),
        lambda error: folder.update(status=FAILED, error=error.line()),
    ):
        with leader.job(folder.path, trainer) as world:
            yield world
        leader.end()


def lost(folder: Path, rank: int, how: str) -> WfllmError:
    """The error that says which rank is gone and where the same command goes on."""
    return WfllmError(how, where=f"rank {rank}", mend=_last_good(folder))


def _last_good(folder: Path) -> str:
    last = folder / "checkpoints" / f"{LAST}.ckpt"
    if not last.is_file():
        return "There is no checkpoint yet; the same command starts again."
    try:
        return f"The last good checkpoint is {last}, step {steps_of(last)}; the same command goes on there."
    except WfllmError as error:
        return error.line()


def _follow(world: World, store: Store) -> int:
    """In every other rank: train what rank 0 names, until it names nothing more."""
    for number in range(sys.maxsize):
        name = f"job-{number}"
        store.wait([name], FOR_WORK)
        told = store.get(name)
        if told == END:
            store.set(f"left-{world.rank}", "")  # asks for no answer, so none can be missed
            break
        folder = Path(told.decode())
        if world.launcher != "wfllm":
            _end_at_once_when_told(world, folder)
        with _explained(world, folder) if world.launcher != "wfllm" else nullcontext():
            _train(world, store, name, RunFolder(folder))
    return 0


def _train(world: World, store: Store, job: str, folder: RunFolder) -> None:
    """This rank's part of a training."""
    plain = yaml.safe_load((folder.path / FROZEN).read_text(encoding="utf-8"))
    config = cast(TrainCommand, validate("train", plain))
    settle(config.trainer)
    quiet = Console(quiet=True)
    with in_use(config.catalogue) if config.catalogue else nullcontext():
        with redirect_stderr(io.StringIO()):  # rank 0 shows the same
            work = prepare.read(config.data, quiet)
            if work.fingerprint != folder.info["data"]:
                raise WfllmError("the records are not those of rank 0", where=f"rank {world.rank}: data")
            base = base_files(config.model, folder.path / "base", work.texts(), config.seed)
            tokenizer = load_tokenizer(base, config.model)
            samples = encode_splits(config, work, tokenizer, quiet)
        with joined(world, store, job, config.trainer):
            fit(config, base, tokenizer, samples, work, folder, Tracker(), Watch(), world)


def settle(trainer: Trainer) -> None:
    """As `prepare.settle`, with the machine's cores shared out where ranks compute on them."""
    alone = trainer.threads or trainer.devices == 1 or torch.cuda.is_available()
    prepare.settle(trainer.threads if alone else max(1, (os.cpu_count() or 1) // trainer.devices))


@contextmanager
def _explained(world: World, folder: Path) -> Iterator[None]:
    """Under a launcher: where a collective breaks, tell which rank is gone."""
    try:
        yield
    except WfllmError:
        raise
    except Exception as error:
        if not dist.is_initialized() and "onnection" not in str(error):
            raise
        raise WfllmError(
            f"another rank is gone ({str(error).strip().splitlines()[0][:120]})",
            where=f"rank {world.rank}",
            mend=f"{world.launcher} says which. {_last_good(folder)}",
        ) from error


def _end_at_once_when_told(world: World, folder: Path) -> None:
    """A launcher ends all ranks when one is gone; Lightning would first ask those that may not answer."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        if world.rank == 0:
            line = WfllmError(f"{world.launcher} ended this training", mend=_last_good(folder)).line()
            with suppress(OSError):  # nobody may be left to read it
                print(line, file=sys.stderr, flush=True)
        os._exit(128 + signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)


def main(folder: Path) -> int:
    """A rank that rank 0 started on its own machine. What stops it goes to rank 0, as the last line."""
    world = launched()
    assert world is not None
    end_with_leader(lambda: lost(folder, 0, "is gone").line(), speak=world.rank == 1)
    try:
        return _follow(world, meeting_point(world))
    except WfllmError as error:
        print(error.line(), flush=True)
        return 1
    except Exception as error:
        time.sleep(2)  # rank 0, if it is gone, is what this came of, and that is told
        print(f"{type(error).__name__}: {(str(error).strip().splitlines() or [''])[0]}", flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
