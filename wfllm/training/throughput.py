"""What an optimiser step has done, and how fast: summed on the device, read once a step."""

from __future__ import annotations

import time
from collections.abc import Sequence

import torch
from torch import Tensor

from wfllm.data.batches import Batch
from wfllm.training.distributed import ranks, summed
from wfllm.training.flops import Cost


class Window:
    """The batches of one optimiser step. Nothing makes a GPU wait before `close`.

    Args:
        cost: of the model in training.
        peak: operations a second that one device could do.
    """

    def __init__(self, cost: Cost | None = None, peak: float = 0.0) -> None:
        self.cost, self.peak = cost, peak
        self._clear()

    def _clear(self) -> None:
        self._losses: list[Tensor] = []
        self._tokens = self._learned = self._places = 0
        self._operations = 0.0

    @property
    def begun(self) -> bool:
        """Whether batches are in it, and the optimiser step they belong to is still to come."""
        return bool(self._losses)

    def begin(self) -> None:
        """Time counts from now on."""
        self._since = time.monotonic()

    def add(self, loss: Tensor, weight: Tensor, batch: Batch, lengths: Sequence[int]) -> None:
        """One batch: its summed loss and weights, and the lengths of its samples."""
        self._losses.append(torch.stack([loss.detach().float(), weight.float()]))
        self._tokens += batch["tokens"]
        self._learned += batch["supervised"]
        self._places += batch["input_ids"].numel()
        if self.cost is not None:
            self._operations += self.cost.of(lengths, batch["supervised"])

    def close(self) -> tuple[float, float, dict[str, float]]:
        """Over all ranks: summed loss, sum of weights, and what is logged of the step. Begins anew."""
        pairs = torch.stack(self._losses).tolist()  # of float32; added up in float64
        mine = (sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs))
        counts = (self._tokens, self._learned, self._places, self._operations)
        loss, weight, tokens, learned, places, operations = summed(*mine, *counts)
        now = time.monotonic()
        seconds, self._since = max(now - self._since, 1e-9), now
        rates = {
            "train/supervised_tokens": learned,
            "train/supervised_tokens_per_s": learned / seconds,
            "train/tokens_per_s": tokens / seconds,
            "train/padding": 1 - tokens / places,
        }
        if self.cost is not None and self.peak:
            rates["train/utilisation"] = operations / seconds / (self.peak * ranks())
        self._clear()
        return loss, weight, rates
