"""Answers from a model: greedy, in batches of like length, resumable answer by answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from transformers import StoppingCriteria, StoppingCriteriaList

from wfllm.config.schema import Decoding
from wfllm.errors import WfllmError


@torch.inference_mode()
def generate(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[str],
    decoding: Decoding,
    *,
    done: Callable[[int, str], None] = lambda _index, _answer: None,
    tick: Callable[[float], None] = lambda _answers: None,
) -> list[str]:
    """Answer every prompt.

    Prompts are answered longest first, so that the batch that needs the most memory comes first and
    neighbours pad little. Padding stands on the left: a padded right end would be continued from padding.

    Args:
        model: on its device; put into evaluation mode here.
        prompts: texts with the chat template applied.
        done: called with index and answer as soon as a batch is answered.
        tick: called at every token with the answers done so far; parts of answers count.

    Returns:
        The answers, in the order of `prompts`, without special tokens.

    Raises:
        WfllmError: a prompt leaves no room for an answer in the model's context.
    """
    model.eval()
    encoded = [tokenizer(p, add_special_tokens=False)["input_ids"] for p in prompts]
    limit = context_of(model)
    answers = [""] * len(prompts)
    order = sorted(range(len(prompts)), key=lambda i: -len(encoded[i]))
    for start in range(0, len(order), decoding.batch_size):
        rows = order[start : start + decoding.batch_size]
        longest = len(encoded[rows[0]])
        room = min(decoding.max_new_tokens, limit - longest)
        if room < 1:
            raise WfllmError(
                f"a prompt of {longest} tokens fills the model's context of {limit}",
                where="generation",
                mend="Use prompts.documentation=signature or a model with a longer context.",
            )
        watch = _Watch(tick, start, len(rows), longest, room)
        output = _answer_batch(model, tokenizer, [encoded[i] for i in rows], room, watch)
        for index, answer in zip(rows, output, strict=True):
            answers[index] = answer
            done(index, answer)
        tick(start + len(rows))
    return answers


class _Watch(StoppingCriteria):
    """Stops nothing; tells how far a batch is."""

    def __init__(self, tick: Callable[[float], None], before: int, rows: int, width: int, room: int) -> None:
        self.tick, self.before, self.rows, self.width, self.room = tick, before, rows, width, room

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        self.tick(self.before + self.rows * (input_ids.shape[1] - self.width) / self.room)
        return torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)


def context_of(model: Any) -> int:
    """Tokens the model can attend to, prompt and answer together."""
    return getattr(model.config, "max_position_embeddings", None) or 2**31


def _answer_batch(
    model: Any, tokenizer: Any, prompts: list[list[int]], room: int, watch: _Watch
) -> list[str]:
    width = max(map(len, prompts))
    input_ids = torch.full((len(prompts), width), tokenizer.pad_token_id)
    mask = torch.zeros_like(input_ids)
    for row, ids in enumerate(prompts):
        input_ids[row, width - len(ids) :] = torch.tensor(ids)
        mask[row, width - len(ids) :] = 1
    assert bool(mask[:, -1].all()), "padding must stand on the left"
    output = model.generate(
        input_ids=input_ids.to(model.device),
        attention_mask=mask.to(model.device),
        max_new_tokens=room,
        do_sample=False,
        temperature=None,
        top_p=None,
        top_k=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        use_cache=True,
        stopping_criteria=StoppingCriteriaList([watch]),
    )
    texts: list[str] = tokenizer.batch_decode(output[:, width:], skip_special_tokens=True)
    return texts
