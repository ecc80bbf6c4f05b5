"""An event loop on a thread of its own: async inside, plain outside.

Requests in flight go on while the caller works on what it has, and callers may have a loop of their own.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")
Tasks = set["asyncio.Task[Any]"]


class LoopThread:
    """Runs coroutines. `close` it."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._alone, self._ending = threading.Lock(), False
        self._thread = threading.Thread(target=self.loop.run_forever, name="wfllm-llm", daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, T], tasks: Tasks | None = None) -> Future[T]:
        """Start a coroutine; while it runs, its task is in `tasks`."""
        with self._alone:
            if not self._ending:
                listed = work if tasks is None else _listed(work, tasks)
                return asyncio.run_coroutine_threadsafe(listed, self.loop)
        work.close()
        raise CancelledError  # another thread has closed it

    def cancel(self, tasks: Tasks, seconds: float = 5.0) -> None:
        """End these tasks, and wait until they have put their things away."""
        with suppress(NotYet, CancelledError):
            self.submit(_cancel(tasks)).result(seconds)

    def close(self, last: Coroutine[Any, Any, None], seconds: float = 5.0) -> None:
        """End everything, run `last`, end the thread."""
        with self._alone:  # whatever was submitted before is a task when `_cancel` looks
            self._ending = True
        try:
            for work in (_cancel(None), last):
                with suppress(NotYet):
                    asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)
        finally:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(seconds)
            if not self._thread.is_alive():
                self.loop.close()


async def _listed(work: Coroutine[Any, Any, T], tasks: Tasks) -> T:
    task = asyncio.current_task()
    assert task is not None
    tasks.add(task)
    try:
        return await work
    finally:
        tasks.discard(task)


async def _cancel(tasks: Tasks | None) -> None:
    """End these tasks, or all of the loop."""
    others = [
        task
        for task in (asyncio.all_tasks() if tasks is None else tasks)
        if task is not asyncio.current_task()
    ]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
