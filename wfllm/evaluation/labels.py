"""Verdicts of people from a file: JSON lines or CSV with `id` and `passes`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wfllm.errors import WfllmError, one_line

YES = {"true", "1", "1.0", "yes", "y", "pass", "passes"}
NO = {"false", "0", "0.0", "no", "n", "fail", "fails"}
LARGEST = 100_000_000
"""Bytes of a file of labels; more is something else."""
_MEND = "Write JSON lines or CSV with the keys id and passes (true or false)."


def read_labels(path: str) -> tuple[dict[str, bool], list[WfllmError]]:
    """Labels by id, and what is wrong with lines that are left out.

    A line without a verdict (`passes` empty or null) is left out silently: nobody has looked at it yet. Other
    keys are of no interest, so `predictions/….verdicts.jsonl` of another judge can be read, too.

    Raises:
        WfllmError: there is no such file, it cannot be read, or no line of it is a label.
    """
    file = Path(path).expanduser()
    where = f"judge.labels={path}"
    try:
        if file.stat().st_size > LARGEST:
            raise WfllmError(f"{file.stat().st_size:,} bytes are no file of labels", where=where)
        text = file.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise WfllmError(f"cannot be read ({error.strerror})", where=where, mend=_MEND) from None
    as_json = text.lstrip().startswith("{")
    labels: dict[str, bool] = {}
    faults: list[WfllmError] = []
    for number, row in _json_rows(text) if as_json else _csv_rows(text):
        fault = _take(row, labels)
        if fault:
            faults.append(WfllmError(fault, where=f"{path}:{number}"))
    if not labels:
        cause = f"no line of it is a label ({faults[0].line()})" if faults else "no line of it is a label"
        raise WfllmError(cause, where=where, mend=_MEND)
    return labels, faults


def _take(row: Any, labels: dict[str, bool]) -> str:
    """Keep one label; what is wrong with it otherwise."""
    if not isinstance(row, dict) or "id" not in row or "passes" not in row:
        return "has no id or no passes"
    name, said = row["id"], row["passes"]
    if isinstance(name, bool) or not isinstance(name, str | int) or name == "":
        return "its id is no text"
    word = str(said).strip().lower()
    if said is None or word == "":
        return ""
    if word not in YES | NO:
        return f"passes is {one_line(word)[:40]!r}, not true or false"
    if labels.setdefault(str(name), word in YES) != (word in YES):
        return f"{one_line(str(name))[:80]} has another verdict before"
    return ""


def _json_rows(text: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                yield number, None


def _csv_rows(text: str) -> Iterator[tuple[int, Any]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error:  # a field of megabytes, a NUL
        yield reader.line_num, None
