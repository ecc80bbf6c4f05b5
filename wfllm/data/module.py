"""The LightningDataModule: the feed as Lightning asks for it.

Apart from the feed, for Lightning takes longer to import than most commands run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytorch_lightning as pl

from wfllm.data.batches import Batch
from wfllm.data.feed import Feed


class WorkflowData(Feed, pl.LightningDataModule):
    """A feed for Lightning's trainer; arguments as of `Feed`.

    (epoch, position) is kept here, not in the loader: Lightning loses or misplaces a loader's own state
    on a resume in mid-epoch, while a data module's state comes back as it was saved.
    """

    def __init__(self, *args: Any, **keys: Any) -> None:
        pl.LightningDataModule.__init__(self)
        Feed.__init__(self, *args, **keys)

    def train_dataloader(self) -> _Lazy:
        return _Lazy(self, validation=False)

    def val_dataloader(self) -> _Lazy:
        return _Lazy(self, validation=True)


class _Lazy:
    """What Lightning iterates: sized, lazy, and without a state of its own."""

    def __init__(self, data: Feed, *, validation: bool) -> None:
        self._data, self._validation = data, validation

    def __len__(self) -> int:
        data = self._data
        batches = data.dev_batches if self._validation else data.batches_per_epoch
        return -(-batches // data.ranks)

    def __iter__(self) -> Iterator[Batch]:
        return self._data.validation_batches() if self._validation else self._data.training_batches()
