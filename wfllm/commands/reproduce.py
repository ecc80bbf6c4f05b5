"""`wfllm reproduce`: the runs of a table of the paper, those that are not finished, and what came of all."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from wfllm.commands.reproduction.jobs import Job, composed_jobs, jobs_of
from wfllm.commands.reproduction.results import from_here, results_folder, write_results
from wfllm.commands.reproduction.run import Launch, run_jobs
from wfllm.commands.reproduction.state import Finder, Standing
from wfllm.config import schema as s
from wfllm.config.compose import Composed, compose
from wfllm.config.groups import option_files, summary
from wfllm.config.registry import ROOTS
from wfllm.errors import WfllmError

_COLOURS = {"finished": "green", "begun": "yellow", "faulty": "red"}


def reproduce(composed: Composed, launch: Launch, plan: Callable[[str, Composed], int]) -> int:
    """Run what a table lacks and write its results. 1 where a run failed or waits for one that did.

    Args:
        launch: hands jobs to Hydra's launcher.
        plan: runs one command here, for `dry_run=true`.

    Raises:
        ConfigError: with every fault of every run, before anything starts.
    """
    config = cast(s.ReproduceCommand, composed.config)
    console = Console()
    if config.table is None:
        _list_tables(console)
        return 0
    jobs = jobs_of(config)
    composed_jobs(jobs, config.table.name)
    finder = Finder()
    standing = finder.look(jobs)
    _print_jobs(config, jobs, standing, console)
    if config.dry_run:
        return _plans(jobs, standing, plan, console)
    if any(standing[job.name].status != "finished" for job in jobs):
        run_jobs(jobs, standing, finder, launch, console)
        _print_jobs(config, jobs, standing, console)
    if not any(one.status == "finished" and one.job.run.shown for one in standing.values()):
        console.print("No run of the table is finished, so there are no results.", style="red")
        return 1
    folder = write_results(config, jobs, standing, console)
    console.print(f"Written: {folder}/table.md, table.csv, runs.json", markup=False, highlight=False)
    if any(one.status != "finished" for one in standing.values()):
        console.print("Next: mend what failed; the same command goes on with the rest.", highlight=False)
        return 1
    console.print(
        f"Next: wfllm compare {shlex.quote(f'runs={config.output}')}", markup=False, highlight=False
    )
    return 0


def _list_tables(console: Console) -> None:
    """Every table there is, and whether it has been run here."""
    table = Table("table", "what it shows", "results here")
    for name, path in option_files("table").items():
        known = cast(s.ReproduceCommand, compose("reproduce", [f"table={name}"]).config)
        folder = results_folder(known).parent
        scales = ", ".join(scale for scale in ("small", "paper") if (folder / scale / "table.md").is_file())
        table.add_row(name, escape(summary(path)), scales or "not run yet")
    console.print(table)
    console.print("Next: wfllm reproduce table4 scale=small, or with dry_run=true what it would run")


def _print_jobs(
    config: s.ReproduceCommand, jobs: Sequence[Job], standing: Mapping[str, Standing], console: Console
) -> None:
    assert config.table is not None
    done = sum(one.status == "finished" for one in standing.values())
    title = f"{config.table.name} scale={config.scale}: {done} of {len(jobs)} runs are finished"
    table = Table(title=title)
    for column in ("run", "command", "preset", "state"):
        table.add_column(column, overflow="fold")
    table.add_column("where", overflow="fold")
    for job in jobs:
        one = standing[job.name]
        state = f"[{_COLOURS[one.status]}]{one.status}" if one.status in _COLOURS else one.status
        preset = (
            f"{job.run.experiment or ''}{'_small' * (config.scale == 'small')}" if job.run.experiment else ""
        )
        where = from_here(one.told or (str(one.folder) if one.folder else ""))
        table.add_row(job.name, f"wfllm {job.command}", preset, state, escape(where))
    (console if console.is_terminal else Console(width=200)).print(table)


def _plans(
    jobs: Sequence[Job],
    standing: Mapping[str, Standing],
    plan: Callable[[str, Composed], int],
    console: Console,
) -> int:
    """Every run's command, and its plan where the command has one. The others go on after a fault."""
    status = 0
    for job in jobs:
        one = standing[job.name]
        shown = one.overrides or job.overrides
        console.print(f"\n{job.name}", style="bold")
        words = from_here(shlex.join(["wfllm", job.command, *shown]))
        console.print(f"  {words}", markup=False, highlight=False, soft_wrap=True)
        if one.status == "finished":
            console.print(f"  finished: {one.folder}", markup=False, highlight=False, soft_wrap=True)
        elif one.status == "waiting":
            console.print(f"  {one.told}, so its plan is not known yet", markup=False, highlight=False)
        elif one.status == "faulty":
            console.print(f"  {one.told}", style="red", markup=False, highlight=False)
            status = 1
        elif _has_plan(job):
            try:
                plan(job.command, compose(job.command, [*shown, "dry_run=true"]))
            except WfllmError as fault:
                console.print(f"  {fault.line()}", style="red", markup=False, highlight=False)
                status = 1
    return status


def _has_plan(job: Job) -> bool:
    return "dry_run" in ROOTS[job.command].model_fields
