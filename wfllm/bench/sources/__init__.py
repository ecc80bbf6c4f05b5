"""Where records come from: one module a data source, named as its option in `conf/data/`."""

from __future__ import annotations

from collections.abc import Sequence

from wfllm.bench.record import Record
from wfllm.bench.splits import by_split, hold_out
from wfllm.config import schema as s
from wfllm.errors import WfllmError


def load_records(data: s.Data) -> tuple[dict[str, list[Record]], list[WfllmError]]:
    """Records of every split (`train`, `dev`, `id`, `ood`), complete with plan and comments.

    Returns:
        Split → records, and a fault for each item that was left out.

    Raises:
        WfllmError: the source cannot be read at all.
    """
    faults: list[WfllmError] = []
    if isinstance(data, s.StarterData):
        from wfllm.bench.sources.starter import load_starter

        return by_split(load_starter(), data.max_records), faults
    assert isinstance(data, s.HeldOutData)
    if isinstance(data, s.ShortcutsData):
        from wfllm.bench.sources.shortcuts import read_shortcuts

        records, faults = read_shortcuts(data.path, on_error=data.on_error)
    else:
        from pathlib import Path

        from wfllm.bench.sources.records import read_records

        records, faults = read_records(Path(data.path).expanduser(), on_error=data.on_error)
    hold_out(records, data.dev_share, data.test_share)
    make_ids_unique(records)
    return by_split(records, data.max_records), faults


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
