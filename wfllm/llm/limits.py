"""How fast and how much may be asked: requests a minute, pauses a server asks for, the budget."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass

from wfllm.llm.no_answer import NoAnswerError
from wfllm.llm.request import Request, Usage


@dataclass(frozen=True)
class Price:
    """USD for a million tokens read and written; None where nobody said."""

    read: float | None = None
    written: float | None = None

    def of(self, usage: Usage) -> float | None:
        if self.read is None or self.written is None:
            return None
        return (usage.prompt_tokens * self.read + usage.completion_tokens * self.written) / 1e6


class Pace:
    """Turns at asking: at most so many in any 60 seconds, none while the server wants a pause."""

    def __init__(self, per_minute: int | None = None, window: float = 60.0) -> None:
        self.per_minute, self.window = per_minute, window
        self._sent: deque[float] = deque()
        self._free_at = 0.0

    async def turn(self) -> None:
        """Wait for the next turn and take it."""
        while (wait := self._wait(time.monotonic())) > 0:
            await asyncio.sleep(wait)
        self._sent.append(time.monotonic())

    def hold(self, seconds: float) -> None:
        """Nobody asks for so long: the server said so to one, and means all."""
        self._free_at = max(self._free_at, time.monotonic() + seconds)

    def _wait(self, now: float) -> float:
        while self._sent and self._sent[0] <= now - self.window:
            self._sent.popleft()
        wait = self._free_at - now
        if self.per_minute is None:
            self._sent.clear()
        elif len(self._sent) >= self.per_minute:
            wait = max(wait, self._sent[0] + self.window - now)
        return wait


@dataclass
class Spent:
    """What was spent; models that share a budget share it."""

    usd: float = 0.0
    tokens: int = 0
    requests: int = 0


class Budget:
    """What one run may spend. A request is let through only if it fits at its longest answer.

    So what is spent stays within the budget as far as the prompt's tokens are estimated well, whatever the
    concurrency. Where a request does not fit while others are in flight, it waits for what they leave.

    Args:
        price: of the tokens.
        usd, tokens, requests: what may be spent; None sets no limit.
        spent: what others have spent of it before.
    """

    def __init__(
        self,
        price: Price,
        *,
        usd: float | None = None,
        tokens: int | None = None,
        requests: int | None = None,
        spent: Spent | None = None,
    ) -> None:
        self.price, self.usd, self.tokens, self.requests = price, usd, tokens, requests
        self.spent = spent or Spent()
        self._reserved: dict[int, Usage] = {}
        self._number = 0
        self._changed = asyncio.Event()

    async def reserve(self, request: Request) -> int:
        """Set aside what the request may cost; hand the number to `settle`.

        Raises:
            NoAnswerError: it does not fit into what is left, and nothing is in flight that could leave more.
        """
        worst = Usage(estimated_prompt_tokens(request), request.max_tokens or 0)
        while (exceeded := self._exceeded(worst)) is not None:
            if not self._reserved:
                raise exceeded
            await self._changed.wait()
        self._number += 1
        self._reserved[self._number] = worst
        self.spent.requests += 1
        return self._number

    def settle(self, number: int, usage: Usage) -> None:
        """Book what it did cost."""
        del self._reserved[number]
        self.spent.tokens += usage.total
        self.spent.usd += self.price.of(usage) or 0.0
        self._changed.set()
        self._changed = asyncio.Event()

    def _exceeded(self, worst: Usage) -> NoAnswerError | None:
        if self.requests is not None and self.spent.requests >= self.requests:
            return _spent("requests", f"{self.requests}", f"{self.spent.requests} requests", "")
        tokens = self.spent.tokens + sum(u.total for u in self._reserved.values())
        if self.tokens is not None and tokens + worst.total > self.tokens:
            return _spent("tokens", f"{self.tokens}", f"{self.spent.tokens} tokens", f"{worst.total} tokens")
        usd = self.spent.usd + sum(self.price.of(u) or 0.0 for u in self._reserved.values())
        cost = self.price.of(worst) or 0.0
        if self.usd is not None and usd + cost > self.usd:
            return _spent("usd", f"{self.usd:g}", f"${self.spent.usd:.4f}", f"${cost:.4f}")
        return None


def _spent(name: str, limit: str, spent: str, next_one: str) -> NoAnswerError:
    room = f", and the next request may take {next_one}" if next_one else ""
    return NoAnswerError(
        f"llm.budget_{name}={limit} is used up ({spent} spent{room})",
        stops=True,
        sent=False,
        mend="What is answered is kept: the same command goes on from there with a budget of its own.",
    )


def estimated_prompt_tokens(request: Request) -> int:
    """A high guess without a tokenizer: three bytes a token, and the marks around each turn."""
    return sum(len(m.content.encode("utf-8", "replace")) // 3 + 8 for m in request.messages) + 8
