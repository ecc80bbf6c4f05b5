"""The metrics by name. Nothing heavy is imported, so that tables and checks of configs answer at once."""

from __future__ import annotations

from typing import Literal, get_args

Family = Literal["codebleu", "codebleu_paper", "checks"]
"""A kind of scoring, as `metrics.families` names it: one module that gives all its metrics at once."""

FAMILIES: dict[Family, dict[str, str]] = {
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
    "checks": {
        "parses": "parses",
        "known_apis": "known APIs only",
        "parameters": "parameters legal",
        "defined": "names defined",
        "compiles": "compiles to a shortcut",
        "apis_used": "given APIs used",
    },
}
"""Family → metric → heading, in the order people read them. All are shares of 1; more is better."""

assert set(FAMILIES) == set(get_args(Family))

METRICS: dict[str, str] = {name: heading for family in FAMILIES.values() for name, heading in family.items()}
"""Metric → heading."""
