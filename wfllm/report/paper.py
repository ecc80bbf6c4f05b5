"""What the paper reports (arXiv 2411.05451), by table: the numbers that stand beside ours.

A table is `experiments/<table>/paper.csv` with a row for each model and set: `model`, `split`, and a column
for each metric, named as ours are, in percent. An empty cell is what the paper does not say. The files lie in
the package (installed) or beside it (checkout), as `conf/` does.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from wfllm.errors import WfllmError, suggestion

_PACKAGE = Path(__file__).resolve().parents[1]
TABLES = {
    path.parent.name: path
    for folder in (_PACKAGE.parent / "experiments", _PACKAGE / "experiments")
    for path in sorted(folder.glob("*/paper.csv"))
}
"""Name of a table → its file."""


@dataclass(frozen=True)
class PaperRow:
    """One line of a table: a model on one set."""

    model: str
    split: str
    values: dict[str, float]
    """Metric → percent; what the paper does not say is left out."""


@cache
def paper_rows(table: str) -> tuple[PaperRow, ...]:
    """The rows of one table, in its order.

    Raises:
        WfllmError: there is no such table.
    """
    if table not in TABLES:
        mend = suggestion(table, TABLES, everything="Tables")
        raise WfllmError(f"no table {table[:60]!r} of the paper is here", where="paper", mend=mend)
    rows = csv.DictReader(TABLES[table].read_text(encoding="utf-8").splitlines())
    return tuple(
        PaperRow(
            row["model"],
            row["split"],
            {key: float(cell) for key, cell in row.items() if key not in ("model", "split") and cell},
        )
        for row in rows
    )
