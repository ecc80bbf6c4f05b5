"""Stage `thoughts`: what a record lacks of names, comments, plan and query (paper, section 3.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from wfllm.bench.record import Record
from wfllm.bench.stages.asking import Asking, Sampling, Talk, answer_settings
from wfllm.bench.stages.stage import Dropped, EachChunk, Inputs, Item, Outcome, Work
from wfllm.bench.thoughts.catalogue import annotate
from wfllm.bench.thoughts.llm import Thinker
from wfllm.config import schema as s
from wfllm.errors import WfllmError
from wfllm.llm.limits import Spent
from wfllm.shortcuts.catalogue import load_catalogue

_KEYS = {f.name for f in fields(Record)}
PROMPTS = {"name", "language", "rename", "comments", "plan", "query"}


def thinking(
    thoughts: s.Thoughts,
    prompts: s.BuildPrompts | None = None,
    llm: s.Llm | None = None,
    spent: Spent | None = None,
) -> EachChunk:
    """The stage.

    Args:
        prompts, llm: the wording, and who answers, where `thoughts` asks a model.
        spent: what this run has spent of the model's budget.
    """
    settings = thoughts.model_dump(mode="json")
    if not isinstance(thoughts, s.LlmThoughts):
        return EachChunk("thoughts", "filter", _prepare, settings)
    assert prompts is not None
    assert llm is not None
    wording = prompts.model_dump(mode="json", include=PROMPTS)
    settings = {**settings, "prompts": wording, "llm": answer_settings(llm)}
    return EachChunk(
        "thoughts", "filter", lambda _: Thoughts(thoughts, prompts, llm, spent), settings, processes=False
    )


class Thoughts(Asking):
    """The work of `thoughts=llm`."""

    def __init__(
        self, settings: s.LlmThoughts, prompts: s.BuildPrompts, llm: s.Llm, spent: Spent | None
    ) -> None:
        self.thinker = Thinker(settings, prompts, load_catalogue())
        super().__init__(llm, Sampling(settings.temperature, settings.max_tokens, settings.seed), spent)

    async def one(self, talk: Talk, item: Item) -> Outcome:
        return await self.thinker.think(talk, item)


def _prepare(_inputs: Inputs) -> Work:
    return _annotated


def _annotated(items: list[Item]) -> Iterator[Outcome]:
    for item in items:
        record = Record(**{k: v for k, v in item.items() if k in _KEYS})
        try:
            made = annotate(record)
        except WfllmError as fault:
            yield Dropped(item, "thoughts", str(fault))
            continue
        yield {**item, **made.as_json()}
