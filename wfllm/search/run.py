"""`wfllm train sweep=optuna`: from the command line to the best values."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from optuna.trial import TrialState
from rich.console import Console
from rich.table import Table

from wfllm.config.compose import default_config, differences
from wfllm.search.check import read_search
from wfllm.search.report import print_end, print_table, ranked, write_csv
from wfllm.search.space import COMMAND, Search
from wfllm.search.study import OpenStudy, open_study
from wfllm.search.worker import require_workers, work, work_together

OK, FAILED = 0, 1


def run_search(overrides: Sequence[str]) -> int:
    """Run a search, or go on with it. 0 where every trial is done or pruned, 1 where one failed.

    Raises:
        ConfigError: with every fault of the space and the config, before anything starts.
        WfllmError: the study is another's, or damaged.
    """
    search = read_search(overrides)
    console = Console()
    if search.config.dry_run or search.config.show != "none":
        return _show(search, console)
    study = open_study(search)
    require_workers(study)
    done = sum(t.state.is_finished() for t in study.settled())
    gone_on = f", {done} of them done" if done else ""
    console.print(
        f"Study {study.name}: {study.total} trials{gone_on}; {study.folder}",
        highlight=False,
        soft_wrap=True,
    )
    broken: list[str] = []
    try:
        if study.left() or study.retry_below:
            broken = _work(study, overrides)
    finally:
        files = [write_csv(study)]
    if len(ranked(study)) > 1:
        from wfllm.search.plots import write_plots

        files += write_plots(study)
    print_table(study, console)
    print_end(study, console, files)
    for text in broken:
        console.print(text, style="red", highlight=False, soft_wrap=True)
    failed = any(t.state == TrialState.FAIL for t in study.settled())
    return FAILED if failed or broken else OK


def _work(study: OpenStudy, overrides: Sequence[str]) -> list[str]:
    sweep = study.search.sweep
    if sweep.n_jobs > 1:
        return work_together(study, overrides, sweep.timeout)
    print("Loading", flush=True)  # torch and its kin take seconds; silence would look like a hang
    work(study, 0, None if sweep.timeout is None else time.monotonic() + sweep.timeout)
    return []


def _show(search: Search, console: Console) -> int:
    """What is searched, and the plan of the first point, with nothing begun."""
    table = Table(title="searched")
    for column in ("key", "values"):
        table.add_column(column, overflow="fold")
    for param in search.space.params:
        table.add_row(param.key, ", ".join(f"{k}={v}" for k, v in _values(param.plain())))
    console.print(table)
    if search.config.show != "none":
        for key, default, value in differences(default_config(COMMAND, search.base), search.base.plain):
            if key != "show":
                print(f"{key}: {json.dumps(default)} → {json.dumps(value, ensure_ascii=False)}")
        return OK
    from wfllm.commands.train import run

    return run(search.base)


def _values(plain: object) -> list[tuple[str, object]]:
    if isinstance(plain, dict):
        return [(k, v) for k, v in plain.items() if v not in (None, False)]
    assert isinstance(plain, list)
    return [("one of", " ".join(plain))]
