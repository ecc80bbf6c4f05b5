"""Batches in a fixed order, and where in it training stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from wfllm.data.batches import Batch, batch_order, collate, pack, pack_order
from wfllm.data.encode import WEIGHTS, Encoded
from wfllm.data.packing import Packs
from wfllm.data.store import Store


class Feed:
    """Training and validation batches of encoded samples.

    Args:
        batch_size: samples of a padded batch, or packs laid end to end.
        pack_tokens: of one pack; None pads.
        weights: how much a token counts in the loss, by role.
        rank, ranks: which of how many processes this is. Each takes its share of the one global order; all
            take the same number of batches, and where there are none left one that weighs nothing.
    """

    def __init__(
        self,
        train: Sequence[Encoded],
        dev: Sequence[Encoded],
        *,
        batch_size: int,
        pad_id: int,
        seed: int,
        pack_tokens: int | None = None,
        weights: Sequence[float] = WEIGHTS,
        rank: int = 0,
        ranks: int = 1,
    ) -> None:
        self.train, self.dev = train, dev
        self.batch_size, self.pad_id, self.seed = batch_size, pad_id, seed
        self.weights = tuple(weights)
        self.rank, self.ranks = rank, ranks
        self.epoch = 0
        self.position = 0
        self._begun = (0, 0)
        self._lengths = lengths_of(train)
        self._packs: Packs | None = None
        held_out = lengths_of(dev)
        order: list[int] = np.argsort(held_out, kind="stable").tolist()
        self._dev_order = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
        if pack_tokens is not None:
            self._packs = Packs(self._lengths, pack_tokens * batch_size)
            self._dev_order = Packs(held_out, pack_tokens * batch_size).deal()

    @property
    def batches_per_epoch(self) -> int:
        """The same in every epoch."""
        return -(-len(self.train) // self.batch_size) if self._packs is None else len(self._packs)

    @property
    def dev_batches(self) -> int:
        return len(self._dev_order)

    def order(self, epoch: int) -> list[list[int]]:
        """Indices of the samples of every training batch: a pure function of seed and epoch."""
        if self._packs is None:
            return batch_order(self._lengths, self.batch_size, self.seed, epoch)
        return pack_order(self._packs, self.seed, epoch)

    def training_batches(self) -> Iterator[Batch]:
        """The rest of the current epoch; the position is moved before a batch is handed out."""
        order = self.order(self.epoch)
        for number in range(self.position, len(order), self.ranks):
            self._begun = (self.epoch, number)
            after = number + self.ranks
            last = after >= len(order)
            self.epoch, self.position = (self.epoch + 1, 0) if last else (self.epoch, after)
            yield self._mine(self.train, order[number:after])

    def validation_batches(self) -> Iterator[Batch]:
        for start in range(0, len(self._dev_order), self.ranks):
            yield self._mine(self.dev, self._dev_order[start : start + self.ranks])

    def _mine(self, samples: Sequence[Encoded], around: Sequence[Sequence[int]]) -> Batch:
        """This rank's batch of one round. A round with too few has the first one again, weighing nothing:
        ranks compute together, so that one without a batch would stop them all."""
        own = around[self.rank] if self.rank < len(around) else around[0]
        batch = self._batch([samples[i] for i in own])
        if self.rank >= len(around):
            batch["weights"] = batch["weights"] * 0
            batch["tokens"] = batch["supervised"] = 0
        return batch

    def _batch(self, samples: Sequence[Encoded]) -> Batch:
        if self._packs is None:
            return collate(samples, self.pad_id, self.weights)
        return pack(samples, self.weights)

    def state_dict(self) -> dict[str, Any]:
        """Where the batch in hand stands: a checkpoint is written as a batch begins, and repeats it."""
        epoch, position = self._begun
        return {"epoch": epoch, "position": position, "ranks": self.ranks}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.epoch, self.position = state_dict["epoch"], state_dict["position"]


def lengths_of(samples: Sequence[Encoded]) -> npt.NDArray[np.int64]:
    """[samples]: tokens of each; of a store without reading them."""
    if isinstance(samples, Store):
        return samples.lengths
    return np.array([len(s.input_ids) for s in samples], dtype=np.int64)
