"""Attention of a pack on a CPU: torch's own kernel on each sample in turn, results kept once for all."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

_KINDS = (torch.float32, torch.bfloat16)


def takes(kind: torch.dtype, dropout: float, longest: int, window: int | None) -> bool:
    """Whether torch has a kernel for this attention."""
    fits = kind in _KINDS and (window is None or longest <= window)
    return fits and dropout == 0.0 and hasattr(torch.ops.aten, f"{_NAME}_backward")


def attend(query: Tensor, key: Tensor, value: Tensor, segments: list[int], scale: float | None) -> Tensor:
    """Causal attention within each sample.

    Args:
        query: [1, heads, length, size]; key and value may have fewer heads.
        segments: lengths of the samples.

    Returns:
        [1, length, heads, size].
    """
    out: Tensor = _segments(query, key, value, tuple(segments), scale)
    return out


class _Segments(torch.autograd.Function):
    """What the samples' kernels give is laid into one tensor, which the next layer keeps as well."""

    @staticmethod
    def forward(
        ctx: Any, query: Tensor, key: Tensor, value: Tensor, segments: tuple[int, ...], scale: float | None
    ) -> Tensor:
        _, heads, length, size = query.shape
        out = query.new_empty((1, length, heads, size))
        sums = []
        parts = zip(*(t.split(segments, dim=2) for t in (query, key, value)), strict=True)
        for place, (q, k, v) in zip(out.split(segments, dim=1), parts, strict=True):
            found, logsum = _op(_NAME)(q, k, v, 0.0, True, scale=scale)
            place.copy_(found.transpose(1, 2))
            sums.append(logsum)
        ctx.save_for_backward(query, key, value, out, *sums)
        ctx.segments, ctx.scale = segments, scale
        return out

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        query, key, value, out, *sums = ctx.saved_tensors
        grads = [torch.empty_like(t) for t in (query, key, value)]
        rows = [t.transpose(1, 2) for t in (grad, out)]
        cut = [t.split(ctx.segments, dim=2) for t in (rows[0], query, key, value, rows[1], *grads)]
        for n, logsum in enumerate(sums):
            given, q, k, v, found, *places = (t[n] for t in cut)
            made = _op(f"{_NAME}_backward")(given, q, k, v, found, logsum, 0.0, True, scale=ctx.scale)
            for place, part in zip(places, made, strict=True):
                place.copy_(part)
        return *grads, None, None


_NAME = "_scaled_dot_product_flash_attention_for_cpu"
_segments: Any = _Segments.apply


def _op(name: str) -> Any:
    return getattr(torch.ops.aten, name)
