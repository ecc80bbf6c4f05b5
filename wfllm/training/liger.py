"""Output head and cross-entropy in one GPU kernel (Liger, arXiv 2410.10989): the logits never exist whole."""

from __future__ import annotations

import importlib.util
from typing import Any

import torch
from torch import Tensor, nn

from wfllm.errors import WfllmError

_KEY = "trainer.liger"


def require_liger() -> None:
    """Raise where `trainer.liger` cannot work.

    Raises:
        WfllmError: no GPU is to be seen, or the package is not installed.
    """
    if not torch.cuda.is_available():
        raise WfllmError("needs a GPU, and none is to be seen", where=_KEY, mend="Leave it out.")
    if importlib.util.find_spec("liger_kernel") is None:
        mend = "Install it with: pip install 'wfllm[liger]'"
        raise WfllmError("needs the package liger-kernel, which is not installed", where=_KEY, mend=mend)


def require_bare(bare: bool) -> None:
    """Raise where a model changes its logits after the head, which the kernel knows nothing of."""
    if not bare:
        cause = "this model changes its logits after the output head, which the kernel does not"
        raise WfllmError(cause, where=_KEY, mend="Leave it out.")


def fused_losses(head: nn.Module, hidden: Tensor, targets: Tensor) -> Tensor:
    """Loss of every position.

    Args:
        head: the output head, a linear layer.
        hidden: [positions, width].
        targets: [positions], int64.

    Returns:
        [positions], float32.

    Raises:
        WfllmError: the head is no plain linear layer.
    """
    from liger_kernel.transformers.functional import liger_fused_linear_cross_entropy

    if not isinstance(head, nn.Linear) or not head.weight.is_floating_point():
        cause = f"the output head is a {type(head).__name__}, and the kernel takes a plain linear layer"
        raise WfllmError(cause, where=_KEY, mend="Leave trainer.liger out.")
    fused: Any = liger_fused_linear_cross_entropy
    losses: Tensor = fused(
        hidden, head.weight, targets, bias=head.bias, reduction="none", accum_dtype=torch.float32
    )
    return losses
