"""Several processes as one training: how they find each other, what they add up, which Lightning strategy."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from lightning_fabric.plugins.environments.cluster_environment import ClusterEnvironment
from pytorch_lightning.callbacks import Callback
from pytorch_lightning.strategies import DDPStrategy
from torch._C._distributed_c10d import PrefixStore, Store, TCPStore  # where torch types them

from wfllm.config.schema import Trainer
from wfllm.errors import WfllmError
from wfllm.ranks import World
from wfllm.training.sharded import Sharded

PATIENCE = timedelta(hours=2)
"""Longest wait for the others in one collective: rank 0 may be answering samples or writing a checkpoint."""
FOR_WORK = timedelta(days=7)
"""Longest wait for a job: rank 0 may be evaluating the untrained model."""


def rank() -> int:
    """This process's number, 0 where it is alone."""
    return dist.get_rank() if dist.is_initialized() else 0


def ranks() -> int:
    """Processes that train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


def summed(*numbers: float) -> list[float]:
    """Each number added up over all ranks, in float64; all ranks must ask at the same point."""
    if ranks() == 1:
        return list(numbers)
    tensor = torch.tensor(numbers, dtype=torch.float64)
    dist.all_reduce(tensor)
    return [float(number) for number in tensor]


def gathered(value: Any) -> list[Any]:
    """What each rank has, in order of ranks; tensors must be on the CPU."""
    if ranks() == 1:
        return [value]
    values: list[Any] = [None] * ranks()
    dist.all_gather_object(values, value)
    return values


def devices_of(trainer: Trainer) -> int:
    """Devices, and so processes, of the whole run."""
    return trainer.devices * trainer.nodes


def require_world(trainer: Trainer, world: World | None) -> None:
    """Raise where the processes that were started are not those that the config asks for."""
    wanted = devices_of(trainer)
    where = f"trainer.devices={trainer.devices} trainer.nodes={trainer.nodes}"
    if world is None and trainer.nodes > 1:
        mend = "Start it on each of them with torchrun, or with srun in a Slurm job: docs/scale.md."
        raise WfllmError(f"{trainer.nodes} machines cannot be reached from one", where=where, mend=mend)
    if world is not None and (world.size, world.local_size) != (wanted, trainer.devices):
        started = f"{world.launcher} started {world.size} processes, {world.local_size} on each node"
        nodes = world.size // world.local_size
        mend = f"Use trainer=ddp or fsdp with trainer.devices={world.local_size} trainer.nodes={nodes}."
        raise WfllmError(started, where=where, mend=mend)


def meeting_point(world: World) -> Store:
    """The store through which the processes of a launcher find each other; torchrun keeps it itself."""
    import os

    kept = os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
    return TCPStore(
        world.address,
        world.port,
        world.size,
        is_master=world.rank == 0 and not kept,
        timeout=FOR_WORK,
        wait_for_workers=False,
    )


@contextmanager
def joined(world: World, store: Store, job: str, trainer: Trainer) -> Iterator[None]:
    """A process group of all ranks for one job; tensors of the CPU go by gloo, those of a GPU by NCCL."""
    on_gpu = trainer.accelerator != "cpu" and torch.cuda.is_available()
    if on_gpu:
        torch.cuda.set_device(world.local_rank)
    dist.init_process_group(
        "cpu:gloo,cuda:nccl" if on_gpu else "gloo",
        store=PrefixStore(f"group-{job}", store),
        rank=world.rank,
        world_size=world.size,
        timeout=PATIENCE,
    )
    try:
        yield
    finally:
        dist.destroy_process_group()


class Placed(ClusterEnvironment):
    """Tells Lightning which process this is; all of them are there already."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def creates_processes_externally(self) -> bool:
        return True

    @property
    def main_address(self) -> str:
        return self._world.address

    @property
    def main_port(self) -> int:
        return self._world.port

    @staticmethod
    def detect() -> bool:
        return False

    def world_size(self) -> int:
        return self._world.size

    def set_world_size(self, size: int) -> None:
        """It is what it is."""

    def global_rank(self) -> int:
        return self._world.rank

    def set_global_rank(self, rank: int) -> None:
        """It is what it is."""

    def local_rank(self) -> int:
        return self._world.local_rank

    def node_rank(self) -> int:
        return self._world.node


class KeepSigterm(Callback):
    """What SIGTERM did before it does in training, too; Lightning asks all ranks, which may not answer."""

    def __init__(self) -> None:
        self._handler = signal.getsignal(signal.SIGTERM)

    def on_train_start(self, *args: Any, **kwargs: Any) -> None:
        signal.signal(signal.SIGTERM, self._handler)


class Moved(Callback):
    """A checkpoint of another number of ranks is counted as this one counts."""

    def __init__(self, batches: int) -> None:
        self._batches = batches

    def on_load_checkpoint(self, trainer: Any, pl_module: Any, checkpoint: dict[str, Any]) -> None:
        at = next(v for v in checkpoint.values() if isinstance(v, dict) and "position" in v)
        if at["ranks"] != ranks():
            moved_progress(checkpoint["loops"], at["position"], self._batches, (at["ranks"], ranks()))


def lightning_strategy(trainer: Trainer, world: World | None) -> Any:
    """The Lightning strategy that `trainer.parallel` names; one process needs none."""
    if world is None:
        return "auto"
    if trainer.parallel == "ddp":
        return DDPStrategy(timeout=PATIENCE, gradient_as_bucket_view=True)
    if trainer.parallel == "fsdp":
        return Sharded(world.size)
    assert trainer.parallel == "deepspeed"
    return _deepspeed(trainer)


def _deepspeed(trainer: Trainer) -> Any:
    from pytorch_lightning.strategies import DeepSpeedStrategy

    try:
        return DeepSpeedStrategy(stage=trainer.zero_stage, timeout=PATIENCE)
    except Exception as error:  # Lightning's own kinds, and whatever a build of DeepSpeed raises
        mend = "Install it with: pip install deepspeed; or use trainer=fsdp, which needs nothing more."
        raise WfllmError("needs the package deepspeed", where="trainer=deepspeed", mend=mend) from error


def shares(total: int, of: int | None = None) -> int:
    """Rounds in which `total` batches are shared out, one to each rank; the last may be partly empty."""
    return -(-total // (ranks() if of is None else of))


def moved_progress(loops: dict[str, Any], position: int, batches: int, rounds_of: Sequence[int]) -> None:
    """Lightning's count of batches, saved by some number of ranks, as another number of ranks counts.

    Args:
        loops: `checkpoint["loops"]`, changed in place.
        position: batches of this epoch that are done, over all ranks.
        batches: batches of an epoch, over all ranks.
        rounds_of: ranks that saved it, and ranks that go on.
    """
    saved, now = rounds_of
    progress = loops["fit_loop"]["epoch_loop.batch_progress"]
    epochs = (progress["total"]["ready"] - progress["current"]["ready"]) // max(1, shares(batches, saved))
    current = shares(position, now)
    for name in ("ready", "started", "processed", "completed"):
        progress["current"][name] = current
        progress["total"][name] = epochs * shares(batches, now) + current
