"""LoRA with a higher learning rate for B than for A (LoRA+, Hayou et al., arXiv 2402.12354).

B is zero at the start and A is not, so one rate for both moves the two by very different shares. The
weights are LoRA's.
"""

from __future__ import annotations

from wfllm.config.schema import LoraPlus, Strategy
from wfllm.training.strategies.lora import apply

__all__ = ["apply", "rate_of"]


def rate_of(name: str, strategy: Strategy) -> float:
    """`strategy.ratio` for the B matrices, 1 for the rest."""
    assert isinstance(strategy, LoraPlus)
    return strategy.ratio if "lora_B." in name or "lora_embedding_B." in name else 1.0
