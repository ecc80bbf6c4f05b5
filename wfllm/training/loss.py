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
        batch: `input_ids` and `supervised`, both [batch, length].

    Returns:
        The loss summed over supervised tokens (scalar, float32) and their number (scalar).
    """
    input_ids, supervised = batch["input_ids"], batch["supervised"]
    targets, wanted = input_ids[:, 1:], supervised[:, 1:]  # [batch, length-1]: position t predicts t+1
    columns = wanted.any(dim=0).nonzero().flatten()  # positions at which any row is supervised
    output = model(input_ids=input_ids, use_cache=False, logits_to_keep=columns)
    wanted = wanted[:, columns]
    logits = output.logits[wanted].float()  # [supervised, vocabulary]
    loss = cross_entropy(logits, targets[:, columns][wanted], reduction="sum")
    return loss, wanted.sum()
