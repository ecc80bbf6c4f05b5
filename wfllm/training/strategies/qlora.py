"""LoRA on a base model kept in 4 bits (QLoRA, Dettmers et al., arXiv 2305.14314), by bitsandbytes.

What is trained depends on the rounded weights, so evaluation takes the very same ones: the base is
quantised as in training, written out in full again, and the adapter merged into that.
"""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import torch

from wfllm.config.schema import Qlora, Strategy
from wfllm.errors import WfllmError
from wfllm.models.load import computes_bfloat16
from wfllm.training.strategies.adapters import add_adapters


def loading(strategy: Qlora, accelerator: str = "auto") -> dict[str, Any]:
    """What `from_pretrained` is told beside the model: how its layers are quantised, and where it lands.

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
            bnb_4bit_compute_dtype=torch.bfloat16 if computes_bfloat16(accelerator) else torch.float32,
        ),
        # One process, one device: each rank of several has its own GPU.
        "device_map": {"": int(os.environ.get("LOCAL_RANK", 0)) if on_gpu else "cpu"},
    }


def apply(model: Any, strategy: Strategy) -> Any:
    """Adapters beside layers that are quantised already (see `loading`)."""
    assert isinstance(strategy, Qlora)
    return add_adapters(model, strategy)
