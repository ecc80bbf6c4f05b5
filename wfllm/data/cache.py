"""Tokenised once: samples are kept under a key of everything that goes into them.

They lie in `<cache>/tokens/<key>/` (`WFLLM_CACHE`, else the user's cache folder). What is damaged is made
again; what nobody has used for `DAYS` days is removed when something new is written.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from wfllm.bench.record import Record
from wfllm.config.schema import Prompts, Target
from wfllm.data.encode import Encoded, Lengths, OverLength
from wfllm.data.mending import Pair
from wfllm.data.store import ACCOUNT, Store, write_store
from wfllm.errors import WfllmError
from wfllm.models.base import cache_dir
from wfllm.shortcuts.api import Api

DAYS = 30
_LIBRARIES = ("tokenizers", "transformers")


def cache_key(
    records: Iterable[Record],
    pairs: Iterable[Pair],
    tokenizer: Any,
    catalogue: Mapping[str, Api],
    prompts: Prompts,
    target: Target,
    *,
    context: int,
    over_length: OverLength,
    header: bool = False,
    extra_bos: bool = False,
) -> str:
    """Hash of all that tokenised samples depend on; weights of roles are put on later and are not in it."""
    digest = hashlib.sha256()

    def add(*parts: object) -> None:
        digest.update(json.dumps(parts, sort_keys=True, default=repr).encode() + b"\n")

    add(_code(), [version(name) for name in _LIBRARIES], context, over_length, header, extra_bos)
    core = json.loads(tokenizer.backend_tokenizer.to_str())
    # Padding and truncation are those of the last call, whatever it was for.
    add({**core, "padding": None, "truncation": None}, tokenizer.chat_template, tokenizer.eos_token)
    add(prompts.model_dump(), target.model_dump(exclude={"name", "weights"}))
    used: set[str] = set()
    for record in records:
        used.update(record.apis)
        add(record.id, record.query, record.apis, record.task_plan, record.annotated_code)
    for pair in pairs:
        add(pair)
    for name in sorted(used):
        add(name, repr(catalogue.get(name)))
    return digest.hexdigest()[:32]


@cache
def _code() -> str:
    """Hash of the source that turns records into tokens."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for folder in ("data", "shortcuts"):
        for path in sorted((package / folder).rglob("*.py")):
            digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def tokenised(key: str, make: Callable[[Lengths], Iterable[Encoded]]) -> tuple[Store, bool]:
    """The samples kept under `key`, made by `make` where they are not there yet.

    Args:
        make: hands out the samples and fills the account on the way.

    Returns:
        The samples, and whether they were there.

    Raises:
        WfllmError: the folder cannot be written, or whatever `make` raises.
    """
    folder = cache_dir() / "tokens" / key
    if folder.is_dir():
        try:
            store = Store(folder)
        except WfllmError:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            with suppress(OSError):
                (folder / ACCOUNT).touch()  # the day of its last use
            return store, True
    account = Lengths()
    store = write_store(folder, make(account), account)
    _tidy(folder.parent)
    return store, False


def _tidy(folder: Path) -> None:
    """Remove what has not been used for long, and what a killed process left half written."""
    limit = time.time() - DAYS * 86_400
    for entry in folder.iterdir():
        with suppress(OSError):
            file = entry / ACCOUNT
            if (file if file.exists() else entry).stat().st_mtime < limit:
                shutil.rmtree(entry, ignore_errors=True)
