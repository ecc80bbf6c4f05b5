"""Families of metrics that plug-ins bring: their headings, and their scores, looked at before they count."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from wfllm.config.contracts import fault, part
from wfllm.config.plugins import Plugin, blamed, module_files
from wfllm.config.schema import TAKEN_FAMILIES, Metrics
from wfllm.errors import WfllmError


def plugin_families() -> dict[str, Plugin]:
    """Family → its plug-in. Broken ones are left out: whoever asks for one has been told."""
    found: dict[str, Plugin] = {}
    for name in module_files("metrics"):
        try:
            plugin = part("metrics", name) if name not in TAKEN_FAMILIES else None
        except WfllmError:
            continue
        if plugin is not None:
            found[name] = plugin
    return found


def plugin_scores(
    family: str, predictions: Sequence[Any], catalogue: Mapping[str, Any], metrics: Metrics
) -> list[dict[str, float | None]]:
    """The scores of a plug-in's family.

    Raises:
        WfllmError: there is no such plug-in, it fails, or what it returns are no scores of these predictions.
    """
    found = part("metrics", family)
    if found is None:
        mend = "Set WFLLM_PLUGINS to the folder that holds it."
        raise WfllmError(f"no family {family}", where="metrics.families", mend=mend)
    with blamed(found.path):
        rows = [dict(row) for row in found.module.score(predictions, catalogue, metrics)]
    if len(rows) != len(predictions):
        raise fault(found, "score", f"returns {len(rows)} rows for {len(predictions)} predictions")
    for row in rows:
        if set(row) != set(found.module.HEADINGS):
            told = f"returns the metrics {', '.join(map(str, row)) or 'none'}; HEADINGS has others"
            raise fault(found, "score", told)
        for metric, value in row.items():
            if value is not None:
                row[metric] = _share(found, metric, value)
    return rows


def _share(found: Plugin, metric: str, value: Any) -> float:
    try:
        share = float(value)
    except (TypeError, ValueError):
        share = math.nan
    if not 0 <= share <= 1:
        raise fault(found, "score", f"gives {metric} {value!r}: a score is from 0 to 1, or None")
    return share
