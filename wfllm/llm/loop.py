"""An event loop on a thread of its own: async inside, plain outside.

Requests in flight go on while the caller works on what it has, and callers may have a loop of their own.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import Any, TypeVar

T = TypeVar("T")
Tasks = set["asyncio.Task[Any]"]


class LoopThread:
    """Runs coroutines. `close` it."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="wfllm-llm", daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, T], tasks: Tasks | None = None) -> Future[T]:
        """Start a coroutine; while it runs, its task is in `tasks`."""
        return asyncio.run_coroutine_threadsafe(work if tasks is None else _listed(work, tasks), self.loop)

    def cancel(self, tasks: Tasks, seconds: float = 5.0) -> None:
        """End these tasks, and wait until they have put their things away."""
        if self.loop.is_closed():  # they ended with it
            return
        try:
            self.submit(_cancel(tasks)).result(seconds)
        except NotYet:
            return

    def close(self, last: Coroutine[Any, Any, None], seconds: float = 5.0) -> None:
        """End everything, run `last`, end the thread."""
        self.cancel(asyncio.all_tasks(self.loop))
        try:
            self.submit(last).result(seconds)
        except NotYet:
            pass
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


async def _cancel(tasks: Tasks) -> None:
    others = [task for task in tasks if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
