"""Layers' arithmetic with backward passes written by hand, which keep little and compute the rest again.

A norm's output and a gate's product are large, and cheap to compute again from what is kept anyway: the
residual stream, the gate's two factors. They are handed on with their recipe (`again`), and the linear layer
they go into keeps the recipe's ingredients in the place of its input. All users of one tensor share what was
made again, and the last one drops it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import linear, silu


class Recipe:
    """How a tensor is made again from tensors that are kept in any case.

    Args:
        make: of `parts`; gives the same tensor to the last bit.
    """

    def __init__(self, make: Callable[..., Tensor]) -> None:
        self._make, self._users = make, 0
        self._made: Tensor | None = None

    def use(self) -> None:
        """One more will ask for the tensor."""
        self._users += 1

    def made(self, parts: tuple[Tensor, ...]) -> Tensor:
        """The tensor; nothing of it is held on to once all who announced themselves have asked."""
        made = self._make(*parts) if self._made is None else self._made
        self._users -= 1
        self._made = made if self._users > 0 else None
        return made


def _keep(ctx: Any, x: Tensor, *others: Tensor) -> None:
    """Keep `others`, and `x` or what it can be made from."""
    ctx.recipe, parts = getattr(x, "again", None) or (None, (x,))
    if ctx.recipe is not None:
        ctx.recipe.use()
    ctx.save_for_backward(*others, *parts)


def _kept(ctx: Any, others: int) -> tuple[Tensor, ...]:
    """`others` tensors as they were kept, then x."""
    saved = ctx.saved_tensors
    parts = saved[others:]
    x = parts[0] if ctx.recipe is None else ctx.recipe.made(parts)
    return *saved[:others], x


def _rows(tensor: Tensor) -> Tensor:
    return tensor.reshape(-1, tensor.shape[-1])


class _AdaptedLinear(torch.autograd.Function):
    """x W' + scale x A' B', where W is frozen."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, a: Tensor, b: Tensor, scale: float
    ) -> Tensor:
        down, up = a.to(x.dtype), (b * scale).to(x.dtype)
        rows = _rows(x)
        low = rows @ down.T  # [tokens, rank]
        out = linear(rows, weight, bias).addmm_(low, up.T)
        _keep(ctx, x, low, weight, down, up)
        ctx.scale, ctx.shape, ctx.kinds = scale, x.shape, (a.dtype, b.dtype)
        return out.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        low, weight, down, up, x = _kept(ctx, 4)
        grad = _rows(grad)
        grad_low = grad @ up  # [tokens, rank]
        grad_a = (grad_low.T @ _rows(x)).to(ctx.kinds[0])
        del x
        grad_b = (grad.T @ low).to(ctx.kinds[1]).mul_(ctx.scale)
        grad_x = None
        if ctx.needs_input_grad[0]:
            grad_x = (grad @ weight).addmm_(grad_low, down).view(ctx.shape)
        return grad_x, None, None, grad_a, grad_b, None


class _PlainLinear(torch.autograd.Function):
    """x W' + bias in the type of x; the weight is rounded again rather than kept in 16 bits, too."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.recipe = None
        if ctx.needs_input_grad[1]:
            _keep(ctx, x, weight)
        else:
            ctx.save_for_backward(weight)
        ctx.shape = x.shape
        ctx.bias = None if bias is None else bias.dtype
        rounded = None if bias is None else bias.to(x.dtype)
        return linear(x, weight.to(x.dtype), rounded)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        grad, grad_weight = _rows(grad), None
        # Asked for once: where activations are computed again, they are there a single time.
        if ctx.needs_input_grad[1]:
            weight, x = _kept(ctx, 1)
            grad_weight = (grad.T @ _rows(x)).to(weight.dtype)
            del x
        else:
            (weight,) = ctx.saved_tensors
        grad_bias = grad.sum(0).to(ctx.bias) if ctx.needs_input_grad[2] else None
        grad_x = (grad @ weight.to(grad.dtype)).view(ctx.shape) if ctx.needs_input_grad[0] else None
        return grad_x, grad_weight, grad_bias


class _SiluProduct(torch.autograd.Function):
    """silu(gate) * up, of which the first factor is computed again rather than kept."""

    @staticmethod
    def forward(ctx: Any, gate: Tensor, up: Tensor) -> Tensor:
        ctx.save_for_backward(gate, up)
        return _silu_times(gate, up)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        gate, up = ctx.saved_tensors
        grad_gate = torch.ops.aten.silu_backward(grad * up, gate)
        return grad_gate, silu(gate).mul_(grad)


def _silu_times(gate: Tensor, up: Tensor) -> Tensor:
    return silu(gate).mul_(up)


class _RootMeanSquare(torch.autograd.Function):
    """x / sqrt(mean(x^2) + eps) * weight of float32, in the type that products are computed in; and
    1 / sqrt(mean(x^2) + eps), [..., 1], that it was made with."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, eps: float, kind: torch.dtype) -> tuple[Tensor, Tensor]:
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        inverse = torch.rsqrt(length.square_().div_(x.shape[-1]).add_(eps))
        ctx.save_for_backward(x, weight, inverse)
        ctx.mark_non_differentiable(inverse)
        return _scaled(x, inverse, weight, kind), inverse

    @staticmethod
    def backward(ctx: Any, grad: Tensor, _inverse: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, inverse = ctx.saved_tensors
        grad = grad.float()
        grad_weight = None
        if ctx.needs_input_grad[1]:
            grad_weight = (grad * x).mul_(inverse).reshape(-1, x.shape[-1]).sum(0).to(weight.dtype)
        grad = grad * weight
        along = (grad * x).sum(-1, keepdim=True).mul_(inverse.pow(3)).div_(x.shape[-1])
        return grad.mul_(inverse).addcmul_(x, along, value=-1), grad_weight, None, None


def _scaled(x: Tensor, inverse: Tensor, weight: Tensor, kind: torch.dtype) -> Tensor:
    return (x * inverse).mul_(weight).to(kind)


def silu_product(gate: Tensor, up: Tensor) -> Tensor:
    """silu(gate) * up, with its recipe."""
    out: Any = _SiluProduct.apply(gate, up)  # type: ignore[no-untyped-call]
    out.again = (Recipe(_silu_times), (gate, up))
    return out  # type: ignore[no-any-return]


def root_mean_square(x: Tensor, weight: Tensor, eps: float, kind: torch.dtype) -> Tensor:
    """x / sqrt(mean(x^2) + eps) * weight in `kind`, with its recipe; x is float32."""
    out: Any
    out, inverse = _RootMeanSquare.apply(x, weight, eps, kind)  # type: ignore[no-untyped-call]
    out.again = (Recipe(partial(_scaled, kind=kind)), (x, inverse, weight))
    return out  # type: ignore[no-any-return]


# Of their own type, as torch gives none.
adapted_linear: Any = _AdaptedLinear.apply
plain_linear: Any = _PlainLinear.apply
