"""What `wfllm compare` puts side by side: runs, or all seeds of a config, and which of their results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from wfllm.errors import WfllmError, suggestion
from wfllm.evaluation.metrics import TEVAL, headings, plugin_metrics
from wfllm.report.paper import paper_rows
from wfllm.report.results import Value
from wfllm.report.run_difference import FINAL
from wfllm.report.run_samples import values_of
from wfllm.tracking.compare import Row
from wfllm.tracking.config_difference import shown
from wfllm.tracking.seeds import SEED, groups, means

LOSSES = ("train/loss", "val/loss")
PLAIN = {"minutes": 1, "tokens/s": 0}
"""Results that are neither losses nor shares, and the digits they are printed with."""
USUAL = ("codebleu", "parses", "known_apis", "passes", "teval_f1", "teval_mended_f1")
"""Metrics of a table where none are named; `csv=` has all."""
WITH_INTERVALS = 200
"""Rows up to which intervals are read unless they are asked for."""


@dataclass(frozen=True)
class Entry:
    """One row of a comparison: a run, or runs that differ in their seed alone."""

    name: str
    status: str
    config: dict[str, Any]
    values: dict[str, Value]
    """Results by name, scores as shares of 1."""
    rows: tuple[Row, ...]

    @property
    def command(self) -> str:
        return self.rows[0].command


def entries(rows: Sequence[Row], *, names: Sequence[str] = (), seeds: bool = False) -> list[Entry]:
    """An entry for each run, or for all seeds of each config.

    Args:
        names: results whose intervals are read.
        seeds: runs that differ in their seed alone become one.
    """
    if seeds:
        return list(_of_seeds(rows))
    return [Entry(row.name, row.status, row.config, values_of(row, names), (row,)) for row in rows]


def _of_seeds(rows: Sequence[Row]) -> Iterable[Entry]:
    for group in groups(rows):
        found = {name: Value(m.mean, deviation=m.deviation, n=m.n) for name, m in means(group).items()}
        first = group.rows[-1]
        left_out = f", {group.left_out} not counted" if group.left_out else ""
        config = {SEED: ", ".join(map(shown, group.seeds)), **group.config} if group.config else {}
        yield Entry(first.name, f"{first.status}{left_out}", config, found, group.rows)


def result_names(rows: Sequence[Row], columns: Sequence[str] | None, paper: str | None) -> list[str]:
    """Names of the results that a table shows, in order.

    Args:
        columns: as `columns=` names them: `codebleu` for every set, `after-id/codebleu`, `minutes`; None
            takes the usual ones.
        paper: a table of the paper; its metrics alone are shown then, of what runs came to in the end, as
            its released code scores them where a run has that.

    Raises:
        WfllmError: there is no such metric.
    """
    found = list(dict.fromkeys(name for row in rows for name in row.results))
    found.sort(key=lambda name: name in PLAIN)
    if columns is not None:
        known = [*headings(), *TEVAL, *LOSSES, *PLAIN, *found]
        for metric in columns:
            if metric not in known:
                raise WfllmError(
                    f"no metric {metric[:60]!r}", where="columns", mend=suggestion(metric, known)
                )
        order = {metric: at for at, metric in reversed(list(enumerate(columns)))}
        chosen = [name for name in found if name in order or name.rpartition("/")[2] in order]
        return sorted(chosen, key=lambda n: (n.rpartition("/")[0], order.get(n, order.get(_metric(n), 0))))
    usual = {*USUAL, *plugin_metrics()}
    if paper:
        theirs = {metric for row in paper_rows(paper) for metric in row.values}
        theirs = {f"{m}_paper" if any(_metric(n) == f"{m}_paper" for n in found) else m for m in theirs}
        beside = [name for name in found if _metric(name) in theirs and name.partition("-")[0] in FINAL]
        if beside:
            return beside
    return [name for name in found if name in LOSSES or name in PLAIN or _metric(name) in usual]


def _metric(name: str) -> str:
    return name.rpartition("/")[2]
