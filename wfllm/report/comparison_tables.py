"""Runs side by side as tables: keys in which they differ, losses and scores; one against another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wfllm.evaluation.metrics import less_is_better
from wfllm.report.comparison import LOSSES, PLAIN, Entry
from wfllm.report.paper import paper_rows
from wfllm.report.results import Cell, Column, Table, Value
from wfllm.report.run_difference import FINAL, SetDifference
from wfllm.tracking.config_difference import shown
from wfllm.tracking.seeds import SEED


def table(
    title: str,
    shown_entries: Sequence[Entry],
    names: Sequence[str],
    *,
    paper: str | None = None,
    raw: bool = False,
) -> Table:
    """One row an entry: name, status, the config keys in which they differ, the results.

    Args:
        names: results that are shown, where any entry has them.
        paper: a table of the paper whose rows stand below.
        raw: for other programs: every config key, shares in place of percent.
    """
    told = [name for name in names if any(name in entry.values for entry in shown_entries)]
    keys = _keys(shown_entries, everything=raw)
    columns = [Column("run", text=True), Column("status", text=True), *(Column(k, text=True) for k in keys)]
    columns += [_raw(name) if raw else _column(name) for name in told]
    if raw:
        columns.insert(1, Column("command", text=True))
    rows: list[list[Cell]] = []
    for entry in shown_entries:
        row: list[Cell] = [str(entry.rows[-1].path), entry.command] if raw else [entry.name]
        row += [entry.status, *(_config(entry, key, raw) for key in keys)]
        row += [_value(entry, name, 1.0 if raw else _scale(name)) for name in told]
        rows.append(row)
    beside = [] if paper is None else _paper(paper, told, len(columns))
    note = _NOTE if beside else ""
    return Table(columns, [*rows, *beside], title, note, len(beside))


_NOTE = "The paper's rows (arXiv 2411.05451): its own test sets, larger models, more data."


def _keys(shown_entries: Sequence[Entry], *, everything: bool) -> list[str]:
    readable = [entry.config for entry in shown_entries if entry.config]
    keys = dict.fromkeys(key for config in readable for key in config)
    if everything:
        return list(keys)
    different = [k for k in keys if len({repr(c[k]) for c in readable if k in c}) > 1]
    grouped = any(len(entry.rows) > 1 for entry in shown_entries)
    different += [SEED] if grouped and SEED not in different else []
    return sorted(different, key=lambda k: not k.endswith(".name"))


def _config(entry: Entry, key: str, raw: bool) -> str:
    if key not in entry.config:
        return ""
    value = entry.config[key]
    return str(value) if raw and value is not None else shown(value) if value is not None else ""


def _scale(name: str) -> float:
    return 1.0 if name in LOSSES or name in PLAIN else 100.0


def _column(name: str) -> Column:
    if name in PLAIN:
        return Column(name, digits=PLAIN[name])
    group, _, metric = name.rpartition("/")
    if name in LOSSES:
        return Column(metric, group, digits=4, better="less")
    return Column(metric, group, better="less" if metric in less_is_better() else "more")


def _raw(name: str) -> Column:
    return Column(name, digits=6)


def _value(entry: Entry, name: str, scale: float) -> Value | None:
    value = entry.values.get(name)
    return None if value is None else scaled(value, scale)


def scaled(value: Value, scale: float) -> Value:
    """The same in another unit; n stays what it is."""
    low, high, deviation = (
        None if v is None else scale * v for v in (value.low, value.high, value.deviation)
    )
    return replace(value, value=scale * value.value, low=low, high=high, deviation=deviation)


def _paper(name: str, told: Sequence[str], width: int) -> list[list[Cell]]:
    """The paper's models: under each of our columns what the paper has of that set and metric, in percent."""
    rows = paper_rows(name)
    made: list[list[Cell]] = []
    for model in dict.fromkeys(row.model for row in rows):
        known = {row.split: row.values for row in rows if row.model == model}
        cells: list[Cell] = []
        for result in told:
            of, _, metric = result.rpartition("/")
            when, _, split = of.partition("-")
            value = known.get(split, {}).get(metric.removesuffix("_paper")) if when in FINAL else None
            cells.append(None if value is None else Value(value))
        if any(cell is not None for cell in cells):
            made.append([f"paper: {model}", *[""] * (width - len(told) - 1), *cells])
    return made


def difference_table(
    title: str, compared: Sequence[tuple[str, str, Sequence[SetDifference]]], metrics: Sequence[str]
) -> Table:
    """Each run against the baseline: points of percent, and how many samples both have.

    Args:
        compared: name of a run, what of its config differs, and by how much its scores do.
        metrics: in the order of the columns.
    """
    splits = list(dict.fromkeys(item.split for *_, items in compared for item in items))
    columns = [Column("run", text=True), Column("differs in", text=True)]
    places: list[tuple[str, str]] = []
    for split in splits:
        told = [m for m in metrics if any(m in i.metrics for *_, items in compared for i in items)]
        columns.append(Column("samples", split, text=True))
        places.append((split, ""))
        for metric in told:
            better = less_is_better()
            columns.append(Column(metric, split, signed=True, better="less" if metric in better else "more"))
            places.append((split, metric))
    rows = []
    for name, changes, items in compared:
        by_split = {item.split: item for item in items}
        rows.append([name, changes, *(_gap(by_split.get(split), metric) for split, metric in places)])
    return Table(columns, rows, title)


def _gap(item: SetDifference | None, metric: str) -> Cell:
    if item is None:
        return None
    if not metric:
        return str(item.shared) if item.same else f"{item.shared} of {item.left} and {item.right}"
    if metric not in item.metrics:
        return None
    found, count = item.metrics[metric]
    return scaled(Value(found.difference, found.low, found.high, n=count), 100)
