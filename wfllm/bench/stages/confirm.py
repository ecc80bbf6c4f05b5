"""Stage `confirm`: synthetic samples that are good enough (paper, section 3.3), repaired before if wanted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from wfllm.bench.measure import NOTE, measure, note
from wfllm.bench.rules import Context, first_fault
from wfllm.bench.rules.leaks import held_out
from wfllm.bench.stages.asking import Asking, Sampling, Talk, answer_settings
from wfllm.bench.stages.distinct import KEYS
from wfllm.bench.stages.repair import repaired
from wfllm.bench.stages.stage import Dropped, EachChunk, Inputs, Item, Outcome, Work
from wfllm.config import schema as s
from wfllm.llm.limits import Spent
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.used import used_apis

GIVEN = "given_apis"
"""Key of `meta`: the APIs a sample was given, where its code does not use exactly these."""
BEFORE_REPAIR = ("too_long", "no_code", "control_characters", "repetition", "api_names_in_query")
"""Rules that no repair of plan and code could satisfy, or that would waste it."""
_REPAIR_KEYS = {"temperature", "max_tokens", "seed"}


def confirming(
    settings: s.Confirm, prompts: s.BuildPrompts, llm: s.Llm, spent: Spent | None = None
) -> EachChunk:
    """The stage.

    Args:
        settings: which rules, and whether a model repairs.
        prompts, llm: the wording of the repair, and who does it.
        spent: what this run has spent of the model's budget.
    """
    if not settings.repair:
        plain = settings.model_dump(mode="json", exclude=_REPAIR_KEYS | KEYS)
        return EachChunk("confirm", "annotate", partial(_prepare, settings), plain, also=("split",))
    asked = {"prompt": prompts.repair.model_dump(mode="json"), "llm": answer_settings(llm)}
    return EachChunk(
        "confirm",
        "annotate",
        lambda inputs: Repair(context_of(inputs, settings), prompts.repair, llm, spent),
        {**settings.model_dump(mode="json", exclude=KEYS), **asked},
        also=("split",),
        processes=False,
    )


def context_of(inputs: Inputs, settings: s.Confirm) -> Context:
    """What the rules know: documentation, and hashes of what is held out."""
    keys, unseen = held_out(inputs.items("split"))
    return Context(settings, load_catalogue(), keys, unseen)


def _prepare(settings: s.Confirm, inputs: Inputs) -> Work:
    return partial(_confirmed, context_of(inputs, settings))


def _confirmed(context: Context, items: list[Item]) -> Iterator[Outcome]:
    for item in items:
        yield confirmed(item, context)


def confirmed(item: Item, context: Context) -> Outcome:
    """The sample as it goes into the dataset, or the first rule that it breaks."""
    fault = first_fault(item, context)
    if fault is not None:
        return Dropped(item, *fault)
    code, given = item["annotated_code"], item["apis"]
    used = used_apis(code, context.catalogue)
    meta = {**(item.get("meta") or {}), **({GIVEN: given} if set(given) != set(used) else {})}
    return {**item, "apis": used, "meta": meta, NOTE: note(measure(code, context.catalogue))}


class Repair(Asking):
    """The work of the stage where a model repairs.

    Raises:
        WfllmError: the model cannot be opened.
    """

    def __init__(self, context: Context, wording: s.Prompt, llm: s.Llm, spent: Spent | None) -> None:
        self.context, self.wording = context, wording
        settings = context.settings
        super().__init__(llm, Sampling(settings.temperature, settings.max_tokens, settings.seed), spent)

    async def one(self, talk: Talk, item: Item) -> Outcome:
        hopeless = first_fault(item, self.context, BEFORE_REPAIR)
        if hopeless is not None:
            return Dropped(item, *hopeless)
        made = await repaired(talk, item, self.wording, self.context.catalogue)
        return made if isinstance(made, Dropped) else confirmed(made, self.context)
