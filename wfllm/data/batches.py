"""Which records make which batch: a pure function of (seed, epoch), so that any batch can be found again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import torch
from torch import Tensor

from wfllm.data.encode import PROMPT, Encoded

GROUP = 50
"""Batches that are sorted by length together: larger pads less, smaller mixes better."""


class Batch(TypedDict):
    """Samples as rows, padded on the right, or packed one after another in one row."""

    input_ids: Tensor
    """[rows, length], int64."""
    weights: Tensor
    """[rows, length], float32: how much each token counts as a target; 0 is not learned."""
    position_ids: Tensor
    """[rows, length], int64: from 0 on in each sample."""
    segments: list[int] | None
    """Of a pack: the lengths of its samples, in order; None where each row is a sample."""
    tokens: int
    """Tokens of the samples, without padding."""
    supervised: int
    """Tokens that are learned."""


def batch_order(lengths: Sequence[int], batch_size: int, seed: int, epoch: int) -> list[list[int]]:
    """Indices of every batch of an epoch: shuffled, neighbours in length together, batches shuffled again."""
    generator = torch.Generator().manual_seed((seed * 1_000_003 + epoch) % 2**63)
    order: list[int] = torch.randperm(len(lengths), generator=generator).tolist()
    if batch_size > 1:
        span = batch_size * GROUP
        for start in range(0, len(order), span):
            order[start : start + span] = sorted(order[start : start + span], key=lambda i: lengths[i])
    batches = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
    shuffled: list[int] = torch.randperm(len(batches), generator=generator).tolist()
    return [batches[i] for i in shuffled]


def collate(samples: Sequence[Encoded], pad_id: int) -> Batch:
    """Pad on the right. Under causal attention no real token sees the padding, so no mask is needed."""
    longest = max(len(s.input_ids) for s in samples)
    input_ids = torch.full((len(samples), longest), pad_id)
    weights = torch.zeros((len(samples), longest))
    for row, sample in enumerate(samples):
        input_ids[row, : len(sample.input_ids)] = torch.tensor(sample.input_ids)
        weights[row, : len(sample.roles)] = (torch.tensor(sample.roles) != PROMPT).float()
    return Batch(
        input_ids=input_ids,
        weights=weights,
        position_ids=torch.arange(longest).expand(len(samples), -1),
        segments=None,
        tokens=sum(len(s.input_ids) for s in samples),
        supervised=sum(s.supervised for s in samples),
    )
