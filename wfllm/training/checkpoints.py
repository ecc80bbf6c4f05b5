"""What a finished run leaves: what was trained with its tokenizer, and how it is loaded again."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from wfllm.config.schema import Model, Qlora
from wfllm.errors import WfllmError
from wfllm.models.load import DTYPES, load_model
from wfllm.training import origin as origins
from wfllm.training.part import PART, lay_over
from wfllm.training.strategies import load_base, save_strategy

ADAPTER = "adapter_config.json"


def save_trained(model: Any, tokenizer: Any, folder: Path) -> None:
    """Write what was trained (safetensors), where it comes from, and the tokenizer.

    The folder appears whole or not at all.
    """
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        save_strategy(model, part)
        tokenizer.save_pretrained(part)
        origin = origins.of(model)
        if origin:
            origins.write(origin, part)
    except Exception as error:  # safetensors has errors of its own for a full disk
        shutil.rmtree(part, ignore_errors=True)
        cause = f"the trained model could not be written ({str(error).strip() or type(error).__name__})"
        mend = "Make room on the disk; the same command goes on from the last checkpoint."
        raise WfllmError(cause, where=folder, mend=mend) from error
    (part / "README.md").unlink(missing_ok=True)  # peft's template card says nothing
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(part, folder)


def load_trained(folder: Path, base: str, model: Model) -> Any:
    """The trained model for generation, whatever strategy trained it: the folder says.

    An adapter is merged into the base model at `base`, a part of the weights laid over it; whole weights
    need none.

    Raises:
        WfllmError: the folder holds nothing trained or something damaged, or `base` is another model than the
            one it was trained on.
    """
    if (folder / ADAPTER).is_file():
        return merged(adapted(folder, base, model))
    if (folder / PART).is_file():
        return lay_over(_base_for(folder, base, model), folder)
    if not (folder / "config.json").is_file():
        raise WfllmError("holds neither an adapter nor model weights", where=folder)
    return load_model(str(folder), model)


def adapted(folder: Path, base: str, model: Model, adapter: Path | None = None) -> Any:
    """The base model with the adapter beside its weights, as peft wraps it.

    Args:
        folder: says what the adapter was trained on.
        adapter: folder that the adapter itself is read from, where that is another one.

    Raises:
        WfllmError: as `load_trained`.
    """
    return _with_adapter(_base_for(folder, base, model), adapter or folder)


def needs_base(folder: Path) -> bool:
    """Whether what was trained is of use only with its base model."""
    return (folder / ADAPTER).is_file() or (folder / PART).is_file()


def base_of(folder: Path) -> str:
    """Folder or hub id of the base model that something trained says it belongs to.

    Raises:
        WfllmError: it names none.
    """
    base: Any = origins.read(folder).get("path")
    if base is None:
        with suppress(OSError, ValueError, KeyError, TypeError):
            base = json.loads((folder / ADAPTER).read_bytes())["base_model_name_or_path"]
    if not isinstance(base, str) or not base:
        raise WfllmError("does not say which model it was trained on", where=folder)
    return base


def _base_for(folder: Path, base: str, model: Model) -> Any:
    """The base model as it was trained on, in full precision; refused where it is another one."""
    plain = origins.read(folder)
    strategy = origins.strategy_of(plain, folder / origins.FILE)
    loaded = load_base(base, model, strategy)
    if strategy is not None:
        found = origins.Origin.of_base(loaded, strategy)
        if not found.has_base(plain):
            raise WfllmError(
                f"was trained as {origins.title(plain)}, and the base model here is another: {found.title()}",
                where=folder,
            )
    if isinstance(strategy, Qlora):
        loaded = loaded.dequantize().to(DTYPES[model.dtype])
    return loaded


def _with_adapter(base: Any, folder: Path) -> Any:
    from peft import PeftModel

    try:
        return PeftModel.from_pretrained(base, str(folder))
    except Exception as error:  # of safetensors, peft, torch and json, by what is wrong with the files
        text = (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
        raise WfllmError(f"its adapter does not load ({text})", where=folder) from error


@torch.no_grad()
def merged(peft_model: Any) -> Any:
    """Merge an adapter into its base model, having compared the logits of both: a wrong merge is an error.

    An adapter beside its base costs a quarter to two fifths of the generation speed.
    """
    peft_model.eval()
    probe = torch.arange(32).remainder(peft_model.config.vocab_size).unsqueeze(0).to(peft_model.device)
    before: Tensor = peft_model(input_ids=probe).logits.float()
    model = peft_model.merge_and_unload()
    after: Tensor = model(input_ids=probe).logits.float()
    worst = float((before - after).abs().max())
    allowed = 1e-3 if model.dtype == torch.float32 else 0.25
    if worst > allowed * max(1.0, float(before.abs().max())):
        raise WfllmError(f"merging the adapter changed the logits by {worst:.2g}", where="merge")
    return model
