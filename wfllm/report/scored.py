"""What a run folder holds of scored answers: predictions, their scores, a judge's verdicts.

Only files are read: `predictions/<when>-<split>.jsonl`, and beside it `.csv`, `.verdicts.jsonl` and
`.findings.jsonl`. A line that cannot be read costs itself alone.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wfllm.errors import WfllmError
from wfllm.evaluation.predictions import Prediction, read_predictions
from wfllm.tracking.run_folder import RunFolder

WHENS = ("before", "after", "scores")
"""Before and after training; `scores` are those of `wfllm evaluate`."""
SPLITS = ("id", "ood", "dev")
_TEXTS = ("id", "query", "answer", "reference")


@dataclass(frozen=True)
class Verdict:
    """What a judge said about one answer."""

    passes: bool | None
    """None where it stays unjudged."""
    votes: tuple[tuple[bool, str], ...] = ()
    """Each vote and its reason."""
    fault: str = ""
    """Why it stays unjudged."""


@dataclass(frozen=True)
class Scored:
    """The answers to one split at one time, in the order of the file."""

    when: str
    split: str
    predictions: list[Prediction]
    scores: list[dict[str, float | None]]
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    """By id of the prediction; empty where no judge was asked."""
    made_up: dict[str, tuple[int, int]] = field(default_factory=dict)
    """See `read_made_up`."""

    @property
    def metrics(self) -> list[str]:
        """The metrics that say something, in the order of the file."""
        told = dict.fromkeys(name for row in self.scores for name in row)
        return [name for name in told if any(row.get(name) is not None for row in self.scores)]


def read_scored(run: RunFolder) -> list[Scored]:
    """Every scored split of a run, `before` first.

    Raises:
        WfllmError: there is none.
    """
    folder = run.path / "predictions"
    found = []
    for when in WHENS:
        for split in SPLITS:
            path = folder / f"{when}-{split}.jsonl"
            scores = read_scores(path.with_suffix(".csv"))
            predictions = [p for p in _predictions(path) if p.id in scores]
            if predictions:
                verdicts = read_verdicts(path.with_suffix(".verdicts.jsonl"))
                each = [scores[p.id] for p in predictions]
                made_up = read_made_up(path.with_suffix(".findings.jsonl"))
                found.append(Scored(when, split, predictions, each, verdicts, made_up))
    if not found:
        raise WfllmError(
            "holds no scored answers",
            where=run.path,
            mend="Score it: wfllm evaluate checkpoint=…, or train with evaluation.after=true.",
        )
    return found


def _predictions(path: Path) -> Iterator[Prediction]:
    """Those whose fields are what they should be."""
    try:
        read = read_predictions(path)
    except (OSError, TypeError) as fault:
        raise WfllmError(f"cannot be read ({fault})", where=path) from None
    for item in read.values():
        texts = all(isinstance(getattr(item, name), str) for name in _TEXTS)
        optional = all(isinstance(text, (str, type(None))) for text in (item.code, item.category))
        apis = isinstance(item.apis, list) and all(isinstance(api, str) for api in item.apis)
        if texts and optional and apis:
            yield item


def read_scores(path: Path) -> dict[str, dict[str, float | None]]:
    """Scores by id; None where a metric says nothing, or the cell is no number. Empty without the file."""
    if not path.is_file():
        return {}
    try:
        text = path.read_bytes().decode("utf-8", "replace")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    except (OSError, csv.Error) as fault:
        raise WfllmError(f"cannot be read ({fault})", where=path) from None
    return {
        str(row["id"]): {k: _number(v) for k, v in row.items() if isinstance(k, str) and k != "id"}
        for row in rows
        if row.get("id")
    }


def _number(cell: object) -> float | None:
    try:
        value = float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def read_verdicts(path: Path) -> dict[str, Verdict]:
    """Verdicts by id; empty where the file is not there."""
    found: dict[str, Verdict] = {}
    for item in _json_lines(path):
        passes = item.get("passes")
        if isinstance(passes, bool) or (passes is None and "fault" in item):
            found[item["id"]] = Verdict(passes, tuple(_votes(item)), str(item.get("fault") or ""))
    return found


def _votes(item: Mapping[str, Any]) -> Iterator[tuple[bool, str]]:
    votes = item.get("votes")
    for vote in votes if isinstance(votes, list) else ():
        if isinstance(vote, dict) and isinstance(vote.get("passes"), bool):
            yield vote["passes"], str(vote.get("reason", ""))


def read_made_up(path: Path) -> dict[str, tuple[int, int]]:
    """Functions and parameters that no catalogue knows → how many answers call them, and of which kind.

    From the file that scoring leaves beside the scores; empty where it is not there.

    Returns:
        name → number of answers, and 0 for a function, 1 for a parameter.
    """
    found: dict[str, tuple[int, int]] = {}
    for item in _json_lines(path):
        for kind, key in enumerate(("unknown_apis", "unknown_parameters")):
            names = item.get(key)
            for name in {n for n in names if isinstance(n, str)} if isinstance(names, list) else ():
                found[name] = (found.get(name, (0, kind))[0] + 1, kind)
    return found


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects with an id in a file of JSON lines."""
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            yield item
