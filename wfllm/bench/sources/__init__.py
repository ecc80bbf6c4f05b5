"""Where records come from: one module a data source, named as its option in `conf/data/`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

from wfllm.bench.record import Record
from wfllm.bench.sources.mix import parts_of, times
from wfllm.bench.sources.plugin import of_plugin, stream_plugin
from wfllm.bench.sources.records import sort_out, stream_records
from wfllm.bench.sources.release import keys_file
from wfllm.bench.splits import by_split, hold_out, place_by_keys
from wfllm.config import schema as s
from wfllm.errors import WfllmError

REPEAT = "repeat"
"""Key of `meta`: which repetition of a record this is, from 2; repetitions belong to training alone."""


def load_records(data: s.Data) -> tuple[dict[str, list[Record]], list[WfllmError]]:
    """Records of every split (`train`, `dev`, `id`, `ood`), complete with plan and comments.

    Returns:
        Split → records, and a fault for each item that was left out.

    Raises:
        WfllmError: the source cannot be read at all, or a bad record where `data.on_error` is `fail`.
    """
    if of_plugin(data):
        return _load_plugin(data)
    if isinstance(data, s.StarterData):
        from wfllm.bench.sources.starter import load_starter

        return by_split(load_starter(), data.max_records), []
    if isinstance(data, s.MixData):
        return _load_mix(data)
    assert isinstance(data, s.HeldOutData)
    if isinstance(data, s.ShortcutsData):
        from wfllm.bench.sources.shortcuts import read_shortcuts

        records, faults = read_shortcuts(data.path, on_error=data.on_error, metadata=data.metadata)
    else:
        records, faults = sort_out(stream(data), data.path, data.on_error)
    keys = keys_file(data) if isinstance(data, s.WorkflowBenchData) else None
    if keys is not None:
        records, aside = place_by_keys(records, keys)
        faults += aside
    hold_out(records, data.dev_share, data.test_share)
    make_ids_unique(records)
    return by_split(records, data.max_records), faults


def stream(data: s.Data) -> Iterator[Record | WfllmError]:
    """Records and faults of one source one by one, as the source has them: no split is drawn for them here.

    Raises:
        WfllmError: the source cannot be read at all.
    """
    if of_plugin(data):
        yield from stream_plugin(data)
    elif isinstance(data, s.StarterData):
        from wfllm.bench.sources.starter import load_starter

        yield from load_starter()
    elif isinstance(data, s.ShortcutsData):
        from wfllm.bench.sources.shortcuts import stream_shortcuts

        yield from stream_shortcuts(data.path, data.metadata)
    elif isinstance(data, s.WorkflowBenchData):
        from wfllm.bench.sources.release import stream_published

        yield from stream_published(data)
    else:
        assert isinstance(data, s.RecordsData)
        yield from stream_records(Path(data.path).expanduser())


def repeated(record: Record, weight: float) -> Iterator[Record]:
    """A record as often as the weight of its part takes it; only what is trained on is ever repeated."""
    for number in range(1, times(weight, record.annotated_code) + 1):
        if number == 1:
            yield record
        elif record.split in (None, "train"):
            yield replace(record, apis=list(record.apis), meta={**deepcopy(record.meta), REPEAT: number})


def _load_plugin(data: s.Data) -> tuple[dict[str, list[Record]], list[WfllmError]]:
    if isinstance(data, s.HeldOutData):
        records, faults = sort_out(stream(data), data.path, data.on_error)
        hold_out(records, data.dev_share, data.test_share)
    else:
        records, faults = sort_out(stream(data), f"data={data.name}", "fail")
    make_ids_unique(records)
    return by_split(records, data.max_records), faults


def _load_mix(data: s.MixData) -> tuple[dict[str, list[Record]], list[WfllmError]]:
    records: list[Record] = []
    faults: list[WfllmError] = []
    for part in parts_of(data):
        splits, more = load_records(part.data)
        faults += more
        for rows in splits.values():
            records += [again for record in rows for again in repeated(record, part.weight)]
    make_ids_unique(records)
    return by_split(records), faults


def make_ids_unique(records: Sequence[Record]) -> None:
    """Tell records with the same id apart: the second `x` becomes `x#2`, the third `x#3`.

    Predictions are matched to records by id, so two with one id would be scored as one. An id that
    some record already has is never given to another.
    """
    taken = {record.id for record in records}
    seen: set[str] = set()
    last: dict[str, int] = {}
    for record in records:
        given = record.id
        if given in seen:
            number = last.get(given, 1) + 1
            while f"{given}#{number}" in taken:
                number += 1
            last[given] = number
            record.id = f"{given}#{number}"
            taken.add(record.id)
        seen.add(given)
