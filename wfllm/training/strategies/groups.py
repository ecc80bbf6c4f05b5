"""Which trained weights share a learning rate and a decay: the optimiser's parameter groups."""

from __future__ import annotations

from typing import Any

from torch import nn

from wfllm.config.schema import Optim
from wfllm.training import origin as origins
from wfllm.training.strategies import way_of


def parameter_groups(model: nn.Module, optim: Optim) -> list[dict[str, Any]]:
    """Groups for a torch optimiser, none of them empty; the first has the rate `optim.lr`, if any weight has.

    Norms, biases and other weights of one dimension do not decay. A strategy may give some weights several
    times the rate, as LoRA+ does; schedules keep that ratio.
    """
    assert optim.lr is not None  # checking a config fills it in
    origin = origins.of(model)
    way = way_of(origin.strategy.name) if origin else None
    kinds: dict[tuple[float, bool], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            times = way.rate_of(name, origin.strategy) if way and origin else 1.0
            kinds.setdefault((times, parameter.ndim > 1), []).append(parameter)
    first = sorted(kinds, key=lambda kind: (kind[0] != 1, kind[0], not kind[1]))
    return [
        {
            "params": kinds[times, decays],
            "lr": optim.lr * times,
            "weight_decay": optim.weight_decay if decays else 0.0,
        }
        for times, decays in first
    ]
