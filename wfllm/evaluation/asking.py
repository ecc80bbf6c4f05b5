"""Answers from a model behind an API (`model=api`): any `llm`, with its cache, budget and patience."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from wfllm.bench.record import Record
from wfllm.config.schema import BestOf, Decoding, Drawn
from wfllm.errors import WfllmError
from wfllm.evaluation.generation.choose import faults_of
from wfllm.evaluation.predictions import Prediction, growing, in_order, prediction, read_predictions
from wfllm.llm.asker import Asker
from wfllm.llm.model import Model
from wfllm.llm.request import Answer, Message, Request
from wfllm.progress import progress
from wfllm.shortcuts.catalogue.load import Catalogue

LONGEST_TOKEN = 32
"""Characters of an answer that are kept for each token asked for: a server may not keep to its limit."""


def ask(
    title: str,
    model: Model,
    turns: Sequence[Sequence[Mapping[str, str]]],
    records: Sequence[Record],
    catalogue: Catalogue,
    decoding: Decoding,
    path: Path,
    shard: tuple[int, int] = (1, 1),
) -> list[Prediction]:
    """Answer the records that `path` does not hold yet, adding each to it; all of them, in order.

    A request that the server will never answer (it is too long, it is refused) counts as answered with
    nothing. One that failed otherwise is missing, and the others are kept all the same.

    Args:
        model: open; what it asks is remembered by its own cache, too.
        turns: the conversation of each record.
        shard: the part of the records that is asked about here; what others ask is left out.

    Raises:
        WfllmError: answers are missing; the same command asks for these alone.
    """
    known = read_predictions(path)
    part, parts = shard
    mine = [index for index in range(len(records)) if index % parts == part - 1]
    waiting = [index for index in mine if records[index].id not in known]
    faults = faults_of([record.apis for record in records], catalogue)

    async def answered(asker: Asker, index: int) -> Answer:
        first = await asker.answer(_request(turns[index], records[index], decoding, 0))
        if not isinstance(decoding, BestOf) or first.text is None:
            return first
        best, least = first, faults(index, first.text)
        for sample in range(1, decoding.n):
            if not least:
                break
            other = await asker.answer(_request(turns[index], records[index], decoding, sample))
            if other.text is None and not other.final:
                return other  # asked again later: chosen among fewer, the answer would be another
            if other.text is None:
                continue
            wrong = faults(index, other.text)
            if wrong < least:
                best, least = other, wrong
        return best

    before = len(mine) - len(waiting)
    missing = 0
    with growing(path, known) as add, progress(title, len(mine), "answer", before) as bar:
        for index, answer in zip(waiting, model.each(waiting, answered), strict=True):
            if answer.text is None and not answer.final:
                missing += 1
                continue
            text = (answer.text or "")[: LONGEST_TOKEN * decoding.max_new_tokens]
            add([prediction(records[index], text)])
            bar.advance(note=model.account.note())
    model.tell()
    if missing:
        raise WfllmError(
            f"{missing} of {len(mine)} requests have no answer yet",
            where="model=api",
            mend="What is answered is kept; the same command asks for the others.",
        )
    return in_order(records, known, path)


def _request(turns: Sequence[Mapping[str, str]], record: Record, decoding: Decoding, sample: int) -> Request:
    messages = tuple(Message(turn["role"], turn["content"]) for turn in turns)  # type: ignore[arg-type]
    drawn = isinstance(decoding, Drawn) and (sample or not isinstance(decoding, BestOf))
    return Request(
        messages,
        id=record.id,
        purpose="evaluate",
        max_tokens=decoding.max_new_tokens,
        temperature=decoding.temperature if isinstance(decoding, Drawn) and drawn else None,
        seed=decoding.seed if isinstance(decoding, Drawn) and drawn else None,
        sample=sample,
    )
