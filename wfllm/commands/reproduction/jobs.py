"""A table's runs as jobs: command and overrides of each, and which others must come before.

Every job is composed before any starts, so that all faults of a table are told at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wfllm.config import schema as s
from wfllm.config.compose import Composed, compose
from wfllm.config.problems import ConfigError, Problem, suggestion
from wfllm.config.registry import ROOTS

_LABEL = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_PLAIN = re.compile(r"[A-Za-z0-9_/.:@%+-]+")
STAND_IN = "a-run-to-come"
"""Folder of a run that is not there yet, for checking what is made of it."""


@dataclass(frozen=True)
class Job:
    """One run of a table, with one seed."""

    name: str
    """Label, and the seed where there are several."""
    run: s.TableRun
    overrides: tuple[str, ...]
    """As on the command line, but for `{label}`."""
    needs: Mapping[str, str]
    """Label → name of the job that it stands for."""
    seed: int | None = None

    @property
    def command(self) -> str:
        return self.run.command

    @property
    def row(self) -> str:
        """Name of its row in the table."""
        return self.run.row or self.run.label

    def filled(self, places: Mapping[str, Path]) -> list[str]:
        """The overrides with every label replaced by the folder of its job.

        Args:
            places: name of a job → its folder.
        """
        folders = {label: _escaped(str(places[name])) for label, name in self.needs.items()}
        return [_LABEL.sub(lambda found: folders[found[1]], text) for text in self.overrides]


def jobs_of(config: s.ReproduceCommand) -> list[Job]:
    """The jobs of a table at a scale, those that others need first.

    Raises:
        ConfigError: with every fault of the list: a label twice, one that no run has, runs that wait for each
            other, a reference that is no row, an override no run has a use for.
    """
    assert config.table is not None
    table = config.table
    runs = [run for run in table.runs if run.only in (None, config.scale)]
    problems = list(_faults(runs, config))
    if problems:
        raise ConfigError(problems)
    seeds = config.seeds or table.seeds.get(config.scale) or [0]
    of: dict[str, list[Job]] = {}
    for run in _in_order(config, runs):
        of[run.label] = list(_jobs(run, seeds, config, of))
    return [job for jobs in of.values() for job in jobs]


def waves(jobs: Sequence[Job]) -> list[list[Job]]:
    """The jobs in groups: each needs only those of groups before."""
    depth: dict[str, int] = {}
    for job in jobs:  # in an order in which what is needed comes first
        depth[job.name] = max((depth[name] + 1 for name in job.needs.values()), default=0)
    return [[job for job in jobs if depth[job.name] == at] for at in sorted(set(depth.values()))]


def composed_jobs(jobs: Sequence[Job], table: str) -> dict[str, Composed]:
    """Every job's config, checked; of what is not there yet the folders are made up.

    Raises:
        ConfigError: with every fault of every job, each under the job's name.
    """
    found: dict[str, Composed] = {}
    problems: dict[Problem, None] = {}
    for job in jobs:
        try:
            places = dict.fromkeys(job.needs.values(), Path(STAND_IN))
            found[job.name] = compose(job.command, job.filled(places))
        except ConfigError as error:
            for fault in error.problems:
                origin = f"table={table}, {job.name}" if fault.origin == "command line" else fault.origin
                problems[replace(fault, key=f"{job.run.label}: {fault.key}", origin=origin)] = None
    if problems:
        raise ConfigError(list(problems))
    return found


def _jobs(
    run: s.TableRun, seeds: Sequence[int], config: s.ReproduceCommand, of: Mapping[str, Sequence[Job]]
) -> Iterable[Job]:
    """One run with every seed; a run that is not shown, or that has no seed, once."""
    seeded = "seed" in ROOTS[run.command].model_fields
    for seed in seeds if seeded and run.shown else seeds[:1]:
        given = _overrides(run, config)
        if seeded:
            given.append(f"seed={seed}")
        labels = dict.fromkeys(label for text in given for label in _LABEL.findall(text))
        needs = {label: _with_seed(of[label], seed).name for label in labels}
        several = len(seeds) > 1 and seeded and run.shown
        name = f"{run.label}, seed {seed}" if several else run.label
        yield Job(name, run, tuple(last_of_each(given)), needs, seed if seeded else None)


def _with_seed(jobs: Sequence[Job], seed: int) -> Job:
    return next((job for job in jobs if job.seed == seed), jobs[0])


def _overrides(run: s.TableRun, config: s.ReproduceCommand) -> list[str]:
    small = config.scale == "small"
    given = []
    if run.experiment is not None:
        given.append(f"experiment={run.experiment}{'_small' if small else ''}")
    given += [*run.overrides, *(run.small if small else run.paper)]
    given += [text for text in config.also if _key(text).split(".")[0] in ROOTS[run.command].model_fields]
    given.append(assigned("output", config.output))
    for name, value in (("release", config.release), ("questions", config.questions)):
        given = [text.replace(f"{{{name}}}", _escaped(str(value))) for text in given]
    return given


def assigned(key: str, value: object) -> str:
    """`key=value`, quoted for Hydra's grammar where that asks for it."""
    text = str(value)
    return f"{key}={text}" if _PLAIN.fullmatch(text) else f'{key}="{_escaped(text)}"'


def _escaped(text: str) -> str:
    return text.replace('"', '\\"')


def _key(text: str) -> str:
    return text.lstrip("+").partition("=")[0].strip()


def last_of_each(overrides: Sequence[str]) -> list[str]:
    """The later of two for one key wins."""
    return list({_key(text): text for text in overrides}.values())


def _faults(runs: Sequence[s.TableRun], config: s.ReproduceCommand) -> Iterable[Problem]:
    assert config.table is not None
    table, origin = config.table, _origin(config)
    labels = [run.label for run in runs]
    if not runs:
        yield Problem("scale", origin, f"no run of {table.name} is of scale={config.scale}")
    for label in {label for label in labels if labels.count(label) > 1}:
        yield Problem("table.runs", origin, f"two runs are called {label}")
    rows = {run.row or run.label for run in runs if run.shown}
    if runs and not rows:
        yield Problem("table.runs", origin, "no run is shown")
    if runs and table.reference is not None and table.reference not in rows:
        yield Problem(
            "table.reference", origin, f"no row {table.reference}", suggestion(table.reference, rows)
        )
    for run in runs:
        for label in _labels(run, config):
            if label not in labels:
                mend = suggestion(label, labels, everything="Runs")
                yield Problem(f"table.runs: {run.label}", origin, f"no run {label}", mend)
    for text in config.also:
        if not any(_key(text).split(".")[0] in ROOTS[run.command].model_fields for run in runs):
            yield Problem("also", "command line", f"no run of this table has {_key(text)}")


def _origin(config: s.ReproduceCommand) -> str:
    return f"conf/table/{config.table.name if config.table else None}.yaml"


def _labels(run: s.TableRun, config: s.ReproduceCommand) -> list[str]:
    return [label for text in _overrides(run, config) for label in _LABEL.findall(text)]


def _in_order(config: s.ReproduceCommand, runs: Sequence[s.TableRun]) -> list[s.TableRun]:
    """Each after those it needs, otherwise as they are listed.

    Raises:
        ConfigError: some wait for each other.
    """
    needs = {run.label: set(_labels(run, config)) for run in runs}
    ordered: list[s.TableRun] = []
    left = list(runs)
    while left:
        done = {run.label for run in ordered}
        ready = next((run for run in left if needs[run.label] <= done), None)
        if ready is None:
            names = ", ".join(run.label for run in left)
            raise ConfigError([Problem("table.runs", _origin(config), f"these wait for each other: {names}")])
        ordered.append(ready)
        left.remove(ready)
    return ordered
