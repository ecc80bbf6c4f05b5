"""What came of a table's runs, written where others look for it: table.md, table.csv, plots, runs.json."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from wfllm.commands.reproduction.dataset import dataset_tables, synthetic_notes
from wfllm.commands.reproduction.jobs import Job
from wfllm.commands.reproduction.state import Standing
from wfllm.config import schema as s
from wfllm.files import write_text
from wfllm.report.bars import draw_bars
from wfllm.report.complexity import complexity_tables
from wfllm.report.paper import TABLES, PaperRow, paper_rows
from wfllm.report.reproduction import Row, long_csv, results_table
from wfllm.report.results import Table
from wfllm.report.scored import read_scores
from wfllm.report.tables import SPLITS
from wfllm.report.writers import as_csv, as_markdown, as_rich
from wfllm.tracking.run_folder import minutes_of

SMALL = (
    "At scale=small model, data and budget are other than the paper's: only directions can be compared, and "
    "with few requests hardly those. The intervals say how far."
)
PLAN = "plan"
"""The set of T-Eval's questions, in place of a held-out set."""
_WHEN = {"train": "after", "evaluate": "scores"}


def write_results(
    config: s.ReproduceCommand, jobs: Sequence[Job], standing: Mapping[str, Standing], console: Console
) -> Path:
    """Write the results of a table and print them; the folder. What is not finished is left out and told.

    Raises:
        WfllmError: a run's files cannot be read.
        OSError: the folder cannot be written.
    """
    assert config.table is not None
    table, folder = config.table, results_folder(config)
    folder.mkdir(parents=True, exist_ok=True)
    listed = [run.label for run in table.runs]
    jobs = sorted(jobs, key=lambda job: listed.index(job.run.label))
    finished = [standing[job.name] for job in jobs if standing[job.name].status == "finished"]
    made = list(_tables(config, finished))
    numbers = _csv(config, finished, made)
    for name, one in made:
        if not (_same(folder / "table.csv", numbers) and (folder / f"{name}.svg").is_file()):
            draw_bars(one, folder / name)
    lacking = [job.name for job in jobs if standing[job.name].status != "finished"]
    notes = [SMALL] if config.scale == "small" else []
    notes += [table.note] if table.note else []
    notes += list(synthetic_notes(finished))
    notes += [f"Not finished: {', '.join(lacking)}."] if lacking else []
    write_text(folder / "table.md", _page(config, made, notes))
    write_text(folder / "table.csv", numbers)
    runs = [_run(standing[job.name]) for job in jobs]
    write_text(folder / "runs.json", json.dumps(runs, indent=1) + "\n")
    for _, one in made:
        (console if console.is_terminal else Console(width=200)).print(as_rich(one))
    for note in notes:
        console.print(note, markup=False, highlight=False)
    return folder


def results_folder(config: s.ReproduceCommand) -> Path:
    """Where the results go: the key, the experiment's own folder, or one among the runs."""
    assert config.table is not None
    if config.results is not None:
        return Path(config.results).expanduser()
    of_experiment = Path("experiments") / config.table.name
    if of_experiment.is_dir():
        return of_experiment / "results" / config.scale
    return Path(config.output) / "reproduce" / config.table.name / config.scale


def _tables(config: s.ReproduceCommand, finished: Sequence[Standing]) -> Iterator[tuple[str, Table]]:
    """Name of a file and the table for it."""
    table = config.table
    assert table is not None
    shown = [one for one in finished if one.job.run.shown]
    if table.kind == "dataset":
        for one in shown[:1]:
            yield from dataset_tables(one, table.metrics, table.title)
        return
    if table.kind == "complexity":
        for one in shown[:1]:
            for split in table.splits:
                if one.folder is not None:
                    path = one.folder / "predictions" / f"{_set(one.job, split)}.by.csv"
                    yield from complexity_tables(path, table.metrics, f"{table.title}: {SPLITS[split]}")
        return
    rows = list(rows_of(table, shown))
    for of in dict.fromkeys(row.split for row in rows):
        of_split = [row for row in rows if row.split == of]
        reference = next((row for row in of_split if row.name == table.reference), None)
        title = f"{table.title}: {SPLITS[of]}" if of in SPLITS else table.title
        theirs = [row for row in published(table) if row.split == of]
        yield (
            f"scores-{of}",
            results_table(f"{title}, percent", table.metrics, of_split, theirs, reference),
        )


def published(table: s.Table) -> Sequence[PaperRow]:
    """The paper's figures for a table; none where it has none."""
    return paper_rows(table.name) if table.name in TABLES else ()


def rows_of(table: s.Table, shown: Sequence[Standing]) -> Iterator[Row]:
    """A row for each name and held-out set, with the scores of every seed; what a run did not score is left
    out."""
    found: dict[tuple[str, str], dict[int, Any]] = {}
    names: dict[str, str | None] = {}
    for one in shown:
        run = one.job.run
        names[one.job.row] = run.published or names.get(one.job.row)
        splits = [PLAN] if run.command == "teval" else run.splits or table.splits
        for split in splits:
            if one.folder is None:
                continue
            scores = read_scores(one.folder / "predictions" / f"{_set(one.job, split)}.csv")
            if scores:
                found.setdefault((one.job.row, split), {})[one.job.seed or 0] = scores
    for (name, of_split), seeds in found.items():
        yield Row(name, of_split, seeds, names[name])


def _set(job: Job, split: str) -> str:
    """What the file with a run's scores is called."""
    if job.command == "teval":
        form = next((o.partition("=")[2] for o in job.overrides if o.startswith("form=")), "json")
        return f"{PLAN}_{form}"
    return f"{_WHEN[job.command]}-{split}"


def _page(config: s.ReproduceCommand, made: Sequence[tuple[str, Table]], notes: Sequence[str]) -> str:
    assert config.table is not None
    name = config.table.name
    lines = [f"# {config.table.title}", "", f"`wfllm reproduce {name} scale={config.scale}`", ""]
    for file, table in made:
        lines += [f"## {table.title}", "", as_markdown(table)]
        if table.note:
            lines += [table.note, ""]
        if (results_folder(config) / f"{file}.svg").is_file():
            lines += [f"![{table.title}]({file}.svg)", ""]
    lines += [f"- {note}" for note in notes]
    lines += ["", "`runs.json` has every run with its folder and command, `table.csv` all numbers."]
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def _csv(config: s.ReproduceCommand, finished: Sequence[Standing], made: Sequence[tuple[str, Table]]) -> str:
    table = config.table
    assert table is not None
    if table.kind == "scores":
        rows = list(rows_of(table, [one for one in finished if one.job.run.shown]))
        return long_csv(table.metrics, rows, published(table), table.reference)
    return "\n".join(as_csv(one) for _, one in made)


def _run(one: Standing) -> dict[str, Any]:
    """A line of runs.json."""
    info = one.info
    return {
        "label": one.job.run.label,
        "row": one.job.row if one.job.run.shown else None,
        "status": one.status,
        "told": from_here(one.told) or None,
        "command": from_here(shlex.join(["wfllm", one.job.command, *one.overrides])),
        "folder": from_here(str(one.folder)) if one.folder else None,
        "id": one.id or None,
        "commit": info.get("commit"),
        "dirty": info.get("dirty"),
        "data": one.data or None,
        "seed": one.job.seed,
        "minutes": _minutes(info),
    }


def from_here(text: str) -> str:
    """The text with paths below this folder written as from it, so that it says the same elsewhere."""
    return text.replace(f"{Path.cwd()}{os.sep}", "")


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def _minutes(info: Mapping[str, Any]) -> float | None:
    """Of a build as it was noted, of a run from start to end."""
    minutes = info["minutes"] if "minutes" in info else minutes_of(info)
    return None if minutes is None else round(float(minutes), 2)
