"""How many floating-point operations a training step takes, counted from the model's shape.

A matrix of N weights takes 2N operations a token forward, 2N for the gradient of its input and 2N for its
own: the 6N of Kaplan et al. (arXiv 2001.08361, section 2.1) and of PaLM (arXiv 2204.02311, appendix B). A
frozen matrix has no gradient of its own (4N), and nothing below the first trained block has a backward pass
at all (2N). Attention takes 4 operations a dimension for every pair of a token and one that it sees, three
times that with the backward pass: PaLM's 12 LHQT, with only the pairs that a causal mask leaves.

What is done over, as under activation checkpointing, is not counted: these are the operations that the
result needs, so that a share of the device's peak tells how well it is used (PaLM's "model FLOPs").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

BLOCK = re.compile(r"\.(?:layers|h|blocks|block)\.(\d+)\.")
"""Where a weight's name says which transformer block it is in."""


@dataclass(frozen=True)
class Cost:
    """Operations of one training step, forward and backward."""

    token: float
    """A token through all transformer blocks, attention scores apart."""
    learned: float
    """A learned position through the output head."""
    pair: float
    """A token and one that it attends to, over all blocks."""

    def of(self, lengths: Sequence[int], learned: int) -> float:
        """Operations of a step.

        Args:
            lengths: tokens of each sample, padding left out.
            learned: positions that go through the output head.
        """
        pairs = sum(length * (length + 1) / 2 for length in lengths)
        return self.token * sum(lengths) + self.learned * learned + self.pair * pairs


def cost_of(model: Any) -> Cost:
    """Operations that `model` takes, its strategy applied; works on the meta device.

    Args:
        model: a transformers causal language model, or one wrapped by peft.
    """
    config = model.config.get_text_config()
    blocks: int = config.num_hidden_layers
    lookups = {id(p) for p in model.get_input_embeddings().parameters()}
    output = model.get_output_embeddings()
    heads = {id(p): p for p in output.parameters()} if output is not None else {}
    lookups -= set(heads)  # tied: the one matrix is multiplied in the head
    weights = [(name, p) for name, p in model.named_parameters() if p.ndim > 1 and id(p) not in lookups]
    first = _first_trained(model, blocks)
    token = 0.0
    for name, p in weights:
        if id(p) in heads:
            continue
        below = int(found[1]) if (found := BLOCK.search(name)) else blocks
        passes = 2 + (2 if below >= first else 0) + (2 if p.requires_grad else 0)
        token += passes * _entries(p) * _used(name, config)
    learned = sum(
        (2 + (2 if first < blocks else 0) + (2 if p.requires_grad else 0)) * _entries(p)
        for p in heads.values()
        if p.ndim > 1
    )
    width = config.num_attention_heads * (
        getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    )
    return Cost(token, learned, 4.0 * width * (blocks + 2 * (blocks - first)))


def _first_trained(model: Any, blocks: int) -> int:
    """The lowest block that the backward pass reaches: 0 where embeddings are trained, too."""
    first = blocks
    inputs = {id(p) for p in model.get_input_embeddings().parameters()}
    for name, p in model.named_parameters():
        if p.requires_grad:
            found = BLOCK.search(name)
            first = min(first, int(found[1]) if found else 0 if id(p) in inputs else blocks)
    return first


def _entries(parameter: Any) -> int:
    """Weights of a matrix; one packed to four bits says elsewhere how many it stands for."""
    state = getattr(parameter, "quant_state", None)
    return int(parameter.numel() if state is None else state.shape.numel())


def _used(name: str, config: Any) -> float:
    """Share of a weight that one token is multiplied with: some experts of a mixture, else all of it."""
    experts = getattr(config, "num_local_experts", None) or getattr(config, "num_experts", None)
    if not experts or ".experts." not in f"{name}.":
        return 1.0
    return float(config.num_experts_per_tok) / float(experts)
