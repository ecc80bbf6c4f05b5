"""Worked examples before the request: earlier turns of the conversation (the paper's in-context learning)."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from wfllm.bench.record import Record
from wfllm.config.schema import Prompts, Target
from wfllm.data.fitting import chat_prompt, first_fitting, forms_from
from wfllm.data.prompt import Turns, example, prompt_messages
from wfllm.errors import WfllmError
from wfllm.shortcuts.api import Api


def drawn(train: Sequence[Record], shots: int, seed: int) -> list[Record]:
    """The records that are shown, in order; the same for all requests, so that they are read once.

    Raises:
        WfllmError: there are not so many.
    """
    if shots > len(train):
        raise WfllmError(
            f"{shots} worked examples, and the data has {len(train)} training records",
            where="shots",
            mend=f"Use shots={len(train)} or fewer.",
        )
    return random.Random(seed).sample(list(train), shots)


def conversation(
    record: Record,
    worked: Sequence[Record],
    catalogue: Mapping[str, Api],
    prompts: Prompts,
    target: Target,
    form: str | None = None,
    worked_form: str | None = None,
) -> Turns:
    """System turn, worked examples as turns that are answered, and the request.

    Args:
        form, worked_form: of the documentation of the request and of the examples; None as `prompts` says.
    """
    longest = prompts.documentation
    own = prompt_messages(record.query, record.apis, catalogue, prompts, target, form or longest)
    turns = own[:-1]
    for one in worked:
        shown = example(one, catalogue, prompts, target, worked_form or longest)
        turns += [shown.messages[-1], {"role": "assistant", "content": shown.answer}]
    return [*turns, own[-1]]


def fitting_conversation(
    record: Record,
    worked: Sequence[Record],
    tokenizer: Any,
    catalogue: Mapping[str, Api],
    prompts: Prompts,
    target: Target,
    room: int,
) -> str:
    """The prompt as text, the documentation shortened as far as `room` tokens ask for: the request's first,
    then that of the examples. Where the shortest does not fit, it is returned; generation says what is wrong.
    """
    forms = forms_from(prompts.documentation)
    shorter = (
        conversation(record, worked, catalogue, prompts, target, form, worked_form)
        for worked_form in (forms if worked else forms[:1])
        for form in forms
    )
    return chat_prompt(first_fitting(shorter, tokenizer, room), tokenizer)
