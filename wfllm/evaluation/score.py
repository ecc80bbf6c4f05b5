"""Scores of predictions: CodeBLEU with its four parts, and the checks that need no judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from wfllm.config.schema import Metrics
from wfllm.evaluation.codebleu import codebleu_many
from wfllm.evaluation.metrics import METRICS
from wfllm.evaluation.predictions import Prediction
from wfllm.shortcuts.catalogue.load import Catalogue
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.comments import statements

UNKNOWN = {"unknown-function", "unknown-api", "not-allowed", "syntax-api"}
"""Rules of the checker that a call breaks where it calls what was not given."""


@dataclass(frozen=True)
class Scores:
    """Scores of one prediction, or their means over many; each in [0, 1]."""

    codebleu: float
    ngram: float
    weighted_ngram: float
    syntax: float
    dataflow: float
    parses: float
    """The answer has a code block that Python's parser accepts."""
    known_apis: float
    """It parses, calls at least one of the given APIs, and nothing but them and the dialect's functions."""
    defined: float
    """It parses and every name is defined before it is used."""


def score(predictions: Sequence[Prediction], catalogue: Catalogue, metrics: Metrics) -> list[Scores]:
    """Score every prediction. An answer without a code block scores 0 (its code counts as empty)."""
    pairs = [(p.reference, p.code or "") for p in predictions]
    bleus = codebleu_many(pairs, n_jobs=metrics.n_jobs, variant=metrics.codebleu)
    scores = []
    for prediction, bleu in zip(predictions, bleus, strict=True):
        parses, known, defined = checks(prediction.code, prediction.apis, catalogue)
        scores.append(
            Scores(
                bleu.total,
                bleu.ngram,
                bleu.weighted_ngram,
                bleu.syntax,
                bleu.dataflow,
                parses,
                known,
                defined,
            )
        )
    return scores


def checks(code: str | None, apis: Sequence[str], catalogue: Catalogue) -> tuple[float, float, float]:
    """(parses, known APIs only, names defined), each 0 or 1, by the one checker."""
    if code is None or not code.strip():
        return 0.0, 0.0, 0.0
    rules = {finding.rule for finding in check(code, catalogue, allowed=apis)}
    if "syntax" in rules:
        return 0.0, 0.0, 0.0
    calls = any(s.api in apis for s in statements(code, catalogue))
    return 1.0, float(calls and not rules & UNKNOWN), float("undefined-name" not in rules)


def mean(scores: Sequence[Scores]) -> Scores:
    """Mean of each metric; 0 where there is nothing to average."""
    count = max(1, len(scores))
    rows = [asdict(s) for s in scores]
    return Scores(**{name: sum(r[name] for r in rows) / count for name in METRICS})
