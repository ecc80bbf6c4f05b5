"""Some of the weights are trained as they are: the last blocks, the embeddings, the output head."""

from __future__ import annotations

from typing import Any

from torch import nn

from wfllm.config.schema import Freeze, Strategy
from wfllm.errors import WfllmError
from wfllm.training.part import save_part

save = save_part


def apply(model: Any, strategy: Strategy) -> Any:
    """Freeze all but what the strategy names.

    Says so where embeddings and head are one matrix and only one of them was asked for.

    Raises:
        WfllmError: nothing is left to train, or the model's blocks are not to be found.
    """
    assert isinstance(strategy, Freeze)
    model.requires_grad_(False)
    for part in last_blocks(model, strategy.last_blocks):
        part.requires_grad_(True)
    embeddings, head = model.get_input_embeddings(), model.get_output_embeddings()
    if strategy.embeddings:
        embeddings.requires_grad_(True)
    if strategy.head:
        head.requires_grad_(True)
    if not any(p.requires_grad for p in model.parameters()):
        mend = "Raise strategy.last_blocks or set strategy.embeddings=true or strategy.head=true."
        raise WfllmError("nothing is left to train", where="strategy=freeze", mend=mend)
    if strategy.embeddings != strategy.head and head is not None and head.weight is embeddings.weight:
        asked, other = ("embeddings", "head") if strategy.embeddings else ("head", "embeddings")
        print(f"This model's {asked} and {other} are one matrix: both are trained.", flush=True)
    return model


def last_blocks(model: Any, count: int) -> list[nn.Module]:
    """The last `count` transformer blocks and what stands behind them, the final norm."""
    total: int = model.config.num_hidden_layers
    for parent in model.modules():
        children = list(parent.children())
        for place, child in enumerate(children):
            if isinstance(child, nn.ModuleList) and len(child) == total:
                return [*list(child)[total - min(count, total) :], *children[place + 1 :]] if count else []
    raise WfllmError("its transformer blocks are not to be found", where="strategy=freeze")
