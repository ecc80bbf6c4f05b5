"""Which trained weights share a learning rate and a decay: the optimiser's parameter groups."""

from __future__ import annotations

from typing import Any

from torch import nn

from wfllm.config.schema import LoraPlus, Optim
from wfllm.training import origin as origins


def parameter_groups(model: nn.Module, optim: Optim) -> list[dict[str, Any]]:
    """Groups for a torch optimiser; the first has the rate `optim.lr`, and none is empty.

    Norms, biases and other weights of one dimension do not decay. With LoRA+ (arXiv 2402.12354) the B
    matrices have `strategy.ratio` times the rate; schedules keep that ratio.
    """
    assert optim.lr is not None  # checking a config fills it in
    origin = origins.of(model)
    ratio = origin.strategy.ratio if origin and isinstance(origin.strategy, LoraPlus) else 1.0
    kinds: dict[tuple[bool, bool], list[nn.Parameter]] = {
        (fast, decays): [] for fast in (False, True) for decays in (True, False)
    }
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            fast = ratio != 1 and ("lora_B." in name or "lora_embedding_B." in name)
            kinds[fast, parameter.ndim > 1].append(parameter)
    return [
        {
            "params": parameters,
            "lr": optim.lr * (ratio if fast else 1.0),
            "weight_decay": optim.weight_decay if decays else 0.0,
        }
        for (fast, decays), parameters in kinds.items()
        if parameters
    ]
