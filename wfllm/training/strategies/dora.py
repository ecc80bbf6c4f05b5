"""Length and direction of each weight learned apart (DoRA, Liu et al., arXiv 2402.09353)."""

from __future__ import annotations

from typing import Any

from wfllm.config.schema import Dora, Strategy
from wfllm.training.strategies.adapters import add_adapters


def apply(model: Any, strategy: Strategy) -> Any:
    """m · V/‖V‖ for each output, V = W + alpha/r · B·A and m = ‖W‖ at the start: W but for rounding."""
    assert isinstance(strategy, Dora)
    return add_adapters(model, strategy, use_dora=True)
