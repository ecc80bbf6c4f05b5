"""What is wrong with each answer, as JSON lines beside the scores."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wfllm.config.schema import Metrics
from wfllm.evaluation.checks import checked
from wfllm.evaluation.predictions import Prediction
from wfllm.evaluation.structure import nesting_errors
from wfllm.files import write_text
from wfllm.shortcuts.catalogue import Catalogue

SUFFIX = ".findings.jsonl"
"""Of the file beside `<when>-<split>.jsonl`."""


def findings(
    predictions: Sequence[Prediction], catalogue: Catalogue, metrics: Metrics
) -> list[dict[str, Any]]:
    """For each prediction, in order, plain JSON values: `id`; `findings` of the checker (line, rule, message,
    suggestion, severity); `unknown_apis` and `unknown_parameters` that were made up; with the family
    `structure` also `nesting_errors`, counted (null where the reference cannot be read)."""
    rows = []
    for p in predictions:
        found = checked(p.code, p.apis, catalogue)
        row: dict[str, Any] = {
            "id": p.id,
            "findings": [asdict(finding) for finding in found.findings],
            "unknown_apis": list(found.unknown_apis),
            "unknown_parameters": list(found.unknown_parameters),
        }
        if "structure" in metrics.families:
            errors = nesting_errors(p.reference, p.code, catalogue)
            row["nesting_errors"] = None if errors is None else asdict(errors)
        rows.append(row)
    return rows


def write_findings(
    scores: Path, predictions: Sequence[Prediction], catalogue: Catalogue, metrics: Metrics
) -> Path:
    """`<when>-<split>.findings.jsonl` beside `scores`, a line each; the file."""
    path = scores.with_suffix(SUFFIX)
    rows = findings(predictions, catalogue, metrics)
    # ASCII: what a model wrote may hold halves of characters, which no UTF-8 file can
    write_text(path, "".join(json.dumps(row) + "\n" for row in rows))
    return path
