"""Tokenizer and weights of a base model, with a fault in one line where they do not load."""

from __future__ import annotations

from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, PreTrainedModel

from wfllm.config.schema import Model, PretrainedModel
from wfllm.errors import WfllmError
from wfllm.models.base import CHATML

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def load_tokenizer(source: str, model: Model, **options: Any) -> Any:
    """The tokenizer of the base model at `source` (folder or hub id), with a pad token of its own.

    Args:
        options: what else `from_pretrained` is told: to look on this machine alone.

    Raises:
        WfllmError: it does not load, has no chat template or is not a fast one (masks need offsets).
    """
    revision = getattr(model, "revision", None)
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, revision=revision, **options)
    except (OSError, ValueError) as error:
        raise _not_a_model(source, error) from error
    if not tokenizer.is_fast:
        raise WfllmError("has no fast tokenizer, and the loss mask needs its offsets", where=source)
    if isinstance(model, PretrainedModel) and model.chat_template == "chatml":
        tokenizer.chat_template = CHATML
    if not tokenizer.chat_template:
        raise WfllmError(
            "its tokenizer has no chat template", where=source, mend="Add model.chat_template=chatml."
        )
    if tokenizer.pad_token is None or tokenizer.pad_token == tokenizer.eos_token:
        spare = next(
            (t for t in _SPARE_PADS if t in tokenizer.get_vocab() and t != tokenizer.eos_token), None
        )
        if spare is None:
            raise WfllmError(
                "its pad token is its end token and no spare one is known",
                where=source,
                mend="Set tokenizer.pad_token to a token of its own and save it again.",
            )
        tokenizer.pad_token = spare
    return tokenizer


_SPARE_PADS = ("<|finetune_right_pad_id|>", "<|endoftext|>", "<pad>", "<|pad|>", "<unk>", "<|end_of_text|>")


def computes_bfloat16(accelerator: str = "auto") -> bool:
    """Whether the GPU, or the CPU where there is none or it is not wanted, has bfloat16 arithmetic.

    A CPU without it emulates bfloat16, several times slower than float32.
    """
    if accelerator != "cpu" and torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    has = torch.cpu.get_capabilities()
    return bool(has.get("avx512_bf16") or has.get("amx_bf16"))


def load_model(source: str, model: Model, **options: Any) -> PreTrainedModel:
    """The base model at `source`, on the CPU, in `model.dtype`.

    Args:
        options: what else `from_pretrained` is told: how to quantise it, and where it then lands.

    Raises:
        WfllmError: nothing that transformers can load is there, or its weights are damaged.
    """
    revision = getattr(model, "revision", None)
    try:
        loaded = AutoModelForCausalLM.from_pretrained(
            source, revision=revision, dtype=DTYPES[model.dtype], attn_implementation="sdpa", **options
        )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise _not_a_model(source, error) from error
    assert isinstance(loaded, PreTrainedModel)
    return loaded


def _not_a_model(source: str, error: Exception) -> WfllmError:
    text = str(error).strip().split("\n")[0][:200]
    return WfllmError(f"transformers cannot load a model from there ({text})", where=f"model {source}")


def meta_model(source: str, model: Model) -> Any:
    """The model without its weights, on the meta device: parameters can be counted, nothing is read.

    Where `model.architecture` has its numbers, it is made of them and nothing is fetched.
    """
    revision = getattr(model, "revision", None)
    numbers = dict(model.architecture) if isinstance(model, PretrainedModel) else {}
    try:
        if numbers:
            config = AutoConfig.for_model(str(numbers.pop("model_type", "")), **numbers)
        else:
            config = AutoConfig.from_pretrained(source, revision=revision)
    except (OSError, ValueError) as error:
        raise _not_a_model(source, error) from error
    with torch.device("meta"):
        return AutoModelForCausalLM.from_config(config, dtype=DTYPES[model.dtype])
