"""How the base model is fine-tuned."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from wfllm.config.schema.base import Count, Float, Positive, Schema, Share


class Strategy(Schema):
    """How the base model is fine-tuned."""

    name: str
    """Which strategy."""

    rate: ClassVar[float] = 1e-4
    """Peak learning rate that suits it on a model of the starter's size; what `optim.lr=null` stands for."""


class Adapters(Strategy):
    """Small matrices beside frozen weights, by peft."""

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

    rate: ClassVar[float] = 1e-3


class Lora(Adapters):
    """Low-rank adapters on frozen weights (LoRA, arXiv 2106.09685)."""

    name: Literal["lora"]


class RsLora(Adapters):
    """LoRA whose update keeps its size at any rank (rsLoRA, arXiv 2312.03732)."""

    name: Literal["rslora"]
    r: Positive = 64
    """Rank of the update. Up to about 16 rsLoRA is LoRA with another alpha; it is for higher ones."""
    alpha: Annotated[Float, Field(gt=0)] = 16
    """Scale: the update is multiplied by alpha / √r, which with the defaults is LoRA's default scale."""


class Dora(Adapters):
    """LoRA on each weight's direction, its length learned beside it (DoRA, arXiv 2402.09353)."""

    name: Literal["dora"]


class Pissa(Adapters):
    """LoRA that begins as the strongest directions of each weight (PiSSA, arXiv 2404.02948)."""

    name: Literal["pissa"]
    alpha: Annotated[Float, Field(gt=0)] = 16
    """Scale: the update is multiplied by alpha / r; the paper has alpha = r."""
    iterations: Count = 16
    """Power iterations of a fast singular value decomposition; 0 takes the exact one, which takes minutes
    for a small model and hours for a large one."""

    rate: ClassVar[float] = 2e-4


class LoraPlus(Adapters):
    """LoRA whose second matrix learns faster than its first (LoRA+, arXiv 2402.12354)."""

    name: Literal["lora_plus"]
    ratio: Annotated[Float, Field(ge=1)] = 16
    """Learning rate of the second matrix (B) over `optim.lr`, which is that of the first (A)."""

    rate: ClassVar[float] = 2e-4


class Qlora(Adapters):
    """LoRA on a base model kept in 4 bits (QLoRA, arXiv 2305.14314), by bitsandbytes."""

    name: Literal["qlora"]
    quant: Literal["nf4", "fp4"] = "nf4"
    """The 4-bit numbers: levels for normally distributed weights, or plain floating point."""
    double_quant: bool = True
    """Keep the scales of the 4-bit blocks in 8 bits as well: about 0.4 bits a weight less."""


class Freeze(Strategy):
    """Some of the weights are trained as they are, the others stay."""

    name: Literal["freeze"]
    last_blocks: Count = 4
    """Train the last so many transformer blocks, and the norm behind them."""
    embeddings: bool = False
    """Train the token embeddings; where the head is tied to them, as in SmolLM2, it is trained with them."""
    head: bool = False
    """Train the output head; where the embeddings are tied to it, they are trained with it."""


class Full(Strategy):
    """Every weight is trained."""

    name: Literal["full"]
