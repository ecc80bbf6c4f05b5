"""The client's own file of a run, `run-<id>.wandb`: what an earlier start has told, and a cut end mended.

A process that is killed leaves a file that ends in the middle of a record, or holds none. `wandb sync` stops
at such an end and leaves out all later starts of the run. The format is LevelDB's log
(https://github.com/google/leveldb/blob/main/doc/log_format.md) with protocol buffers in it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEADER, BLOCK, PIECE = 7, 32768, 7
"""Bytes of the file's header, of a block, and of the header of each piece (checksum, length, kind)."""
WHOLE, LAST = 1, 4
"""Kinds of pieces that end a record."""
EMPTY = ".empty"


def records(path: Path) -> Iterator[tuple[Any, int]]:
    """Every whole record of a file, and where it ends. What comes after a cut or damaged one is left out."""
    import wandb.proto.wandb_internal_pb2 as messages

    made: Any = messages
    content = path.read_bytes()
    at, piece = HEADER, b""
    while at + PIECE <= len(content):
        left = BLOCK - at % BLOCK
        _, length, kind = struct.unpack("<IHB", content[at : at + PIECE])
        if left < PIECE or kind == 0:  # the end of a block is filled up
            at += left
            continue
        end = at + PIECE + length
        if end > len(content):
            return
        piece += content[at + PIECE : end]
        at = end
        if kind in (WHOLE, LAST):
            record = made.Record()
            try:
                record.ParseFromString(piece)
            except Exception:  # damaged, whatever the library calls that
                return
            yield record, end
            piece = b""


def mended(folder: Path, axis: str) -> int:
    """Mend what earlier starts of a run left in `<folder>/wandb`, so that `wandb sync` takes all of it.

    Returns:
        The first value of `axis` that they may not have told of: of a start that was killed the last value is
        told perhaps in part.
    """
    missing = 0
    for path in sorted(folder.glob("wandb/*run-*/run-*.wandb")):
        end, ended, told = 0, False, [-1]
        for record, end in records(path):  # noqa: B007 (the last end counts)
            kind = record.WhichOneof("record_type")
            ended = ended or kind == "exit"
            if kind == "history":
                told += _values(record.history.item, axis)
        missing = max(missing, max(told) + ended)
        if end == 0:
            path.rename(path.with_name(path.name + EMPTY))
        elif end < path.stat().st_size:
            with path.open("r+b") as file:
                file.truncate(end)
    return missing


def _values(items: Any, axis: str) -> Iterator[int]:
    for item in items:
        if (item.key or "/".join(item.nested_key)) == axis:
            value = json.loads(item.value_json)
            if isinstance(value, (int, float)):
                yield int(value)
