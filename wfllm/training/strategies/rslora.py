"""LoRA scaled by alpha/√r, so that a larger rank learns no slower (Kalajdzievski, arXiv 2312.03732)."""

from __future__ import annotations

from typing import Any

from wfllm.config.schema import RsLora, Strategy
from wfllm.training.strategies.adapters import add_adapters


def apply(model: Any, strategy: Strategy) -> Any:
    """W + alpha/√r · B·A, with B zero at the start."""
    assert isinstance(strategy, RsLora)
    return add_adapters(model, strategy, use_rslora=True)
