"""Which of several processes of one run this is, as torchrun, Slurm or `wfllm` itself started it.

Nothing heavy is imported: the command line asks here before it composes anything.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from wfllm.errors import WfllmError


@dataclass(frozen=True)
class World:
    """One process among those of a run. Its first (rank 0) composes, logs and evaluates; the others train."""

    rank: int
    size: int
    local_rank: int
    local_size: int
    address: str
    port: int
    launcher: str
    """Who started it: `torchrun`, `srun`, or `wfllm` on one machine."""

    @property
    def node(self) -> int:
        return self.rank // self.local_size


def launched(environment: Mapping[str, str] = os.environ) -> World | None:
    """This process's place, as a launcher's environment has it; None where it was started alone.

    torchrun (and whatever keeps to its variables) sets RANK and WORLD_SIZE. Slurm's SLURM_STEP_NUM_TASKS is
    set by srun alone: the batch script itself, which has SLURM_NTASKS too, is one process.

    Raises:
        WfllmError: some of the variables are there and others are not, or are no numbers.
    """
    if "RANK" in environment and "WORLD_SIZE" in environment:
        size = _number(environment, "WORLD_SIZE")
        local_size = _number(environment, "LOCAL_WORLD_SIZE", size)
        world = World(
            rank=_number(environment, "RANK"),
            size=size,
            local_rank=_number(environment, "LOCAL_RANK"),
            local_size=local_size,
            address=environment.get("MASTER_ADDR", "127.0.0.1"),
            port=_number(environment, "MASTER_PORT", 29500),
            launcher=environment.get("WFLLM_LAUNCHER", "torchrun"),
        )
    elif _number(environment, "SLURM_STEP_NUM_TASKS", 1) > 1:
        size = _number(environment, "SLURM_STEP_NUM_TASKS")
        nodes = _number(environment, "SLURM_STEP_NUM_NODES", 1)
        world = World(
            rank=_number(environment, "SLURM_PROCID"),
            size=size,
            local_rank=_number(environment, "SLURM_LOCALID"),
            local_size=size // nodes,
            address=first_host(environment.get("SLURM_STEP_NODELIST", "127.0.0.1")),
            port=20_000 + _number(environment, "SLURM_JOB_ID", 0) % 10_000,
            launcher="srun",
        )
    else:
        return None
    return world if world.size > 1 else None


def first_host(nodes: str) -> str:
    """The first machine of Slurm's list: `node[03-05,9],login` is node03."""
    first = re.match(r"([^\[,]*)(?:\[([^\],-]+)[^\]]*\]([^,]*))?", nodes)
    assert first is not None  # every part of the pattern may be empty
    return "".join(part for part in first.groups() if part)


def _number(environment: Mapping[str, str], name: str, default: int | None = None) -> int:
    text = environment.get(name, "" if default is None else str(default))
    if not text.isdecimal():
        cause = f"is {text!r}, which is no number" if text else "is not set, but other ranks' variables are"
        mend = "Start it by torchrun or srun, or unset RANK and WORLD_SIZE."
        raise WfllmError(cause, where=name, mend=mend)
    return int(text)
