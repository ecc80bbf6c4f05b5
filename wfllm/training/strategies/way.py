"""What a strategy is to the rest of the program: how it makes a model trainable and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from wfllm.config.schema import Strategy


def save_pretrained(model: Any, folder: Path) -> None:
    """The model's own way: an adapter for a model with adapters, whole weights for a plain one."""
    model.save_pretrained(folder)


def one_rate(name: str, strategy: Strategy) -> float:  # noqa: ARG001 (every strategy has this signature)
    """The same for all."""
    return 1.0


class Way(NamedTuple):
    """A strategy at work."""

    apply: Callable[[Any, Strategy], Any]
    """Make a loaded model trainable; its output stays the base model's until the first step."""
    save: Callable[[Any, Path], None] = save_pretrained
    """Write what was trained, and nothing else, as safetensors."""
    rate_of: Callable[[str, Strategy], float] = one_rate
    """How many times `optim.lr` the weight of that name learns with."""
