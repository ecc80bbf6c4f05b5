"""How a stage asks a model: one model a stage, one conversation an item, what each answer took.

    class Plans(Asking):
        async def one(self, talk: Talk, item: Item) -> Outcome:
            found = await talk.ask("plan", wording, {"code": item["annotated_code"]}, Plan)
            return Dropped(item, "plan", found.fault) if found.value is None else {**item, …}

Every item of a chunk is at it at once; how many requests are in flight is `llm.concurrency`. Where nobody
answers (a server gone after all retries, a budget spent), the item is `Failed`: the engine does not write its
chunk, and the same command asks for what is missing. Where the answers stay unusable, `one` decides.
"""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from wfllm.bench.stages.folder import CHUNK
from wfllm.bench.stages.stage import Failed, Item, LongWork, Outcome
from wfllm.config import schema as s
from wfllm.llm.asker import Asker
from wfllm.llm.limits import Spent
from wfllm.llm.open import open_model
from wfllm.llm.request import Answer, Request, Usage, prompt
from wfllm.llm.structured import Check

M = TypeVar("M", bound=BaseModel)

CACHE = "answers.sqlite"
"""A build's own memory of answers, in its output folder."""
REFUSED = "refused"
"""Rule of items that are dropped because the server refuses their prompt."""
_HALF = re.compile("[\ud800-\udfff]")


class NobodyAnsweredError(Exception):
    """No answer now; perhaps later. Ends the work on one item."""


@dataclass(frozen=True)
class Sampling:
    """How a stage wants its answers; None takes what the `llm` group says."""

    temperature: float | None = None
    max_tokens: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Found(Generic[M]):
    """What became of one question: a value, or in one line why there is none that can be used."""

    value: M | None
    fault: str = ""
    refused: bool = False
    """Whether there is none because the server refuses the prompt; see `llm.refused`."""

    def rule(self, otherwise: str) -> str:
        """The rule that drops an item for want of a value."""
        return REFUSED if self.refused else otherwise


def build_llm(config: s.Llm, root: Path) -> s.Llm:
    """The `llm` group of a build: answers are kept in its own folder unless the config names a file."""
    if isinstance(config, s.CachedLlm) and "cache" not in config.model_fields_set:
        return config.model_copy(update={"cache": str(root / CACHE)})
    return config


def answer_settings(config: s.Llm) -> dict[str, Any]:
    """What of the `llm` group determines the answers: part of the settings of a stage that asks.

    Speed, patience, budgets and prices are not: they may change in the middle of a build.
    """
    kept = config.model_dump(mode="json", exclude=set(s.HOW_ASKED))
    if kept.get("identity"):
        kept = {k: v for k, v in kept.items() if k not in ("base_url", "model")}
    return kept


def fill(template: str, fields: Mapping[str, str]) -> str:
    """Names in braces filled in, in one pass: braces inside a value are never taken for names."""
    names = "|".join(map(re.escape, fields))
    return re.sub(rf"\{{({names})\}}", lambda m: fields[m[1]], template) if names else template


class Talk:
    """The conversations about one item.

    Args:
        asker: whom they are with.
        item: its `id` names the requests in errors and seeds the sampling.
        sampling: how answers are wanted.
    """

    def __init__(self, asker: Asker, item: Item, sampling: Sampling) -> None:
        self._asker, self._sampling = asker, sampling
        self.id = str(item.get("id", ""))
        self._took: dict[str, dict[str, int]] = {}

    async def ask(
        self,
        purpose: str,
        wording: s.Prompt,
        fields: Mapping[str, str],
        schema: type[M],
        check: Check[M] | None = None,
    ) -> Found[M]:
        """Ask for JSON of a schema; unusable answers are asked again, told what was wrong, `llm.again` times.

        Args:
            purpose: what for; costs are counted by it.
            wording: the prompt.
            fields: what its braces name.
            check: what else is wrong with a value, in words for the model; empty where nothing.

        Raises:
            NobodyAnsweredError: no answer now.
        """
        found = await self._asker.answer_as(self.request(purpose, wording, fields), schema, check)
        self._note(purpose, found.took)
        if found.waits:
            raise NobodyAnsweredError(f"{purpose}: {found.error}")
        fault = f"{purpose}: {found.error}" if found.value is None else ""
        return Found(found.value, fault, found.answer.refused)

    async def text(self, purpose: str, wording: s.Prompt, fields: Mapping[str, str]) -> Answer:
        """Ask for text of any form. `text` is None where the fault is the prompt's own (`error`).

        Raises:
            NobodyAnsweredError: no answer now.
        """
        answer = await self._asker.answer(self.request(purpose, wording, fields))
        self._note(purpose, answer.took)
        if answer.text is None and not answer.final:
            raise NobodyAnsweredError(f"{purpose}: {answer.error}")
        return answer

    def request(self, purpose: str, wording: s.Prompt, fields: Mapping[str, str]) -> Request:
        """The request that `ask` makes. Halves of characters, which nobody can send, are left out."""
        user, system = (_HALF.sub("\ufffd", fill(text, fields)) for text in (wording.user, wording.system))
        sampling = self._sampling
        temperature = self._asker.temperature if sampling.temperature is None else sampling.temperature
        return prompt(
            user,
            system=system,
            id=self.id,
            purpose=purpose,
            temperature=sampling.temperature,
            max_tokens=sampling.max_tokens,
            seed=None if temperature == 0 else seed_of(sampling.seed, self.id),
        )

    def noted(self, meta: Mapping[str, Any] | None) -> dict[str, Any]:
        """An item's `meta` with what its answers took: `usage`, by purpose. The same in every run."""
        meta = dict(meta or {})
        if self._took:
            meta["usage"] = {**meta.get("usage", {}), **self._took}
        return meta

    def _note(self, purpose: str, took: Usage) -> None:
        counts = self._took.setdefault(purpose, {"asked": 0, "prompt_tokens": 0, "completion_tokens": 0})
        counts["asked"] += 1
        counts["prompt_tokens"] += took.prompt_tokens
        counts["completion_tokens"] += took.completion_tokens


class Asking(LongWork, ABC):
    """The work of a stage that asks a model; opened when it is made, closed by the engine.

    Args:
        llm: the model.
        sampling: how its answers are wanted.
        spent: what other stages of this run have spent of the model's budget.

    Raises:
        WfllmError: the model cannot be opened (no key, no such transcript, a cache that cannot be used).
    """

    def __init__(self, llm: s.Llm, sampling: Sampling, spent: Spent | None = None) -> None:
        self.model = open_model(llm, spent)
        self.sampling = sampling

    @abstractmethod
    async def one(self, talk: Talk, item: Item) -> Outcome:
        """What becomes of one item. Runs beside those of other items, in one thread."""

    def __call__(self, items: list[Item]) -> Iterator[Outcome]:
        self.model.backend.watch = lambda note: self.told(0, note)
        for outcome in self.model.each(items, self._one):
            self.told(1, self.model.account.note())
            yield outcome

    @property
    def at_once(self) -> int:
        """As many chunks as hold four times the items that can be in flight, and one more."""
        return 1 + -(-4 * self.model.backend.concurrency // CHUNK)

    def close(self) -> None:
        try:
            self.model.tell()
        finally:
            self.model.close()

    async def _one(self, asker: Asker, item: Item) -> Outcome:
        try:
            return await self.one(Talk(asker, item, self.sampling), item)
        except NobodyAnsweredError as fault:
            return Failed({"id": item.get("id")}, str(fault))  # there may be very many


def seed_of(seed: int, name: str) -> int:
    """A seed that hangs on the stage's seed and the item's name alone."""
    digest = hashlib.sha256(f"{seed}:{name}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4], "big") >> 1
