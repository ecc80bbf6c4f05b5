"""Which jobs of a table are launched, in which order, and what a failed one leaves; runs are stand-ins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich.console import Console

from wfllm.commands.reproduction.jobs import Job, jobs_of
from wfllm.commands.reproduction.run import run_jobs
from wfllm.commands.reproduction.state import Finder, Standing
from wfllm.config import schema as s


@dataclass
class Ended:
    status: int
    seconds: float = 60.0


@dataclass
class House(Finder):
    """Runs that are finished once they were launched, but for those that fail."""

    folder: Path = Path()
    fails: tuple[str, ...] = ()
    done: set[str] = field(default_factory=set)
    launched: list[tuple[str, list[str]]] = field(default_factory=list)

    def find(self, job: Job, others: Mapping[str, Standing]) -> Standing:
        if any(others[name].status != "finished" for name in job.needs.values()):
            return Standing(job, "waiting", told="needs another")
        if job.name in self.done:
            return Standing(job, "finished", (job.name,), folder=self.folder)
        return Standing(job, "to do", (job.name,), id="0", build=self.folder / job.name)

    def launch(
        self, command: str, jobs: Sequence[Sequence[str]], first: int, before: Callable[[int], None]
    ) -> list[Ended]:
        names = [name for (name,) in jobs]
        self.launched.append((command, names))
        ended = []
        for number, name in enumerate(names, first):
            before(number)
            ended.append(Ended(1 if name in self.fails else 0))
            self.done |= set() if name in self.fails else {name}
        return ended


RUNS = [
    {"label": "last", "command": "evaluate", "overrides": ['checkpoint="{middle}"']},
    {"label": "middle", "overrides": ['data.path="{made}"']},
    {"label": "beside", "overrides": ['data.path="{made}"']},
    {"label": "made", "command": "build", "shown": False, "overrides": ['annotator.path="{first}"']},
    {"label": "first"},
]


def run(house: House) -> dict[str, Standing]:
    table = s.Table(name="mini", title="Mini", runs=[s.TableRun.model_validate(one) for one in RUNS])
    jobs = jobs_of(s.ReproduceCommand(table=table))
    return run_jobs(jobs, house.look(jobs), house, house.launch, Console(width=100))


def test_waves_are_handed_over_as_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house = House(folder=tmp_path)
    standing = run(house)
    assert {one.status for one in standing.values()} == {"finished"}
    assert house.launched == [
        ("train", ["first"]),
        ("build", ["made"]),
        ("train", ["middle", "beside"]),
        ("evaluate", ["last"]),
    ]
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("══")]
    assert told[0] == "══ run 1 of 5: first"
    assert [line.split(" (")[0] for line in told] == [
        "══ run 1 of 5: first",
        "══ run 2 of 5: made",
        "══ run 3 of 5: middle",
        "══ run 4 of 5: beside",
        "══ run 5 of 5: last",
    ]
    assert (tmp_path / "made.json").is_file()  # the note beside a build that is finished


def test_what_is_finished_is_not_launched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house = House(folder=tmp_path, done={"first", "made", "beside"})
    run(house)
    assert house.launched == [("train", ["middle"]), ("evaluate", ["last"])]
    assert "══ run 4 of 5: middle\n" in capsys.readouterr().out
    again = House(folder=tmp_path, done=house.done)
    run(again)
    assert again.launched == []


def test_a_failed_run_stops_those_alone_that_need_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house = House(folder=tmp_path, fails=("middle",))
    standing = run(house)
    assert {name: one.status for name, one in standing.items()} == {
        "first": "finished",
        "made": "finished",
        "middle": "faulty",
        "beside": "finished",
        "last": "waiting",
    }
    out = capsys.readouterr().out
    assert "middle: failed; what it printed says why" in out
    assert "last: needs another" in out
    mended = House(folder=tmp_path, done=house.done)
    assert {one.status for one in run(mended).values()} == {"finished"}
    assert mended.launched == [("train", ["middle"]), ("evaluate", ["last"])]
