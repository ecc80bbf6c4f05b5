"""Low-rank adapters on frozen weights (LoRA, Hu et al., arXiv 2106.09685)."""

from __future__ import annotations

from typing import Any

from wfllm.config.schema import Adapters, Strategy
from wfllm.training.strategies.adapters import add_adapters


def apply(model: Any, strategy: Strategy) -> Any:
    """W + alpha/r · B·A, with B zero at the start."""
    assert isinstance(strategy, Adapters)
    return add_adapters(model, strategy)
