"""How well does a stage that asks keep a server busy? Several chunks at once against one after another.

    python benchmarks/build_asking.py [concurrency …]      (default 16 64 256)

A model that computes nothing answers 2,048 items of two prompts each after times drawn from a lognormal
distribution (mean 0.1 s, as long-tailed as answers are). Both ways take turns; the items must be the same.
`ideal` is what all answers would take with every slot busy all the time.
"""

from __future__ import annotations

import asyncio
import math
import random
import sys
import tempfile
import time
from pathlib import Path

from wfllm.bench.stages.asking import Asking, Sampling, Talk
from wfllm.bench.stages.engine import Build
from wfllm.bench.stages.stage import EachChunk, Item, Outcome, Whole
from wfllm.config.schema import Prompt
from wfllm.llm.backend import Backend
from wfllm.llm.model import Model
from wfllm.llm.request import Reply, Request, prompt

ITEMS, MEAN, SPREAD = 2048, 0.1, 1.0


def seconds(request: Request) -> float:
    """How long an answer takes: a pure function of what is asked."""
    draw = random.Random(request.messages[-1].content)
    return draw.lognormvariate(math.log(MEAN) - SPREAD**2 / 2, SPREAD)


class Sleeper(Backend):
    """Answers after a while."""

    identity, model = "sleeper", "sleeper"

    def __init__(self, concurrency: int) -> None:
        self.concurrency = concurrency

    async def ask(self, request: Request) -> Reply:
        await asyncio.sleep(seconds(request))
        return Reply(request.messages[-1].content)


class Asks(Asking):
    """Two prompts an item."""

    def __init__(self, concurrency: int, at_once: int | None) -> None:
        self.model, self.sampling, self._at_once = Model(Sleeper(concurrency)), Sampling(), at_once

    @property
    def at_once(self) -> int:
        return super().at_once if self._at_once is None else self._at_once

    async def one(self, talk: Talk, item: Item) -> Outcome:
        answers = [await talk.text(p, Prompt(system="", user=f"{p} {item['id']}"), {}) for p in ("a", "b")]
        return {**item, "answers": [answer.text for answer in answers]}


def run(concurrency: int, at_once: int | None) -> tuple[float, list[Item]]:
    items = [{"id": str(n)} for n in range(ITEMS)]
    with tempfile.TemporaryDirectory() as folder:
        stage = EachChunk("ask", "all", lambda _: Asks(concurrency, at_once), processes=False)
        build = Build(Path(folder), [Whole("all", (), lambda _: iter(items)), stage])
        start = time.monotonic()
        list(build.run())
        return time.monotonic() - start, list(build.items("ask"))


def main() -> None:
    work = sum(seconds(prompt(f"{p} {n}")) for n in range(ITEMS) for p in ("a", "b"))
    for concurrency in [int(text) for text in sys.argv[1:]] or [16, 64, 256]:
        plain, several = [], []
        for _ in range(3):
            one, expected = run(concurrency, 1)
            many, found = run(concurrency, None)
            assert found == expected
            plain.append(one)
            several.append(many)
        best = min(plain), min(several)
        print(
            f"concurrency {concurrency}: one chunk {best[0]:.2f} s, several {best[1]:.2f} s, "
            f"ideal {work / concurrency:.2f} s, ratio {best[0] / best[1]:.2f}"
        )


if __name__ == "__main__":
    main()
