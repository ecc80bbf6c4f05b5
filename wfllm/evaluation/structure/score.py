"""Scores of the family `structure`."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from wfllm.evaluation.metrics import Scores
from wfllm.evaluation.structure.compare import compared
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.workers import follow_parent

if TYPE_CHECKING:  # these import torch, which processes that score do without
    from wfllm.config.schema import Metrics
    from wfllm.evaluation.predictions import Prediction


def structure(predictions: Sequence[Prediction], catalogue: Catalogue, metrics: Metrics) -> list[Scores]:
    """Scores of every prediction, in order; see `compared`. The same for any number of processes."""
    pairs = [(p.reference, p.code) for p in predictions]
    one = partial(_scored, catalogue=catalogue)
    jobs = min(metrics.n_jobs, len(pairs))
    if jobs <= 1:
        return [one(pair) for pair in pairs]
    # Fresh processes: a fork of one that holds threads (torch, trackers) may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=follow_parent) as pool:
        return list(pool.map(one, pairs, chunksize=max(1, len(pairs) // (8 * jobs))))


def _scored(pair: tuple[str, str | None], catalogue: Catalogue) -> Scores:
    return compared(*pair, catalogue)
