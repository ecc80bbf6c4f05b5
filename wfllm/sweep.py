"""Sweeps: grids by Hydra's own multirun over checked configs, where one failed job neither stops nor hides
the others, and the way to a search."""

from __future__ import annotations

import functools
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from wfllm.cli import FAILED, OK, TRAINS, report, run_stage
from wfllm.config.compose import check_composed, compose
from wfllm.config.groups import command_groups, conf_dir
from wfllm.config.hydra_config import hydra_at
from wfllm.config.origins import COMMAND_LINE
from wfllm.config.overrides import force, is_hydra, parse, sweep_points
from wfllm.config.problems import ConfigError, Problem, suggestion
from wfllm.ranks import launched
from wfllm.search.check import read_search, searches

# Hydra writes neither folders nor logs of its own: a run's folder is named by what determines its result.
QUIET = ["hydra.output_subdir=null", "hydra/job_logging=none", "hydra/hydra_logging=none"]
FOLDER = ["hydra.sweep.dir=outputs/.sweep", "hydra.sweep.subdir=."]
LAUNCHER = "hydra/launcher"


@dataclass(frozen=True)
class Outcome:
    """How one job of a sweep ended."""

    overrides: tuple[str, ...]
    status: int
    seconds: float


def run_sweep(command: str, overrides: Sequence[str], trace: bool = False) -> int:
    """Run every combination of the swept values; status 1 and the failed jobs' names if any failed.

    Every single value is checked before the first job starts. `hydra/launcher=NAME` picks another
    launcher, `hydra.launcher.KEY=VALUE` sets it up.
    """
    own, launching = _separate(overrides)
    problems = dict.fromkeys(p for text in launching for p in _launcher_faults(text))
    for point in sweep_points(own):
        try:
            compose(command, point)
        except ConfigError as error:
            problems.update(dict.fromkeys(error.problems))
    if problems:
        raise ConfigError(sorted(problems, key=lambda p: (p.key, p.origin)))
    groups = command_groups(command)
    forced = [force(parse(text), groups) for text in own]
    with hydra_at(conf_dir()):
        hydra = GlobalHydra.instance().hydra
        assert hydra is not None
        try:
            returned = hydra.multirun(
                config_name=command,
                task_function=functools.partial(_job, command, trace),
                overrides=[*forced, *launching, *QUIET, *FOLDER],
            )
        except (
            HydraException,
            OmegaConfBaseException,
        ) as error:  # jobs raise none: what is left is the launcher
            raise ConfigError([Problem("hydra", COMMAND_LINE, str(error).strip().split("\n")[0])]) from error
    return _summary(command, [job.return_value for job in _flat(returned)])


def run_if_search(command: str, overrides: Sequence[str], flags: Sequence[str] = ()) -> int | None:
    """Run the search that `sweep=optuna` asks for, with or without -m. None where none is asked for."""
    if not searches(command, overrides):
        _refuse_idle_keys(overrides)
        return None
    if "--cfg=job" in flags:
        import yaml

        plain = read_search(overrides).base.plain
        print(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True), end="")
        return OK
    from wfllm.search.run import run_search  # loads optuna

    return run_search(overrides)


def _refuse_idle_keys(overrides: Sequence[str]) -> None:
    """Whoever writes `sweep.trials=20` wants a search, and would get one run."""
    keys = [text.lstrip("+").partition("=")[0] for text in overrides]
    if any(text.lstrip("+") == "sweep=none" for text in overrides):
        return
    idle = [key for key in keys if key.startswith("sweep.")]
    if idle:
        raise ConfigError(
            [Problem(key, COMMAND_LINE, "nothing is searched", "Add sweep=optuna.") for key in idle]
        )


def _separate(overrides: Sequence[str]) -> tuple[list[str], list[str]]:
    """The config's overrides and those of Hydra itself."""
    own: list[str] = []
    launching: list[str] = []
    for text in overrides:
        try:
            hydras = is_hydra(parse(text))
        except HydraException:
            hydras = False  # told when it is composed
        (launching if hydras else own).append(text)
    return own, launching


def _launcher_faults(text: str) -> Iterable[Problem]:
    """Of Hydra's own settings only the launcher's are open, and none of them names code to run."""
    override = parse(text)
    key, value = override.key_or_group, override.value()
    plain = isinstance(value, str | int | float | bool | None) and "${" not in str(value)
    if key == LAUNCHER and override.package is None and not override.is_delete():
        with hydra_at(conf_dir()):
            hydra = GlobalHydra.instance().hydra
            assert hydra is not None
            known = hydra.config_loader.get_group_options(LAUNCHER)
        if value not in known:
            mend = suggestion(str(value), known, everything="Installed")
            yield Problem(key, COMMAND_LINE, f"no launcher {value!r}", mend)
    elif not key.startswith("hydra.launcher.") or "._" in key or not plain or override.is_delete():
        mend = f"Open are {LAUNCHER}=NAME and hydra.launcher.KEY=VALUE."
        yield Problem(key, COMMAND_LINE, "this setting of Hydra is not open", mend)


def _job(command: str, trace: bool, cfg: DictConfig) -> Outcome:
    """One job. Never raises for a job's own fault, so that the launcher goes on with the next."""
    job = HydraConfig.get()
    overrides = [o.lstrip("+") for o in job.overrides.task]
    print(f"\n── job {job.job.num}: {' '.join(overrides)}", flush=True)
    start = time.monotonic()
    try:
        choices = {g: job.runtime.choices.get(g) for g in command_groups(command)}
        work = functools.partial(run_stage, command, check_composed(command, cfg, choices, overrides))
        status = _in_ranks(work) if command in TRAINS and launched() else work()
    except (Exception, SystemExit) as error:
        if trace:
            traceback.print_exc()
        status = report(error) or FAILED
    return Outcome(tuple(overrides), status, time.monotonic() - start)


def _in_ranks(work: Callable[[], int]) -> int:
    """A job of a launcher that starts several processes for each, as Slurm's does."""
    from wfllm.commands.ranks import under_launcher

    return under_launcher(work)


def _summary(command: str, outcomes: list[Outcome]) -> int:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=f"wfllm {command}: {len(outcomes)} jobs")
    for column in ("job", "overrides", "seconds", "ended"):
        table.add_column(column, overflow="fold")
    for number, outcome in enumerate(outcomes):
        ended = "[green]done" if outcome.status == OK else "[red]failed"
        table.add_row(str(number), escape(" ".join(outcome.overrides)), f"{outcome.seconds:.0f}", ended)
    console = Console()
    console.print(table)
    failed = [o for o in outcomes if o.status != OK]
    if failed:
        console.print(f"{len(failed)} of {len(outcomes)} jobs failed:")
        for outcome in failed:
            console.print(f"  {' '.join(outcome.overrides)}", markup=False, highlight=False, soft_wrap=True)
        console.print("Mend them and run the same command again: finished runs are not repeated.")
    if command in ("train", "evaluate"):
        console.print("Next: [bold]wfllm compare")
    return FAILED if failed else OK


def _flat(returned: Any) -> Iterable[Any]:
    for entry in returned:
        if isinstance(entry, Sequence) and not hasattr(entry, "return_value"):
            yield from _flat(entry)
        else:
            yield entry
