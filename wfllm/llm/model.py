"""Whoever answers a prompt: the one interface that every later room uses.

    with open_model(config.llm) as model:
        for answer in model.answer(requests):
            print(answer.text if answer.error is None else answer.error)

Requests are answered several at a time, and handed on in the order they were asked, so that what follows is
the same in every run. Each answer is remembered before it is handed on.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sized
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

from pydantic import BaseModel

from wfllm.llm.asker import Asker
from wfllm.llm.backend import Backend
from wfllm.llm.cache import Cache
from wfllm.llm.loop import LoopThread, Tasks
from wfllm.llm.request import Answer, Request
from wfllm.llm.structured import Structured
from wfllm.progress import progress

R = TypeVar("R")
T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

LOOK = 0.25
"""Seconds between looks at the progress bar."""


class Model:
    """A backend with a cache, books and an order. Close it, or use it as a context manager.

    Args:
        backend: what answers; it is used in the loop of this object alone.
        cache: None remembers nothing (a transcript needs no cache).
        max_tokens, temperature: where a request says nothing.
        again: how often an answer that does not fit its schema is asked again.
        stop_after: so many requests in a row that failed though tried again end the run; None never.
    """

    def __init__(
        self,
        backend: Backend,
        cache: Cache | None = None,
        *,
        max_tokens: int = 2048,
        temperature: float | None = 0.0,
        again: int = 2,
        stop_after: int | None = None,
    ) -> None:
        self.backend, self.cache = backend, cache
        self._asker = Asker(
            backend, cache, max_tokens=max_tokens, temperature=temperature, again=again, stop_after=stop_after
        )
        self.account = self._asker.account
        self._thread: LoopThread | None = None
        self._opening, self._closed = threading.Lock(), False

    def answer(
        self, requests: Iterable[Request], *, title: str = "Asking", total: int | None = None
    ) -> Iterator[Answer]:
        """Answer every request, in their order. One that fails comes back with its reason; the others go on.

        Requests are taken as they are needed, so they may be a generator; then say how many with `total`,
        or there is no bar. What went wrong is told on stderr at the end, each reason once.

        Raises:
            WfllmError: the cache cannot be used (its disk is full, it is damaged).
        """
        yield from self._in_order(requests, self._asker.answer, title, total)

    def answer_as(
        self,
        requests: Iterable[Request],
        schema: type[M],
        *,
        title: str = "Asking",
        total: int | None = None,
    ) -> Iterator[Structured[M]]:
        """The same with answers that hold JSON of a schema, found wherever it stands in the text.

        An answer without such JSON is asked again, up to `again` times, with what was wrong with it.
        """

        async def one(request: Request) -> Structured[M]:
            return await self._asker.answer_as(request, schema)

        yield from self._in_order(requests, one, title, total)

    def each(self, items: Iterable[T], work: Callable[[Asker, T], Coroutine[Any, Any, R]]) -> Iterator[R]:
        """What a coroutine makes of each item, in their order: it asks as often as it needs, one thing after
        another, while those of other items do the same.

        Nothing is told of what went wrong: each result says it, and `tell` at the end.
        """
        yield from self._in_order(items, lambda item: work(self._asker, item), None, None)

    def tell(self) -> None:
        """Say on stderr what went wrong since this was last said, each reason once."""
        for line in self.told():
            print(line, file=sys.stderr, flush=True)

    def told(self) -> list[str]:
        """The lines of `tell`, for a caller who has more to say about them."""
        return self.account.tell(self._asker.stopped)

    def key(self, request: Request) -> str:
        """What the cache knows the request by: everything that determines its answer."""
        return self._asker.key(request)

    def close(self) -> None:
        """Let go of connections and files."""
        with self._opening:
            self._closed = True
            thread, self._thread = self._thread, None
        try:
            if thread is not None:
                thread.close(self.backend.close())
        finally:
            if self.cache is not None:
                self.cache.close()

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- the caller's thread -----------------------------------------------------------------------

    def _in_order(
        self,
        items: Iterable[T],
        one: Callable[[T], Coroutine[Any, Any, R]],
        title: str | None,
        total: int | None,
    ) -> Iterator[R]:
        with self._opening:  # several threads may ask
            if self._closed:
                raise CancelledError
            if self._thread is None:
                self._thread = LoopThread()
                self._thread.submit(self._asker.renew_claims())
            thread = self._thread
        source, tasks = iter(items), Tasks()
        waiting: deque[Future[R]] = deque()
        ahead = 4 * self.backend.concurrency + 32
        if title is not None and total is None and isinstance(items, Sized):
            total = len(items)
        with ExitStack() as stack:
            move = stack.enter_context(self._bar(title or "", total))
            handed = 0

            def look() -> None:
                move(handed + sum(future.done() for future in waiting))

            try:
                while True:
                    while len(waiting) < ahead:
                        try:
                            waiting.append(thread.submit(one(next(source)), tasks))
                        except StopIteration:
                            break
                    if not waiting:
                        break
                    result = self._next(waiting[0], look)
                    waiting.popleft()
                    handed += 1
                    yield result
                look()
            finally:  # the caller wants no more, or pressed Ctrl-C
                if waiting:
                    thread.cancel(tasks)
        if title is not None:
            self.tell()

    def _next(self, first: Future[R], look: Callable[[], None]) -> R:
        """Wait for a result; Ctrl-C ends the wait at once."""
        while True:
            try:
                return first.result(LOOK)
            except NotYet:
                if first.done():  # just now, or with a timeout of its own
                    return first.result()
            look()

    @contextmanager
    def _bar(self, title: str, total: int | None) -> Iterator[Callable[[int], None]]:
        if total is None:
            yield lambda _done: None
            return
        with progress(title, total, "answers") as bar:
            yield lambda done: bar.move(done, self.account.note())
