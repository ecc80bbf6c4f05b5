"""The study in its file: found again by the same command, shared by workers, trial by trial.

Who works on a trial holds a lock that ends with its process, so that a trial whose worker was killed is
seen at once, without clocks or heartbeats, and another worker goes on with it.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import optuna
import sqlalchemy
from optuna.exceptions import OptunaError
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, Trial, TrialState

from wfllm import lock
from wfllm.config.compose import differences
from wfllm.errors import WfllmError
from wfllm.search.samplers import pruner_of, sampler_of
from wfllm.search.space import Search, without
from wfllm.tracking.identity import NOT_IN_RESULT

TRIALS = 20
DECIDES = ("sampler", "seed", "metric", "pruner", "startup", "grace")
"""Keys of `sweep` that decide what a study finds; the others only how far and how fast it goes."""
RETRY = "retry_of"
STARTS = "starts"
STUCK = 3
"""Workers that may end at one and the same place of a run before it is given up."""


class OpenStudy:
    """A study and its place. Use `open_study` to get one."""

    def __init__(self, search: Search, name: str, folder: Path, storage: Path) -> None:
        self.search, self.name, self.folder, self.storage = search, name, folder, storage
        self.locks = storage.parent / f".{storage.name}.locks"
        self.optuna: optuna.Study
        self.retry_below = 0
        """What failed among the trials below this number is handed out once more."""

    @property
    def trials(self) -> list[FrozenTrial]:
        """Every trial that has begun, by number."""
        return [t for t in self.optuna.get_trials(deepcopy=False) if t.state != TrialState.WAITING]

    @property
    def total(self) -> int:
        """Trials of the whole study."""
        points = self._grid()
        wanted = self.search.sweep.trials
        if points is None:
            return wanted or TRIALS
        return min(wanted or len(points), len(points))

    def settled(self) -> list[FrozenTrial]:
        """What each of the trials has come to; of one that was tried again, the last try."""
        replaced = {t.user_attrs[RETRY] for t in self.trials if RETRY in t.user_attrs}
        return [t for t in self.trials if t.number not in replaced]

    def claim(self) -> Trial | None:
        """The next trial, locked for this worker: one whose worker died, or a new one; None: none is left."""
        with self._alone():
            for trial in self.trials:
                if trial.state == TrialState.RUNNING and (orphan := self._adopt(trial)):
                    return orphan
            waiting = any(t.state == TrialState.WAITING for t in self.optuna.get_trials(deepcopy=False))
            if not waiting and not self._queue_next():
                return None
            trial_of = self.optuna.ask()
            self._take(trial_of.number)
            return self._drawn(trial_of)

    def adopt(self, trial: FrozenTrial) -> Trial | None:
        """A running trial, locked for this worker, if nobody works on it."""
        with self._alone():
            return self._adopt(trial)

    def _adopt(self, trial: FrozenTrial) -> Trial | None:
        if not self._take(trial.number):
            return None
        if self.optuna.get_trials(deepcopy=False)[trial.number].state != TrialState.RUNNING:
            lock.release(self.locks, _file(trial.number))  # told meanwhile
            return None
        return self._drawn(Trial(self.optuna, trial._trial_id))

    def left(self) -> bool:
        """Whether there is something to claim: a trial missing, or one whose worker died."""
        with self._alone():
            running = [t for t in self.trials if t.state == TrialState.RUNNING]
            return any(self.is_orphan(t.number) for t in running) or len(self.settled()) < self.total

    def is_orphan(self, number: int) -> bool:
        """Whether nobody works on a trial that runs."""
        if not self._take(number):
            return False
        lock.release(self.locks, _file(number))
        return True

    def tell(self, trial: Trial, state: TrialState, value: float | None = None) -> None:
        """Write down how a trial ended, and give its lock back."""
        self.optuna.tell(trial, value, state=state)
        lock.release(self.locks, _file(trial.number))

    def leave(self, trial: Trial) -> None:
        """Give a trial back unfinished, without a mark against it: somebody interrupted the worker."""
        trial.set_user_attr(STARTS, trial.user_attrs.get(STARTS, [])[:-1])
        lock.release(self.locks, _file(trial.number))

    def stuck(self, trial: Trial, lines: int) -> bool:
        """Note that a worker begins where the run has so many lines of metrics. Did all others end there?"""
        starts = [*trial.user_attrs.get(STARTS, []), lines]
        trial.set_user_attr(STARTS, starts)
        return len(starts) > STUCK and len(set(starts[-STUCK - 1 :])) == 1

    def twin(self, trial: Trial) -> FrozenTrial | None:
        """An earlier trial with the same values, unless it failed and this is another try."""
        again = RETRY in trial.user_attrs
        for other in self.trials[: trial.number]:
            if other.params == trial.params and not (again and other.state == TrialState.FAIL):
                return other
        return None

    def _drawn(self, trial: Trial) -> Trial:
        self.search.space.draw(trial)
        return trial

    def _queue_next(self) -> bool:
        """Queue what the sampler is not asked for. False where nothing is missing."""
        trials = self.trials
        retried = {t.user_attrs[RETRY] for t in trials if RETRY in t.user_attrs}
        for t in trials[: self.retry_below]:
            if t.state == TrialState.FAIL and t.number not in retried:
                self.optuna.enqueue_trial(t.params, user_attrs={RETRY: t.number})
                return True
        done = len(trials) - len(retried)
        points = self._grid()
        if done >= self.total:
            return False
        if points is not None:
            self.optuna.enqueue_trial(points[done])
        return True

    def _grid(self) -> list[dict[str, Any]] | None:
        """The points of a grid in the order in which they are tried, drawn by the seed."""
        if self.search.sweep.sampler != "grid":
            return None
        points = self.search.space.grid()
        assert points is not None
        random.Random(self.search.sweep.seed).shuffle(points)
        return points

    def _take(self, number: int) -> bool:
        try:
            lock.take(self.locks, cause="taken", mend="", name=_file(number))
        except WfllmError:
            return False
        return True

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One worker at a time asks, so that no trial is taken twice."""
        lock.take(self.locks, cause="", mend="", name="ask", wait=True)
        try:
            yield
        finally:
            lock.release(self.locks, "ask")


def open_study(search: Search, retry_below: int | None = None) -> OpenStudy:
    """The study that this search has already, or a new one.

    Args:
        retry_below: for a worker of a command, how many trials there were when the command began.

    Raises:
        WfllmError: a study of that name searches something else, or its file is damaged.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    identity = _identity(search)
    sweep = search.sweep
    name = name_of(search)
    folder = Path(search.config.output).expanduser() / "sweeps" / name
    storage = Path(sweep.storage).expanduser() if sweep.storage else folder / "study.db"
    study = OpenStudy(search, name, folder, storage)
    for path in (folder, study.locks):
        path.mkdir(parents=True, exist_ok=True)
    with study._alone():
        try:
            study.optuna = optuna.create_study(
                storage=_storage(storage),
                study_name=name,
                sampler=sampler_of(sweep),
                pruner=pruner_of(sweep),
                direction=direction(search),
                load_if_exists=True,
            )
            before = study.optuna.user_attrs.get("identity")
            if before is None:
                study.optuna.set_user_attr("identity", identity)
        except (sqlalchemy.exc.SQLAlchemyError, OptunaError, RuntimeError, ValueError, KeyError) as error:
            cause = str(error.__cause__ or error).strip().split("\n")[0]
            mend = "Move it away, or name another file: sweep.storage=FILE."
            raise WfllmError(
                f"is no study of optuna, or damaged ({cause})", where=storage, mend=mend
            ) from error
    if before is not None and before != identity:
        parts = [f"{key}: {left!r} then, {right!r} now" for key, left, right in differences(before, identity)]
        raise WfllmError(
            f"searches something else ({'; '.join(parts)[:300]})",
            where=f"study {name}",
            mend="Choose another name: sweep.study=NAME.",
        )
    if sweep.retry_failed:
        study.retry_below = len(study.trials) if retry_below is None else retry_below
    return study


def direction(search: Search) -> Literal["minimize", "maximize"]:
    """`minimize` or `maximize`; a loss is minimised unless the config says otherwise."""
    return search.sweep.direction or ("minimize" if search.sweep.metric.endswith("loss") else "maximize")


def _storage(path: Path) -> BaseStorage:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".journal":
        return JournalStorage(JournalFileBackend(str(path)))
    url = sqlalchemy.URL.create("sqlite", database=str(path)).render_as_string()
    return RDBStorage(url, engine_kwargs={"connect_args": {"timeout": 60}})


def _identity(search: Search) -> dict[str, Any]:
    """What a study's findings depend on, as it is kept in its file."""
    plain = {k: v for k, v in search.base.plain.items() if k not in NOT_IN_RESULT}
    for param in search.space.params:
        plain = without(plain, param.key)
    sweep = {key: getattr(search.sweep, key) for key in DECIDES} | {"direction": direction(search)}
    found: dict[str, Any] = json.loads(
        json.dumps({"space": search.space.plain(), "sweep": sweep, "config": plain})
    )
    return found


def name_of(search: Search) -> str:
    """What the study is called: as `sweep.study` says, or after the preset and what is searched."""
    if search.sweep.study:
        return search.sweep.study
    digest = hashlib.sha256(json.dumps(_identity(search), sort_keys=True).encode()).hexdigest()[:8]
    return f"{search.base.experiment.replace('/', '-')}-{digest}"


def _file(number: int) -> str:
    return f"trial-{number}"
