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
        WfllmError: there is no such tokenizer, or none that works without Python.
    """
    if config.tokenizer is None:
        return Lengths(per_token=config.characters_per_token)
    from transformers import AutoTokenizer

    where = f"describe.tokenizer={config.tokenizer}"
    try:
        core = AutoTokenizer.from_pretrained(str(Path(config.tokenizer).expanduser())).backend_tokenizer
    except Exception as fault:  # whatever a foreign file makes the library raise
        why = str(fault).strip().splitlines() or [type(fault).__name__]
        mend = "Name a folder with tokenizer.json, or a hub id."
        raise WfllmError(f"no tokenizer ({why[0]})", where=where, mend=mend) from fault
    identity = hashlib.sha256(core.to_str().encode()).hexdigest()
    name = config.tokenizer.rstrip("/").rpartition("/")[2]

    def count(text: str) -> int:
        return len(core.encode(text, add_special_tokens=False).ids)

    return Lengths(count, name, identity, config.characters_per_token)
