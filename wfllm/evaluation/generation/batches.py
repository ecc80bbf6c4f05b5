"""Which requests are answered together, and how their tokens lie in a batch."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import DynamicCache

SHORTEST_PREFIX = 16
"""Tokens that all prompts must share before it pays to read them apart."""


def batches(lengths: Sequence[int], size: int) -> list[list[int]]:
    """Indices of the prompts of each batch, longest prompts first, those of one length as they came.

    A function of all lengths alone: whichever answers are there already, a request is always answered in
    the same company, so that an evaluation that goes on gives the same answers in any arithmetic. The batch
    that needs the most memory comes first, and neighbours pad little.
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    return [order[start : start + size] for start in range(0, len(order), size)]


def common_prefix(prompts: Sequence[Sequence[int]]) -> int:
    """Tokens with which all prompts begin; each keeps at least one of its own. 0 where they are few."""
    if len(prompts) < 2:
        return 0
    first, last = (
        min(map(list, prompts)),
        max(map(list, prompts)),
    )  # in order, so that what these two share all share
    shared = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    shared = min(shared, min(map(len, prompts)) - 1)
    return shared if shared >= SHORTEST_PREFIX else 0


@dataclass
class Layout:
    """A batch as the model reads it: what all share, padding, and each row's own tokens up to the right end.

    Padding stands on the left of what is each row's own: a padded right end would be continued from padding.
    Positions are counted over `mask`, so they are those of the prompt alone.
    """

    ids: Any
    """(rows, width) tokens."""
    mask: Any
    """(rows, width): 1 where there is a token of the prompt, 0 where there is padding."""
    cache: Any = None
    """Keys and values of the first columns; None where nothing is read yet."""

    @property
    def width(self) -> int:
        return int(self.ids.shape[1])

    def select(self, rows: Sequence[int]) -> Layout:
        """These rows alone, with a cache of their own."""
        index = torch.tensor(list(rows), device=self.ids.device)
        cache = copy.deepcopy(self.cache)
        if cache is not None:
            cache.batch_select_indices(index)
        return Layout(self.ids[index], self.mask[index], cache)


def lay_out(prompts: Sequence[Sequence[int]], pad: int, device: Any, prefix: int, read: Any) -> Layout:
    """Prompts side by side.

    Args:
        prefix: tokens that all share.
        read: keys and values of these, one row; None where they are not read apart.
    """
    width = max(map(len, prompts))
    ids = torch.full((len(prompts), width), pad)
    mask = torch.zeros_like(ids)
    for row, tokens in enumerate(prompts):
        own = len(tokens) - prefix
        ids[row, :prefix] = torch.tensor(tokens[:prefix], dtype=ids.dtype)
        ids[row, width - own :] = torch.tensor(tokens[prefix:], dtype=ids.dtype)
        mask[row, :prefix] = 1
        mask[row, width - own :] = 1
    assert bool(mask[:, -1].all()), "padding must stand on the left"
    cache = copy.deepcopy(read)
    if cache is not None:
        cache.batch_repeat_interleave(len(prompts))
    return Layout(ids.to(device), mask.to(device), cache)


def read_prefix(model: Any, tokens: Sequence[int]) -> Any:
    """Keys and values of the tokens that all prompts begin with; None for models that keep other states."""
    if not attends_to_all(model):
        return None
    cache = DynamicCache(config=model.config)
    ids = torch.tensor([list(tokens)], device=model.device)
    model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
    return cache


def read_rest(model: Any, layout: Layout) -> None:
    """Read all columns but the last into the layout's cache, for several ways to go on from there."""
    cache = layout.cache if layout.cache is not None else DynamicCache(config=model.config)
    before = cache.get_seq_length()
    if layout.width - 1 > before:
        positions = (layout.mask.cumsum(-1) - 1).clamp(min=0)
        model(
            input_ids=layout.ids[:, before:-1],
            attention_mask=layout.mask[:, :-1],
            position_ids=positions[:, before:-1],
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
    layout.cache = cache


def attends_to_all(model: Any) -> bool:
    """Whether every layer attends to everything before: windows count padding, other states cannot be cut."""
    config = model.config
    kinds = getattr(config, "layer_types", None)
    if kinds is not None:
        return set(kinds) == {"full_attention"}
    return getattr(config, "sliding_window", None) is None
