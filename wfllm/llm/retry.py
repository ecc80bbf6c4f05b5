"""When to ask again, and how long to wait before it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime

from wfllm.llm.no_answer import NoAnswerError
from wfllm.llm.request import Reply, Usage


@dataclass(frozen=True)
class Retries:
    """At most `times` more tries; waits double from `first_wait` seconds up to `longest_wait`."""

    times: int = 5
    first_wait: float = 1.0
    longest_wait: float = 60.0

    def wait(self, tries: int, fault: NoAnswerError) -> float:
        """Seconds to wait after so many tries: what the server asked for, else a doubling wait.

        Half of it is drawn at random, so that requests that failed together do not come back together.
        """
        grown = min(self.longest_wait, self.first_wait * 2.0 ** min(tries - 1, 30))
        drawn = grown * random.uniform(0.5, 1.0)
        return drawn if fault.after is None else fault.after + drawn / 10


async def with_retries(
    once: Callable[[], Awaitable[Reply]],
    retries: Retries,
    *,
    hold: Callable[[float], None] = lambda _seconds: None,
    failed: Callable[[NoAnswerError], None] = lambda _fault: None,
) -> Reply:
    """Ask until there is a reply, or a fault that no further try mends, or tries run out.

    Args:
        once: one try; raises NoAnswerError.
        hold: told how long the server wants nobody to ask.
        failed: told of every try that failed and is made again.

    Raises:
        NoAnswerError: the last one, with `attempts`.
    """
    tries, last, paid = 0, None, Usage()
    while True:
        try:
            reply = await once()
            return replace(reply, usage=paid + reply.usage, attempts=tries + 1, took=reply.usage)
        except NoAnswerError as fault:
            paid = fault.usage = paid + fault.usage
            if not fault.sent and last is not None:  # the budget does not stretch to another try
                fault.reason = f"{fault.reason}; before that: {last.reason}"
            tries += fault.sent
            fault.attempts = tries
            if fault.after is not None and fault.after > retries.longest_wait:
                fault.stops = True
                fault.mend = fault.mend or (
                    f"The server asks to wait {fault.after:.0f} s. The same command goes on from here; "
                    f"llm.longest_wait={fault.after:.0f} would wait."
                )
            if not fault.retry or fault.stops or tries > retries.times:
                raise
            last = fault
        failed(last)
        if last.after is not None:
            hold(last.after)
        await asyncio.sleep(retries.wait(tries, last))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a reply's headers ask to wait: `retry-after-ms`, `retry-after` as number or date."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / unit
        except ValueError:
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    try:
        then = parsedate_to_datetime(headers.get("retry-after", ""))
        return max(0.0, then.timestamp() - time.time())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
