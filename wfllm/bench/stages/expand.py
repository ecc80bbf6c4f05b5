"""Stage `expand`: a request for each blueprint, by a model (paper, section 3.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from wfllm.bench.similar import similarity, words_of
from wfllm.bench.stages.asking import Asking, Found, NobodyAnsweredError, Sampling, Talk, answer_settings
from wfllm.bench.stages.draw import examples_of
from wfllm.bench.stages.stage import Dropped, EachChunk, Failed, Inputs, Item, Outcome
from wfllm.bench.thoughts.llm import in_language
from wfllm.bench.thoughts.llm_text import query_fault, shown
from wfllm.config import schema as s
from wfllm.llm.asker import Asker
from wfllm.llm.limits import Spent
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.catalogue import Catalogue, load_catalogue
from wfllm.shortcuts.catalogue.render import render

LONGEST_LINE = 200
"""Characters of a line of an example's code in a prompt."""


class Query(BaseModel):
    """A request."""

    query: str


def expanding(
    settings: s.Expand, prompts: s.BuildPrompts, llm: s.Llm, spent: Spent | None = None
) -> EachChunk:
    """The stage; `spent` is what this run has spent of the model's budget."""

    def prepare(inputs: Inputs) -> Expander:
        examples = examples_of(inputs.items("split"), settings)
        return Expander(settings, prompts, llm, load_catalogue(), examples, spent)

    plain = {
        **settings.model_dump(mode="json", exclude={"count", "by"}),
        "prompts": prompts.model_dump(mode="json", include={"name", "language", "expand"}),
        "llm": answer_settings(llm),
    }
    return EachChunk("expand", "draw", prepare, plain, also=("split",), processes=False)


class Expander(Asking):
    """The work of the stage.

    Args:
        examples: id → what is shown of the training workflow.
    """

    def __init__(
        self,
        settings: s.Expand,
        prompts: s.BuildPrompts,
        llm: s.Llm,
        catalogue: Catalogue,
        examples: dict[str, Item],
        spent: Spent | None,
    ) -> None:
        self.settings, self.catalogue, self.examples = settings, catalogue, examples
        language = prompts.language.replace("{language}", settings.language or "")
        self.wording = (in_language(prompts, language) if settings.language else prompts).expand
        super().__init__(llm, Sampling(settings.temperature, settings.max_tokens, settings.seed), spent)

    def __call__(self, items: list[Item]) -> Iterator[Outcome]:
        """All at once first; then, in order, whatever is too similar to an earlier one is asked again.

        What is earlier is known only in order, so that the result does not hang on who answered first.
        """
        taken: list[str] = []
        for outcome in list(super().__call__(items)):
            if isinstance(outcome, dict) and (alike := self.nearest(outcome["query"], taken)):
                (outcome,) = self.model.each([(outcome, alike, tuple(taken))], self._other)
            if isinstance(outcome, dict):
                taken.append(outcome["query"])
            yield outcome

    async def one(self, talk: Talk, item: Item) -> Outcome:
        return self._outcome(talk, item, await self._ask(talk, item))

    async def _other(self, asker: Asker, work: tuple[Item, str, tuple[str, ...]]) -> Outcome:
        item, alike, taken = work
        talk = Talk(asker, item, self.sampling)
        try:
            found = await self._ask(talk, item, unlike=alike, taken=taken)
        except NobodyAnsweredError as fault:
            return Failed({"id": item.get("id")}, str(fault))
        if found.value is None:
            return Dropped(_with_usage(talk, item), found.rule("similar"), found.fault)
        return self._outcome(talk, item, found)

    async def _ask(self, talk: Talk, item: Item, unlike: str = "", taken: Sequence[str] = ()) -> Found[Query]:
        shown_ones = [self.examples[name] for name in item["meta"]["examples"] if name in self.examples]

        def fault(value: Query) -> str:
            wrong = query_fault(
                value.query,
                apis=item["apis"],
                catalogue=self.catalogue,
                min_words=self.settings.min_words,
                min_sentences=self.settings.min_sentences,
                language=self.settings.language,
            )
            if not wrong and self.nearest(value.query, [e["query"] for e in shown_ones]):
                return "the request is too similar to an example; invent another"
            if not wrong and (near := self.nearest(value.query, taken)):
                return f"the request is too similar to one there is already ({near[:200]}); invent another"
            return wrong

        fields = {
            "theme": item["category"],
            "documentation": self._documentation(item["apis"]),
            "examples": self._examples(shown_ones, unlike),
        }
        purpose = "expand again" if unlike else "expand"
        return await talk.ask(purpose, self.wording, fields, Query, fault)

    def _outcome(self, talk: Talk, item: Item, found: Found[Query]) -> Outcome:
        item = _with_usage(talk, item)
        if found.value is None:
            return Dropped(item, found.rule("expand"), found.fault)
        return {**item, "query": " ".join(found.value.query.split())}

    def nearest(self, query: str, others: Sequence[str]) -> str:
        """The first of others that shares too many words with a request; empty where none does."""
        words = words_of(query)
        for other in others:
            if similarity(words, words_of(other)) >= self.settings.similar:
                return other
        return ""

    def _documentation(self, apis: Sequence[str]) -> str:
        form = self.settings.documentation
        return "\n".join(render(self.catalogue.get(name) or Api(name), form) for name in apis)

    def _examples(self, examples: Sequence[Item], unlike: str) -> str:
        parts = [self._example(number, example) for number, example in enumerate(examples, start=1)]
        if unlike:
            parts.append(f"A request that is taken already, and must not be made again:\n{unlike}")
        return "\n\n".join(parts)

    def _example(self, number: int, example: Item) -> str:
        text = f"Example {number}, the request of another workflow:\n{example['query']}"
        if self.settings.example in ("plan", "code"):
            text += f"\nIts steps:\n{example['task_plan']}"
        if self.settings.example == "code":
            text += f"\nIts code:\n{shown(example['annotated_code'], LONGEST_LINE)}"
        return text


def _with_usage(talk: Talk, item: Item) -> Item:
    return {**item, "meta": talk.noted(item.get("meta"))}
