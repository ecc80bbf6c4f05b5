"""Every weight is trained."""

from __future__ import annotations

from typing import Any

from wfllm.config.schema import Strategy


def apply(model: Any, strategy: Strategy) -> Any:  # noqa: ARG001 (every strategy has this signature)
    """Mark every weight trainable."""
    return model.requires_grad_(True)
