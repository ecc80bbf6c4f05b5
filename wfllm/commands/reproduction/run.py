"""The jobs of a table that are not finished, handed to a launcher wave by wave."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rich.console import Console

from wfllm.commands.reproduction.jobs import Job, waves
from wfllm.commands.reproduction.state import Finder, Standing, note_build


class Ended(Protocol):
    """How a job ended."""

    @property
    def status(self) -> int: ...

    @property
    def seconds(self) -> float: ...


Launch = Callable[[str, Sequence[Sequence[str]], int, Callable[[int], None]], Sequence[Ended]]
"""Command, overrides of each job, number of the first, what is called before each → how each ended."""


@dataclass(frozen=True)
class Begun:
    """What is told before a run: which it is of how many, and how long the rest may take.

    The minutes left are those that the runs before it took on average, for each that is to come; where runs
    go on side by side it counts those that have begun.
    """

    names: Mapping[int, str]
    """Number of a job → its name."""
    total: int
    first: int
    began: float

    def __call__(self, number: int) -> None:
        done = number - self.first
        left = ""
        if done:
            minutes = (time.time() - self.began) / 60 / done * (self.total - number)
            left = f" (about {minutes:.0f} min left by the runs so far)"
        print(f"\n══ run {number + 1} of {self.total}: {self.names[number]}{left}", flush=True)


def run_jobs(
    jobs: Sequence[Job], standing: dict[str, Standing], finder: Finder, launch: Launch, console: Console
) -> dict[str, Standing]:
    """Run what is not finished; where every job stands then. A failed one leaves the others going.

    Args:
        jobs: of the table, those that others need first.
        standing: where they stand; brought up to date.
    """
    number = first = sum(one.status == "finished" for one in standing.values())
    began = time.time()
    for wave in waves(jobs):
        for job in wave:
            standing[job.name] = again(finder, job, standing)
        for command in dict.fromkeys(job.command for job in wave):
            todo = [job for job in wave if job.command == command and _ready(standing[job.name])]
            if not todo:
                continue
            names = {number + place: job.name for place, job in enumerate(todo)}
            before = Begun(names, len(jobs), first, began)
            asked = [standing[job.name].overrides for job in todo]
            ended = launch(command, asked, number, before)
            number += len(todo)
            for job, end in zip(todo, ended, strict=True):
                if command == "build" and end.status == 0:
                    note_build(standing[job.name], end.seconds)
                standing[job.name] = _after(again(finder, job, standing))
    for job in jobs:
        one = standing[job.name]
        if one.status != "finished":
            console.print(f"{job.name}: {one.told or one.status}", style="red", markup=False, highlight=False)
    return standing


def again(finder: Finder, job: Job, standing: Mapping[str, Standing]) -> Standing:
    """Where a job stands now; what is finished stays so."""
    known = standing[job.name]
    return known if known.status == "finished" else finder.find(job, standing)


def _ready(one: Standing) -> bool:
    return one.status in ("to do", "begun")


def _after(one: Standing) -> Standing:
    """A run that was launched and is not finished has failed."""
    if one.status == "finished":
        return one
    told = one.told or str(one.info.get("error") or "") or "failed; what it printed says why"
    return replace(one, status="faulty", told=told)
