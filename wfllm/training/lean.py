"""Layers with a backward pass written by hand: the same arithmetic in fewer steps and less memory.

What peft and transformers compute in many small operations, each leaving a tensor behind for the backward
pass, is here one function a layer: it keeps its input and little else. Under autocast it also spares what
is cast forth and back again: peft makes the input of every adapter float32 only for autocast to undo it, and
frozen weights are rounded to 16 bits anew in every forward pass. They are rounded once instead, which gives
the same products to the last bit.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, silu

ROUNDED = ("lora", "rslora", "lora_plus")
"""Strategies whose frozen weights may be kept in 16 bits: nothing is computed from them but products."""
_GATED = ("LlamaMLP", "MistralMLP", "Qwen2MLP", "Qwen3MLP")
_SILU = ("SiLU", "SiLUActivation")
_NORMS = ("LlamaRMSNorm", "MistralRMSNorm", "Qwen2RMSNorm", "Qwen3RMSNorm")


def lean(model: Any, half: torch.dtype | None = None) -> int:
    """Give the layers of a model that are known here their lean forward pass; the others stay as they are.

    Args:
        model: a transformers model, or one wrapped by peft.
        half: 16-bit type that autocast computes in and frozen weights under adapters are to be kept in;
            None leaves them.

    Returns:
        How many layers were changed.
    """
    changed = 0
    for module in model.modules():
        if isinstance(module.__dict__.get("forward"), _Lean):
            continue
        if _plain_adapter(module):
            if half is not None:
                module.base_layer.weight.data = module.base_layer.weight.data.to(half)
            module.forward = _Adapted(module)
        elif type(module).__name__ in _GATED and type(module.act_fn).__name__ in _SILU:
            module.forward = _Gated(module)
        elif type(module).__name__ in _NORMS:
            module.forward = _Normed(module)
        else:
            continue
        changed += 1
    return changed


def half_of(precision: str, strategy: str) -> torch.dtype | None:
    """What frozen weights may be kept in under this arithmetic (in Lightning's names) and strategy."""
    kinds = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}
    return kinds.get(precision) if strategy in ROUNDED else None


def _plain_adapter(module: nn.Module) -> bool:
    """A linear layer of peft with one plain LoRA adapter, without dropout."""
    from peft.tuners.lora.layer import Linear

    if type(module) is not Linear or type(module.base_layer) is not nn.Linear:
        return False
    names = module.active_adapters
    if len(names) != 1 or module.lora_variant or module.merged or module.fan_in_fan_out:
        return False
    a, b = module.lora_A[names[0]], module.lora_B[names[0]]
    dropout = module.lora_dropout[names[0]]
    frozen = not any(p.requires_grad for p in module.base_layer.parameters())
    return frozen and isinstance(dropout, nn.Identity) and a.bias is None and b.bias is None


def _compute_type(tensor: Tensor) -> torch.dtype:
    """What autocast computes products of this tensor in; its own type where there is no autocast."""
    device = tensor.device.type
    if torch.is_autocast_enabled(device) and tensor.dtype == torch.float32:
        return torch.get_autocast_dtype(device)
    return tensor.dtype


class _Lean:
    """A forward pass in the place of a layer's own."""

    def __init__(self, layer: Any) -> None:
        self.layer, self.plain = layer, layer.forward


class _Adapted(_Lean):
    """Of a linear layer with an adapter."""

    def __call__(self, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        layer = self.layer
        if args or kwargs or layer.disable_adapters or layer.merged:
            return self._otherwise(x, *args, **kwargs)
        base, kind, name = layer.base_layer, x.dtype, layer.active_adapters[0]
        compute = _compute_type(x)
        if base.weight.dtype != compute and not torch.is_autocast_enabled(x.device.type):
            compute = base.weight.dtype
        out: Tensor = _adapted_linear(
            x.to(compute),
            base.weight.to(compute),
            None if base.bias is None else base.bias.to(compute),
            layer.lora_A[name].weight,
            layer.lora_B[name].weight,
            layer.scaling[name],
        )
        return out if torch.is_autocast_enabled(x.device.type) else out.to(kind)

    def _otherwise(self, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """As peft does it, with a weight that may be in 16 bits."""
        out: Tensor = self.plain(x.to(self.layer.base_layer.weight.dtype), *args, **kwargs)
        return out


class _AdaptedLinear(torch.autograd.Function):
    """x W' + scale x A' B', where W is frozen."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, a: Tensor, b: Tensor, scale: float
    ) -> Tensor:
        down, up = a.to(x.dtype), (b * scale).to(x.dtype)
        rows = x.reshape(-1, x.shape[-1])
        low = rows @ down.T  # [tokens, rank]
        out = linear(rows, weight, bias).addmm_(low, up.T)
        ctx.save_for_backward(rows, low, weight, down, up)
        ctx.scale, ctx.shape, ctx.kinds = scale, x.shape, (a.dtype, b.dtype)
        return out.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        rows, low, weight, down, up = ctx.saved_tensors
        grad = grad.reshape(-1, grad.shape[-1])
        grad_low = grad @ up  # [tokens, rank]
        grad_x = None
        if ctx.needs_input_grad[0]:
            grad_x = (grad @ weight).addmm_(grad_low, down).view(ctx.shape)
        grad_a = (grad_low.T @ rows).to(ctx.kinds[0])
        grad_b = (grad.T @ low).to(ctx.kinds[1]).mul_(ctx.scale)
        return grad_x, None, None, grad_a, grad_b, None


class _Gated(_Lean):
    """Of a gated feed-forward layer, down(silu(gate(x)) * up(x))."""

    def __call__(self, x: Tensor) -> Tensor:
        layer = self.layer
        out: Tensor = layer.down_proj(_silu_product(layer.gate_proj(x), layer.up_proj(x)))
        return out


class _SiluProduct(torch.autograd.Function):
    """silu(gate) * up, of which the first factor is computed again rather than kept."""

    @staticmethod
    def forward(ctx: Any, gate: Tensor, up: Tensor) -> Tensor:
        ctx.save_for_backward(gate, up)
        return silu(gate).mul_(up)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        gate, up = ctx.saved_tensors
        grad_gate = torch.ops.aten.silu_backward(grad * up, gate)
        return grad_gate, silu(gate).mul_(grad)


class _Normed(_Lean):
    """Of a root-mean-square norm."""

    def __call__(self, x: Tensor) -> Tensor:
        if x.dtype != torch.float32:  # transformers rounds between the two products then
            out: Tensor = self.plain(x)
            return out
        kind = _compute_type(x)
        normed: Tensor = _root_mean_square(x, self.layer.weight, self.layer.variance_epsilon, kind)
        return normed


class _RootMeanSquare(torch.autograd.Function):
    """x / sqrt(mean(x^2) + eps) * weight of float32, handed on in the type that products are computed in."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, eps: float, kind: torch.dtype) -> Tensor:
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        inverse = torch.rsqrt(length.square_().div_(x.shape[-1]).add_(eps))  # [..., 1]
        ctx.save_for_backward(x, weight, inverse)
        return (x * inverse).mul_(weight).to(kind)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, inverse = ctx.saved_tensors
        grad = grad.float()
        grad_weight = None
        if ctx.needs_input_grad[1]:
            grad_weight = (grad * x * inverse).reshape(-1, x.shape[-1]).sum(0).to(weight.dtype)
        grad = grad * weight
        along = (grad * x).sum(-1, keepdim=True).mul_(inverse.pow(3)).div_(x.shape[-1])
        return grad.mul_(inverse).addcmul_(x, along, value=-1), grad_weight, None, None


# Of their own type, as torch gives none.
_adapted_linear: Any = _AdaptedLinear.apply
_silu_product: Any = _SiluProduct.apply
_root_mean_square: Any = _RootMeanSquare.apply
