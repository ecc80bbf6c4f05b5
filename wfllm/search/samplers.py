"""Who draws the values and who stops runs: optuna's samplers and pruners, the same for the same seed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from optuna import Study
from optuna.distributions import BaseDistribution
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState

from wfllm.config.schema import Sweep


class SeededByTrial(BaseSampler):
    """A sampler whose chance is a pure function of (seed, trial number).

    optuna's own draw from one stream a process: after an interruption, or with a second worker, the
    first numbers of the stream would be drawn once more.
    """

    def __init__(self, make: Callable[[int], BaseSampler], seed: int) -> None:
        self._make, self._seed = make, seed
        self._inner = make(seed)

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        digest = hashlib.sha256(f"{self._seed} {trial.number}".encode()).digest()
        self._inner = self._make(int.from_bytes(digest[:4], "big"))
        self._inner.before_trial(study, trial)

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return self._inner.infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return self._inner.sample_relative(study, trial, search_space)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        return self._inner.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(
        self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None
    ) -> None:
        self._inner.after_trial(study, trial, state, values)


def sampler_of(sweep: Sweep) -> BaseSampler:
    """The study's sampler. A grid's points are queued one by one, so chance has nothing to draw there."""
    if sweep.sampler == "tpe":
        return SeededByTrial(lambda seed: TPESampler(seed=seed, n_startup_trials=sweep.startup), sweep.seed)
    return SeededByTrial(lambda seed: RandomSampler(seed=seed), sweep.seed)


def pruner_of(sweep: Sweep) -> BasePruner:
    """Who stops runs; a step of theirs is a validation, counted from 1."""
    if sweep.pruner == "median":
        return MedianPruner(n_startup_trials=sweep.startup, n_warmup_steps=sweep.grace)
    if sweep.pruner == "hyperband":
        return HyperbandPruner(min_resource=max(1, sweep.grace))
    return NopPruner()
