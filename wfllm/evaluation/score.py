"""Scores of predictions, family by family, as `metrics.families` asks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wfllm.config.schema import Metrics
from wfllm.evaluation.checks import checks
from wfllm.evaluation.codebleu import codebleu_many
from wfllm.evaluation.metrics import FAMILIES, METRICS, Family
from wfllm.evaluation.predictions import Prediction
from wfllm.evaluation.structure import structure
from wfllm.shortcuts.catalogue.load import Catalogue

Scores = dict[str, float | None]
"""Metric → score of one prediction in [0, 1]; None where the metric has nothing to say about it."""
Scorer = Callable[[Sequence[Prediction], Catalogue, Metrics], list[Scores]]
"""Scores of every prediction, in their order, by all metrics of a family."""


def score(predictions: Sequence[Prediction], catalogue: Catalogue, metrics: Metrics) -> list[Scores]:
    """Score every prediction. An answer without a code block scores as empty code does."""
    rows: list[Scores] = [{} for _ in predictions]
    for family in metrics.families:
        found = SCORERS[family](predictions, catalogue, metrics)
        for row, more in zip(rows, found, strict=True):
            assert set(more) == set(FAMILIES[family])
            row.update(more)
    return rows


def _codebleu(predictions: Sequence[Prediction], _catalogue: Catalogue, metrics: Metrics) -> list[Scores]:
    pairs = [(p.reference, p.code) for p in predictions]
    return [
        dict(zip(FAMILIES["codebleu"], bleu.parts, strict=True))
        for bleu in codebleu_many(pairs, n_jobs=metrics.n_jobs, variant="fixed")
    ]


def _codebleu_paper(
    predictions: Sequence[Prediction], _catalogue: Catalogue, metrics: Metrics
) -> list[Scores]:
    pairs = [(p.reference, p.code) for p in predictions]
    return [
        dict(zip(FAMILIES["codebleu_paper"], bleu.parts, strict=True))
        for bleu in codebleu_many(pairs, n_jobs=metrics.n_jobs, variant="paper")
    ]


SCORERS: dict[Family, Scorer] = {
    "codebleu": _codebleu,
    "codebleu_paper": _codebleu_paper,
    "checks": checks,
    "structure": structure,
}


def mean(scores: Sequence[Scores]) -> dict[str, float]:
    """Mean of each metric over the predictions it says something about; left out where there are none."""
    means = {}
    for name in METRICS:
        values = [value for row in scores if (value := row.get(name)) is not None]
        if values:
            means[name] = sum(values) / len(values)
    return means
