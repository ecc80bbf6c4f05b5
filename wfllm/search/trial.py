"""One trial: an ordinary run under the trial's values, watched, pruned, judged, written down."""

from __future__ import annotations

import gc
import math
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial, Trial, TrialState

from wfllm import lock
from wfllm.commands.train import train
from wfllm.config.compose import Composed, compose
from wfllm.config.problems import ConfigError
from wfllm.config.schema import WandbLogger
from wfllm.errors import WfllmError
from wfllm.search.space import COMMAND
from wfllm.search.study import STUCK, OpenStudy, direction
from wfllm.shortcuts.catalogue.load import in_use
from wfllm.tracking.metrics_file import read_metrics
from wfllm.tracking.run_folder import RunFolder, RunPruned
from wfllm.tracking.watch import Watch

METRICS = "metrics.jsonl"
PRUNED_BY = "val/loss"
POLL = 0.5
"""Seconds between looks at a trial of the same values that another worker runs."""


class Reporter(Watch):
    """Hands a run's validations to the study, and stops the run where the pruner says so."""

    shows_results = False  # the study has a table of its own

    def __init__(self, study: OpenStudy, trial: Trial) -> None:
        self.study, self.trial = study, trial
        self.folder: RunFolder | None = None

    def opened(self, folder: RunFolder) -> None:
        self.folder = folder
        self.trial.set_user_attr("run", str(folder.path))
        studies = folder.info.get("studies") or []
        if self.study.name not in studies:
            folder.update(studies=[*studies, self.study.name])
        if not folder.finished:
            lines = len(read_metrics(folder.path / METRICS))
            if self.study.stuck(self.trial, lines):
                lock.release(folder.path)
                raise WfllmError(f"{STUCK} workers ended at this place of the run", where=folder.path)

    def validated(self) -> None:
        self.report()
        if self.trial.should_prune():
            raise RunPruned(f"stopped by the study {self.study.name}: other trials do better at this point")

    def report(self) -> None:
        """Tell the study every validation of the run that it does not know yet."""
        assert self.folder is not None
        rows = read_metrics(self.folder.path / METRICS)
        known = self.study.optuna.trials[self.trial.number].intermediate_values
        sign = 1 if direction(self.study.search) == "minimize" else -1  # a lower loss is better, always
        for number, row in enumerate((r for r in rows if PRUNED_BY in r), start=1):
            if number not in known:
                self.trial.report(sign * float(row[PRUNED_BY]), number)


def run_trial(study: OpenStudy, trial: Trial, threads: int) -> None:
    """Run a trial to its end, or go on with it, and tell the study. What fails fails for itself alone.

    Args:
        threads: CPU threads of a new trial, 0 to leave the choice to the config; one that is gone on with
            keeps those it began with.
    """
    trial.set_user_attr("threads", threads := trial.user_attrs.get("threads", threads))
    twin = _ended_twin(study, trial, threads)
    if twin is not None:
        _repeat(study, trial, twin)
        return
    start = time.monotonic()
    spent = float(trial.user_attrs.get("seconds", 0.0))
    reporter = Reporter(study, trial)
    state, value = TrialState.FAIL, None
    try:
        value = _train(study, trial, threads, reporter)
        state = TrialState.COMPLETE if math.isfinite(value) else TrialState.FAIL
        if state == TrialState.FAIL:
            trial.set_user_attr("error", f"{study.search.sweep.metric} is {value}")
            value = None
    except RunPruned:
        state = TrialState.PRUNED
    except KeyboardInterrupt:
        study.leave(trial)
        raise
    except (Exception, SystemExit) as error:
        trial.set_user_attr("error", _line(error))
    finally:
        trial.set_user_attr("seconds", spent + time.monotonic() - start)
        _free()
    study.tell(trial, state, value)


def _train(study: OpenStudy, trial: Trial, threads: int, reporter: Reporter) -> float:
    composed = config_of(study, trial.params, threads)
    table = composed.plain.get("catalogue")
    with in_use(table) if table else nullcontext():
        folder = train(composed, reporter)
    assert folder is not None
    reporter.report()  # a run that was finished before has told nobody of this study
    return objective(folder, study.search.sweep.metric, best=study.search.config.trainer.best == "loss")


def config_of(study: OpenStudy, values: dict[str, Any], threads: int = 0) -> Composed:
    """The config of the run with these values."""
    search = study.search
    texts = [*search.fixed, *search.space.texts(values)]
    if threads:
        texts.append(f"trainer.threads={threads}")
    if isinstance(search.config.logger, WandbLogger) and search.config.logger.group is None:
        texts.append(f"logger.group={study.name}")
    return compose(COMMAND, texts)


def objective(folder: RunFolder, metric: str, *, best: bool = False) -> float:
    """What a finished run is judged by.

    Args:
        best: it has saved the weights of its lowest validation loss, so that is what counts.

    Raises:
        WfllmError: it has no such figure.
    """
    results = folder.info.get("results") or {}
    where, _, name = metric.rpartition("/")
    found: object = None
    if best and metric == PRUNED_BY:
        found = min(
            (float(r[metric]) for r in read_metrics(folder.path / METRICS) if metric in r), default=None
        )
    elif where in ("val", "train"):
        found = (results.get("losses") or {}).get(where) if name == "loss" else None
        if found is None:
            rows = [r[metric] for r in read_metrics(folder.path / METRICS) if metric in r]
            found = rows[-1] if rows else None
    else:
        when, _, split = where.partition("-")
        found = ((results.get(when) or {}).get(split) or {}).get(name)
    if not isinstance(found, (int, float)):
        validated = "A validation has to come: dev records, and no trainer.max_steps that ends before it."
        mend = validated if metric == PRUNED_BY else ""
        raise WfllmError(f"the run has no {metric}", where=folder.path, mend=mend)
    return float(found)


def _ended_twin(study: OpenStudy, trial: Trial, threads: int) -> FrozenTrial | None:
    """An earlier trial of the same values, at its end: waited for, or gone on with if its worker died."""
    while (twin := study.twin(trial)) is not None and not twin.state.is_finished():
        orphan = study.adopt(twin)
        if orphan is not None:
            run_trial(study, orphan, threads)
        else:
            time.sleep(POLL)
    return twin


def _repeat(study: OpenStudy, trial: Trial, twin: FrozenTrial) -> None:
    """The same values give the same run: what is known is written down once more."""
    trial.set_user_attr("twin", twin.number)
    for key in ("run", "error"):
        if key in twin.user_attrs:
            trial.set_user_attr(key, twin.user_attrs[key])
    for step, value in sorted(twin.intermediate_values.items()):
        trial.report(value, step)
    study.tell(trial, twin.state, twin.value if twin.state == TrialState.COMPLETE else None)


def _line(error: BaseException) -> str:
    told = isinstance(error, (WfllmError, ConfigError))
    return " ".join((str(error) if told else f"{type(error).__name__}: {error}").split())[:500]


def _free() -> None:
    """Give back the memory of the trial's model before the next one is loaded."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def run_path(trial: FrozenTrial) -> Path | None:
    """The run folder of a trial that got so far."""
    path = trial.user_attrs.get("run")
    return Path(path) if path else None
