"""LoRA on a base model kept in 4 bits (QLoRA, Dettmers et al., arXiv 2305.14314), by bitsandbytes.

What is trained depends on the rounded weights, so evaluation takes the very same ones: the base is
quantised as in training, written out in full again, and the adapter merged into that.
"""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import torch
from torch import nn

from wfllm.config.schema import Qlora, Strategy
from wfllm.errors import WfllmError
from wfllm.training import origin as origins
from wfllm.training.strategies.adapters import add_adapters

_BLOCK, _SCALES = 64, 256
"""Weights that share a scale, and scales that share one: what bitsandbytes takes by itself."""
_ARITHMETIC = {"bf16-mixed": torch.bfloat16, "bf16-true": torch.bfloat16, "16-mixed": torch.float16}


def loading(strategy: Qlora, accelerator: str, precision: str) -> dict[str, Any]:
    """What `from_pretrained` is told beside the model: how its layers are quantised, and where it lands.

    Args:
        precision: arithmetic in Lightning's names; autocast does not reach into these layers.

    Raises:
        WfllmError: bitsandbytes is not installed.
    """
    if importlib.util.find_spec("bitsandbytes") is None:
        raise WfllmError(
            "a model in 4 bits needs the package bitsandbytes, which is not installed",
            where="strategy=qlora",
            mend="Install it with: pip install 'wfllm[qlora]'",
        )
    from transformers import BitsAndBytesConfig

    on_gpu = accelerator != "cpu" and torch.cuda.is_available()
    return {
        "quantization_config": BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type=strategy.quant,
            bnb_4bit_use_double_quant=strategy.double_quant,
            bnb_4bit_compute_dtype=_ARITHMETIC.get(precision, torch.float32),
        ),
        # One process, one device: each rank of several has its own GPU.
        "device_map": {"": int(os.environ.get("LOCAL_RANK", 0)) if on_gpu else "cpu"},
    }


def as_stored(model: Any) -> Any:
    """The quantised model, kept from changing its weights.

    On CPUs with bfloat16 arithmetic, bitsandbytes packs a layer's weights anew at the first evaluation and
    rounds their scales once more: what is trained on would be another model after the first validation.
    """
    for module in model.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False
    return model


def stored_bytes(model: Any) -> int:
    """Bytes of a model's weights as they will be kept, for a model on the meta device, its strategy applied.

    With QLoRA that is half a byte for each weight of the layers that are rounded, all but the output head,
    and a scale for every 64 of them: 32 bits, or 8 and 32 more for every 256 scales.
    """
    total: int = sum(p.numel() * p.element_size() for p in model.parameters())
    origin = origins.of(model)
    if origin is None or not isinstance(origin.strategy, Qlora):
        return total
    for name, module in model.named_modules():
        if type(module) is nn.Linear and not module.weight.requires_grad and not name.endswith("lm_head"):
            count = module.weight.numel()
            scales = -(-count // _BLOCK)
            each = scales + 4 * -(-scales // _SCALES) if origin.strategy.double_quant else 4 * scales
            total += -(-count // 2) + each - count * module.weight.element_size()
    return total


def apply(model: Any, strategy: Strategy) -> Any:
    """Adapters beside layers that are quantised already (see `loading`)."""
    assert isinstance(strategy, Qlora)
    return add_adapters(model, strategy)
