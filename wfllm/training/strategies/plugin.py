"""A strategy of a plug-in at work: what fails in it names its file and line."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import Any

from wfllm.config.contracts import fault, part
from wfllm.config.plugins import Plugin, blamed
from wfllm.config.schema import Strategy
from wfllm.training.strategies.way import Way, one_rate, save_pretrained


def way_of_plugin(name: str) -> Way | None:
    """The strategy of that name in a plug-in folder; None where there is none.

    Raises:
        WfllmError: it is broken.
    """
    found = part("strategy", name)
    if found is None:
        return None
    save = partial(_save, found) if hasattr(found.module, "save") else save_pretrained
    rate_of = partial(_rate_of, found) if hasattr(found.module, "rate_of") else one_rate
    return Way(partial(_apply, found), save, rate_of)


def _apply(found: Plugin, model: Any, strategy: Strategy) -> Any:
    with blamed(found.path):
        applied = found.module.apply(model, strategy)
    if not hasattr(applied, "parameters"):
        raise fault(found, "apply", "returns no model: end it with `return model`")
    if not any(weight.requires_grad for weight in applied.parameters()):
        raise fault(found, "apply", "leaves nothing to train")
    return applied


def _save(found: Plugin, model: Any, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with blamed(found.path):
        found.module.save(model, folder)


def _rate_of(found: Plugin, name: str, strategy: Strategy) -> float:
    with blamed(found.path):
        times = float(found.module.rate_of(name, strategy))
    if not 0 < times < math.inf:
        raise fault(found, "rate_of", f"gives {name} {times}: it is above 0, and 1 for the rate `optim.lr`")
    return times
