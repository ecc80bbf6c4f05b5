"""Cross-entropy summed over supervised tokens, with the output head run on supervised positions alone."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.nn.functional import cross_entropy

from wfllm.data.batches import Batch


def summed_loss(model: Any, batch: Batch) -> tuple[Tensor, Tensor]:
    """Loss of one batch.

    Args:
        model: a transformers causal language model, or one wrapped by peft.
        batch: see `Batch`.

    Returns:
        The weighted loss summed over supervised tokens (scalar, float32) and the sum of their weights.
    """
    input_ids, weights = batch["input_ids"], batch["weights"]
    targets, weights = input_ids[:, 1:], weights[:, 1:]  # [batch, length-1]: position t predicts t+1
    columns = (weights > 0).any(dim=0).nonzero().flatten()  # positions at which any row is supervised
    output = model(
        input_ids=input_ids, position_ids=batch["position_ids"], use_cache=False, logits_to_keep=columns
    )
    weights = weights[:, columns]
    wanted = weights > 0
    logits = output.logits[wanted].float()  # [supervised, vocabulary]
    losses = cross_entropy(logits, targets[:, columns][wanted], reduction="none")
    return (losses * weights[wanted]).sum(), weights.sum()
