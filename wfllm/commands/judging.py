"""`judge=…` in an evaluation: verdicts beside the predictions, and how far the pass rate can be trusted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from wfllm.config import schema as s
from wfllm.errors import WfllmError
from wfllm.evaluation.agreement import agreement
from wfllm.evaluation.judge.judging import judge, open_judge
from wfllm.evaluation.judge.verdict import SUFFIX, Verdict, write_verdicts
from wfllm.evaluation.labels import read_labels
from wfllm.evaluation.metrics import Scores
from wfllm.evaluation.predictions import Prediction
from wfllm.shortcuts.catalogue.load import Catalogue

_SHOWN = 5
_ROWS = {
    "rate": "pass rate",
    "corrected": "· without the judge's errors",
    "agreement": "agreement with people",
    "kappa": "· Cohen's kappa",
    "sensitivity": "· of what passes for people, passes",
    "specificity": "· of what fails for people, fails",
}


class Judging:
    """The judge of one evaluation, and what people say.

    Raises:
        WfllmError: the judge cannot be opened (no key), or the labels cannot be read: before anything is
            generated.
    """

    def __init__(self, config: s.AskedJudge, console: Console) -> None:
        self.config = config
        self.results: dict[str, dict[str, Any]] = {}
        """Split → pass rate and agreement with their intervals."""
        self._waiting: list[Verdict] = []
        self._judged = 0
        open_judge(config).close()
        self.labels: dict[str, bool] = {}
        if config.labels is not None:
            self.labels, faults = read_labels(config.labels)
            for fault in faults[:_SHOWN]:
                _say(console, f"left out: {fault.line()}")
            if len(faults) > _SHOWN:
                _say(console, f"left out: {len(faults) - _SHOWN} more labels")

    def add(
        self,
        split: str,
        predictions: Sequence[Prediction],
        catalogue: Catalogue,
        path: Path,
        scores: Sequence[Scores],
    ) -> None:
        """Judge the predictions of a file: verdicts go beside it, the metrics of the judge into `scores`."""
        verdicts = judge(f"Judging {split}", predictions, catalogue, self.config)
        write_verdicts(path.with_suffix(SUFFIX), verdicts)
        for row, verdict in zip(scores, verdicts, strict=True):
            row.update(verdict.scores())
        told = {v.id: v.passes for v in verdicts if v.passes is not None}
        found = agreement(told, self.labels)
        unjudged = [v for v in verdicts if v.passes is None]
        self.results[split] = {
            **found.as_json(),
            "unjudged": len(unjudged),
            "not_asked": sum(not v.asked for v in verdicts),
            "labels": len(self.labels) if self.config.labels is not None else None,
        }
        self._waiting += [v for v in unjudged if v.waits]
        self._judged += len(verdicts)

    @property
    def waiting(self) -> WfllmError | None:
        """What to say where a verdict may still come: the run is not finished then."""
        if not self._waiting:
            return None
        cause = f"{len(self._waiting)} of {self._judged} predictions wait for it ({self._waiting[0].fault})"
        mend = "The same command asks for these verdicts alone; what is generated and judged is kept."
        return WfllmError(cause, where="judge", mend=mend)


def with_labels(data: str, config: s.Judge) -> str:
    """The fingerprint of the records with what people say of them, which may change in its file.

    Raises:
        WfllmError: the labels cannot be read.
    """
    if not isinstance(config, s.AskedJudge) or config.labels is None:
        return data
    labels, _ = read_labels(config.labels)
    return hashlib.sha256(json.dumps([data, sorted(labels.items())]).encode()).hexdigest()


def judging(config: s.Judge, console: Console) -> Judging | None:
    """The judge of a config; None where nobody judges."""
    return Judging(config, console) if isinstance(config, s.AskedJudge) else None


def print_judged(console: Console, results: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Print what run.json keeps of the judge, a table for each split."""
    for split, found in results.items():
        table = Table(title=f"{names.get(split, split)}: {found['judged']} judged, percent")
        table.add_column("judge")
        table.add_column("value", justify="right")
        table.add_column("95 % interval", justify="right")
        for key, heading in _ROWS.items():
            if found[key]["value"] is not None:
                table.add_row(heading, *_cells(found[key], 1 if key == "kappa" else 100))
        console.print(table)
        if found["unjudged"]:
            _say(console, f"{found['unjudged']} unjudged, and in no pass rate")
        if found["labels"] is not None:
            told = f"People's verdicts on {found['labelled']} of these, {found['labels']} in the file."
            console.print(told, highlight=False)


def _cells(figure: Mapping[str, Any], scale: int) -> tuple[str, str]:
    def told(value: float | None) -> str:
        return "–" if value is None else f"{scale * value:.{1 if scale == 100 else 2}f}"

    return told(figure["value"]), f"{told(figure['low'])} to {told(figure['high'])}"


def _say(console: Console, text: str) -> None:
    console.print(text, style="yellow", highlight=False, markup=False)
