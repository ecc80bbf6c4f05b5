"""From example to token ids with a role for every token; what is too long is shortened, dropped or refused.

Masks come from character offsets, never from searching for a marker among the tokens. Prompt and answer
are tokenised apart, so that the prompt's tokens are the same in training and in generation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, TypeAlias

import numpy.typing as npt

from wfllm.bench.record import Record
from wfllm.config.schema import Prompts, Target
from wfllm.data.fitting import chat_prompt, forms_from
from wfllm.data.prompt import Example, example
from wfllm.data.released import bos_of, header_start
from wfllm.errors import WfllmError
from wfllm.shortcuts.api import Api

ROLES = ("prompt", "plan", "comment", "code", "error", "correction", "header")
"""What a token can be part of; its place here is its id."""
PROMPT, PLAN, COMMENT, CODE, ERROR, CORRECTION, HEADER = range(len(ROLES))
WEIGHTS = (0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 0.0)
"""How much a token of each role counts in the loss where nobody says otherwise."""

Tokens: TypeAlias = list[int] | npt.NDArray[Any]
OverLength = Literal["shorten", "drop", "fail", "truncate"]
Make = tuple[str, Callable[[str], Example]]
"""Id of a sample, and how to make it with its documentation in a given form."""


@dataclass(frozen=True)
class Encoded:
    """One sample as the model sees it: `input_ids` and `roles`, both of length [tokens].

    Roles are places in `ROLES`. Lists where it was just made, arrays where it was read from a `Store`.
    """

    id: str
    input_ids: Tokens
    roles: Tokens

    @property
    def supervised(self) -> int:
        """Tokens that are learned where roles have their usual weights."""
        return sum(WEIGHTS[r] > 0 for r in self.roles)


def role_weights(target: Target) -> tuple[float, ...]:
    """`target.weights` in the order of `ROLES`."""
    given = target.weights.model_dump()
    if given["header"] is None:
        given["header"] = given["prompt"]
    return tuple(float(given[role]) for role in ROLES)


@dataclass
class Lengths:
    """What fitting records into the context did."""

    kept: int = 0
    forms: dict[str, str] = field(default_factory=dict)
    """Ids of those with shortened documentation, and its form."""
    dropped: dict[str, int] = field(default_factory=dict)
    """Ids of those left out, and their tokens in the shortest form."""
    truncated: dict[str, int] = field(default_factory=dict)
    """Ids of those cut at their end, and their tokens before."""
    unfit: dict[str, str] = field(default_factory=dict)
    """Ids of those of which no answer can be made, and why."""

    @property
    def shortened(self) -> Counter[str]:
        """How many have their documentation in which shorter form."""
        return Counter(self.forms.values())


def encode(item: Example, tokenizer: Any, *, header: bool = False, extra_bos: bool = False) -> Encoded:
    """Tokenise one example.

    Args:
        header: tell the header of the answer's turn from the rest of the prompt (`target.weights.header`).
        extra_bos: one more BOS token before it (`prompts.bos`).

    Raises:
        WfllmError: the chat template does not put the answer after the prompt, or has no header; nothing is
            supervised; there is no BOS token.
    """
    prompt = chat_prompt(item.messages, tokenizer)
    turns = [*item.messages, {"role": "assistant", "content": item.answer}]
    whole: str = tokenizer.apply_chat_template(turns, tokenize=False)
    at = whole.find(item.answer, len(prompt))
    if not whole.startswith(prompt) or at < 0:
        raise _changed_by_template()
    # The end-of-turn token is learned; what the template puts after it is not.
    tail = whole[len(prompt) :].rstrip()
    if not tail.endswith(tokenizer.eos_token):
        tail += tokenizer.eos_token
    head, head_roles = _prompt_tokens(item, prompt, tokenizer, header)
    if extra_bos:
        head, head_roles = [bos_of(tokenizer), *head], [PROMPT, *head_roles]
    body = tokenizer(tail, add_special_tokens=False, return_offsets_mapping=True)
    shift = at - len(prompt)
    marks = [(s + shift, e + shift, ROLES.index(r)) for s, e, r in item.roles if e > s]
    roles, span = [], 0
    for start, _ in body["offset_mapping"]:
        while span + 1 < len(marks) and start >= marks[span][1]:
            span += 1
        roles.append(marks[span][2])
    if not roles:
        raise WfllmError("no token to learn from", where=f"record {item.id}")
    return Encoded(item.id, [*head, *body["input_ids"]], [*head_roles, *roles])


def _prompt_tokens(item: Example, prompt: str, tokenizer: Any, header: bool) -> tuple[list[int], list[int]]:
    """Tokens and roles of the prompt: PROMPT, ERROR for what was wrong in a turn before, HEADER if asked."""
    read = tokenizer(prompt, add_special_tokens=False, return_offsets_mapping=header or bool(item.errors))
    ids: list[int] = read["input_ids"]
    roles = [PROMPT] * len(ids)
    for turn, start, end in item.errors:
        before = chat_prompt(item.messages[:turn], tokenizer)
        at = prompt.find(item.messages[turn]["content"], len(before))
        if not prompt.startswith(before) or at < 0:
            raise _changed_by_template()
        for place, (first, _) in enumerate(read["offset_mapping"]):
            if at + start <= first < at + end:
                roles[place] = ERROR
    if header:
        start = header_start(item.messages, prompt, tokenizer)
        roles = [HEADER if o[0] >= start else r for r, o in zip(roles, read["offset_mapping"], strict=True)]
    return ids, roles


def _changed_by_template() -> WfllmError:
    return WfllmError(
        "the tokenizer's chat template changes the prompt once the answer is there",
        where="model.chat_template",
        mend="Use model.chat_template=chatml.",
    )


def encode_records(
    records: Iterable[Record],
    tokenizer: Any,
    catalogue: Mapping[str, Api],
    prompts: Prompts,
    target: Target,
    *,
    context: int,
    over_length: OverLength,
    required: bool = True,
    advance: Callable[[], None] = lambda: None,
) -> tuple[list[Encoded], Lengths]:
    """Tokenise records, each within `context` tokens, by the `over_length` policy; nothing is cut in silence.

    Returns:
        The samples that fit, in order, and the account of those that did not.

    Raises:
        WfllmError: a record is too long and the policy is `fail`, or none is left and one is `required`.
    """
    lengths = Lengths()
    makes = (makes_of(record, catalogue, prompts, target) for record in records)
    forms = forms_from(prompts.documentation)
    ways = ways_of(prompts, target)
    each = encode_each(
        makes, tokenizer, forms, lengths, context=context, over_length=over_length, advance=advance, **ways
    )
    samples = list(each)
    if required:
        require_some(lengths, context)
    return samples, lengths


def makes_of(record: Record, catalogue: Mapping[str, Api], prompts: Prompts, target: Target) -> Make:
    """How the sample of a record is made."""
    return record.id, partial(example, record, catalogue, prompts, target)


def ways_of(prompts: Prompts, target: Target) -> dict[str, bool]:
    """How `encode` makes samples, as the config says."""
    return {"header": target.weights.header is not None, "extra_bos": prompts.bos == "extra"}


def encode_each(
    makes: Iterable[Make],
    tokenizer: Any,
    forms: tuple[str, ...],
    lengths: Lengths,
    *,
    context: int,
    over_length: OverLength,
    header: bool = False,
    extra_bos: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> Iterator[Encoded]:
    """As `encode_records`, one after another; `lengths` is filled on the way.

    The documentation is all that is ever cut: what is to be learned is whole, or the sample is not there.
    Only `truncate` cuts the answer.
    """
    for name, make in makes:
        advance()
        for form in forms if over_length == "shorten" else forms[:1]:
            try:
                item = make(form)
            except WfllmError as fault:
                lengths.unfit[name] = fault.cause
                break
            sample = encode(item, tokenizer, header=header, extra_bos=extra_bos)
            if len(sample.input_ids) > context and over_length == "truncate":
                lengths.truncated[name] = len(sample.input_ids)
                sample = Encoded(sample.id, sample.input_ids[:context], sample.roles[:context])
            if len(sample.input_ids) <= context:
                lengths.kept += 1
                if form != forms[0]:
                    lengths.forms[name] = form
                yield sample
                break
        else:
            if over_length == "fail":
                raise WfllmError(
                    f"{len(sample.input_ids)} tokens, over model.context={context}",
                    where=f"record {name}",
                    mend="Raise model.context or use trainer.over_length=shorten or drop.",
                )
            lengths.dropped[name] = len(sample.input_ids)


def require_some(lengths: Lengths, context: int) -> None:
    """Raise where nothing is left."""
    if lengths.unfit and not lengths.kept and not lengths.dropped:
        name, cause = next(iter(lengths.unfit.items()))
        more = f", and {len(lengths.unfit) - 1} more like it" if len(lengths.unfit) > 1 else ""
        raise WfllmError(f"{cause}{more}", where=f"record {name}", mend="Use target=full for these records.")
    if lengths.dropped and not lengths.kept:
        shortest = min(lengths.dropped.values())
        raise WfllmError(
            f"all {len(lengths.dropped)} records are over model.context={context} tokens",
            where="data",
            mend=f"The shortest has {shortest}: raise model.context.",
        )
