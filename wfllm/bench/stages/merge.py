"""Bringing together what several machines made: each made its own chunks of the same stages."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from wfllm.bench.stages.engine import Build
from wfllm.bench.stages.folder import StageFolder
from wfllm.bench.stages.stage import EachChunk
from wfllm.errors import WfllmError


def merge(build: Build, others: Sequence[Path], shard: tuple[int, int] = (1, 1)) -> int:
    """Copy the chunks that this build lacks from the folders of its other shards; how many files.

    Nothing is copied unless all of them are of this build.

    Args:
        build: where they go.
        others: folders of the same build, made elsewhere with `shard=`.
        shard: which part this build goes on with. The whole must have every chunk of what was begun then.

    Raises:
        WfllmError: a folder is named twice, holds no stage of this build, or one made with other settings,
            data or code, or the same chunk with other content; or a shard is missing.
    """
    _require_different(build, others)
    stages = [(name, other) for other in others for name in _stages(build, other)]
    copied = sum(_copy_stage(build, name, other) for name, other in stages)
    if shard == (1, 1):
        _require_all(build)
    return copied


def _require_different(build: Build, others: Sequence[Path]) -> None:
    seen = {build.root.resolve(): "is the output itself"}
    for other in others:
        if (why := seen.get(other.resolve())) is not None:
            raise WfllmError(why, where=f"merge: {other}", mend="Name the folder of every other shard once.")
        seen[other.resolve()] = "is named twice"


def _stages(build: Build, other: Path) -> list[str]:
    """The stages that a folder holds, all of them this build's."""
    found = [name for name, folder in build.folders.items() if (other / folder.path.name).is_dir()]
    if not found:
        raise WfllmError("holds no stage of a build", where=other, mend="Name a build's output folder.")
    for name in found:
        theirs = StageFolder(other / build.folders[name].path.name)
        if theirs.info().get("key") != build.keys[name]:
            raise WfllmError(
                "was made with other settings, data or code",
                where=theirs.path,
                mend="Run every shard with the same config, data and version.",
            )
        if theirs.damaged():
            raise WfllmError("has lost files", where=theirs.path, mend="Run that shard again.")
    return found


def _copy_stage(build: Build, name: str, other: Path) -> int:
    mine = build.folders[name]
    theirs = StageFolder(other / mine.path.name)
    mine.begin(build.keys[name])
    copied = sum(_copy(file, mine.path / file.name) for file in sorted(theirs.path.glob("chunk-*")))
    if theirs.is_complete(build.keys[name]) and mine.chunks() == theirs.chunks():
        mine.write_info(theirs.info())
    return copied


def _require_all(build: Build) -> None:
    """The whole would silently make what a shard that was forgotten has made already."""
    for stage in build.stages:
        folder = build.folders[stage.name]
        if not isinstance(stage, EachChunk) or not folder.info() or not build.is_complete(stage.reads):
            continue
        chunks = build.folders[stage.reads].chunks()
        lacking = [chunk for chunk in chunks if not folder.has(chunk)]
        if lacking:
            missing = f"{len(lacking)} of the {len(chunks)} chunks of stage {stage.name}"
            raise WfllmError(
                f"{missing} are in none of the folders",
                where="merge",
                mend="Name the folder of every shard, each at its end; without merge= the same command makes "
                "what is missing.",
            )


def _copy(source: Path, target: Path) -> bool:
    content = source.read_bytes()
    if target.is_file():
        if target.read_bytes() != content:
            raise WfllmError(
                f"differs from {source}",
                where=target,
                mend="Two shards made it with different results; remove the wrong one.",
            )
        return False
    part = target.with_name(f".part-{target.name}")
    part.write_bytes(content)
    shutil.copystat(source, part)
    part.replace(target)
    return True
