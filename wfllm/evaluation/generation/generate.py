"""Answers from a model: in batches of like length, each answer ending where its code does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

import torch

from wfllm.config.schema import BestOf, Decoding, Drawn
from wfllm.errors import WfllmError
from wfllm.evaluation.generation.batches import (
    Layout,
    batches,
    common_prefix,
    lay_out,
    read_prefix,
    read_rest,
)
from wfllm.evaluation.generation.draw import Draw, seed_of
from wfllm.evaluation.generation.writing import tokens_with, write

Faults = Callable[[int, str], int]
"""Index of a prompt and an answer to it → how much is wrong with that answer; 0 cannot be bettered."""


@torch.inference_mode()
def generate(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[str],
    decoding: Decoding,
    *,
    kept: Collection[int] = (),
    shard: tuple[int, int] = (1, 1),
    faults: Faults = lambda _index, _answer: 0,
    done: Callable[[list[int], list[str]], None] = lambda _indices, _answers: None,
    tick: Callable[[float], None] = lambda _answers: None,
) -> list[str]:
    """Answer every prompt.

    Args:
        model: on its device; put into evaluation mode here.
        prompts: texts with the chat template applied.
        kept: indices of prompts that have their answers; a batch of such prompts alone is left out. A batch
            is never made smaller for them, so that its other answers are what they would have been.
        shard: only batches of this part of all are answered, `(3, 16)` the third of every sixteen.
        faults: what `best_of` chooses by.
        done: called with the indices and answers of a batch as soon as all of it is answered.
        tick: called at every token with the answers done so far; parts of answers count.

    Returns:
        The answers, in the order of `prompts`, without special tokens; empty where a batch was left out.

    Raises:
        WfllmError: a prompt leaves no room for an answer in the model's context.
    """
    model.eval()
    encoded = [tokenizer(p, add_special_tokens=False)["input_ids"] for p in prompts]
    limit = context_of(model)
    fences = tokens_with("`", tokenizer) if decoding.until == "code" else frozenset()
    answers = [""] * len(prompts)
    before, kept = 0, set(kept)
    shared = common_prefix(encoded) if decoding.share_prefix else 0
    read = None
    for place, rows in enumerate(batches(list(map(len, encoded)), decoding.batch_size)):
        longest = len(encoded[rows[0]])
        room = min(decoding.max_new_tokens, limit - longest)
        if room < 1:
            raise WfllmError(
                f"a prompt of {longest} tokens fills the model's context of {limit}",
                where="generation",
                mend="Use prompts.documentation=signature or a model with a longer context.",
            )
        if place % shard[1] == shard[0] - 1 and not kept.issuperset(rows):
            if shared and read is None:
                read = read_prefix(model, encoded[rows[0]][:shared])
                shared = shared if read is not None else 0
            layout = lay_out([encoded[i] for i in rows], tokenizer.pad_token_id, model.device, shared, read)
            batch = _Batch(model, tokenizer, room, fences, before, tick)
            found = batch.answer(layout, [prompts[i] for i in rows], decoding, partial(_of_row, faults, rows))
            for index, answer in zip(rows, found, strict=True):
                answers[index] = answer
            done(rows, found)
        before += len(rows)
        tick(before)
    return answers


def _of_row(faults: Faults, rows: Sequence[int], row: int, answer: str) -> int:
    return faults(rows[row], answer)


class _Batch:
    """What all ways of answering a batch need."""

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        room: int,
        fences: frozenset[int],
        before: int,
        tick: Callable[[float], None],
    ) -> None:
        self.model, self.tokenizer, self.room, self.fences = model, tokenizer, room, fences
        self.before, self.tick = before, tick

    def answer(self, layout: Layout, prompts: Sequence[str], decoding: Decoding, faults: Faults) -> list[str]:
        """The answers to the rows of a batch."""
        if isinstance(decoding, BestOf):
            return self._best(layout, prompts, decoding, faults)
        if isinstance(decoding, Drawn):
            return self._texts(layout, _draw(decoding, prompts, 0))
        return self._texts(layout, None)

    def _best(self, layout: Layout, prompts: Sequence[str], decoding: BestOf, faults: Faults) -> list[str]:
        """The greedy answer, or the first sample with fewer faults. Rows without faults are not drawn for."""
        read_rest(self.model, layout)
        rows = range(len(prompts))
        best = self._texts(layout.select(rows), None)
        least = [faults(row, answer) for row, answer in enumerate(best)]
        for sample in range(1, decoding.n):
            open_rows = [row for row in rows if least[row]]
            if not open_rows:
                break
            draw = _draw(decoding, [prompts[row] for row in open_rows], sample)
            for row, answer in zip(open_rows, self._texts(layout.select(open_rows), draw), strict=True):
                wrong = faults(row, answer)
                if wrong < least[row]:
                    best[row], least[row] = answer, wrong
        return best

    def _texts(self, layout: Layout, draw: Draw | None) -> list[str]:
        def tick(rows: float) -> None:
            self.tick(self.before + rows)

        tokens = write(
            self.model, self.tokenizer, layout, self.room, draw=draw, fences=self.fences, tick=tick
        )
        return [self.tokenizer.decode(row, skip_special_tokens=True) for row in tokens]


def _draw(decoding: Drawn, prompts: Sequence[str], sample: int) -> Draw:
    seeds = [seed_of(decoding.seed, prompt, sample) for prompt in prompts]
    return Draw(seeds, decoding.temperature, decoding.top_p)


def context_of(model: Any) -> int:
    """Tokens the model can attend to, prompt and answer together."""
    return getattr(model.config, "max_position_embeddings", None) or 2**31
