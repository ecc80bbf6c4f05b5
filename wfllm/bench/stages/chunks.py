"""Working at the chunks of a stage: one after another, in several processes, or several at once that wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from wfllm.bench.stages.folder import StageFolder
from wfllm.bench.stages.stage import EachChunk, Failed, Inputs, LongWork, Work
from wfllm.errors import WfllmError
from wfllm.progress import Bar
from wfllm.workers import follow_parent

Job = tuple[Work, StageFolder, StageFolder, int]
"""A chunk's work: what does it, what it reads from, what it writes to, and its number."""


def work_at(
    stage: EachChunk,
    inputs: Inputs,
    source: StageFolder,
    folder: StageFolder,
    todo: list[int],
    n_jobs: int,
    bar: Bar,
) -> Iterator[tuple[int, list[Failed]]]:
    """Make chunks; of each the number of items and those that failed, as it is done.

    Args:
        stage: what to do.
        inputs: what earlier stages left.
        source, folder: where the items are read, and what becomes of them is written.
        todo: numbers of the chunks.
        n_jobs: processes.
        bar: told by work that takes long over a chunk.

    Raises:
        WfllmError: a process was killed.
    """
    if not todo:
        return
    work = stage.prepare(inputs)
    jobs = [(work, source, folder, chunk) for chunk in todo]
    if isinstance(work, LongWork):
        yield from _long(work, jobs, bar)
        return
    if n_jobs <= 1 or not stage.processes or len(jobs) < 2:
        yield from map(_chunk, jobs)
        return
    pool = ProcessPoolExecutor(min(n_jobs, len(jobs)), initializer=follow_parent)
    try:
        yield from pool.map(_chunk, jobs)
    except BrokenProcessPool:
        raise WfllmError(
            "a process was killed, perhaps for want of memory",
            where=f"stage {stage.name}",
            mend="The same command goes on from here; use a smaller n_jobs.",
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _long(work: LongWork, jobs: list[Job], bar: Bar) -> Iterator[tuple[int, list[Failed]]]:
    """The same for long work, which says itself how far it is."""
    alone = threading.Lock()

    def told(more: int, note: str) -> None:
        with alone:
            bar.advance(more, note)

    work.told = told
    pool = ThreadPoolExecutor(work.at_once)
    try:
        made = [pool.submit(_chunk, job) for job in jobs]
        for one in as_completed(made):
            one.result()  # a fault in any chunk ends all at once
        yield from ((0, one.result()[1]) for one in made)
    finally:  # where it ends before all is done, closing is what ends the threads
        pool.shutdown(wait=False, cancel_futures=True)
        work.close()
        pool.shutdown(wait=True)


def _chunk(job: Job) -> tuple[int, list[Failed]]:
    work, source, folder, chunk = job
    items = source.read(chunk)
    return len(items), folder.write(chunk, work(items))[2]
