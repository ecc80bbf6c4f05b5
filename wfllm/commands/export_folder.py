"""The folder of an export: whole or not there, and never in the place of anything of somebody else's."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wfllm import lock
from wfllm.errors import WfllmError
from wfllm.files import sha256_of

MARK = "export.json"
"""Says of a folder that `wfllm export` wrote it, and of each of its files what it was then."""
CARD = "README.md"


@contextmanager
def new_folder(output: Path) -> Iterator[Path]:
    """A folder to write to, which takes the place of `output` at the end; on an error nothing is left of it.

    Raises:
        WfllmError: `output` holds what `wfllm export` did not write, or another process exports there.
    """
    output = output.expanduser().resolve()
    refuse_foreign(output)
    part = output.with_name(f".{output.name}.part")
    part.mkdir(parents=True, exist_ok=True)
    lock.take(part, cause="another export into this folder is going on", mend="Wait for it or stop it.")
    try:
        for left in part.iterdir():  # of one that was killed
            if left.name != lock.FILE:
                left.unlink()
        yield part
        (part / lock.FILE).unlink(missing_ok=True)
        old = output.with_name(f".{output.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        if output.exists():
            os.replace(output, old)
        os.replace(part, output)
        shutil.rmtree(old, ignore_errors=True)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    finally:
        lock.release(part)


def refuse_foreign(output: Path) -> None:
    """Raise where exporting to `output` would take something away that `wfllm export` cannot write again."""
    if not output.exists():
        return
    mend = "Name another folder: output=…"
    if not output.is_dir():
        raise WfllmError("is no folder", where=output, mend=mend)
    there = {p.relative_to(output).as_posix() for p in output.rglob("*") if not p.is_dir()}
    if not there:
        return
    known = _files(output / MARK)
    foreign = sorted(there - known.keys() - {MARK})
    if foreign:
        raise WfllmError(f"holds {foreign[0]}, which wfllm export did not write", where=output, mend=mend)
    if CARD in there and sha256_of(output / CARD) != known[CARD]:
        mend = f"Move it away, or {mend[0].lower()}{mend[1:]}"
        raise WfllmError("was changed by hand and would be lost", where=output / CARD, mend=mend)


def _files(mark: Path) -> dict[str, str]:
    """Files that a mark knows, with their digests; none where it is missing or damaged."""
    try:
        files = json.loads(mark.read_bytes())["files"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return {str(k): str(v) for k, v in files.items()} if isinstance(files, dict) else {}


def write_mark(part: Path, facts: dict[str, Any]) -> None:
    """Write `export.json`: facts about the export, and the digest of every file beside it."""
    files = sorted(p for p in part.iterdir() if p.name not in (MARK, lock.FILE))
    told = {**facts, "files": {p.name: sha256_of(p) for p in files}}
    (part / MARK).write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
