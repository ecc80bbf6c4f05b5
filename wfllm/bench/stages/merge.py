"""Bringing together what several machines made: each made its own chunks of the same stages."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from wfllm.bench.stages.engine import Build
from wfllm.bench.stages.folder import StageFolder
from wfllm.errors import WfllmError


def merge(build: Build, others: Sequence[Path]) -> int:
    """Copy the chunks that this build lacks from the folders of its other shards; how many files.

    Args:
        build: where they go.
        others: folders of the same build, made elsewhere with `shard=`.

    Raises:
        WfllmError: a folder holds no stage of this build, or one made with other settings, data or code,
            or the same chunk with other content.
    """
    copied = 0
    for other in others:
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
            mine = build.folders[name]
            mine.begin(build.keys[name])
            copied += sum(_copy(file, mine.path / file.name) for file in sorted(theirs.path.glob("chunk-*")))
            if theirs.damaged():
                raise WfllmError("has lost files", where=theirs.path, mend="Run that shard again.")
            if theirs.is_complete(build.keys[name]) and mine.chunks() == theirs.chunks():
                mine.write_info(theirs.info())
    return copied


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
