"""Stage `transcribe`: files become code, code that records come with is kept; all code is measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from wfllm.bench.measure import NOTE, apis_of, measure, note
from wfllm.bench.stages.collect import UNREAD, hash_of
from wfllm.bench.stages.stage import Dropped, EachChunk, Inputs, Item, Outcome, Work
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.reader import Source, read
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree


def transcribing(roots: Sequence[Path] = ()) -> EachChunk:
    """The stage.

    Args:
        roots: folders that the files of collected items lie in.
    """

    def prepare(_inputs: Inputs) -> Work:
        return partial(_transcribed, list(roots))

    return EachChunk("transcribe", "collect", prepare)


def _transcribed(roots: list[Path], items: list[Item]) -> Iterator[Outcome]:
    for item in items:
        if "file" not in item:
            yield _measured(item)
            continue
        path = roots[item["root"]] / item["file"]
        if item["sha256"] != UNREAD and hash_of(path) != item["sha256"]:
            yield Dropped(item, "changed", "changed or gone since it was collected")
            continue
        for source in read(path):
            made = _one(item, source)
            yield made if isinstance(made, Dropped) else _measured(made)


def _measured(item: Item) -> Item:
    code, catalogue = item["annotated_code"], load_catalogue()
    apis = item["apis"] or apis_of(code, catalogue)
    return {**item, "apis": apis, NOTE: note(measure(code, catalogue))}


def _one(item: Item, source: Source) -> Item | Dropped:
    name = source.name.encode("utf-8", "replace").decode()
    origin = f"{item['source']}:{source.member}" if source.member else item["source"]
    made: dict[str, Any] = {**item, "id": name, "source": origin.encode("utf-8", "replace").decode()}
    del made["file"], made["root"], made["sha256"]
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
