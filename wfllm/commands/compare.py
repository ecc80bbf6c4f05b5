"""`wfllm compare`: runs side by side, one table a command; two runs, or each and a baseline, subtracted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from rich.console import Console

from wfllm.commands.report import argument
from wfllm.config.compose import Composed
from wfllm.config.schema import CompareCommand, WandbLogger
from wfllm.errors import WfllmError, one_line
from wfllm.files import write_text
from wfllm.report.against import against, named
from wfllm.report.comparison import WITH_INTERVALS, Entry, entries, result_names
from wfllm.report.comparison_tables import table
from wfllm.report.paper import paper_rows
from wfllm.report.results import Table
from wfllm.report.writers import as_csv, as_latex, as_markdown, as_rich
from wfllm.tracking.compare import Row, chosen, rows_of
from wfllm.tracking.conditions import check_keys, read_conditions
from wfllm.tracking.config_difference import told
from wfllm.tracking.run_folder import find_runs
from wfllm.tracking.wandb_rows import SCHEME, wandb_rows

MARKS = ("command", "group", "tag", "study")
WRITERS = {"markdown": as_markdown, "csv": as_csv, "latex": as_latex}


@dataclass(frozen=True)
class Comparison:
    """What is printed and written."""

    rows: list[Row]
    entries: list[Entry]
    names: list[str]
    """Results that are shown."""
    differing: list[str]
    """How the configs of exactly two runs differ, in lines; it comes first."""
    by_command: dict[str, Table]
    against: Table | None
    notes: list[str]

    @property
    def tables(self) -> list[Table]:
        return [*self.by_command.values(), *([self.against] if self.against else [])]


def run(composed: Composed) -> int:
    """Print how two configs differ, then one row a run, then runs against each other."""
    config = cast(CompareCommand, composed.config)
    if config.paper:
        paper_rows(config.paper)  # a wrong name is told before thousands of runs are read
    made = _compared(config, _gathered(config))
    written = [*_write(config, made), *_keep(config, made)]  # before a closed pipe ends the printing
    if config.format == "table":
        _print(made)
    else:
        print(_text(config.format, made.tables), end="")
    say = Console(markup=False, highlight=False, soft_wrap=True, emoji=False, stderr=config.format != "table")
    for line in written:
        say.print(line)
    trained = [row for row in made.rows if row.command == "train" and row.status == "finished"]
    if trained and trained[-1].path.is_dir():
        say.print(f'Next: wfllm generate query="…" {argument("checkpoint", trained[-1].path)}')
    return 0


def _gathered(config: CompareCommand) -> list[Row]:
    """The runs that are meant, oldest first."""
    conditions = read_conditions(config.where) if config.where is not None else []
    places = [config.runs] if isinstance(config.runs, str) else config.runs
    found = [
        row
        for place in places
        for row in (wandb_rows(place) if place.startswith(SCHEME) else rows_of(find_runs(place)))
    ]
    every = list({row.path: row for row in found}.values())
    where = ", ".join(places)
    if not every:
        raise WfllmError("no run in there", where=where, mend="Make one: wfllm train experiment=starter")
    check_keys(conditions, (key for row in every for key in row.values))
    wanted = {key: getattr(config, key) for key in MARKS}
    rows = chosen(every, wanted, conditions)
    if not rows:
        asked = [f"{key}={value}" for key, value in wanted.items() if value is not None]
        asked += [config.where] if config.where else []
        mend = "Leave it out to see all."
        raise WfllmError(f"none of {len(every)} runs has {' '.join(asked)}", where=where, mend=mend)
    return rows


def _compared(config: CompareCommand, rows: list[Row]) -> Comparison:
    names = result_names(rows, config.columns, config.paper)
    intervals = config.intervals if config.intervals is not None else len(rows) <= WITH_INTERVALS
    made = entries(rows, names=names if intervals else (), seeds=config.seeds)
    readable = [entry for entry in made if entry.config]
    # A training and its evaluation are two runs, but differ in everything.
    pair = len(readable) == 2 and readable[0].command == readable[1].command
    two = [entry.rows[-1] for entry in readable] if pair else []
    differing = list(told(two[0], two[1], ("seed",) if config.seeds else ())) if two else []
    by_command = {}
    for command in dict.fromkeys(entry.command for entry in made):
        of = [entry for entry in made if entry.command == command]
        title = f"wfllm {command}: {len(of)} {'configs' if config.seeds else 'runs'}, scores in percent"
        by_command[command] = table(title, of, names, paper=config.paper)
    base = named(config.baseline, readable) if config.baseline is not None else readable[0] if two else None
    gaps, notes = against(base, readable, names) if base is not None else (None, [])
    if config.columns is not None and not names:
        notes.append(f"No run has {', '.join(config.columns)}.")
    if not intervals and config.intervals is None:
        notes.append(f"More than {WITH_INTERVALS} runs: intervals=true reads their intervals, too.")
    return Comparison(rows, made, names, differing, by_command, gaps, notes)


def _print(made: Comparison) -> None:
    console = Console()
    # Where there is no terminal to fit into, a table as wide as it needs to be is easier to read.
    wide = console if console.is_terminal else Console(width=500)
    say = Console(markup=False, highlight=False, soft_wrap=True, emoji=False)
    for line in made.differing:
        say.print(line)
    for one in made.tables:
        wide.print(as_rich(one))
        if one.note:
            say.print(one.note)
    for note in made.notes:
        say.print(note, style="yellow")
    for row in made.rows:
        if row.error:
            say.print(f"{one_line(row.name)}: {one_line(row.error)}", style="red")


def _text(form: str, tables: Sequence[Table]) -> str:
    return "\n".join(WRITERS[form](one) for one in tables)


def _write(config: CompareCommand, made: Comparison) -> list[str]:
    """Write the files that are asked for; a line of each."""
    lines = []
    for form, target in (("markdown", config.markdown), ("latex", config.latex)):
        if target:
            lines.append(f"Written to {_put(target, _text(form, made.tables))}")
    if config.csv:
        every = list(dict.fromkeys(name for entry in made.entries for name in entry.values))
        path = _put(config.csv, as_csv(table("", made.entries, every, raw=True)))
        lines.append(f"Written to {path}: every config key and result")
    if not (config.html or config.plots):
        return lines
    from wfllm.report.comparison_page import comparison_page
    from wfllm.report.comparison_plots import drawings
    from wfllm.report.figures import write_figure

    drawn = drawings(made.entries, made.by_command, made.names)
    if config.plots:
        folder = Path(config.plots).expanduser()
        lines += [f"Drawn: {file}" for name, d in drawn.items() for file in write_figure(d, folder / name)]
    if config.html:
        page = Path(config.html).expanduser()
        of = [[e for e in made.entries if e.command == command] for command in made.by_command]
        tables = [*zip(made.by_command.values(), of, strict=True)]
        tables += [(made.against, [])] if made.against else []
        errors = [f"{row.name}: {row.error}" for row in made.rows if row.error]
        text = comparison_page(made.differing, tables, [*made.notes, *errors], drawn, page)
        lines.append(f"Written to {_put(config.html, text)}")
    return lines


def _keep(config: CompareCommand, made: Comparison) -> list[str]:
    """Log the comparison where a logger is asked for, with its page and pictures; a line of where it is."""
    if not isinstance(config.logger, WandbLogger):
        return []
    from wfllm.tracking.wandb_compare import comparison_id, keep_comparison

    folder = Path("outputs") / "compare" / comparison_id(made.rows)
    page, pictures = folder / "comparison.html", folder / "pictures"
    files = {"html": str(page), "plots": str(pictures), **dict.fromkeys(("markdown", "latex", "csv"))}
    _write(config.model_copy(update=files), made)
    keep_comparison(config.logger, made.rows, sorted(pictures.glob("*.png")), page, folder)
    return [f"Logged to W&B ({config.logger.mode}): {folder}"]


def _put(target: str, text: str) -> Path:
    path = Path(target).expanduser()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, text, sync=False)
    return path
