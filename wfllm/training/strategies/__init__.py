"""How a base model is fine-tuned: one module a strategy, named as its option in `conf/strategy/`."""

from __future__ import annotations

from typing import Any

from wfllm.config.schema import Strategy
from wfllm.training.strategies import full, lora

STRATEGIES = {"lora": lora.apply, "full": full.apply}


def apply_strategy(model: Any, strategy: Strategy) -> Any:
    """Make `model` trainable as `strategy` says. New weights are drawn from torch's global generator."""
    return STRATEGIES[strategy.name](model, strategy)
