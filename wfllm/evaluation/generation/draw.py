"""How the next token is chosen: the likeliest, or drawn with random numbers that are each request's own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import torch
from transformers import LogitsProcessor, LogitsProcessorList, TemperatureLogitsWarper, TopPLogitsWarper


def seed_of(seed: int, prompt: str, sample: int) -> int:
    """The seed of one answer: the same for the same prompt wherever it stands."""
    digest = hashlib.sha256(f"{seed}\0{sample}\0{prompt}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") >> 1


class Draw:
    """Draws the tokens of a batch, each row with a generator of its own.

    Args:
        seeds: one a row.
    """

    def __init__(self, seeds: Sequence[int], temperature: float, top_p: float) -> None:
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.temperature, self.top_p = temperature, top_p

    def processors(self, rows: Sequence[int]) -> LogitsProcessorList:
        """What turns the likeliest token into a drawn one, where these rows of the batch are left."""
        found = LogitsProcessorList([TemperatureLogitsWarper(self.temperature)])
        if self.top_p < 1:
            found.append(TopPLogitsWarper(self.top_p))
        found.append(_Gumbel([self.generators[row] for row in rows]))
        return found


class _Gumbel(LogitsProcessor):
    """The largest of logits plus Gumbel noise is a draw from their softmax; the noise is each row's own."""

    def __init__(self, generators: Sequence[torch.Generator]) -> None:
        self.generators = generators

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        noise = torch.stack([self._noise(scores.shape[-1], generator) for generator in self.generators])
        return scores.double() + noise.to(scores.device)

    @staticmethod
    def _noise(size: int, generator: torch.Generator) -> Any:
        uniform = torch.rand(size, generator=generator, dtype=torch.float64).clamp(1e-300, 1 - 1e-16)
        return -torch.log(-torch.log(uniform))
