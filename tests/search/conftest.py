"""Searches whose runs are real folders written by a stand-in for the training, in no time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from wfllm.config.compose import Composed
from wfllm.errors import WfllmError
from wfllm.search import trial as trials
from wfllm.search.check import read_search
from wfllm.search.study import OpenStudy, open_study
from wfllm.search.worker import work
from wfllm.tracking import environment
from wfllm.tracking.run_folder import RunFolder, open_run
from wfllm.tracking.watch import Watch

Open = Callable[..., OpenStudy]
BASE = ["sweep=optuna", "model=tiny", "logger=none"]
VALIDATIONS = 4


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """`opened(*overrides)` gives the study of a search below a scratch folder."""

    def open_it(*overrides: str) -> OpenStudy:
        return open_study(read_search([*BASE, f"output={tmp_path}", *overrides]))

    return open_it


class Runs:
    """Stands in for the training: a loss of 0 at seed 3, the worse the further away; counts what it does."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.validations = 0
        self.fault: Callable[[int], BaseException | None] = lambda seed: None

    def __call__(self, composed: Composed, watch: Watch) -> RunFolder:
        seed = composed.plain["seed"]
        folder = open_run(
            "train", "x", composed.plain, composed.overrides, "data", Path(composed.plain["output"])
        )
        watch.opened(folder)
        if folder.finished:
            return folder
        self.begun.append(seed)
        loss = 0.0
        with folder.kept():
            for number in range(1, VALIDATIONS + 1):
                if error := self.fault(seed):
                    raise error
                loss = abs(seed - 3) + 1 / number
                row = {"step": number, "val/loss": loss, "val/score": -loss}
                with (folder.path / "metrics.jsonl").open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")
                self.validations += 1
                watch.validated()
            folder.finish(losses={"val": loss, "train": loss})
        return folder


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    stand_in = Runs()
    monkeypatch.setattr(trials, "train", stand_in)
    monkeypatch.setattr(environment, "_git", lambda *args: "")  # costs more than the rest of a run
    return stand_in


def finish(study: OpenStudy, most: int | None = None) -> list[dict[str, object]]:
    """Work until nothing is left, or on `most` trials; the values of every trial."""
    if most is None:
        work(study, 0, None)
    for _ in range(most or 0):
        trial = study.claim()
        assert trial is not None
        trials.run_trial(study, trial, 0)
    return [t.params for t in study.trials]


def nan(seed: int) -> BaseException | None:
    return WfllmError("the loss became nan", where="training") if seed == 1 else None
