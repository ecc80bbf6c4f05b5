"""NEFTune: noise on the embeddings of training samples (Jain et al., arXiv 2310.05914)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor


class Neftune:
    """Adds uniform noise of alpha / sqrt(length x width), by the length of each sample itself.

    The noise of a batch is a pure function of seed, rank and the batch's number, drawn by a generator of
    its own: dropout and order are what they were without it, and the number alone goes into a checkpoint.

    Args:
        model: its input embeddings get a hook.
        alpha: `optim.neftune`.
        seed: of the run.
    """

    def __init__(self, model: Any, alpha: float, seed: int) -> None:
        self.alpha, self.seed = alpha, seed
        self.batch = 0
        """Number of the next training batch."""
        self._lengths: Sequence[int] | None = None
        self._packed = False
        self._rank = 0
        model.get_input_embeddings().register_forward_hook(self._hook)

    @contextmanager
    def on(self, lengths: Sequence[int], packed: bool, rank: int) -> Iterator[None]:
        """Noise for one training batch.

        Args:
            lengths: of its samples: of each row, or of those that one row packs end to end.
        """
        self._lengths, self._packed, self._rank = lengths, packed, rank
        try:
            yield
        finally:
            self._lengths = None
            self.batch += 1

    def _hook(self, module: Any, inputs: Any, embedded: Tensor) -> Tensor:
        return embedded if self._lengths is None else embedded + self._noise(embedded)

    def _noise(self, embedded: Tensor) -> Tensor:
        assert self._lengths is not None
        generator = torch.Generator(embedded.device)
        generator.manual_seed((self.seed * 1_000_003 + self.batch * 1_009 + self._rank) % 2**63)
        noise = torch.rand(embedded.shape, generator=generator, device=embedded.device) * 2 - 1
        reach = torch.tensor(self._lengths, dtype=torch.float32, device=embedded.device)
        reach = self.alpha / (reach * embedded.shape[-1]).sqrt()
        if self._packed:
            counts = torch.tensor(self._lengths, device=embedded.device)
            scale = reach.repeat_interleave(counts, output_size=embedded.shape[1])[None, :, None]
        else:
            scale = reach[:, None, None]
        return (noise * scale).to(embedded.dtype)
