"""Stage `annotate`: a trained model writes plan and code for the new requests (paper, section 3.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wfllm.bench.rules.text import LONGEST
from wfllm.bench.stages.asking import REFUSED, Asking, Sampling, Talk
from wfllm.bench.stages.stage import Dropped, EachChunk, Item, Outcome
from wfllm.config import schema as s
from wfllm.llm.model import Model

PURPOSE = "annotate"
_KEPT = 2_000
"""Characters of an unusable answer that are kept for whoever looks at the drops."""


@dataclass(frozen=True)
class Written:
    """An answer taken apart."""

    plan: str
    code: str | None
    """None where there is no code block."""
    whole: bool
    """False where the code block is never closed: the answer was cut, or never meant to end."""


@dataclass(frozen=True)
class Annotator:
    """Who writes workflows, and in which words it is asked; the command that builds puts it together."""

    open: Callable[[], Model]
    prompts: Callable[[Item], Sequence[s.Prompt]]
    """The prompts for an item, the longest first: the next is asked where one is refused as too long."""
    read: Callable[[str], Written]
    settings: Mapping[str, Any]
    """What of it determines its answers, as JSON values."""
    sampling: Sampling = field(default_factory=Sampling)


def prices_of(config: s.LlmAnnotator, llm: s.OpenAILlm) -> tuple[float | None, float | None]:
    """USD for a million tokens that an annotator reads, and writes: its own, or those of the model it is."""
    same = config.base_url is None and config.model is None
    read = llm.price_in if config.price_in is None and same else config.price_in
    written = llm.price_out if config.price_out is None and same else config.price_out
    return read, written


def annotating(annotator: Annotator) -> EachChunk:
    """The stage.

    What is dropped here: `annotate` (the model refuses the very prompt), `refused` (the server does, and
    `llm.refused=drop`), `cut` (the answer has no end) and `too_long`. Whether an answer is any good is
    asked in stage `confirm`.
    """
    return EachChunk(
        "annotate", "expand", lambda _inputs: Annotate(annotator), annotator.settings, processes=False
    )


class Annotate(Asking):
    """The work of the stage.

    Raises:
        WfllmError: the model cannot be opened.
    """

    def __init__(self, annotator: Annotator) -> None:
        self.annotator, self.sampling = annotator, annotator.sampling
        self.model = annotator.open()

    async def one(self, talk: Talk, item: Item) -> Outcome:
        fault, rule = "no prompt for it", PURPOSE
        for wording in self.annotator.prompts(item):
            answer = await talk.text(PURPOSE, wording, {})
            if answer.text is not None:
                return self._read({**item, "meta": talk.noted(item.get("meta"))}, answer.text, answer.finish)
            fault = answer.error or fault
            if answer.refused:  # in a shorter form it would be, too
                rule = REFUSED
                break
        return Dropped({**item, "meta": talk.noted(item.get("meta"))}, rule, fault)

    def _read(self, item: Item, text: str, finish: str) -> Outcome:
        if len(text) > LONGEST:
            kept = {**item, "annotated_code": text[:_KEPT]}
            return Dropped(kept, "too_long", f"an answer of {len(text):,} characters")
        written = self.annotator.read(text)
        made = {**item, "task_plan": written.plan, "annotated_code": written.code or ""}
        if finish == "length" or not written.whole:
            made["annotated_code"] = made["annotated_code"][:_KEPT]
            why = "cut at annotator.max_tokens" if finish == "length" else "its code block is never closed"
            return Dropped(made, "cut", why)
        return made
