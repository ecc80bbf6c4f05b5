"""A transformers model on this machine: in batches of like length, the same answers each time.

torch and transformers are imported when the first prompt comes.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from wfllm.config.schema import LocalLlm
from wfllm.errors import WfllmError
from wfllm.llm.backend import Backend
from wfllm.llm.no_answer import NoAnswerError
from wfllm.llm.request import Reply, Request

T = TypeVar("T")
Asked = tuple[Request, "asyncio.Future[Reply]"]
POOL = 8
"""Batches' worth of prompts that are gathered before they are sorted by length."""
GATHER = 0.02
"""Seconds in which further prompts may join those that wait."""


class Loaded(Protocol):
    """Weights and tokenizer in memory."""

    context: int
    """Tokens the model reads and writes at most, together."""
    longest: int
    """Tokens of the longest prompt that it answers."""

    def encode(self, request: Request) -> list[int]:
        """Tokens of the prompt."""

    def answer(self, requests: Sequence[Request], ended: Callable[[], bool]) -> list[Reply]:
        """Answer a batch of prompts that are not too long; `ended` says that nobody waits for it any more."""


class InBatches(Backend, ABC):
    """A model on this machine: prompts are gathered, sorted by length and answered in batches.

    Args:
        model: its name for people and transcripts.
        identity: what the cache knows it by.
        batch_size: prompts answered at once.
    """

    batch_key = "llm.batch_size"
    """The config's key of it, to lower where memory is short."""

    def __init__(self, model: str, identity: Any, batch_size: int) -> None:
        self.model, self.identity, self.batch_size = model, identity, batch_size
        self.concurrency = POOL * batch_size
        self._waiting: list[Asked] = []
        self._work: asyncio.Task[None] | None = None
        self._loaded: Loaded | None = None

    @abstractmethod
    def load(self) -> Loaded:
        """Called once, when the first prompt comes."""

    async def ask(self, request: Request) -> Reply:
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._answer_waiting())
        return await future

    async def close(self) -> None:
        self._loaded = None

    async def _answer_waiting(self) -> None:
        while True:
            await asyncio.sleep(GATHER)
            pool = [asked for asked in self._waiting if not asked[1].done()]
            self._waiting = []
            if not pool:
                return
            try:
                batches = await in_thread(self._batches, pool)
            except Exception as error:
                _fail(pool, error, self.batch_key)
                continue
            fitting = {id(future) for batch in batches for _, future in batch}
            context = self._now().context
            _fail(
                [asked for asked in pool if id(asked[1]) not in fitting],
                NoAnswerError(
                    f"the prompt fills the model's context of {context} tokens", sent=False, final=True
                ),
            )
            for batch in batches:
                try:
                    replies = await in_thread(self._answer_batch, batch)
                except Exception as error:
                    _fail(batch, error, self.batch_key)
                    continue
                for (_, future), reply in zip(batch, replies, strict=True):
                    if not future.done():
                        future.set_result(reply)

    # --- in a thread: one call at a time ---------------------------------------------------------

    def _batches(self, pool: Sequence[Asked]) -> list[list[Asked]]:
        """The pool by length, the longest first, so that what needs most memory shows at once."""
        loaded = self._now()
        lengths = [len(loaded.encode(request)) for request, _ in pool]
        order = sorted(range(len(pool)), key=lambda i: -lengths[i])
        fitting = [pool[i] for i in order if lengths[i] <= loaded.longest]
        size = self.batch_size
        return [fitting[i : i + size] for i in range(0, len(fitting), size)]

    def _answer_batch(self, batch: Sequence[Asked]) -> list[Reply]:
        tokens = 0

        def ended() -> bool:
            nonlocal tokens
            tokens += 1
            self.watch(f"{len(batch)} at once, token {tokens:,}")
            # Where nobody waits for any of them any more (Ctrl-C), the batch ends at its next token.
            return all(future.done() for _, future in batch)

        return self._now().answer([request for request, _ in batch], ended)

    def _now(self) -> Loaded:
        if self._loaded is None:
            print(f"Loading {self.model}", file=sys.stderr, flush=True)
            self._loaded = self.load()
        return self._loaded


class LocalModel(InBatches):
    """The `llm=local` group at work.

    Raises:
        WfllmError: the path is a folder without a model.
    """

    def __init__(self, config: LocalLlm) -> None:
        super().__init__(config.path, [_fingerprint(config), config.dtype], config.batch_size)
        self.config = config

    def load(self) -> Loaded:
        from wfllm.llm.generation import LoadedLlm

        return LoadedLlm(self.config)


async def in_thread(function: Callable[..., T], *arguments: Any) -> T:
    """Run a plain function beside the loop, on a thread that does not hold up the end of the program."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def work() -> None:
        try:
            result, error = function(*arguments), None
        except Exception as caught:
            result, error = None, caught
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, future, result, error)

    threading.Thread(target=work, name="wfllm-local", daemon=True).start()
    return await future


def _settle(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)


def _fail(batch: Sequence[Asked], error: Exception, key: str = "") -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(_as_fault(error, key))


def _as_fault(error: Exception, key: str) -> NoAnswerError:
    if isinstance(error, NoAnswerError):
        return NoAnswerError(
            error.reason, stops=error.stops, mend=error.mend, sent=error.sent, final=error.final
        )
    text = str(error).strip().split("\n")[0][:200]
    memory = "OutOfMemory" in type(error).__name__
    return NoAnswerError(f"{type(error).__name__}: {text}", mend=f"Lower {key}." if memory else "")


def _fingerprint(config: LocalLlm) -> Any:
    """What tells this model from another: a hub id, or what a folder holds by name, size and time."""
    path = Path(config.path).expanduser()
    looks_local = path.is_absolute() or config.path.startswith((".", "~")) or path.exists()
    if not looks_local:
        return [config.path, config.revision]
    if not (path / "config.json").is_file():
        cause = "no config.json in that folder" if path.is_dir() else "no such folder"
        raise WfllmError(
            f"{cause}, so it is not a transformers model",
            where=f"llm.path={path}",
            mend="Give a folder written by save_pretrained or a hub id.",
        )
    files = [(p, p.stat()) for p in sorted(path.iterdir()) if p.is_file()]
    return [[p.name, stat.st_size, stat.st_mtime_ns] for p, stat in files]
