"""Stage `transcribe`: files become code; records that come with code pass through."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wfllm.bench.stages.stage import Dropped, EachChunk, Inputs, Item, Outcome, Work
from wfllm.errors import WfllmError
from wfllm.shortcuts.reader import Source, read
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree


def transcribing() -> EachChunk:
    return EachChunk("transcribe", "collect", _prepare)


def _prepare(_inputs: Inputs) -> Work:
    return _transcribed


def _transcribed(items: list[Item]) -> Iterator[Outcome]:
    for item in items:
        if "file" not in item:
            yield item
            continue
        path = Path(item["file"])
        if _changed(path, item["sha256"]):
            yield Dropped(item, "changed", "changed or gone since it was collected")
            continue
        for source in read(path):
            yield _one(item, source)


def _changed(path: Path, digest: str) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() != digest
    except OSError:
        return True


def _one(item: Item, source: Source) -> Outcome:
    name = source.name.encode("utf-8", "replace").decode()
    origin = f"{item['source']}:{source.member}" if source.member else item["source"]
    made: dict[str, Any] = {**item, "id": name, "source": origin.encode("utf-8", "replace").decode()}
    del made["file"], made["sha256"]
    try:
        if source.plist is None:
            raise source.error or WfllmError("holds no shortcut")
        script = transcribe(build_tree(source.plist, name))
        script.code.encode("utf-8")
    except (WfllmError, UnicodeEncodeError) as fault:
        return Dropped(made, "unreadable", str(fault))
    noted = {"binary": len(script.data), "raw": sorted(set(script.raws))}
    meta = {**made.get("meta", {}), **{k: v for k, v in noted.items() if v}}
    written = {"apis": script.apis, "task_plan": "", "annotated_code": script.code}
    return {"query": "", **written, **made, "meta": meta}
