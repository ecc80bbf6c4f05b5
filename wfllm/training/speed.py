"""What makes a step smaller or faster and changes no result: recomputed activations, compiled blocks, and how
fast the device could be."""

from __future__ import annotations

import time
import warnings
from functools import cache
from typing import Any

import torch
from torch import nn

from wfllm.errors import WfllmError


def recompute_activations(model: Any) -> None:
    """Keep of each transformer block what it takes in, and compute the rest again in the backward pass.

    Raises:
        WfllmError: the architecture cannot.
    """
    base = _base(model)
    enable = getattr(base, "activation_checkpointing_enable", None) or base.gradient_checkpointing_enable
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # the one name is new, the other old
            enable({"use_reentrant": False})
    except ValueError as error:
        raise WfllmError(
            str(error), where="trainer.activation_checkpointing", mend="Leave it out."
        ) from error
    # transformers makes embeddings require a gradient, which sends the backward pass through frozen blocks.
    base.disable_input_require_grads()


def compile_blocks(model: Any) -> None:
    """Compile each transformer block for lengths of all kinds; names of weights stay as they are.

    Blocks alone: they are alike, so one is compiled for all, and the head and the embeddings keep hooks that
    a compiled model would have to be compiled again for.
    """
    for block in blocks_of(model):
        block.compile(dynamic=True)


def blocks_of(model: Any) -> list[nn.Module]:
    """The transformer blocks of a model.

    Raises:
        WfllmError: none are found.
    """
    base = _base(model)
    count = base.config.get_text_config().num_hidden_layers
    for module in base.modules():
        if isinstance(module, nn.ModuleList) and len(module) == count:
            return list(module)
    raise WfllmError(
        "finds no transformer blocks in this model", where="trainer.compile", mend="Leave it out."
    )


def _base(model: Any) -> Any:
    return model.get_base_model() if hasattr(model, "peft_config") else model


@cache
def peak_flops(device: str, dtype: torch.dtype) -> float:
    """Operations a second of the fastest of some products of two square matrices.

    Args:
        device: as `str(torch.device)` writes it.
        dtype: what the run computes in.
    """
    size, rounds = (8192, 12) if device.startswith("cuda") else (512, 6)
    with torch.no_grad():
        one = torch.ones((size, size), dtype=dtype, device=device)
        best = float("inf")
        for _ in range(rounds):
            start = time.perf_counter()
            one @ one
            if device.startswith("cuda"):
                torch.cuda.synchronize(device)
            best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best
