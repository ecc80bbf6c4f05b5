"""The LightningDataModule: batches in a fixed order, and where in it training stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytorch_lightning as pl

from wfllm.data.batches import Batch, batch_order, collate
from wfllm.data.encode import Encoded


class WorkflowData(pl.LightningDataModule):
    """Training and validation batches of encoded samples.

    (epoch, position) is kept here, not in the loader: Lightning loses or misplaces a loader's own state
    on a resume in mid-epoch, while a data module's state comes back as it was saved.
    """

    def __init__(
        self, train: Sequence[Encoded], dev: Sequence[Encoded], *, batch_size: int, pad_id: int, seed: int
    ) -> None:
        super().__init__()
        self.train, self.dev = train, dev
        self.batch_size, self.pad_id, self.seed = batch_size, pad_id, seed
        self.epoch = 0
        self.position = 0
        self._begun = (0, 0)

    def train_dataloader(self) -> _Lazy:
        return _Lazy(self, validation=False)

    def val_dataloader(self) -> _Lazy:
        return _Lazy(self, validation=True)

    @property
    def batches_per_epoch(self) -> int:
        return -(-len(self.train) // self.batch_size)

    def training_batches(self) -> Iterator[Batch]:
        """The rest of the current epoch; the position is moved before a batch is handed out."""
        order = batch_order([len(s.input_ids) for s in self.train], self.batch_size, self.seed, self.epoch)
        for number in range(self.position, len(order)):
            self._begun = (self.epoch, number)
            last = number + 1 == len(order)
            self.epoch, self.position = (self.epoch + 1, 0) if last else (self.epoch, number + 1)
            yield collate([self.train[i] for i in order[number]], self.pad_id)

    def validation_batches(self) -> Iterator[Batch]:
        order = sorted(range(len(self.dev)), key=lambda i: len(self.dev[i].input_ids))
        for start in range(0, len(order), self.batch_size):
            yield collate([self.dev[i] for i in order[start : start + self.batch_size]], self.pad_id)

    def state_dict(self) -> dict[str, Any]:
        """Where the batch in hand stands: a checkpoint is written as a batch begins, and repeats it."""
        epoch, position = self._begun
        return {"epoch": epoch, "position": position}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.epoch, self.position = state_dict["epoch"], state_dict["position"]


class _Lazy:
    """What Lightning iterates: sized, lazy, and without a state of its own."""

    def __init__(self, data: WorkflowData, *, validation: bool) -> None:
        self._data, self._validation = data, validation

    def __len__(self) -> int:
        size = len(self._data.dev) if self._validation else len(self._data.train)
        return -(-size // self._data.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        return self._data.validation_batches() if self._validation else self._data.training_batches()
