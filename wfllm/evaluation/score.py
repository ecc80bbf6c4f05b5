"""Scores of predictions, family by family, as `metrics.families` asks for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from wfllm.config.schema import Metrics
from wfllm.evaluation.checks import checks
from wfllm.evaluation.codebleu import CodeBleu, codebleu_both, codebleu_many
from wfllm.evaluation.metrics import FAMILIES, Family, Scores, headings
from wfllm.evaluation.plugin import plugin_scores
from wfllm.evaluation.predictions import Prediction
from wfllm.evaluation.structure import structure
from wfllm.shortcuts.catalogue.load import Catalogue

Scorer = Callable[[Sequence[Prediction], Catalogue, Metrics], list[Scores]]
"""Scores of every prediction, in their order, by all metrics of a family."""


def score(predictions: Sequence[Prediction], catalogue: Catalogue, metrics: Metrics) -> list[Scores]:
    """Score every prediction. An answer without a code block scores as empty code does."""
    rows: list[Scores] = [{} for _ in predictions]
    together = _both_codebleus(predictions, metrics) if {*BLEU} <= {*metrics.families} else {}
    for family in metrics.families:
        if family in together:
            found = together[family]
        elif family in SCORERS:
            found = SCORERS[family](predictions, catalogue, metrics)
        else:
            found = plugin_scores(family, predictions, catalogue, metrics)
        for row, more in zip(rows, found, strict=True):
            assert family not in FAMILIES or set(more) == set(FAMILIES[family])
            row.update(more)
    return rows


BLEU: tuple[Family, Family] = ("codebleu", "codebleu_paper")


def _codebleu(predictions: Sequence[Prediction], _catalogue: Catalogue, metrics: Metrics) -> list[Scores]:
    found = codebleu_many(_pairs(predictions), n_jobs=metrics.n_jobs, variant="fixed")
    return [_named("codebleu", bleu) for bleu in found]


def _codebleu_paper(
    predictions: Sequence[Prediction], _catalogue: Catalogue, metrics: Metrics
) -> list[Scores]:
    found = codebleu_many(_pairs(predictions), n_jobs=metrics.n_jobs, variant="paper")
    return [_named("codebleu_paper", bleu) for bleu in found]


def _both_codebleus(predictions: Sequence[Prediction], metrics: Metrics) -> dict[str, list[Scores]]:
    """Rows of the two CodeBLEU families at once: for the most part they score the same text."""
    found = codebleu_both(_pairs(predictions), n_jobs=metrics.n_jobs)
    return {family: [_named(family, both[n]) for both in found] for n, family in enumerate(BLEU)}


def _pairs(predictions: Sequence[Prediction]) -> list[tuple[str, str | None]]:
    return [(p.reference, p.code) for p in predictions]


def _named(family: Family, bleu: CodeBleu) -> Scores:
    return dict(zip(FAMILIES[family], bleu.parts, strict=True))


SCORERS: dict[str, Scorer] = {
    "codebleu": _codebleu,
    "codebleu_paper": _codebleu_paper,
    "checks": checks,
    "structure": structure,
}
"""Of the built-in families."""


def mean(scores: Sequence[Scores]) -> dict[str, float]:
    """Mean of each metric over the predictions it says something about; left out where there are none."""
    means = {}
    for name in headings():
        values = [value for row in scores if (value := row.get(name)) is not None]
        if values:
            means[name] = math.fsum(values) / len(values)  # sum() rounds otherwise since Python 3.12
    return means
