"""Stage `expand` without a model: a request for each blueprint from the documentation of its APIs.

It stands where the paper has a model invent requests (section 3.2): plainer, but there without an account or
a large model, and the same on every run.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from wfllm.bench.stages.stage import Dropped, EachChunk, Inputs, Item, Outcome
from wfllm.bench.thoughts.llm_text import query_fault
from wfllm.bench.thoughts.sentences import capped, imperative, one_line
from wfllm.config import schema as s
from wfllm.shortcuts.catalogue import Catalogue, load_catalogue

OPENINGS = (
    "I want a shortcut for {theme}.",
    "Make me a workflow that helps with {theme}.",
    "Build an automation for {theme}.",
    "I often need the same steps for {theme}.",
)
BODIES = (
    "It should {first}, then {middle}, and in the end {last}.",
    "First {first}; after that {middle}; and finally {last}.",
    "Please {first}, go on to {middle}, and when that is done {last}.",
)
ENDINGS = (
    "Ask me for whatever it needs to know, and show me what came out.",
    "Where something is not known yet, ask me, and tell me the result.",
    "Keep what each step gives for the next one, and show me the outcome.",
)
MAX_WORDS = 12
"""Of what is said of one API."""


def telling(settings: s.Expand) -> EachChunk:
    """The stage: what `expand.by=catalogue` asks for."""

    def prepare(_inputs: Inputs) -> Teller:
        return Teller(settings, load_catalogue())

    kept = settings.model_dump(mode="json", include={"by", "seed", "min_words", "min_sentences"})
    return EachChunk("expand", "draw", prepare, kept, processes=False)


class Teller:
    """The work of the stage. An item whose APIs nobody describes in plain words is dropped."""

    def __init__(self, settings: s.Expand, catalogue: Catalogue) -> None:
        self.settings, self.catalogue = settings, catalogue

    def __call__(self, items: list[Item]) -> Iterator[Outcome]:
        for item in items:
            query = self.query(item)
            fault = query_fault(
                query,
                apis=item["apis"],
                catalogue=self.catalogue,
                min_words=self.settings.min_words,
                min_sentences=self.settings.min_sentences,
            )
            yield Dropped(item, "expand", fault) if fault else {**item, "query": query}

    def query(self, item: Item) -> str:
        """A theme, what each API does in the order of the blueprint, and that the rest is to be asked."""
        draw = random.Random(f"{self.settings.seed} {item['id']}")
        steps = list(dict.fromkeys(self._steps(item["apis"])))
        opening = draw.choice(OPENINGS).format(theme=str(item["category"]).lower())
        ending = draw.choice(ENDINGS)
        if len(steps) < 3:
            return f"{opening} It should {' and then '.join(steps) or 'work'}. {ending}"
        middle = ", ".join(steps[1:-1])
        body = draw.choice(BODIES).format(first=steps[0], middle=middle, last=steps[-1])
        return f"{opening} {body} {ending}"

    def _steps(self, apis: Iterable[str]) -> Iterator[str]:
        for name in apis:
            api = self.catalogue.get(name)
            said = one_line((api.description or api.title) if api else "").split(". ")[0]
            step = imperative(capped(said, MAX_WORDS)).rstrip(".… ")
            if step:
                yield step[:1].lower() + step[1:]
