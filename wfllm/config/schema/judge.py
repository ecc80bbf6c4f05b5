"""Who judges whether a workflow does what was asked (paper, Evaluation: Pass Rate)."""

from __future__ import annotations

from typing import Literal

from wfllm.config.schema.base import Positive, Schema, Seed, Temperature
from wfllm.config.schema.llm import Llm, LocalLlm, OpenAILlm, ReplayLlm
from wfllm.config.schema.prompts import Prompt


class Judge(Schema):
    """Who judges."""

    name: str
    """Who."""


class NoJudge(Judge):
    """Nobody: there is no pass rate."""

    name: Literal["none"]


class AskedJudge(Judge):
    """A model, whoever answers for it."""

    llm: Llm
    """Who answers."""
    prompt: Prompt
    """The criteria: `{query}`, `{documentation}`, `{functions}` (those of the language itself), `{code}`, and
    `{case}`, a word that the answer must repeat and that no workflow can know."""
    votes: Positive = 1
    """How often each workflow is judged, an odd number; what most votes say holds. The paper has one."""
    temperature: Temperature | None = None
    """Sampling temperature; null takes `judge.llm.temperature` for one vote, and 1 for several, which would
    all be the same at 0. Unknown in the paper."""
    max_tokens: Positive = 1024
    """Longest answer in tokens."""
    seed: Seed = 0
    """Seeds the sampling; each vote has one of its own."""
    documentation: Literal["full", "compact", "signature"] = "compact"
    """How much the judge is told of each API that may be used, as `prompts.documentation`."""
    longest: Positive = 200_000
    """Characters of code at most: longer code does not pass, and is not asked about."""
    labels: str | None = None
    """Verdicts of people to compare with: JSON lines or CSV with `id` and `passes`."""


class OpenAIJudge(AskedJudge):
    """A model behind a server that speaks OpenAI's chat completions; its keys are those of `llm=openai`."""

    name: Literal["openai"]
    llm: OpenAILlm
    """The server and the model on it."""


class LocalJudge(AskedJudge):
    """A model that transformers loads on this machine; its keys are those of `llm=local`."""

    name: Literal["local"]
    llm: LocalLlm
    """The model."""


class ReplayJudge(AskedJudge):
    """Answers recorded before, in place of a model; its keys are those of `llm=replay`."""

    name: Literal["replay"]
    llm: ReplayLlm
    """The transcript."""
