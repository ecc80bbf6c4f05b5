"""What became of the shortcuts that `wfllm transcribe` read: the report, and what it prints of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from wfllm.errors import one_line
from wfllm.shortcuts.sidecar_report import UNFIT

_SHOWN = 12


@dataclass
class FileReport:
    """What became of one shortcut."""

    file: str
    """Path of the input; for a member of a zip `zip:member`."""
    name: str
    """Output name: `<name>.py`."""
    status: str
    """`done` or `refused`."""
    reason: str = ""
    action: int | None = None
    """Index of the action a refusal is about."""
    actions: int = 0
    lines: int = 0
    raw: dict[str, int] = field(default_factory=dict)
    """Kind → number of `raw(…)` in the code."""
    notes: list[str] = field(default_factory=list)
    """What was recovered."""
    ifs: int = 0
    loops: int = 0
    depth: int = 0
    code_bytes: int = 0
    sidecar_bytes: int = 0
    hints: dict[str, int] = field(default_factory=dict)
    """Category → number of hints in the sidecar; `unfit` would be values that the code does not have."""


@dataclass
class Report:
    """What became of all files."""

    files: list[FileReport]
    resumed: int = 0
    """Of them, found done already."""
    input_bytes: int = 0
    """Size of the input's files."""

    @property
    def failed(self) -> int:
        """Number of refused shortcuts."""
        return sum(f.status == "refused" for f in self.files)

    def as_json(self) -> dict[str, Any]:
        done = [f for f in self.files if f.status == "done"]
        return {
            "done": len(done),
            "refused": self.failed,
            "actions": sum(f.actions for f in done),
            "lines": sum(f.lines for f in done),
            "raw": sum(sum(f.raw.values()) for f in done),
            "code_bytes": sum(f.code_bytes for f in done),
            "sidecar_bytes": sum(f.sidecar_bytes for f in done),
            "input_bytes": self.input_bytes,
            "hints": dict(sum((Counter(f.hints) for f in done), Counter[str]()).most_common()),
            "files": [asdict(f) for f in self.files],
        }


def print_report(report: Report, totals: Mapping[str, Any], output: Path) -> None:
    """A table of the totals (those of `as_json`), the first refusals, and the next command."""
    console = Console()
    table = Table("shortcuts", "done", "refused", "actions", "lines", "raw", title=f"{output}")
    cells = (len(report.files), totals["done"], totals["refused"], totals["actions"], totals["lines"])
    table.add_row(*(f"{n:,}" for n in (*cells, totals["raw"])))
    console.print(table)
    if totals["code_bytes"]:
        hints, unfit = sum(totals["hints"].values()), totals["hints"].get(UNFIT, 0) or "none"
        console.print(
            f"sidecars: {totals['sidecar_bytes']:,} bytes beside {totals['code_bytes']:,} of code and "
            f"{totals['input_bytes']:,} of shortcuts; {unfit} of {hints:,} hints hold what the code lacks",
            highlight=False,
            soft_wrap=True,
        )
    refused = [f for f in report.files if f.status == "refused"]
    for file in refused[:_SHOWN]:
        line = one_line(f"{file.file}: {file.reason}")
        console.print(line, style="red", highlight=False, markup=False, soft_wrap=True)
    if len(refused) > _SHOWN:
        console.print(
            f"… and {len(refused) - _SHOWN} more in {output / 'report.json'}", highlight=False, soft_wrap=True
        )
    if report.resumed:
        console.print(f"{report.resumed} were there already", highlight=False, soft_wrap=True)
    console.print(f"Next: wfllm check input={output}", highlight=False, markup=False, soft_wrap=True)
