"""How `wfllm build` measures texts: with a tokenizer, where the config names one."""

from __future__ import annotations

import hashlib
from pathlib import Path

from wfllm.bench.describe.facts import Lengths
from wfllm.config import schema as s
from wfllm.errors import WfllmError


def lengths_of(config: s.Describe) -> Lengths:
    """Tokens by the named tokenizer, characters without one.

    Raises:
        WfllmError: there is no such tokenizer, or not the one file that holds a fast one.
    """
    if config.tokenizer is None:
        return Lengths(per_token=config.characters_per_token)
    from tokenizers import Tokenizer

    where = f"describe.tokenizer={config.tokenizer}"
    try:
        folder = Path(config.tokenizer).expanduser()
        file = str(folder / "tokenizer.json")
        core = Tokenizer.from_file(file) if folder.is_dir() else Tokenizer.from_pretrained(config.tokenizer)
    except Exception as fault:  # whatever a foreign file makes the library raise
        why = str(fault).strip().splitlines() or [type(fault).__name__]
        mend = "Name a folder with tokenizer.json, or a hub id."
        raise WfllmError(f"no tokenizer ({why[0]})", where=where, mend=mend) from fault
    core.no_truncation()
    core.no_padding()
    identity = hashlib.sha256(core.to_str().encode()).hexdigest()
    name = config.tokenizer.rstrip("/").rpartition("/")[2]

    def count(text: str) -> int:
        return len(core.encode(text, add_special_tokens=False).ids)

    return Lengths(count, name, identity, config.characters_per_token)
