"""Layers with a backward pass written by hand: the same arithmetic in fewer steps and less memory.

What peft and transformers compute in many small operations, each leaving a tensor behind for the backward
pass, is here one function a layer (`kernels`): of a block are kept the residual stream, what attention needs
and the two factors of the gate. Under autocast it also spares what is cast forth and back again: peft makes
the input of every adapter float32 only for autocast to undo it, and frozen weights are rounded to 16 bits
anew in every forward pass. They are rounded once instead, which gives the same products to the last bit.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from wfllm.config.schema import Trainer
from wfllm.training.kernels import adapted_linear, plain_linear, root_mean_square, silu_product

ROUNDED = ("lora", "rslora", "lora_plus")
"""Strategies whose frozen weights may be kept in 16 bits: nothing is computed from them but products."""
_GATED = ("LlamaMLP", "MistralMLP", "Qwen2MLP", "Qwen3MLP")
_ATTENTION = ("LlamaAttention", "MistralAttention", "Qwen2Attention", "Qwen3Attention")
_SILU = ("SiLU", "SiLUActivation")
_NORMS = ("LlamaRMSNorm", "MistralRMSNorm", "Qwen2RMSNorm", "Qwen3RMSNorm")


def lean(model: Any, half: torch.dtype | None = None) -> int:
    """Give the layers of a model that are known here their lean forward pass; the others stay as they are.

    Args:
        model: a transformers model, or one wrapped by peft.
        half: 16-bit type that autocast computes in and frozen weights are to be kept in; None leaves them.

    Returns:
        How many layers were changed.
    """
    changed = 0
    for module in list(model.modules()):
        kind = type(module).__name__
        if kind in _NORMS:
            changed += _change(module, _Normed)
        if kind in _GATED and type(module.act_fn).__name__ in _SILU:
            changed += _change(module, _Gated)
        if kind in _GATED + _ATTENTION:
            changed += sum(_linear(layer, half) for layer in module.children())
    if half is not None:
        _leave_the_file(model)
    return changed


def is_used(loop: Trainer) -> bool:
    """Whether training gives layers and head their lean passes: not compiled, no weights cut over ranks."""
    return loop.lean and loop.parallel in ("none", "ddp") and not loop.compile


def half_of(precision: str, strategy: str) -> torch.dtype | None:
    """What frozen weights may be kept in under this arithmetic (in Lightning's names) and strategy."""
    kinds = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}
    return kinds.get(precision) if strategy in ROUNDED else None


def _change(module: nn.Module, pass_: type[_Lean]) -> bool:
    if isinstance(module.__dict__.get("forward"), _Lean):
        return False
    module.__dict__["forward"] = pass_(module)
    return True


def _linear(layer: nn.Module, half: torch.dtype | None) -> bool:
    """Change a linear layer of a block, with an adapter or without."""
    adapted = _plain_adapter(layer)
    if not adapted and type(layer) is not nn.Linear:
        return False
    base: Any = layer.base_layer if adapted else layer
    if half is not None and not any(p.requires_grad for p in base.parameters()):
        base.weight.data = base.weight.data.to(half)
    return _change(layer, _Adapted if adapted else _Plain)


def _leave_the_file(model: Any) -> None:
    """Weights that were read lie in the file's pages, all of which stay in memory as long as one is used."""
    for p in model.parameters():
        if not p.requires_grad and p.dtype == torch.float32 and p.device.type == "cpu":
            p.data = p.data.clone()


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


def _type_with(weight: Tensor, x: Tensor) -> torch.dtype:
    """What products of x with a weight, which may have been rounded, are computed in."""
    return _compute_type(x) if torch.is_autocast_enabled(x.device.type) else weight.dtype


class _Lean:
    """A forward pass in the place of a layer's own."""

    def __init__(self, layer: Any) -> None:
        self.layer, self.plain = layer, layer.forward


class _Plain(_Lean):
    """Of a linear layer without an adapter."""

    def __call__(self, x: Tensor) -> Tensor:
        layer = self.layer
        out: Tensor = plain_linear(x.to(_type_with(layer.weight, x)), layer.weight, layer.bias)
        return out if torch.is_autocast_enabled(x.device.type) else out.to(x.dtype)


class _Adapted(_Lean):
    """Of a linear layer with an adapter."""

    def __call__(self, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        layer = self.layer
        if args or kwargs or layer.disable_adapters or layer.merged:
            return self._otherwise(x, *args, **kwargs)
        base, name = layer.base_layer, layer.active_adapters[0]
        compute = _type_with(base.weight, x)
        out: Tensor = adapted_linear(
            x.to(compute),
            base.weight.to(compute),
            None if base.bias is None else base.bias.to(compute),
            layer.lora_A[name].weight,
            layer.lora_B[name].weight,
            layer.scaling[name],
        )
        return out if torch.is_autocast_enabled(x.device.type) else out.to(x.dtype)

    def _otherwise(self, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """As peft does it, with a weight that may be in 16 bits."""
        out: Tensor = self.plain(x.to(self.layer.base_layer.weight.dtype), *args, **kwargs)
        return out


class _Gated(_Lean):
    """Of a gated feed-forward layer, down(silu(gate(x)) * up(x))."""

    def __call__(self, x: Tensor) -> Tensor:
        layer = self.layer
        out: Tensor = layer.down_proj(silu_product(layer.gate_proj(x), layer.up_proj(x)))
        return out


class _Normed(_Lean):
    """Of a root-mean-square norm."""

    def __call__(self, x: Tensor) -> Tensor:
        if x.dtype != torch.float32:  # transformers rounds between the two products then
            out: Tensor = self.plain(x)
            return out
        return root_mean_square(x, self.layer.weight, self.layer.variance_epsilon, _compute_type(x))
