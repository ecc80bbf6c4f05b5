"""Where each job stands: finished, begun, still to do, or waiting for another. Asked by the run's id, so that
whoever made the run, and for which table, does not matter. Loads no model library."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from rich.console import Console

from wfllm.commands import identified, prepare
from wfllm.commands.reproduction.jobs import Job, assigned, last_of_each
from wfllm.config import schema as s
from wfllm.config.compose import Composed, compose
from wfllm.config.problems import ConfigError
from wfllm.errors import WfllmError
from wfllm.files import write_text
from wfllm.shortcuts.catalogue.load import in_use
from wfllm.tracking.environment import code_state
from wfllm.tracking.run_folder import RunFolder

DATASET = "dataset"
Status = Literal["finished", "begun", "to do", "waiting", "faulty"]


@dataclass(frozen=True)
class Standing:
    """How far a job has got."""

    job: Job
    status: Status
    overrides: tuple[str, ...] = ()
    """Ready to run."""
    id: str = ""
    data: str = ""
    """Fingerprint of the records or questions."""
    folder: Path | None = None
    """Run folder, or that of the build, where there is one."""
    told: str = ""
    """What it waits for, or what is wrong."""
    build: Path | None = None
    """The folder that a build has or will have."""

    @property
    def place(self) -> Path | None:
        """What `{label}` stands for in other jobs' overrides; None before it is finished."""
        if self.status != "finished" or self.folder is None:
            return None
        return self.folder / DATASET if self.job.command == "build" else self.folder

    @property
    def info(self) -> dict[str, Any]:
        """What is noted of the run: run.json, or what `note_build` has written of a build."""
        if self.folder is None:
            return {}
        if self.job.command == "build":
            return _noted(self.folder)
        return RunFolder(self.folder).info


@dataclass
class Finder:
    """Looks for the runs of jobs; remembers what it has read of data, which is most of the work."""

    _fingerprints: dict[str, str] = field(default_factory=dict)

    def look(self, jobs: Sequence[Job]) -> dict[str, Standing]:
        """Every job, in an order in which what is needed comes first; name → where it stands."""
        found: dict[str, Standing] = {}
        for job in jobs:
            found[job.name] = self.find(job, found)
        return found

    def find(self, job: Job, others: Mapping[str, Standing]) -> Standing:
        """One job, given those it needs. A fault (data that is not there) is told in the standing."""
        known = {name: others[name].place for name in job.needs.values()}
        lacking = [name for name, place in known.items() if place is None]
        if lacking:
            return Standing(job, "waiting", told=f"needs {', '.join(lacking)}")
        overrides: list[str] = []
        try:
            overrides = job.filled({name: place for name, place in known.items() if place is not None})
            composed = compose(job.command, overrides)
            with _catalogue(composed):
                this = self._identified(job, composed)
            if job.command == "build":
                return _built(job, overrides, this)
            run = this.found()
            if run is None or not run.finished:
                run = this.twin() or run
            if run is None:
                return Standing(job, "to do", tuple(overrides), this.id, this.data)
            status: Status = "finished" if run.finished else "begun"
            return Standing(job, status, tuple(overrides), this.id, this.data, run.path.resolve())
        except WfllmError as fault:
            return Standing(job, "faulty", tuple(overrides), told=fault.line())
        except ConfigError as fault:
            return Standing(job, "faulty", tuple(overrides), told=fault.problems[0].line())

    def _identified(self, job: Job, composed: Composed) -> identified.Identified:
        quiet = Console(quiet=True)  # the run itself tells what it leaves out
        if job.command == "train":
            train = cast(s.TrainCommand, composed.config)
            return identified.training(composed, self._fingerprint(composed, train.data, train.target))
        if job.command == "evaluate":
            settled = identified.settled_evaluation(composed)
            return identified.evaluation(settled, self._fingerprint(composed, settled.config.data))
        if job.command == "teval":
            settled = identified.settled_teval(composed)
            return identified.plans(settled, identified.asked_questions(settled.config, quiet))
        build = cast(s.BuildCommand, composed.config)
        return identified.building(composed, self._fingerprint(composed, build.data))

    def _fingerprint(self, composed: Composed, data: s.Data, target: s.Target | None = None) -> str:
        pairs = target if target is not None and target.trajectories else None
        key = json.dumps([data.model_dump(mode="json"), composed.plain.get("catalogue"), pairs is not None])
        if key not in self._fingerprints:
            self._fingerprints[key] = prepare.read(data, Console(quiet=True), pairs).fingerprint
        return self._fingerprints[key]


def _built(job: Job, overrides: Sequence[str], known: identified.Identified) -> Standing:
    """A build of that id has a folder of its own, and beside it the note that it is finished."""
    folder = (known.output / "build" / f"{job.run.label}_{known.id}").resolve()
    ready = last_of_each([*overrides, assigned("output", folder)])
    whole = _noted(folder).get("id") == known.id and (folder / DATASET).is_dir()
    status: Status = "finished" if whole else "begun" if folder.is_dir() else "to do"
    there = folder if folder.is_dir() else None
    return Standing(job, status, tuple(ready), known.id, known.data, there, build=folder)


def note_build(standing: Standing, seconds: float) -> None:
    """Write beside a build's folder that it is finished."""
    assert standing.build is not None
    folder = standing.build
    note = {"id": standing.id, "data": standing.data, "minutes": round(seconds / 60, 2), **code_state()}
    write_text(folder.with_suffix(".json"), json.dumps(note, indent=1) + "\n")


def _noted(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads(folder.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@contextmanager
def _catalogue(composed: Composed) -> Iterator[None]:
    """The table of APIs in use, as it is when the command runs."""
    table = getattr(composed.config, "catalogue", None)
    with nullcontext() if table is None else in_use(table):
        yield
