"""Cross-entropy summed over supervised tokens, with the output head run on their positions alone.

The head's forward pass is exchanged for the length of one forward pass of the model, so that whatever
stands around it (adapters, sharding, what an architecture does to its logits) works as it always does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.utils.checkpoint import checkpoint

from wfllm.data.batches import Batch
from wfllm.training.head import takes, weighted_loss
from wfllm.training.liger import fused_losses

WHOLE = 2**27
"""Logits that are computed at once where nobody says otherwise: 512 MB of float32."""
PART = 2**26
"""Logits of a chunk where there are more."""

Head = Callable[[Tensor], Tensor]


def learned_positions(batch: Batch) -> Tensor:
    """Where a learned token comes next: [learned], int64, places in the batch's rows laid end to end."""
    rows, columns = (batch["weights"][:, 1:] > 0).nonzero(as_tuple=True)
    return rows * batch["weights"].shape[1] + columns


def summed_loss(
    model: Any,
    batch: Batch,
    *,
    chunk: int | None = None,
    liger: bool = False,
    bare: bool | None = None,
    places: Tensor | None = None,
    lean: bool = False,
) -> tuple[Tensor, Tensor]:
    """Loss of one batch.

    Args:
        model: a transformers causal language model, or one wrapped by peft.
        batch: see `Batch`.
        chunk: positions that go through the output head at once, their logits computed again in the
            backward pass; 0 takes all, None all where they are few.
        liger: compute head and loss in one kernel, on a GPU.
        bare: `bare_head(model)`, where it is known.
        places: `learned_positions(batch)`, where they are known: finding them makes a GPU wait.
        lean: make the gradients along with the loss where the head allows it (`wfllm.training.head`).

    Returns:
        The weighted loss summed over supervised tokens (scalar, float32) and the sum of their weights.
    """
    places = learned_positions(batch) if places is None else places
    targets = batch["input_ids"].flatten()[places + 1]  # [learned]: position t predicts t + 1
    weights = batch["weights"].flatten()[places + 1]
    size = chunk_size(chunk, len(places), model.config.get_text_config().vocab_size)
    head = model.get_output_embeddings()
    fused = lean and not liger and chunk != 0 and takes(head)
    alone = len(places) > 0 and (liger or fused or size < len(places))
    if alone and not (bare_head(model) if bare is None else bare):
        alone = fused = False  # the model does something to its logits

    def at_places(project: Head, hidden: Tensor) -> Tensor:
        chosen = hidden.flatten(0, 1)[places]  # [learned, width]
        if not alone:
            return project(chosen[None])  # [1, learned, vocabulary]
        if liger:
            found = fused_losses(head, chosen, targets)
        elif fused:
            found = weighted_loss(head, chosen, targets, weights, chunk)[None]
        else:
            found = _chunked(project, chosen, targets, size)
        return found[None, :, None]  # [1, learned or 1, 1]: losses, or their sum, in the logits' place

    packed = {"segments": batch["segments"]} if batch["segments"] else {}
    with _head_as(model, at_places):
        out: Tensor = model(
            input_ids=batch["input_ids"], position_ids=batch["position_ids"], use_cache=False, **packed
        ).logits
    if alone and fused:
        return out[0, 0, 0], weights.sum()
    each = out[0, :, 0] if alone else cross_entropy(out[0].float(), targets, reduction="none")
    return (each * weights).sum(), weights.sum()


def chunk_size(chunk: int | None, positions: int, vocabulary: int) -> int:
    """Positions that go through the head at once, by `trainer.loss_chunk`: some measured vocabularies gain
    nothing from chunks (49k), and large ones do (128k)."""
    if chunk is None:
        chunk = PART // vocabulary if positions * vocabulary > WHOLE else 0
    return chunk or positions


@torch.no_grad()
def bare_head(model: Any) -> bool:
    """Whether the logits are what the output head gives, and nothing is done to them afterwards.

    Gemma caps its logits, Granite and Cohere scale theirs. Asked of the model itself, in one forward pass
    of two tokens: logits that any change would show in are put in the place of the head's.
    """
    mark: list[Tensor] = []

    def marked(_: Head, hidden: Tensor) -> Tensor:
        vocabulary = model.config.get_text_config().vocab_size
        values = torch.linspace(-1000, 1000, vocabulary, device=hidden.device)
        mark.append(values.expand(*hidden.shape[:-1], vocabulary))
        return mark[0].clone()

    ids = torch.zeros((1, 2), dtype=torch.int64, device=model.get_input_embeddings().weight.device)
    training = model.training
    model.eval()  # nothing is drawn
    try:
        with _head_as(model, marked):
            out: Tensor = model(input_ids=ids, use_cache=False).logits
    finally:
        model.train(training)
    return len(mark) == 1 and torch.equal(out, mark[0])


@contextmanager
def _head_as(model: Any, work: Callable[[Head, Tensor], Tensor]) -> Iterator[None]:
    """Let the output head do `work(its own forward pass, hidden states)`."""
    head = model.get_output_embeddings()
    own, before = head.forward, head.__dict__.get("forward")
    head.forward = lambda hidden: work(own, hidden)
    try:
        yield
    finally:
        del head.forward
        if before is not None:
            head.forward = before


def _chunked(project: Head, hidden: Tensor, targets: Tensor, size: int) -> Tensor:
    """Losses [learned] of hidden states [learned, width]; logits exist for `size` positions at a time."""

    def losses(hidden: Tensor, targets: Tensor) -> Tensor:
        return cross_entropy(project(hidden).float(), targets, reduction="none")

    parts = zip(hidden.split(size), targets.split(size), strict=True)
    return torch.cat([checkpoint(losses, h, t, use_reentrant=False) for h, t in parts])
