"""Adapters that begin as the strongest directions of each weight (PiSSA, Meng et al., arXiv 2404.02948).

The weight is split into W = R + alpha/r · B·A, where B·A holds its r largest singular values, and R is
frozen. So the *frozen* weights are not the base model's, and A and B alone say nothing without R. On
disk stands what was learned in terms of the plain base model: W + alpha/r · (B·A − B₀·A₀), a LoRA of
twice the rank, which peft makes of the adapter before and after.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from wfllm.config.schema import Pissa, Strategy
from wfllm.errors import WfllmError
from wfllm.training.strategies.adapters import add_adapters

START = "adapter_at_start"


def apply(model: Any, strategy: Strategy) -> Any:
    """Split the weights; the model keeps its adapter of this moment for `save`.

    Raises:
        WfllmError: a layer has fewer singular values than `strategy.r`.
    """
    from peft import get_peft_model_state_dict

    assert isinstance(strategy, Pissa)
    if next(model.parameters()).is_meta:  # counted only
        return add_adapters(model, strategy)
    kind = f"pissa_niter_{strategy.iterations}" if strategy.iterations else "pissa"
    # The sketch of the fast decomposition is the same at every start, whatever was drawn before: a run that
    # goes on splits its weights as it did the first time.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        adapted = add_adapters(model, strategy, init_lora_weights=kind)
    state = get_peft_model_state_dict(adapted, save_embedding_layers=False)
    narrow = min(size for tensor in state.values() for size in tensor.shape)
    if narrow < strategy.r:
        raise WfllmError(
            f"a layer has {narrow} singular values, fewer than {strategy.r}",
            where="strategy.r",
            mend=f"Use strategy.r={narrow} or less.",
        )
    setattr(adapted, START, {name: tensor.detach().cpu().clone() for name, tensor in state.items()})
    return adapted


def save(model: Any, folder: Path) -> None:
    """Write a plain LoRA adapter of twice the rank, which belongs to the plain base model."""
    with tempfile.TemporaryDirectory() as scratch:
        start = Path(scratch) / "start"  # peft takes the folder's name for the adapter's
        start.mkdir()
        save_file(getattr(model, START), start / "adapter_model.safetensors")
        model.save_pretrained(folder, path_initial_model_for_weight_conversion=str(start))
