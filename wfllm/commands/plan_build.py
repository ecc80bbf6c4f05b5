"""`dry_run=true` of `wfllm build`: its stages, what is there of each, and which ask a model."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from wfllm.bench.stages.engine import Build
from wfllm.bench.stages.folder import CHUNK
from wfllm.bench.stages.stage import EachChunk, Stage, Whole


def show_plan(build: Build, console: Console) -> None:
    """Print a line for each stage. Nothing is read but what earlier runs wrote of themselves."""
    table = Table("stage", "reads", "state", "asks")
    ready = True
    for stage in build.stages:
        reads = ", ".join(stage.reads) if isinstance(stage, Whole) else stage.reads
        complete = build.is_complete(stage.name)
        ready = ready and complete
        table.add_row(stage.name, reads, _state(build, stage, complete), _asks(stage))
    console.print(table)
    console.print(f"Writes to {build.root}", markup=False, highlight=False, soft_wrap=True)
    known = "assemble the dataset" if ready else "make what is missing"
    console.print(f"Next: the same command without dry_run=true, to {known}")


def _state(build: Build, stage: Stage, complete: bool) -> str:
    info = build.notes(stage.name)
    if complete:
        return f"there: {info.get('kept', 0):,} kept, {info.get('dropped', 0):,} dropped"
    if not info:
        return "to do"
    if info["key"] != build.keys[stage.name]:
        return "to do again: settings, data or code have changed"
    chunks = build.folders[stage.name].chunks()
    return f"begun: {len(chunks):,} chunks of up to {CHUNK} items are there"


def _asks(stage: Stage) -> str:
    """Whose answers the stage's result hangs on, as its settings say."""
    llm = stage.settings.get("llm") if isinstance(stage, EachChunk) else None
    if isinstance(llm, Mapping):
        return str(llm.get("identity") or llm.get("model") or llm.get("path") or llm.get("name"))
    return "a trained model" if "weights" in stage.settings else ""
