"""One batch written to its end by transformers' own loop; rows that are done leave it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from transformers import LogitsProcessorList, StoppingCriteria, StoppingCriteriaList

from wfllm.data.prompt import read_answer
from wfllm.evaluation.generation.batches import Layout
from wfllm.evaluation.generation.draw import Draw
from wfllm.models.greedy import GREEDY

LEAVE = 4
"""Rows leave a batch as soon as one in so many is done: each leaving copies what the others have read."""


def write(
    model: Any,
    tokenizer: Any,
    layout: Layout,
    room: int,
    *,
    draw: Draw | None = None,
    fences: frozenset[int] = frozenset(),
    tick: Callable[[float], None] = lambda _rows: None,
) -> list[list[int]]:
    """Answer a batch.

    Args:
        layout: its prompts; the cache in it is used up.
        room: longest answer in tokens.
        draw: how tokens are drawn; None takes the likeliest.
        fences: tokens that may close a code block, where an answer ends with its block.
        tick: called at every token with the answers done so far, parts counted.

    Returns:
        The new tokens of each row, the end token included where there is one.
    """
    width = layout.width
    written: list[list[int]] = [[] for _ in range(len(layout.ids))]
    rows = list(range(len(layout.ids)))
    while rows:
        done = len(written) - len(rows)
        watch = _Ends(tokenizer, width, room, fences, lambda part, done=done: tick(done + part))  # type: ignore[misc]
        output = model.generate(
            input_ids=layout.ids,
            attention_mask=layout.mask,
            past_key_values=layout.cache,
            max_new_tokens=room - (layout.width - width),
            **GREEDY,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            use_cache=True,
            return_dict_in_generate=True,
            logits_processor=draw.processors(rows) if draw else LogitsProcessorList(),
            stopping_criteria=StoppingCriteriaList([watch]),
        )
        sequences, cache = output.sequences, output.past_key_values
        full = sequences.shape[1] - width >= room
        left = [] if full else [p for p in range(len(rows)) if watch.ended.get(p, 2**62) > sequences.shape[1]]
        for place, row in enumerate(rows):
            if place not in left:
                written[row] = sequences[place, width : watch.ended.get(place)].tolist()
        if not left:
            break
        index = torch.tensor(left, device=sequences.device)
        cache.batch_select_indices(index)
        more = torch.ones_like(sequences[:, layout.width :])
        layout = Layout(sequences[index], torch.cat([layout.mask, more], dim=1)[index], cache)
        rows = [rows[place] for place in left]
    return written


class _Ends(StoppingCriteria):
    """Notes which rows are done, and stops all when enough are that the others go on faster without them."""

    def __init__(
        self, tokenizer: Any, width: int, room: int, fences: frozenset[int], tick: Callable[[float], None]
    ) -> None:
        self.tokenizer, self.width, self.room, self.fences, self.tick = tokenizer, width, room, fences, tick
        self.ended: dict[int, int] = {}
        """Row → where its answer ends in the sequence."""

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        rows, length = input_ids.shape
        newest: Sequence[int] = input_ids[:, -1].tolist()
        for row, token in enumerate(newest):
            if row not in self.ended and (
                token == self.tokenizer.eos_token_id or self._closes(row, token, input_ids)
            ):
                self.ended[row] = length
        self.tick(len(self.ended) + (rows - len(self.ended)) * (length - self.width) / self.room)
        enough = len(self.ended) * LEAVE >= rows
        done = [enough or row in self.ended for row in range(rows)]
        return torch.tensor(done, device=input_ids.device)

    def _closes(self, row: int, token: int, input_ids: Any) -> bool:
        if token not in self.fences:
            return False
        answer = read_answer(self.tokenizer.decode(input_ids[row, self.width :], skip_special_tokens=True))
        return answer.code is not None and answer.closed


def tokens_with(character: str, tokenizer: Any) -> frozenset[int]:
    """Tokens in whose text a character stands, or that are its byte."""
    byte = f"<0x{ord(character):02X}>"
    return frozenset(i for token, i in tokenizer.get_vocab().items() if character in token or token == byte)
