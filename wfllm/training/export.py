"""A trained model as files that plain transformers and peft load, read back and compared at once."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, GenerationConfig

from wfllm.config.schema import Model
from wfllm.errors import WfllmError
from wfllm.models.greedy import GREEDY
from wfllm.models.load import DTYPES
from wfllm.models.published import Published
from wfllm.training.checkpoints import ADAPTER, adapted, load_trained, merged

WEIGHTS = "adapter_model.safetensors"
_NOBODYS = ("backend", "is_local", "local_files_only", "name_or_path")
"""Keys of tokenizer_config.json that say how it was loaded here."""


class Trained(NamedTuple):
    """What is exported."""

    folder: Path
    """The `model` folder of a run."""
    base: str
    """Folder or hub id of its base model, here."""
    model: Model
    """The `model` group of the run."""

    @property
    def is_adapter(self) -> bool:
        return (self.folder / ADAPTER).is_file()


class Agreement(NamedTuple):
    """How far the exported files and the trained model are apart on one prompt."""

    difference: float
    """The largest difference of two logits."""
    largest: float
    """The largest logit, to compare it with."""


def export_adapter(
    trained: Trained, part: Path, base: Published, tokenizer: Any, ids: list[int], longest: int
) -> Agreement:
    """Write the adapter, its base model under the name that others know it by.

    Args:
        part: folder to write to.
        ids: prompt on which adapter and merged model are compared.
        longest: tokens of the longest answer.

    Raises:
        WfllmError: base and adapter are not the trained model.
    """
    reference = logits(load_trained(*trained), ids)
    plain = json.loads((trained.folder / ADAPTER).read_bytes())
    plain |= {"base_model_name_or_path": base.name, "revision": base.revision}
    if isinstance(plain.get("target_modules"), list):  # peft keeps a set, in no order
        plain["target_modules"] = sorted(plain["target_modules"])
    _write_json(part / ADAPTER, plain)
    shutil.copyfile(trained.folder / WEIGHTS, part / WEIGHTS)
    _write_tokenizer(tokenizer, part)
    read = adapted(*trained, adapter=part)
    _generation_config(read.generation_config, tokenizer, longest).save_pretrained(part)
    return _agreement(reference, logits(read, ids), read.dtype, part)


def export_merged(
    trained: Trained, part: Path, dtype: str | None, tokenizer: Any, ids: list[int], longest: int
) -> Agreement:
    """Write whole weights, an adapter merged into its base.

    Args:
        dtype: type that the weights are rounded to; None keeps that of training.

    Raises:
        WfllmError: what was written is not the trained model.
    """
    model = adapted(*trained) if trained.is_adapter else load_trained(*trained)
    reference = logits(model, ids)
    if trained.is_adapter:
        model = merged(model)
    if dtype is not None:
        model = model.to(DTYPES[dtype])
    model.save_pretrained(part)
    kept = model.generation_config
    del model
    _rope_as_before(part / "config.json")
    _write_tokenizer(tokenizer, part)
    _generation_config(kept, tokenizer, longest).save_pretrained(part)
    read = AutoModelForCausalLM.from_pretrained(part, dtype="auto", attn_implementation="sdpa")
    return _agreement(reference, logits(read, ids), read.dtype, part)


@torch.no_grad()
def logits(model: Any, ids: list[int]) -> Tensor:
    """What the model says behind every token of a prompt: [tokens, vocabulary], float32, on the CPU."""
    found: Tensor = model.eval()(input_ids=torch.tensor([ids], device=model.device)).logits
    return found[0].float().cpu()


def _agreement(reference: Tensor, found: Tensor, dtype: torch.dtype, where: Path) -> Agreement:
    agreement = Agreement(float((reference - found).abs().max()), float(reference.abs().max()))
    allowed = (1e-3 if dtype == torch.float32 else 0.25) * max(1.0, agreement.largest)
    if not agreement.difference <= allowed:  # so that NaN is not allowed either
        raise WfllmError(
            f"the exported files are not the trained model: logits differ by {agreement.difference:.2g}",
            where=where,
        )
    return agreement


def _generation_config(base: GenerationConfig, tokenizer: Any, longest: int) -> GenerationConfig:
    """The base model's own, made to answer as in an evaluation: the likeliest token, up to the end token."""
    found = copy.deepcopy(base)
    found._from_model_config = False
    found.update(
        **GREEDY,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        max_new_tokens=longest,
    )
    return found


def _write_tokenizer(tokenizer: Any, part: Path) -> None:
    """As transformers writes it, under a class name that its versions 4 and 5 both know."""
    tokenizer.save_pretrained(part)
    file = part / "tokenizer_config.json"
    plain = {k: v for k, v in json.loads(file.read_bytes()).items() if k not in _NOBODYS}
    if plain.get("tokenizer_class") == "TokenizersBackend":
        plain["tokenizer_class"] = "PreTrainedTokenizerFast"
    _write_json(file, plain)


def _rope_as_before(file: Path) -> None:
    """Say the rotary embedding's base and scaling where transformers 4 looks for them: it takes a default
    without a word where they are missing."""
    plain = json.loads(file.read_bytes())
    rope = plain.get("rope_parameters")
    if isinstance(rope, dict) and "rope_theta" in rope:
        plain["rope_theta"] = rope["rope_theta"]
        if rope.get("rope_type", "default") != "default":
            plain["rope_scaling"] = {k: v for k, v in rope.items() if k != "rope_theta"}
        _write_json(file, plain)


def _write_json(file: Path, plain: dict[str, Any]) -> None:
    file.write_text(json.dumps(plain, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
