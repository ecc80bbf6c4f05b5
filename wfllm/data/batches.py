"""Which records make which batch: a pure function of (seed, epoch), so that any batch can be found again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
import torch
from torch import Tensor

from wfllm.data.encode import WEIGHTS, Encoded
from wfllm.data.packing import Lengths, Packs

GROUP = 50
"""Batches that are sorted by length together: larger pads less, smaller mixes better."""


class Batch(TypedDict):
    """Samples as rows, padded on the right, or packed one after another in one row.

    The share of padding is 1 - tokens / input_ids.numel().
    """

    input_ids: Tensor
    """[rows, length], int64."""
    weights: Tensor
    """[rows, length], float32: how much each token counts as a target; 0 is not learned. A sample's first
    token has nothing before it that could predict it, and weighs 0."""
    position_ids: Tensor
    """[rows, length], int64: from 0 on in each sample."""
    segments: list[int] | None
    """Of a pack: the lengths of its samples, in order; None where each row is a sample."""
    tokens: int
    """Tokens of the samples, without padding."""
    supervised: int
    """Tokens that are learned."""


def batch_order(lengths: Lengths, batch_size: int, seed: int, epoch: int) -> list[list[int]]:
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


def pack_order(packs: Packs, seed: int, epoch: int) -> list[list[int]]:
    """Indices of every pack of an epoch: samples of like length change places, packs and what is in them
    are shuffled. Their number is the same in all epochs."""
    generator = np.random.default_rng([seed, epoch])
    dealt = packs.deal(generator)
    for pack in dealt:
        generator.shuffle(pack)
    return [dealt[i] for i in generator.permutation(len(dealt))]


def collate(samples: Sequence[Encoded], pad_id: int, weights: Sequence[float] = WEIGHTS) -> Batch:
    """Pad on the right. Under causal attention no real token sees the padding, so no mask is needed.

    Args:
        weights: of each role.
    """
    longest = max(len(s.input_ids) for s in samples)
    input_ids = np.full((len(samples), longest), pad_id, dtype=np.int64)
    loss_weights = np.zeros((len(samples), longest), dtype=np.float32)
    by_role = np.asarray(weights, dtype=np.float32)
    for row, sample in enumerate(samples):
        input_ids[row, : len(sample.input_ids)] = sample.input_ids
        loss_weights[row, 1 : len(sample.roles)] = by_role[sample.roles[1:]]
    return Batch(
        input_ids=torch.from_numpy(input_ids),
        weights=torch.from_numpy(loss_weights),
        position_ids=torch.arange(longest).expand(len(samples), -1),
        segments=None,
        tokens=sum(len(s.input_ids) for s in samples),
        supervised=int((loss_weights > 0).sum()),
    )


def pack(samples: Sequence[Encoded], weights: Sequence[float] = WEIGHTS) -> Batch:
    """Samples end to end in one row, for attention that keeps them apart (`wfllm.models.segments`).

    Args:
        weights: of each role.
    """
    segments = [len(s.input_ids) for s in samples]
    by_role = np.asarray(weights, dtype=np.float32)
    input_ids = np.concatenate([np.asarray(s.input_ids, dtype=np.int64) for s in samples])
    loss_weights = np.concatenate([by_role[s.roles] for s in samples])
    loss_weights[np.cumsum([0, *segments[:-1]])] = 0.0
    return Batch(
        input_ids=torch.from_numpy(input_ids)[None],
        weights=torch.from_numpy(loss_weights)[None],
        position_ids=torch.cat([torch.arange(length) for length in segments])[None],
        segments=segments,
        tokens=sum(segments),
        supervised=int((loss_weights > 0).sum()),
    )
