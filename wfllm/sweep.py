"""Sweeps: Hydra's own multirun over checked configs; one failed job neither stops nor hides the others."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig

from wfllm.cli import FAILED, OK, report, run_stage
from wfllm.config.compose import check_composed, compose, force, sweep_points
from wfllm.config.groups import command_groups, conf_dir
from wfllm.config.problems import ConfigError, Problem

# Hydra writes neither folders nor logs of its own: a run's folder is named by what determines its result.
QUIET = ["hydra.output_subdir=null", "hydra/job_logging=none", "hydra/hydra_logging=none"]


@dataclass(frozen=True)
class Outcome:
    """How one job of a sweep ended."""

    overrides: tuple[str, ...]
    status: int
    seconds: float


def run_sweep(command: str, overrides: Sequence[str]) -> int:
    """Run every combination of the swept values; status 1 and the failed jobs' names if any failed.

    Every single value is checked before the first job starts. `hydra/launcher=…` picks another launcher.
    """
    problems: dict[Problem, None] = {}
    for point in sweep_points([o for o in overrides if not o.startswith("hydra")]):
        try:
            compose(command, point)
        except ConfigError as error:
            problems.update(dict.fromkeys(error.problems))
    if problems:
        raise ConfigError(list(problems))
    groups = command_groups(command)
    parser = OverridesParser.create()
    forced = [force(parser.parse_override(text), groups) for text in overrides]
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(conf_dir()), version_base="1.3"):
        hydra = GlobalHydra.instance().hydra
        assert hydra is not None
        returned = hydra.multirun(
            config_name=command,
            task_function=functools.partial(_job, command),
            overrides=[*forced, *QUIET, "hydra.sweep.dir=outputs/.sweep", "hydra.sweep.subdir=."],
        )
    outcomes = [job.return_value for job in _flat(returned)]
    return _summary(command, outcomes)


def _job(command: str, cfg: DictConfig) -> Outcome:
    """One job. Never raises for a job's own fault, so that the launcher goes on with the next."""
    job = HydraConfig.get()
    overrides = [o.lstrip("+") for o in job.overrides.task]
    print(f"\n── job {job.job.num}: {' '.join(overrides)}", flush=True)
    start = time.monotonic()
    try:
        choices = {g: job.runtime.choices.get(g) for g in command_groups(command)}
        status = run_stage(command, check_composed(command, cfg, choices, overrides))
    except Exception as error:
        status = report(error) or FAILED
    return Outcome(tuple(overrides), status, time.monotonic() - start)


def _summary(command: str, outcomes: list[Outcome]) -> int:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"wfllm {command}: {len(outcomes)} jobs")
    for column in ("job", "overrides", "seconds", "ended"):
        table.add_column(column, overflow="fold")
    for number, outcome in enumerate(outcomes):
        ended = "[green]done" if outcome.status == OK else "[red]failed"
        table.add_row(str(number), " ".join(outcome.overrides), f"{outcome.seconds:.0f}", ended)
    console = Console()
    console.print(table)
    failed = [o for o in outcomes if o.status != OK]
    if failed:
        console.print(
            f"{len(failed)} of {len(outcomes)} jobs failed:",
            *(" ".join(o.overrides) for o in failed),
            sep="\n  ",
        )
        console.print("Mend them and run the same command again: finished runs are not repeated.")
    console.print("Next: [bold]wfllm compare")
    return FAILED if failed else OK


def _flat(returned: Any) -> Iterable[Any]:
    for entry in returned:
        if isinstance(entry, Sequence) and not hasattr(entry, "return_value"):
            yield from _flat(entry)
        else:
            yield entry
