"""Some weights of a model on disk: what was trained of it, to be laid over the base model again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from wfllm.errors import WfllmError

PART = "trained.safetensors"


def save_part(model: Any, folder: Path) -> None:
    """Write the trainable weights under their names in the model; a tied weight is there once."""
    folder.mkdir(parents=True, exist_ok=True)
    trained = {n: p.detach().cpu().contiguous() for n, p in model.named_parameters() if p.requires_grad}
    save_file(trained, folder / PART, metadata={"format": "pt"})


@torch.no_grad()
def lay_over(model: Any, folder: Path) -> Any:
    """Put the weights that `save_part` wrote into their places in the base model.

    Raises:
        WfllmError: the file is damaged, or of a model with other weights.
    """
    path = folder / PART
    try:
        trained = load_file(path)
    except (SafetensorError, OSError) as error:
        raise WfllmError(f"is damaged ({str(error).splitlines()[0][:120]})", where=path) from error
    places = dict(model.named_parameters())
    wrong = [n for n, tensor in trained.items() if n not in places or places[n].shape != tensor.shape]
    if wrong:
        raise WfllmError(
            f"belongs to another base model: {wrong[0]} has another shape or is not there", where=path
        )
    for name, tensor in trained.items():
        places[name].copy_(tensor)
    return model
