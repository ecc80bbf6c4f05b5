"""Running the stages of a build: what is there already stays, what is missing is made, in order."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from wfllm import lock
from wfllm.bench.stages.chunks import work_at
from wfllm.bench.stages.folder import CHUNK, StageFolder
from wfllm.bench.stages.stage import Dropped, EachChunk, Failed, Inputs, Item, Outcome, Stage, Whole, Work
from wfllm.errors import WfllmError
from wfllm.progress import progress

WHOLE_LOCK = ".lock-whole"


@dataclass(frozen=True)
class StageReport:
    """What became of one stage."""

    name: str
    kept: int = 0
    dropped: int = 0
    seconds: float = 0.0
    there: bool = False
    """It was complete already."""
    mended: int = 0
    """Chunks that had been lost or cut since, and were made again."""
    waiting: str = ""
    """Why it is not complete: what other shards have yet to make."""
    failed: list[Failed] = field(default_factory=list)
    """Items that could not be worked at now; the same command tries them again."""
    told: Path | None = None
    """The file that names them all."""


class Build:
    """A folder of stages.

    Args:
        root: the build's folder; each stage has `<number>_<name>` in it.
        stages: all of them, in order; a stage reads only from earlier ones.
        code: what tells this version of the program from another: results of another are made again.
        skip: names of stages that pass everything through.
    """

    def __init__(
        self, root: Path, stages: Sequence[Stage], code: str = "", skip: Collection[str] = ()
    ) -> None:
        self.root = root
        self.stages = [_passing(stage) if stage.name in skip else stage for stage in stages]
        self.folders = {
            stage.name: StageFolder(root / f"{number:02d}_{stage.name}")
            for number, stage in enumerate(self.stages, start=1)
        }
        self.keys: dict[str, str] = {}
        for stage in self.stages:
            needs = [self.keys[name] for name in _needs(stage)]
            text = json.dumps([stage.name, stage.name in skip, stage.settings, code, needs], sort_keys=True)
            self.keys[stage.name] = hashlib.sha256(text.encode()).hexdigest()

    # what stages read

    def items(self, stage: str) -> Iterator[Item]:
        return self.folders[stage].items()

    def drops(self, stage: str) -> Iterator[Dropped]:
        return self.folders[stage].drops()

    def notes(self, stage: str) -> dict[str, Any]:
        return self.folders[stage].info()

    def is_complete(self, stage: str) -> bool:
        return self.folders[stage].is_complete(self.keys[stage])

    # running

    def run(
        self, only: Collection[str] | None = None, shard: tuple[int, int] = (1, 1), n_jobs: int = 1
    ) -> Iterator[StageReport]:
        """Make what is missing; one report a stage, as it ends.

        Args:
            only: names of the stages to run; the others must be complete where they are read.
            shard: (number from 1, of how many): only the chunks of this part. A stage that must see every
                item runs when all chunks before it are there; until then the build waits for other shards.
            n_jobs: processes.

        Raises:
            WfllmError: a stage that is read and not run is not complete.
        """
        for stage in self.stages:
            if only is not None and stage.name not in only:
                continue
            if self.is_complete(stage.name):
                yield self._there(stage)
                continue
            missing = self._missing(stage, shard)
            if missing and shard == (1, 1):
                raise self._not_done(missing)
            if missing:
                yield StageReport(stage.name, waiting=f"{missing} lacks the chunks of other shards")
                return
            try:
                report = self._made(stage, shard, n_jobs)
            except OSError as fault:
                raise self._unwritten(stage, fault) from fault
            yield report
            if report.failed:
                return

    def _there(self, stage: Stage) -> StageReport:
        info = self.notes(stage.name)
        return StageReport(stage.name, info.get("kept", 0), info.get("dropped", 0), there=True)

    def _made(self, stage: Stage, shard: tuple[int, int], n_jobs: int) -> StageReport:
        folder, key = self.folders[stage.name], self.keys[stage.name]
        start = time.monotonic()
        with self.alone(shard):  # other shards may begin it, too
            if self.is_complete(stage.name):
                return self._there(stage)
            info = folder.info()
            if info and info["key"] != key and shard != (1, 1):
                raise WfllmError(
                    "was made with other settings, data or code",
                    where=folder.path,
                    mend="Remove it if no other shard is at work here, or name another output=.",
                )
            mended = len(folder.mend()) if info.get("key") == key else 0
            folder.begin(key)
            if isinstance(stage, Whole):
                report = self._whole(stage)
        if isinstance(stage, EachChunk):
            report = self._each_chunk(stage, shard, n_jobs)
        return replace(report, mended=mended, seconds=time.monotonic() - start)

    @contextmanager
    def alone(self, shard: tuple[int, int]) -> Iterator[None]:
        """What only one of the shards that share a folder may do at a time; the others wait."""
        if shard == (1, 1):
            yield
            return
        self.root.mkdir(parents=True, exist_ok=True)
        lock.take(self.root, cause="", mend="", name=WHOLE_LOCK, wait=True)
        try:
            yield
        finally:
            lock.release(self.root, WHOLE_LOCK)

    def _unwritten(self, stage: Stage, fault: OSError) -> WfllmError:
        return WfllmError(
            f"cannot be read or written ({fault.strerror or fault})",
            where=fault.filename or self.folders[stage.name].path,
            mend="Make room or give the right to write; the same command goes on from here.",
        )

    def _missing(self, stage: Stage, shard: tuple[int, int]) -> str:
        """The first stage that this one needs and lacks; in a shard, the shard's own chunks are enough."""
        for name in _needs(stage):
            folder = self.folders[name]
            own_chunks = isinstance(stage, EachChunk) and name == stage.reads and shard != (1, 1)
            if own_chunks and folder.info().get("key") == self.keys[name]:
                continue
            if not self.is_complete(name):
                return name
        return ""

    def _not_done(self, name: str) -> WfllmError:
        info = self.folders[name].info()
        changed = info and info["key"] != self.keys[name]
        return WfllmError(
            "was made with other settings, data or code" if changed else "is not complete",
            where=f"stage {name}",
            mend=f"Add it: stages=[{name},…], or leave stages= out to run all.",
        )

    def _whole(self, stage: Whole) -> StageReport:
        """Written beside and moved into place: a stage that sees everything cannot go on in the middle."""
        folder, key = self.folders[stage.name], self.keys[stage.name]
        folder.remove()
        beside = StageFolder(folder.path.with_name(f".new-{folder.path.name}"))
        beside.remove()
        beside.begin(key)
        kept = dropped = 0
        reads = [self.notes(name).get("kept", 0) for name in stage.reads]
        with progress(stage.name, max(reads) if reads else None) as bar:
            for number, outcomes in enumerate(_chunked(stage.work(self))):
                more = beside.write(number, outcomes)
                kept, dropped = kept + more[0], dropped + more[1]
                bar.advance(len(outcomes))
        beside.finish(key, {"kept": kept, "dropped": dropped})
        beside.path.rename(folder.path)
        return StageReport(stage.name, kept, dropped)

    def _each_chunk(self, stage: EachChunk, shard: tuple[int, int], n_jobs: int) -> StageReport:
        source, folder, key = self.folders[stage.reads], self.folders[stage.name], self.keys[stage.name]
        number, of = shard
        chunks = source.chunks()
        todo = [c for c in chunks if c % of == number - 1 and not folder.has(c)]
        total = source.info().get("kept") or len(chunks) * CHUNK
        failed: list[Failed] = []
        with progress(stage.name, total, "items", done=max(0, total - len(todo) * CHUNK)) as bar:
            for done, faults in work_at(stage, self, source, folder, todo, n_jobs, bar):
                failed += faults
                bar.advance(done)
        told = folder.tell_failed(failed, "" if of == 1 else f"-{number}-of-{of}")
        if failed:
            return StageReport(stage.name, *folder.counts(), failed=failed, told=told)
        lacking = [c for c in chunks if not folder.has(c)]
        if lacking or not self.is_complete(stage.reads):
            return StageReport(
                stage.name,
                *folder.counts(),
                waiting=f"{len(lacking) or 'some'} chunks belong to other shards",
            )
        kept, dropped = folder.counts()
        folder.finish(key, {"kept": kept, "dropped": dropped})
        return StageReport(stage.name, kept, dropped)


def _chunked(outcomes: Iterable[Outcome]) -> Iterator[list[Outcome]]:
    """Runs of CHUNK outcomes; at least one run, so that having none is a result, too."""
    outcomes = iter(outcomes)
    first = True
    while (run := list(islice(outcomes, CHUNK))) or first:
        yield run
        first = False


def _needs(stage: Stage) -> tuple[str, ...]:
    return stage.reads if isinstance(stage, Whole) else (stage.reads, *stage.also)


def _passing(stage: Stage) -> Stage:
    if isinstance(stage, EachChunk):
        return replace(stage, prepare=_pass_through, settings={}, processes=False)
    first = stage.reads[0]
    return replace(stage, work=lambda inputs: inputs.items(first), settings={})


def _pass_through(_inputs: Inputs) -> Work:
    return list
