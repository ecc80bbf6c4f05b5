"""What becomes of one request: remembered, asked by somebody else already, or asked; and the books of it.

Everything here runs in one event loop.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel

from wfllm.llm.account import Account
from wfllm.llm.backend import Backend
from wfllm.llm.cache import LEASE, Cache
from wfllm.llm.no_answer import NoAnswerError
from wfllm.llm.request import Answer, Reply, Request, Usage, digest, remembered_usage
from wfllm.llm.structured import Check, Structured, ask_again, json_schema, read_as

M = TypeVar("M", bound=BaseModel)

LOOK = 0.25
"""Seconds between looks at what another process has answered."""


class Asker:
    """A backend with a cache and books.

    Args:
        backend: what answers.
        cache: None remembers nothing (a transcript needs no cache).
        max_tokens, temperature: where a request says nothing.
        again: how often an answer that does not fit its schema is asked again.
        stop_after: so many requests in a row that failed though tried again end the run; None never.
    """

    def __init__(
        self,
        backend: Backend,
        cache: Cache | None,
        *,
        max_tokens: int,
        temperature: float | None,
        again: int,
        stop_after: int | None,
    ) -> None:
        self.backend, self.cache = backend, cache
        self.max_tokens, self.temperature = max_tokens, temperature
        self.again, self.stop_after = again, stop_after
        self.account = Account(priced=backend.price.of(Usage()) is not None)
        self.stopped: str | None = None
        backend.retried = self._retried
        self._slots = asyncio.Semaphore(backend.concurrency)
        self._asking: dict[str, asyncio.Future[Answer | None]] = {}
        self._claimed: set[str] = set()
        self._in_a_row = 0

    def key(self, request: Request) -> str:
        """What the cache knows the request by: everything that determines its answer."""
        settings = self.backend.settings(request)
        return digest([self.backend.identity, settings, self._whole(request).content()])

    async def answer(self, request: Request) -> Answer:
        """The answer, booked: remembered, that of the same request in flight, or a new one."""
        answer = await self._find(self._whole(request), self.key(request))
        answer = replace(answer, request=request)
        self.account.book(answer)
        return answer

    async def answer_as(
        self, request: Request, schema: type[M], check: Check[M] | None = None
    ) -> Structured[M]:
        """The same with JSON of a schema in it; where it does not fit, asked again with what was wrong.

        Args:
            check: what else may be wrong with a value of the schema.
        """
        asked, problem = replace(request, schema=json_schema(schema)), ""
        answer = await self.answer(asked)
        took = answer.took
        for again in range(self.again + 1):
            if answer.text is None:
                return Structured(request, None, answer.error, answer, took)
            value, problem = read_as(answer, schema, check)
            if value is not None:
                return Structured(request, value, None, answer, took)
            if again < self.again:
                self.account.by_purpose[request.purpose].again += 1
                asked = ask_again(asked, answer.text, problem)
                answer = await self.answer(asked)
                took += answer.took
        error = f"no answer of the right form in {self.again + 1} tries: {problem}"
        self.account.reasons["no answer of the right form"].append(request.label())
        return Structured(request, None, error, answer, took)

    def _whole(self, request: Request) -> Request:
        tokens = self.max_tokens if request.max_tokens is None else request.max_tokens
        temperature = self.temperature if request.temperature is None else request.temperature
        return replace(request, max_tokens=tokens, temperature=temperature)

    async def _find(self, request: Request, key: str) -> Answer:
        while key in self._asking:  # the same request, asked already: one answer for both
            answer = await asyncio.shield(self._asking[key])
            if answer is not None:
                return replace(
                    answer, usage=Usage(), cost_usd=None, cached=answer.text is not None, attempts=0
                )
        done: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._asking[key] = done
        answer = None
        try:
            answer = await self._look_up_or_ask(request, key)
            return answer
        finally:
            del self._asking[key]
            done.set_result(answer)

    async def _look_up_or_ask(self, request: Request, key: str) -> Answer:
        while True:
            record = self.cache.get(key) if self.cache else None
            if record is not None:
                took = remembered_usage(record)
                return Answer(request, record["text"], finish=record["finish"], cached=True, took=took)
            async with self._slots:
                if self.stopped is not None:
                    return Answer(request, error=f"not asked: {self.stopped}")
                claim = self.cache.claim(key) if self.cache else "ours"
                if claim == "ours":
                    return await self._ask(request, key)
            if claim == "theirs":
                await asyncio.sleep(LOOK)

    async def _ask(self, request: Request, key: str) -> Answer:
        """Ask the backend and remember its reply. The claim is ours, and is given up in any case."""
        self._claimed.add(key)
        try:
            reply = await self._reply(request)
            if self.cache:
                self.cache.put(key, self._record(request, reply))
                self._claimed.discard(key)
            self._in_a_row = 0
            cost = self.backend.price.of(reply.usage)
            return Answer(
                request,
                reply.text,
                None,
                reply.finish,
                reply.usage,
                cost,
                attempts=reply.attempts,
                took=_took(reply),
            )
        except NoAnswerError as fault:
            return self._failed(request, fault)
        finally:
            if self.cache and key in self._claimed:
                self._claimed.discard(key)
                self.cache.release(key)

    async def _reply(self, request: Request) -> Reply:
        try:
            return await self.backend.ask(request)
        except NoAnswerError:
            raise
        except Exception as error:  # a request that no client can send must not stop the others
            text = str(error).strip().split("\n")[0][:200]
            broken = isinstance(error, UnicodeError)
            raise NoAnswerError(f"cannot be asked ({type(error).__name__}: {text})", final=broken) from error

    def _failed(self, request: Request, fault: NoAnswerError) -> Answer:
        self._in_a_row += fault.retry
        if fault.stops:
            self.stopped = self.stopped or fault.line()
        elif self.stop_after is not None and self._in_a_row >= self.stop_after:
            self.stopped = self.stopped or (
                f"{self._in_a_row} requests in a row failed, the last: {fault.reason}. "
                "What is answered is kept: the same command goes on from there."
            )
        cost = self.backend.price.of(fault.usage)
        reason = fault.line() if fault.attempts or not fault.stops else f"not asked: {fault.line()}"
        return Answer(
            request,
            error=reason,
            usage=fault.usage,
            cost_usd=cost,
            attempts=fault.attempts,
            final=fault.final,
            refused=fault.refused,
        )

    def _record(self, request: Request, reply: Reply) -> dict[str, Any]:
        return {
            "model": self.backend.model,
            "id": request.id,
            "purpose": request.purpose,
            "request": request.content(),
            "text": reply.text,
            "finish": reply.finish,
            "usage": [_took(reply).prompt_tokens, _took(reply).completion_tokens],
        }

    def _retried(self, fault: NoAnswerError) -> None:
        self.account.retries += 1

    async def renew_claims(self) -> None:
        """Keep what is being asked claimed; runs beside the rest."""
        while True:
            await asyncio.sleep(LEASE / 3)
            if self.cache and self._claimed:
                self.cache.renew()


def _took(reply: Reply) -> Usage:
    return reply.usage if reply.took is None else reply.took
