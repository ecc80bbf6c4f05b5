"""Handing jobs to a launcher of Hydra: one after another here, side by side, or to a cluster's queue.

A job is a command with overrides. One that fails neither stops nor hides the others.
"""

from __future__ import annotations

import functools
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hydra._internal.callbacks import Callbacks
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.types import HydraContext, RunMode
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from wfllm.cli import FAILED, TRAINS, report, run_stage
from wfllm.config.compose import check_composed, compose
from wfllm.config.groups import command_groups, conf_dir
from wfllm.config.hydra_config import hydra_at
from wfllm.config.origins import COMMAND_LINE
from wfllm.config.overrides import force, is_hydra, parse
from wfllm.config.problems import ConfigError, Problem, suggestion
from wfllm.ranks import launched

# Hydra writes neither folders nor logs of its own: a run's folder is named by what determines its result.
QUIET = ["hydra.output_subdir=null", "hydra/job_logging=none", "hydra/hydra_logging=none"]
FOLDER = ["hydra.sweep.dir=outputs/.sweep", "hydra.sweep.subdir=."]
LAUNCHER = "hydra/launcher"


@dataclass(frozen=True)
class Outcome:
    """How one job ended."""

    overrides: tuple[str, ...]
    status: int
    seconds: float


def separate(overrides: Sequence[str]) -> tuple[list[str], list[str]]:
    """The config's overrides and those of Hydra itself, which pick a launcher and set it up."""
    own: list[str] = []
    launching: list[str] = []
    for text in overrides:
        try:
            hydras = is_hydra(parse(text))
        except HydraException:
            hydras = False  # told when it is composed
        (launching if hydras else own).append(text)
    return own, launching


def launcher_faults(text: str) -> Iterable[Problem]:
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


@contextmanager
def launching_faults() -> Iterator[None]:
    """What Hydra has against a launcher's settings, as a fault of the config; jobs raise nothing."""
    try:
        yield
    except (HydraException, OmegaConfBaseException) as error:
        raise ConfigError([Problem("hydra", COMMAND_LINE, str(error).strip().split("\n")[0])]) from error


def launch(
    command: str,
    jobs: Sequence[Sequence[str]],
    launching: Sequence[str],
    first: int = 0,
    before: Callable[[int], None] | None = None,
    trace: bool = False,
) -> list[Outcome]:
    """Run a list of jobs of one command; how each ended, in their order.

    Args:
        jobs: the overrides of each, checked before.
        launching: overrides of Hydra's launcher.
        first: number of the first job.
        before: called with a job's number before it starts, where it runs.

    Raises:
        ConfigError: the launcher has no such setting.
    """
    groups = command_groups(command)
    forced = [[force(parse(text), groups) for text in job] for job in jobs]
    task = functools.partial(_announced, before, functools.partial(run_job, command, trace))
    with hydra_at(conf_dir()), launching_faults():
        hydra = GlobalHydra.instance().hydra
        assert hydra is not None
        settings = hydra.compose_config(
            config_name=command,
            overrides=[*launching, *QUIET, *FOLDER],
            run_mode=RunMode.MULTIRUN,
            with_log_configuration=True,
        )
        context = HydraContext(config_loader=hydra.config_loader, callbacks=Callbacks(settings))
        launcher = Plugins.instance().instantiate_launcher(
            hydra_context=context, task_function=task, config=settings
        )
        return [job.return_value for job in launcher.launch(forced, initial_job_idx=first)]


def _announced(
    before: Callable[[int], None] | None, work: Callable[[DictConfig], Any], cfg: DictConfig
) -> Any:
    if before is not None:
        before(int(HydraConfig.get().job.num))
    return work(cfg)


def run_job(command: str, trace: bool, cfg: DictConfig) -> Outcome:
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


def run_reproduce(overrides: Sequence[str], trace: bool = False) -> int:
    """`wfllm reproduce`, whose runs go to the launcher that `hydra/launcher=NAME` picks."""
    own, launching = separate(overrides)
    problems = [problem for text in launching for problem in launcher_faults(text)]
    if problems:
        raise ConfigError(problems)
    composed = compose("reproduce", own)
    if composed.config.show == "diff":
        return run_stage("reproduce", composed)
    from wfllm.commands.reproduce import reproduce

    def hand_on(
        command: str, jobs: Sequence[Sequence[str]], first: int, before: Callable[[int], None]
    ) -> list[Outcome]:
        return launch(command, jobs, launching, first, before, trace)

    return reproduce(composed, hand_on, run_stage)
