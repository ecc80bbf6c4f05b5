"""The metrics by name. Nothing heavy is imported, so that tables and checks of configs answer at once.

The tables in capitals hold what is built in; the functions below them know the families of plug-ins, too.
"""

from __future__ import annotations

from typing import Literal, get_args

from wfllm.evaluation.plugin import plugin_families

Scores = dict[str, float | None]
"""Metric → score of one prediction in [0, 1]; None where the metric has nothing to say about it."""

Family = Literal["codebleu", "codebleu_paper", "judge", "checks", "structure"]
"""A kind of scoring, as `metrics.families` names it: one module that gives all its metrics at once."""

FAMILIES: dict[str, dict[str, str]] = {
    "codebleu": {
        "codebleu": "CodeBLEU",
        "ngram": "· n-gram",
        "weighted_ngram": "· weighted n-gram",
        "syntax": "· syntax",
        "dataflow": "· data flow",
    },
    "codebleu_paper": {
        "codebleu_paper": "CodeBLEU (paper)",
        "ngram_paper": "· n-gram (paper)",
        "weighted_ngram_paper": "· weighted n-gram (paper)",
        "syntax_paper": "· syntax (paper)",
        "dataflow_paper": "· data flow (paper)",
    },
    "judge": {
        "passes": "pass rate",
        "judge_agreement": "· votes that agree",
    },
    "checks": {
        "parses": "parses",
        "known_apis": "known APIs only",
        "parameters": "parameters legal",
        "defined": "names defined",
        "compiles": "compiles to a shortcut",
        "apis_used": "given APIs used",
    },
    "structure": {
        "api_precision": "· APIs, precision",
        "api_recall": "· APIs, recall",
        "api_f1": "right APIs (F1)",
        "order_precision": "· APIs in order, precision",
        "order_recall": "· APIs in order, recall",
        "order_f1": "APIs in order (F1)",
        "control_flow": "control flow",
        "nest_selection": "steps (F1)",
        "nest_order": "· neighbours (F1)",
        "nest_parameters": "· parameters filled (F1)",
        "nest_references": "outputs go where they should (F1)",
        "nest_omission": "· references left out",
        "nest_literal": "· references written out as values",
        "nest_wrong": "· references to something else",
        "nest_hallucination": "· values made references",
    },
}
"""Family → metric → heading, in the order people read them. All are shares of 1; more is better but of
`LESS_IS_BETTER`."""

LESS_IS_BETTER = frozenset(("nest_omission", "nest_literal", "nest_wrong", "nest_hallucination"))
"""Shares of errors."""

DETAILS = frozenset(
    (
        *(name for name in FAMILIES["codebleu_paper"] if name != "codebleu_paper"),
        "parameters", "defined", "apis_used",
        *(FAMILIES["structure"].keys() - {"api_f1", "control_flow", "nest_references"}),
    )
)  # fmt: skip
"""Metrics that the table a run ends with leaves out; CSV files and W&B have them."""

assert set(FAMILIES) == set(get_args(Family))

TEVAL: dict[str, str] = {
    "teval_precision": "precision",
    "teval_recall": "recall",
    "teval_f1": "F1",
    "teval_parsed": "parsed",
    "teval_mended_precision": "precision, mended",
    "teval_mended_recall": "recall, mended",
    "teval_mended_f1": "F1, mended",
    "teval_mended_parsed": "parsed, mended",
}
"""Metrics of `wfllm teval`: T-Eval PLAN as its evaluator computes it, and mended."""

METRICS: dict[str, str] = {name: heading for family in FAMILIES.values() for name, heading in family.items()}
"""Metric → heading."""


def families() -> dict[str, dict[str, str]]:
    """Family → metric → heading, the families of plug-ins behind the built-in ones."""
    return {**FAMILIES, **{name: found.module.HEADINGS for name, found in plugin_families().items()}}


def headings() -> dict[str, str]:
    """Metric → heading, in the order people read them."""
    return {name: heading for family in families().values() for name, heading in family.items()}


def details() -> frozenset[str]:
    """Metrics that the table a run ends with leaves out."""
    return DETAILS.union(*(getattr(p.module, "DETAILS", ()) for p in plugin_families().values()))


def plugin_metrics() -> frozenset[str]:
    """Metrics of plug-ins that are no details."""
    return frozenset(headings()) - set(METRICS) - details()


def less_is_better() -> frozenset[str]:
    """Metrics that are shares of errors."""
    return LESS_IS_BETTER.union(
        *(getattr(p.module, "LESS_IS_BETTER", ()) for p in plugin_families().values())
    )
