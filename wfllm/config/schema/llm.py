"""Whoever answers a prompt."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from wfllm.config.schema.base import Count, Dtype, Float, Money, Positive, Schema, Url

Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Seconds = Annotated[Float, Field(gt=0)]


class Llm(Schema):
    """What everybody who answers prompts has."""

    name: str
    """Which kind."""
    max_tokens: Positive = 2048
    """Longest answer in tokens, where the stage that asks says nothing."""
    temperature: Annotated[Float, Field(ge=0, le=2)] | None = 0.0
    """Sampling temperature, where the stage that asks says nothing; 0 is the likeliest token each time, null
    leaves it to the server."""
    again: Count = 2
    """How often an answer that is not of the form asked for is asked again, told what was wrong with it."""


class CachedLlm(Llm):
    """Whoever is worth remembering the answers of."""

    cache: str = "outputs/llm.sqlite"
    """SQLite file that remembers every answer, for all models and runs; nothing in it is asked again."""


class OpenAILlm(CachedLlm):
    """Any server that speaks OpenAI's chat completions (vLLM, llama.cpp, Ollama, `transformers serve`, …)."""

    name: Literal["openai"]
    base_url: Url = "https://api.openai.com/v1"
    """Address of the server; most end in /v1."""
    model: str = "gpt-4o-mini"
    """The model's name on that server."""
    key_variable: Variable | None = "OPENAI_API_KEY"
    """Environment variable that holds the key, which is written nowhere; null where the server needs none."""
    identity: str | None = None
    """What the cache knows the model by; null takes address and model, since one name may mean other weights
    on another server. Set it where the same model is served at changing addresses."""
    concurrency: Positive = 8
    """Requests in flight at once."""
    requests_per_minute: Positive | None = None
    """At most so many requests in any minute, retries included; null sets no limit."""
    timeout: Seconds = 120.0
    """Seconds to wait for one whole answer."""
    retries: Count = 5
    """How often a request is tried again after a timeout, a broken connection, status 429 or 5xx, or a body
    that is no answer."""
    first_wait: Seconds = 1.0
    """Seconds before the first retry; each further wait is twice as long, with chance in it."""
    longest_wait: Seconds = 60.0
    """Longest wait before a retry; a server that asks for a longer one ends the run."""
    stop_after: Positive | None = 20
    """So many requests in a row that failed in spite of retries end the run; null never ends it."""
    refused: Literal["wait", "drop"] = "wait"
    """What becomes of a prompt that the server refuses (status 400 and others of that kind) for no reason
    that it is known to mean, such as its length. `wait`: the item waits, as the fault may be another key's.
    `drop`: it is tried again `retries` times, and then counts as one that nobody can answer: its item is
    left out with the rule `refused`, or its part is written otherwise. Use it where other prompts are
    answered."""
    price_in: Money | None = None
    """USD for a million tokens read; null knows no price."""
    price_out: Money | None = None
    """USD for a million tokens written; null knows no price."""
    budget_usd: Money | None = None
    """A run stops asking before it would spend more USD; null sets no limit."""
    budget_tokens: Positive | None = None
    """A run stops asking before it would use more tokens, read and written together; null sets no limit."""
    budget_requests: Positive | None = None
    """A run sends at most so many requests, retries included; null sets no limit."""
    response_format: Literal["none", "json_object", "json_schema"] = "none"
    """How the server is held to JSON where an answer must be of a schema: not at all, to any JSON, or to the
    schema. Answers are checked in any case."""
    max_tokens_key: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """What the server calls the longest answer; OpenAI's reasoning models want the second."""
    extra: dict[str, Any] = {}
    """Further fields of the request, sent as they are (`llm.extra={reasoning_effort: low}`)."""


class LocalLlm(CachedLlm):
    """A model that transformers loads, on this machine."""

    name: Literal["local"]
    path: str
    """Hub id or folder."""
    revision: str | None = None
    """Commit or tag on the hub."""
    dtype: Dtype = "float32"
    """Arithmetic. In bfloat16 the same prompt may be answered otherwise in another batch; in float32 it is
    not."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where it computes; `auto` takes the GPU where there is one."""
    batch_size: Positive = 8
    """Prompts answered at once, neighbours in length together."""
    threads: Count = 0
    """CPU threads for arithmetic; 0 leaves the choice to torch. On cores that others use, 1 is fastest."""


class ReplayLlm(Llm):
    """Answers recorded before, in place of a model."""

    name: Literal["replay"]
    path: str
    """Transcript: JSON lines as `wfllm ask transcript=FILE` writes them."""


HOW_ASKED = frozenset(
    (
        "cache", "key_variable", "concurrency", "requests_per_minute", "timeout", "retries", "first_wait",
        "longest_wait", "stop_after", "price_in", "price_out", "budget_usd", "budget_tokens",
        "budget_requests", "max_tokens_key", "batch_size", "threads", "device", "refused",
    )
)  # fmt: skip
"""Keys that say how fast, how patiently and for how much is asked, and change no answer."""
