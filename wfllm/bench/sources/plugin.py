"""A data source of a plug-in: what it reads is looked at as records of a file are."""

from __future__ import annotations

from collections.abc import Iterator

from wfllm.bench.record import Record
from wfllm.bench.sources.records import as_record
from wfllm.config import schema as s
from wfllm.config.contracts import part
from wfllm.config.plugins import as_written, blamed, module_files
from wfllm.errors import WfllmError


def of_plugin(data: s.Data) -> bool:
    """Whether a plug-in reads this source."""
    return data.name in module_files("data")


def stream_plugin(data: s.Data) -> Iterator[Record | WfllmError]:
    """Records and faults one by one, as the plug-in's `read` yields them.

    It yields records or JSON objects with their keys; one that is no sound record becomes its fault, and the
    rest goes on.

    Raises:
        WfllmError: the plug-in itself fails, at its file and line, or says that nothing can be read.
    """
    found = part("data", data.name)
    assert found is not None
    with blamed(found.path):
        items = iter(found.module.read(data))
    number = 0
    end = object()
    while True:
        with blamed(found.path):
            item = next(items, end)
        if item is end:
            return
        where = f"{as_written(found.path)}: record {number + 1}"
        plain = vars(item) if isinstance(item, Record) else item
        try:
            yield as_record(plain, where, default_id=f"{data.name}/{number}")
        except WfllmError as fault:
            yield fault
        number += 1
