"""Output head and cross-entropy in one: gradients are made along with the loss, a few positions at a time.

The gradient of a sum of losses is known as soon as the logits are, up to the one factor that the backward
pass hands down (Liger, arXiv 2410.10989, does the same on a GPU). So logits never exist but for a chunk of
positions, and none is computed twice.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

FROZEN, TRAINED = 2**23, 2**25
"""Logits of a chunk on a CPU, of some 12 bytes each; a trained head adds up its gradient after each chunk."""
GPU = 2**27
"""Logits of a chunk on a GPU."""


def takes(head: Any) -> bool:
    """Whether this output head is a plain matrix, in arithmetic whose gradients need no scaling."""
    return is_matrix(head) and _compute_type(head.weight) != torch.float16


def is_matrix(head: Any) -> bool:
    """Whether an output head gives products with its weights and nothing else."""
    return type(head) is nn.Linear and head.bias is None and head.weight.is_floating_point()


def positions_at_once(weight: Tensor, gpu: bool) -> int:
    """Positions of a chunk, for an output head's weights [vocabulary, width]."""
    most = GPU if gpu else TRAINED if weight.requires_grad else FROZEN
    return max(1, most // weight.shape[0])


def weighted_loss(
    head: nn.Linear, hidden: Tensor, targets: Tensor, weights: Tensor, size: int | None
) -> Tensor:
    """Cross-entropy of the head's logits, times the weights, summed.

    Args:
        hidden: [positions, width].
        targets: [positions], int64.
        weights: [positions].
        size: positions at once; None takes `positions_at_once`.

    Returns:
        A scalar, float32.
    """
    size = size or positions_at_once(head.weight, hidden.is_cuda)
    loss: Tensor = _weighted_loss(hidden, head.weight, targets, weights, size, _compute_type(hidden))
    return loss


def _compute_type(tensor: Tensor) -> torch.dtype:
    device = tensor.device.type
    return torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else tensor.dtype


class _WeightedLoss(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        hidden: Tensor,
        weight: Tensor,
        targets: Tensor,
        weights: Tensor,
        size: int,
        kind: torch.dtype,
    ) -> Tensor:
        rows, matrix = hidden.to(kind), weight.to(kind)
        of_hidden = torch.empty_like(hidden) if ctx.needs_input_grad[0] else None
        of_weight = torch.zeros_like(weight) if ctx.needs_input_grad[1] else None
        places = torch.arange(min(size, len(rows)), device=hidden.device)
        total = torch.zeros((), device=hidden.device)
        for start in range(0, len(rows), size):
            part = slice(start, start + size)
            scores = torch.log_softmax(linear(rows[part], matrix).float(), dim=-1)
            wanted = targets[part, None]
            total -= (scores.gather(1, wanted)[:, 0] * weights[part]).sum()
            if of_hidden is None and of_weight is None:
                continue
            grad = scores.exp_()  # of the logits: probabilities, less one at the target
            grad[places[: len(grad)], wanted[:, 0]] -= 1
            low = grad.mul_(weights[part, None]).to(kind)
            if of_hidden is not None:
                of_hidden[part] = low @ matrix
            if of_weight is not None:
                of_weight += low.T @ rows[part]
        ctx.grads = of_hidden, of_weight
        return total

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        if ctx.grads is None:
            raise RuntimeError("the gradients of this loss were handed on and are gone")
        (of_hidden, of_weight), ctx.grads = ctx.grads, None
        scaled = [None if part is None else part.mul_(grad) for part in (of_hidden, of_weight)]
        return *scaled, None, None, None, None


_weighted_loss: Any = _WeightedLoss.apply
