"""Workers of a study: this process alone, or several of their own, each with its share of the machine."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

from optuna.trial import TrialState

from wfllm import lock
from wfllm.errors import WfllmError
from wfllm.progress import progress
from wfllm.search.study import OpenStudy, open_study
from wfllm.workers import follow_parent

POLL = 0.5
GRACE = 20.0
"""Seconds that interrupted workers have to end by themselves."""


def work(study: OpenStudy, threads: int, until: float | None) -> None:
    """Take trials, one after the other, until none is left or the time is up.

    Args:
        threads: CPU threads of each new trial; 0 leaves the choice to the config.
        until: `time.monotonic()` after which no trial starts.
    """
    from wfllm.search.trial import run_trial  # loads torch

    while until is None or time.monotonic() < until:
        trial = study.claim()
        if trial is None:
            return
        values = " ".join(study.search.space.texts(trial.params))
        print(f"\n── trial {trial.number} of {study.total}: {values}", flush=True)
        run_trial(study, trial, threads)
        done = study.trials[trial.number]
        value = f", {study.search.sweep.metric} {done.value:.6g}" if done.value is not None else ""
        error = f": {done.user_attrs['error']}" if "error" in done.user_attrs else ""
        print(f"── trial {trial.number} {said(done.state)}{value}{error}", flush=True)


def said(state: TrialState) -> str:
    """A state in a word."""
    words = {"COMPLETE": "done", "PRUNED": "pruned", "FAIL": "failed", "RUNNING": "running or interrupted"}
    return words.get(state.name, state.name.lower())


def work_together(study: OpenStudy, overrides: Sequence[str], seconds: float | None) -> list[str]:
    """Run `sweep.n_jobs` workers until nothing is left; one that was killed is replaced.

    Returns:
        What is to be told of workers that ended otherwise than they should.
    """
    count = study.search.sweep.n_jobs
    threads = 0 if study.search.config.trainer.threads else max(1, cores() // count)
    gpus = visible_gpus()
    until = None if seconds is None else time.monotonic() + seconds
    workers: dict[int, BaseProcess] = {}
    broken: list[str] = []
    context = multiprocessing.get_context("spawn")

    def start(number: int) -> None:
        left = None if until is None else until - time.monotonic()
        gpu = gpus[number % len(gpus)] if gpus else None
        log = study.folder / f"worker-{number}.log"
        given = (list(overrides), study.retry_below, threads, left, gpu, log)
        workers[number] = context.Process(target=_process, args=given, name=f"worker {number}")
        workers[number].start()

    try:
        with progress("Searching", study.total, "trial", done=_finished(study)) as bar:
            for number in range(count):
                start(number)
            while any(worker.is_alive() for worker in workers.values()):
                time.sleep(POLL)
                done = _finished(study)
                bar.move(done, _best(study)) if done != bar.done else None
                for number, worker in list(workers.items()):
                    if worker.is_alive() or not worker.exitcode:
                        continue
                    if worker.exitcode < 0 and study.left():  # killed: its trial waits to be gone on with
                        print(f"{worker.name} was killed (signal {-worker.exitcode}); another goes on")
                        start(number)
                    else:
                        broken.append(f"{worker.name} stopped; why is in {study.folder}/worker-{number}.log")
                        del workers[number]
    except BaseException:
        _end(list(workers.values()))
        raise
    return broken


def _process(
    overrides: list[str],
    retry_below: int,
    threads: int,
    seconds: float | None,
    gpu: str | None,
    log: Path,
) -> None:
    """A worker process: reads the search again and works, its output in a file."""
    from wfllm.search.check import read_search

    follow_parent()
    if gpu is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = gpu
    with log.open("a", encoding="utf-8", buffering=1) as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
        print(f"process {os.getpid()}", flush=True)
        try:
            study = open_study(read_search(overrides), retry_below)
            work(study, threads, None if seconds is None else time.monotonic() + seconds)
        except KeyboardInterrupt:
            sys.exit(0)  # the command itself says so
        except Exception:
            traceback.print_exc()
            sys.exit(1)


def _end(workers: list[BaseProcess]) -> None:
    """Ctrl-C reaches the workers, too; they write down where they are. Who does not end is ended."""
    until = time.monotonic() + GRACE
    for worker in workers:
        worker.join(max(0.0, until - time.monotonic()))
        if worker.is_alive():
            worker.terminate()
            worker.join()


def _finished(study: OpenStudy) -> int:
    return sum(t.state.is_finished() for t in study.settled())


def _best(study: OpenStudy) -> str:
    try:
        best = study.optuna.best_trial
    except ValueError:  # none is complete
        return ""
    return f"best {study.search.sweep.metric} {best.value:.4g} (trial {best.number})"


def cores() -> int:
    """CPU cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def visible_gpus() -> list[str]:
    """The CUDA devices there are, by what CUDA_VISIBLE_DEVICES calls them, without loading torch."""
    given = os.environ.get("CUDA_VISIBLE_DEVICES")
    if given is not None:
        return [name for name in given.split(",") if name]
    try:
        done = subprocess.run(
            ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return done.stdout.split()


def require_workers(study: OpenStudy) -> None:
    """Raise where several workers could not tell each other's trials from those of dead ones."""
    if not lock.works(study.locks) and study.search.sweep.n_jobs > 1:
        mend = "Name a file on a local disk: sweep.storage=FILE, or use sweep.n_jobs=1."
        raise WfllmError(
            "this file system has no locks, which several workers need", where=study.locks, mend=mend
        )
