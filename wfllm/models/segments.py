"""Attention within each sample of a pack: causal, isolated, linear in the pack's length.

A pack is one row of several samples (`Batch.segments` has their lengths). A mask that keeps them apart would
be as large as the square of the pack; here every sample is attended to alone. Registered with transformers
as the attention called "segments": switch a model to it with `isolate` and hand the lengths to its forward
pass as `segments=[...]`. Without `segments` it is transformers' own "sdpa", so padded batches and generation
work with the same model.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import repeat_kv, sdpa_attention_forward
from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

from wfllm.errors import WfllmError
from wfllm.models import segments_cpu

SEGMENTS = "segments"
_UNKNOWN = ("softcap", "s_aux", "position_bias")
"""What some models add to attention and this one does not compute."""


def isolate(model: Any) -> Any:
    """Make a transformers model, or one wrapped by peft, keep the samples of a pack apart.

    Raises:
        WfllmError: its attention cannot be exchanged.
    """
    try:
        model.set_attn_implementation(SEGMENTS)
    except ValueError as error:
        raise _no_packs("this model's attention is fixed") from error
    return model


def segment_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    segments: list[int] | None = None,
    sliding_window: int | None = None,
    **kwargs: Any,
) -> tuple[Tensor, None]:
    """Attention as transformers calls it.

    Args:
        query: [rows, heads, length, size]; key and value may have fewer heads.
        segments: lengths of the samples of a pack, which has one row; None for rows of one sample each.
        sliding_window: tokens that each token sees, itself included; None for all before it.

    Returns:
        [rows, length, heads, size].

    Raises:
        WfllmError: the model adds to attention what is not computed here.
    """
    if segments is None or len(segments) == 1:
        return sdpa_attention_forward(
            module,
            query,
            key,
            value,
            attention_mask,
            dropout=dropout,
            scaling=scaling,
            sliding_window=sliding_window,
            **kwargs,
        )
    if added := [name for name in _UNKNOWN if kwargs.get(name) is not None]:
        raise _no_packs(f"this model's attention has {added[0]}")
    if query.shape[0] != 1 or sum(segments) != query.shape[2] or attention_mask is not None:
        raise ValueError(f"segments {segments} do not cut one row of {query.shape[2]} tokens")
    half = _half(query)
    together = _kernel() if query.is_cuda and dropout == 0.0 else None
    if together is not None and half is not None and query.shape[-1] <= 256:
        rows = (t[0].transpose(0, 1).to(half) for t in (query, key, value))  # [length, heads, size]
        bounds = _bounds(tuple(segments), query.device)
        out = together(*rows, bounds, max(segments), scale=scaling, window=sliding_window)
        return out.unsqueeze(0), None
    if query.device.type == "cpu":
        kind = half or query.dtype
        if segments_cpu.takes(kind, dropout, max(segments), sliding_window):
            query, key, value = query.to(kind), key.to(kind), value.to(kind)
            return segments_cpu.attend(query, key, value, segments, scaling), None
    groups = query.shape[1] // key.shape[1]
    if groups > 1 and query.device.type != "cpu":  # kernels that take fewer key heads are rare off the CPU
        key, value = repeat_kv(key, groups), repeat_kv(value, groups)
    outs = [
        scaled_dot_product_attention(
            q,
            k,
            v,
            attn_mask=_band(q.shape[2], sliding_window, q.device),
            dropout_p=dropout,
            is_causal=sliding_window is None or q.shape[2] <= sliding_window,
            scale=scaling,
            enable_gqa=key.shape[1] != query.shape[1],
        )
        for q, k, v in zip(*(t.split(segments, dim=2) for t in (query, key, value)), strict=True)
    ]
    return torch.cat(outs, dim=2).transpose(1, 2).contiguous(), None


def segment_mask(
    *,
    batch_size: int,
    q_length: int,
    kv_length: int,
    attention_mask: Tensor | None = None,
    allow_is_causal_skip: bool = True,
    config: Any = None,
    **kwargs: Any,
) -> Tensor | None:
    """No mask for a pack, which transformers knows by positions that restart; else that of "sdpa"."""
    if attention_mask is None and not allow_is_causal_skip and q_length == kv_length:
        if getattr(config, "attention_chunk_size", None):
            raise _no_packs("this model attends in chunks")
        return None
    return sdpa_mask(
        batch_size=batch_size,
        q_length=q_length,
        kv_length=kv_length,
        attention_mask=attention_mask,
        allow_is_causal_skip=allow_is_causal_skip,
        config=config,
        **kwargs,
    )


def _no_packs(cause: str) -> WfllmError:
    return WfllmError(f"{cause}, which packs cannot have", where="model", mend="Use trainer.batching=padded.")


def _band(length: int, window: int | None, device: torch.device) -> Tensor | None:
    """Mask of a sample longer than the window; None where all tokens before are seen."""
    if window is None or length <= window:
        return None
    return torch.ones(length, length, dtype=torch.bool, device=device).tril().triu(1 - window)


@lru_cache(maxsize=8)
def _bounds(segments: tuple[int, ...], device: torch.device) -> Tensor:
    """Where each sample begins, and where the last one ends; the same in all layers."""
    return torch.tensor([0, *segments], device=device).cumsum(0, dtype=torch.int32)


def _half(query: Tensor) -> torch.dtype | None:
    """The 16-bit type that attention is computed in, autocast heeded; None for 32 bits."""
    dtype = query.dtype
    if torch.is_autocast_enabled(query.device.type):
        dtype = torch.get_autocast_dtype(query.device.type)
    return dtype if dtype in (torch.bfloat16, torch.float16) else None


@cache
def _kernel() -> Callable[..., Tensor] | None:
    """One kernel for all samples of a pack on a GPU: flash-attn's or torch's own; None where neither is."""
    if torch.cuda.get_device_capability() < (8, 0):
        return None
    try:
        varlen = import_module("flash_attn").flash_attn_varlen_func
    except ImportError:
        return _torch_kernel()

    def attend(q: Tensor, k: Tensor, v: Tensor, bounds: Tensor, longest: int, **how: Any) -> Tensor:
        window = how["window"]
        out: Tensor = varlen(
            q, k, v, bounds, bounds, longest, longest,
            softmax_scale=how["scale"], causal=True, window_size=(window - 1, 0) if window else (-1, -1),
        )  # fmt: skip
        return out

    return attend


def _torch_kernel() -> Callable[..., Tensor] | None:
    try:
        from torch.nn.attention.varlen import varlen_attn
    except ImportError:  # before torch 2.10
        return None
    if not {"scale", "window_size", "enable_gqa"} <= inspect.signature(varlen_attn).parameters.keys():
        return None

    def attend(q: Tensor, k: Tensor, v: Tensor, bounds: Tensor, longest: int, **how: Any) -> Tensor:
        window = how["window"]
        out: Any = varlen_attn(
            q, k, v, bounds, bounds, longest, longest,
            scale=how["scale"], window_size=(window - 1 if window else -1, 0),
            enable_gqa=q.shape[1] != k.shape[1],
        )  # fmt: skip
        return out  # type: ignore[no-any-return]

    return attend


AttentionInterface.register(SEGMENTS, segment_attention)
AttentionMaskInterface.register(SEGMENTS, segment_mask)
