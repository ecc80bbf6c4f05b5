"""A run's report written into its folder: the page, the tables as CSV, the breakdowns beside the scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wfllm.bench.describe.table import as_csv
from wfllm.evaluation.breakdown import Part, breakdown, write_breakdown
from wfllm.files import write_text
from wfllm.report.page import MAX_BYTES, Page, report_page
from wfllm.report.scored import read_scored
from wfllm.report.tables import beside_paper, made_up, summary
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.tracking.run_folder import RunFolder

NAME = "report.html"


@dataclass(frozen=True)
class Written:
    """What was written."""

    path: Path
    tables: Path
    page: Page
    bytes: int


def write_report(
    run: RunFolder, path: Path | None = None, *, max_charts: int, max_bytes: int = MAX_BYTES
) -> Written:
    """Read a run's folder and write its report; the same files give the same bytes.

    Args:
        path: of the page; `report.html` in the run's folder by default. The tables go beside it, as CSV.
        max_charts: samples whose flow charts are drawn.
        max_bytes: of all samples in the page together.

    Raises:
        WfllmError: the folder holds no run, or nothing that is scored.
        OSError: it cannot be written.
    """
    info = run.info
    scored = read_scored(run)
    catalogue = load_catalogue()
    parts: dict[tuple[str, str], Sequence[Part]] = {}
    for item in scored:
        made = parts[item.when, item.split] = breakdown(item.predictions, item.scores, catalogue)
        write_breakdown(run.path / "predictions" / f"{item.when}-{item.split}.by.csv", made)
    path = path or run.path / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    title = f"{info['experiment']}/{run.path.name}"
    page = report_page(
        title, _facts(info, run.config), scored, max_charts=max_charts, max_bytes=max_bytes, parts=parts
    )
    write_text(path, page.html, sync=False)
    tables = [beside_paper(scored)]
    for split in dict.fromkeys(item.split for item in scored):
        of_split = [item for item in scored if item.split == split]
        tables.append(summary(split, of_split, {i.when: parts[i.when, split] for i in of_split}))
        invented = made_up(split, of_split)
        tables += [invented] if invented is not None else []
    beside = path.with_suffix(".csv")
    write_text(beside, as_csv(tables), sync=False)
    return Written(path, beside, page, path.stat().st_size)


def _facts(info: Mapping[str, Any], config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the head of the page says of a run."""
    found = [("command", f"wfllm {info['command']}")]
    for group in ("model", "strategy", "data", "decoding"):
        part = config.get(group)
        if isinstance(part, dict) and isinstance(part.get("name"), str):
            found.append((group, part["name"]))
    if isinstance(config.get("checkpoint"), str):
        found.append(("checkpoint", config["checkpoint"]))
    found += [("seed", str(info.get("seed"))), ("started", info["started"][:16].replace("T", " "))]
    commit = info.get("commit")
    if isinstance(commit, str):
        found.append(("code", commit[:9] + (" and changes" if info.get("dirty") else "")))
    return found
