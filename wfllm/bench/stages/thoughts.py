"""Stage `thoughts`: what a record lacks of query, plan and comments (paper, section 3.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from wfllm.bench.record import Record
from wfllm.bench.stages.stage import Dropped, EachChunk, Inputs, Item, Outcome, Work
from wfllm.bench.thoughts.catalogue import annotate
from wfllm.config import schema as s
from wfllm.errors import WfllmError

_KEYS = {f.name for f in fields(Record)}


def thinking(thoughts: s.CatalogueThoughts) -> EachChunk:
    return EachChunk("thoughts", "filter", _prepare, thoughts.model_dump(mode="json"))


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
