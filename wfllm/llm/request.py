"""What is asked and what comes back: plain values, the same for every kind of model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True)
class Request:
    """One prompt to be answered once.

    Args:
        messages: the conversation so far; the model writes the next turn.
        id: the caller's name for it (a record's id); told in errors, no part of what is asked.
        purpose: what it is for (`comments`, `judge`); costs are kept apart by it.
        max_tokens: longest answer; None takes the config's `llm.max_tokens`.
        temperature: 0 is greedy; None takes the config's `llm.temperature`.
        seed: of sampling, where the model has one.
        stop: texts that end the answer and are no part of it.
        schema: JSON schema of the answer, for servers that can be held to one.
        sample: number of the vote; requests alike but for it are asked, and remembered, each on its own.
    """

    messages: tuple[Message, ...]
    id: str = ""
    purpose: str = ""
    max_tokens: int | None = None
    temperature: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = field(default=None, hash=False)
    sample: int = 0

    def content(self) -> dict[str, Any]:
        """Everything here that determines the answer, as JSON values."""
        return {
            "messages": [{"role": m.role, "content": m.content} for m in self.messages],
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "seed": self.seed,
            "stop": list(self.stop),
            "schema": self.schema,
            "sample": self.sample,
        }

    def label(self) -> str:
        """How people recognise it: its name, or how its last message begins."""
        if self.id:
            return self.id
        text = " ".join(self.messages[-1].content.split()) if self.messages else ""
        return f"'{text[:60]}…'" if len(text) > 60 else f"'{text}'"


def prompt(text: str, *, system: str = "", **rest: Any) -> Request:
    """A request of one user turn, after a system turn where one is given; `rest` are fields of Request."""
    before = (Message("system", system),) if system else ()
    return Request((*before, Message("user", text)), **rest)


def digest(value: Any) -> str:
    """A name for JSON values by their content, the same in every process and Python."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


@dataclass(frozen=True)
class Usage:
    """Tokens read and written. `estimated` where the server did not count them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    estimated: bool = False

    @property
    def total(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.estimated or other.estimated,
        )


def remembered_usage(record: Mapping[str, Any]) -> Usage:
    """What a record of the cache or a transcript says its answer took; none where it says nothing sound."""
    counts = record.get("usage")
    if isinstance(counts, list) and len(counts) == 2 and all(type(n) is int and n >= 0 for n in counts):
        return Usage(*counts)
    return Usage()


@dataclass(frozen=True)
class Reply:
    """What a model wrote. `finish` is `stop`, or `length` where it was cut at max_tokens.

    `usage` is all that was paid for it; `took` is without the tries that failed before, None where there
    were none.
    """

    text: str
    finish: str = "stop"
    usage: Usage = Usage()
    attempts: int = 1
    took: Usage | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Answer:
    """What became of one request: a text or, in one line, why there is none.

    Attributes:
        text: what the model wrote; None where `error` says why not.
        finish: `stop`, or `length` where it was cut at max_tokens.
        usage: tokens paid for now, those of failed tries included; none where it was remembered.
        took: tokens that the text alone took when it was written, remembered or not: the same in every run.
        final: where there is no text, whether the fault lies in this very prompt (too long, refused), so that
            asking it again later would end the same.
        refused: where there is no text, whether the server refuses this prompt for no reason that is known.
        cost_usd: what they cost at the config's prices; None without prices.
        cached: remembered, or the same as another request that was asked meanwhile.
        attempts: how often the server was asked for it now; 0 where it was not asked at all.
    """

    request: Request
    text: str | None = None
    error: str | None = None
    finish: str = "stop"
    usage: Usage = Usage()
    cost_usd: float | None = None
    cached: bool = False
    attempts: int = 0
    took: Usage = Usage()
    final: bool = False
    refused: bool = False
