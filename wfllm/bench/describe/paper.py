"""The figures that the paper gives of its dataset (arXiv 2411.05451, table 1)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("paper_table1.csv")
PARTS = ("seed", "train", "test", "synthetic")


@cache
def paper_table() -> dict[str, dict[str, float | int | None]]:
    """Statistic → part → figure; None where the paper has none."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["statistic"]: {part: _number(row[part]) for part in PARTS} for row in csv.DictReader(file)
        }


def _number(text: str) -> float | int | None:
    if not text:
        return None
    return float(text) if "." in text else int(text)
