"""Any server that speaks OpenAI's chat completions, through the official client.

The client's own retries are off: ours keep to the budget and are counted.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any
from urllib.parse import urlsplit

from wfllm.config.schema import OpenAILlm
from wfllm.errors import WfllmError
from wfllm.llm.backend import Backend
from wfllm.llm.limits import Budget, Pace, Price, Spent
from wfllm.llm.no_answer import NoAnswerError
from wfllm.llm.reading import read_completion, status_fault
from wfllm.llm.request import Reply, Request, Usage
from wfllm.llm.retry import Retries, with_retries

LARGEST = 32 * 2**20
"""Bytes of one reply; more is no answer to a prompt."""


class OpenAIServer(Backend):
    """The `llm=openai` group at work. Made anywhere, used in one event loop.

    Args:
        config: the group.
        spent: what other models of the same run have spent of the budget.

    Raises:
        WfllmError: the key's environment variable is not set.
    """

    def __init__(self, config: OpenAILlm, spent: Spent | None = None) -> None:
        self.config, self.model, self.concurrency = config, config.model, config.concurrency
        # The same name on another server may be other weights, so the address counts unless told otherwise.
        self.identity = config.identity or {"base_url": config.base_url.rstrip("/"), "model": config.model}
        self.price = Price(config.price_in, config.price_out)
        self.budget = Budget(
            self.price,
            usd=config.budget_usd,
            tokens=config.budget_tokens,
            requests=config.budget_requests,
            spent=spent,
        )
        self.pace = Pace(config.requests_per_minute)
        self.retries = Retries(config.retries, config.first_wait, config.longest_wait)
        self._key = _key(config)
        self._client: Any = None

    def settings(self, request: Request) -> dict[str, Any]:
        extra: dict[str, Any] = {"extra": self.config.extra} if self.config.extra else {}
        if request.schema is not None and self.config.response_format != "none":
            extra["response_format"] = self.config.response_format
        return extra

    async def ask(self, request: Request) -> Reply:
        return await with_retries(
            lambda: self._once(request), self.retries, hold=self.pace.hold, failed=self.retried
        )

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def _once(self, request: Request) -> Reply:
        """One try, booked whatever becomes of it."""
        booking, used = await self.budget.reserve(request), Usage()
        try:
            await self.pace.turn()
            reply = await self._send(request)
            used = reply.usage
            return reply
        except NoAnswerError as fault:
            used = fault.usage
            fault.reason = self._without_key(fault.reason)
            raise
        finally:
            self.budget.settle(booking, used)

    async def _send(self, request: Request) -> Reply:
        import openai

        server = self.config.base_url
        if self._client is None:
            self._client = openai.AsyncOpenAI(
                base_url=server, api_key=self._key or "none", timeout=self.config.timeout, max_retries=0
            )
        try:
            body = await asyncio.wait_for(self._body(request), self.config.timeout)
        except (asyncio.TimeoutError, openai.APITimeoutError):
            raise NoAnswerError(
                f"no answer from {server} within {self.config.timeout:g} s", retry=True
            ) from None
        except openai.APIStatusError as error:
            key = self.config.key_variable or ""
            response = error.response
            raise status_fault(
                error.status_code,
                response.headers,
                response.content,
                server=server,
                key=key,
                drop_refused=self.config.refused == "drop",
            ) from None
        except openai.APIConnectionError as error:
            cause = error.__cause__ or error
            raise NoAnswerError(f"no connection to {server} ({_named(cause)})", retry=True) from None
        except openai.OpenAIError as error:
            raise NoAnswerError(f"the client could not ask ({_named(error)})") from None
        return read_completion(body, request)

    async def _body(self, request: Request) -> bytes:
        """Send the request; the whole body of a successful reply. The client raises for other statuses."""
        arguments = self._arguments(request)
        async with self._client.chat.completions.with_streaming_response.create(**arguments) as response:
            parts: list[bytes] = []
            size = 0
            chunks = response.iter_bytes()
            while True:
                try:
                    part = await anext(chunks)
                except StopAsyncIteration:
                    return b"".join(parts)
                except Exception as error:  # whatever the transport says once the headers are there
                    raise NoAnswerError(
                        f"the connection broke off within the answer ({_named(error)})", retry=True
                    ) from None
                size += len(part)
                if size > LARGEST:
                    raise NoAnswerError(f"the server's answer is larger than {LARGEST // 2**20} MiB")
                parts.append(part)

    def _arguments(self, request: Request) -> dict[str, Any]:
        config = self.config
        arguments: dict[str, Any] = {
            "model": config.model,
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
            config.max_tokens_key: request.max_tokens,
        }
        if request.temperature is not None:
            arguments["temperature"] = request.temperature
        if request.seed is not None:  # votes with one seed would be one vote
            arguments["seed"] = request.seed + request.sample
        if request.stop:
            arguments["stop"] = list(request.stop)
        if request.schema is not None and config.response_format == "json_object":
            arguments["response_format"] = {"type": "json_object"}
        if request.schema is not None and config.response_format == "json_schema":
            schema = {"name": "answer", "schema": dict(request.schema)}
            arguments["response_format"] = {"type": "json_schema", "json_schema": schema}
        if config.extra:
            arguments["extra_body"] = config.extra
        return arguments

    def _without_key(self, text: str) -> str:
        """Some servers repeat the key they refuse."""
        return text.replace(self._key, "[key]") if len(self._key) > 3 else text


def _key(config: OpenAILlm) -> str:
    """The key, empty where the server needs none."""
    if config.key_variable is None:
        return ""
    key = os.environ.get(config.key_variable, "").strip()
    if not key and urlsplit(config.base_url).hostname not in ("localhost", "127.0.0.1", "::1"):
        raise WfllmError(
            f"the environment variable {config.key_variable} with the server's key is not set",
            where="llm.key_variable",
            mend=f"export {config.key_variable}=… or, for a server without keys, llm.key_variable=null.",
        )
    return key


def _named(error: BaseException) -> str:
    text = str(error).strip().split("\n")[0][:200]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
