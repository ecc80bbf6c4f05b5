"""What a finished run leaves: adapter or weights with their tokenizer, and how they are loaded again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from wfllm.config.schema import Model
from wfllm.errors import WfllmError
from wfllm.models.load import load_model

ADAPTER = "adapter_config.json"


def save_trained(model: Any, tokenizer: Any, folder: Path) -> None:
    """Write adapter or weights (safetensors) and tokenizer; the folder appears whole or not at all."""
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        model.save_pretrained(part)
        tokenizer.save_pretrained(part)
    except Exception as error:  # safetensors has errors of its own for a full disk
        shutil.rmtree(part, ignore_errors=True)
        cause = f"the trained model could not be written ({str(error).strip() or type(error).__name__})"
        mend = "Make room on the disk; the same command goes on from the last checkpoint."
        raise WfllmError(cause, where=folder, mend=mend) from error
    (part / "README.md").unlink(missing_ok=True)  # peft's template card says nothing
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(part, folder)


def load_trained(folder: Path, base: str, model: Model) -> Any:
    """The trained model for generation: an adapter is merged into the base weights at `base`.

    Raises:
        WfllmError: the folder holds neither an adapter nor weights.
    """
    if (folder / ADAPTER).is_file():
        from peft import PeftModel

        return merged(PeftModel.from_pretrained(load_model(base, model), str(folder)))
    if not (folder / "config.json").is_file():
        raise WfllmError("holds neither an adapter nor model weights", where=folder)
    return load_model(str(folder), model)


@torch.no_grad()
def merged(peft_model: Any) -> Any:
    """Merge an adapter into its base model, having compared the logits of both: a wrong merge is an error.

    An adapter beside its base costs a quarter to two fifths of the generation speed.
    """
    peft_model.eval()
    probe = torch.arange(32).remainder(peft_model.config.vocab_size).unsqueeze(0)
    before: Tensor = peft_model(input_ids=probe).logits.float()
    model = peft_model.merge_and_unload()
    after: Tensor = model(input_ids=probe).logits.float()
    worst = float((before - after).abs().max())
    allowed = 1e-3 if model.dtype == torch.float32 else 0.25
    if worst > allowed * max(1.0, float(before.abs().max())):
        raise WfllmError(f"merging the adapter changed the logits by {worst:.2g}", where="merge")
    return model


def steps_of(checkpoint: Path) -> int:
    """Optimiser steps done in a checkpoint.

    Raises:
        WfllmError: it cannot be read.
    """
    try:
        return int(torch.load(checkpoint, map_location="cpu", weights_only=True)["global_step"])
    except Exception as error:
        text = str(error).split("\n")[0][:120]
        raise WfllmError(
            f"cannot be read ({text})", where=checkpoint, mend="Remove it to train from the start."
        ) from error
