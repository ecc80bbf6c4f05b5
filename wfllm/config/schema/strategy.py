"""How the base model is fine-tuned."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wfllm.config.schema.base import Float, Positive, Schema, Share


class Strategy(Schema):
    """How the base model is fine-tuned."""

    name: str
    """Which strategy."""


class Lora(Strategy):
    """Low-rank adapters on frozen weights (LoRA, arXiv 2106.09685), by peft."""

    name: Literal["lora"]
    r: Positive = 16
    """Rank of the update."""
    alpha: Annotated[Float, Field(gt=0)] = 32
    """Scale: the update is multiplied by alpha / r."""
    dropout: Share = 0.0
    """Dropout on the adapter's input."""
    target_modules: str | list[str] = "all-linear"
    """Layers that get an adapter: names, or `all-linear` for all but the output head."""
    last_blocks: Positive | None = None
    """Adapters in the last so many transformer blocks only, where the backward pass then ends: half of the
    blocks train nearly twice as fast; null takes all."""


class Full(Strategy):
    """Every weight is trained."""

    name: Literal["full"]
