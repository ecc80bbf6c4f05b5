"""Sweeps: grids by Hydra's own multirun over checked configs, where one failed job neither stops nor hides
the others, and the way to a search."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any

from hydra.core.global_hydra import GlobalHydra

from wfllm.cli import FAILED, OK
from wfllm.config.compose import compose
from wfllm.config.groups import command_groups, conf_dir
from wfllm.config.hydra_config import hydra_at
from wfllm.config.origins import COMMAND_LINE
from wfllm.config.overrides import force, parse, sweep_points
from wfllm.config.problems import ConfigError, Problem
from wfllm.launch import FOLDER, QUIET, Outcome, launcher_faults, launching_faults, run_job, separate
from wfllm.search.check import read_search, searches


def run_sweep(command: str, overrides: Sequence[str], trace: bool = False) -> int:
    """Run every combination of the swept values; status 1 and the failed jobs' names if any failed.

    Every single value is checked before the first job starts. `hydra/launcher=NAME` picks another
    launcher, `hydra.launcher.KEY=VALUE` sets it up.
    """
    own, launching = separate(overrides)
    problems = dict.fromkeys(p for text in launching for p in launcher_faults(text))
    for point in sweep_points(own):
        try:
            compose(command, point)
        except ConfigError as error:
            problems.update(dict.fromkeys(error.problems))
    if problems:
        raise ConfigError(sorted(problems, key=lambda p: (p.key, p.origin)))
    groups = command_groups(command)
    forced = [force(parse(text), groups) for text in own]
    with hydra_at(conf_dir()), launching_faults():
        hydra = GlobalHydra.instance().hydra
        assert hydra is not None
        returned = hydra.multirun(
            config_name=command,
            task_function=functools.partial(run_job, command, trace),
            overrides=[*forced, *launching, *QUIET, *FOLDER],
        )
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
