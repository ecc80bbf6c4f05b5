"""What can be said of an answer without a reference and without a judge: is it a legal workflow?"""

from __future__ import annotations

from collections.abc import Sequence

from wfllm.config.schema import Metrics
from wfllm.evaluation.predictions import Prediction
from wfllm.shortcuts.catalogue.load import Catalogue
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.comments import statements

UNKNOWN = {"unknown-function", "unknown-api", "not-allowed", "syntax-api"}
"""Rules of the checker that a call breaks where it calls what was not given."""


def checks(
    predictions: Sequence[Prediction], catalogue: Catalogue, _metrics: Metrics
) -> list[dict[str, float | None]]:
    """Each 0 or 1, by the one checker.

    parses: the answer has a code block that Python's parser accepts. known_apis: it parses, calls at least
    one of the given APIs, and nothing but them and the dialect's functions. defined: it parses and every
    name is defined before it is used.
    """
    names = ("parses", "known_apis", "defined")
    return [dict(zip(names, _checked(p.code, p.apis, catalogue), strict=True)) for p in predictions]


def _checked(code: str | None, apis: Sequence[str], catalogue: Catalogue) -> tuple[float, float, float]:
    if code is None or not code.strip():
        return 0.0, 0.0, 0.0
    rules = {finding.rule for finding in check(code, catalogue, allowed=apis)}
    if "syntax" in rules:
        return 0.0, 0.0, 0.0
    calls = any(s.api in apis for s in statements(code, catalogue))
    return 1.0, float(calls and not rules & UNKNOWN), float("undefined-name" not in rules)
