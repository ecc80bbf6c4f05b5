"""Encoded samples on disk, read by index through a memory map: memory does not grow with the data.

One Arrow file, 256 samples a batch, and beside it `lengths.json` with the account of what did not fit and
the file's checksum. The folder appears whole or not at all, so two processes may make it at once.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wfllm.data.encode import ROLES, Encoded, Lengths
from wfllm.errors import WfllmError
from wfllm.files import sha256_of

ROWS = 256
"""Samples of an Arrow batch: what is in memory while they are written."""
SAMPLES, ACCOUNT = "samples.arrow", "lengths.json"
_COUNTS = [f"{role}_tokens" for role in ROLES]
_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("input_ids", pa.list_(pa.int32())),
        ("roles", pa.list_(pa.uint8())),
        *((name, pa.int32()) for name in _COUNTS),
    ]
)


class Store(Sequence[Encoded]):
    """The samples of a folder that `write_store` made.

    Raises:
        WfllmError: something of it is missing, or not as it was written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            account = json.loads((folder / ACCOUNT).read_bytes())
            if sha256_of(folder / SAMPLES) != account["sha256"]:
                raise ValueError("its checksum is another")
            self.account = Lengths(**account["lengths"])
            self._reader = pa.ipc.open_file(pa.memory_map(str(folder / SAMPLES)))
            tables = [self._reader.get_batch(i) for i in range(self._reader.num_record_batches)]
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
            raise WfllmError(f"is damaged ({error})", where=folder, mend="Remove it.") from error
        columns = [[b.column(name).to_numpy() for b in tables] for name in _COUNTS]
        self.role_counts: npt.NDArray[np.int64] = np.array(
            [np.concatenate(c) if c else [] for c in columns], dtype=np.int64
        ).T
        """[samples, roles]: tokens of each."""
        self.lengths: npt.NDArray[np.int64] = self.role_counts.sum(axis=1)
        """[samples]: tokens."""

    def __len__(self) -> int:
        return len(self.lengths)

    @overload
    def __getitem__(self, index: int) -> Encoded: ...
    @overload
    def __getitem__(self, index: slice) -> list[Encoded]: ...
    def __getitem__(self, index: int | slice) -> Encoded | list[Encoded]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        number, row = divmod(index % len(self), ROWS)
        batch = self._reader.get_batch(number)
        return Encoded(
            batch.column("id")[row].as_py(),
            batch.column("input_ids")[row].values.to_numpy(),
            batch.column("roles")[row].values.to_numpy(),
        )

    def supervised(self, weights: Sequence[float]) -> npt.NDArray[np.int64]:
        """[samples]: tokens whose role has a weight."""
        counts: npt.NDArray[np.int64] = self.role_counts[:, np.asarray(weights) > 0].sum(axis=1)
        return counts


def write_store(folder: Path, samples: Iterable[Encoded], account: Lengths) -> Store:
    """Write samples, as they come, and read them back.

    Args:
        account: of the samples; complete once they have all come.

    Raises:
        WfllmError: no room for it, or whatever making the samples raises.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        with pa.OSFile(str(part / SAMPLES), "wb") as sink, pa.ipc.new_file(sink, _SCHEMA) as writer:
            for batch in _batches(samples):
                writer.write_batch(batch)
        whole = {"sha256": sha256_of(part / SAMPLES), "lengths": asdict(account)}
        (part / ACCOUNT).write_text(json.dumps(whole), encoding="utf-8")
        try:
            os.replace(part, folder)
        except OSError:
            if not (folder / ACCOUNT).is_file():  # another process was not first: a real fault
                raise
        return Store(folder)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _batches(samples: Iterable[Encoded]) -> Iterable[pa.RecordBatch]:
    rows: list[dict[str, Any]] = []
    for sample in samples:
        counts = np.bincount(np.asarray(sample.roles, dtype=np.int64), minlength=len(ROLES))
        rows.append(
            {"id": sample.id, "input_ids": sample.input_ids, "roles": sample.roles}
            | dict(zip(_COUNTS, counts.tolist(), strict=True))
        )
        if len(rows) == ROWS:
            yield pa.RecordBatch.from_pylist(rows, schema=_SCHEMA)
            rows = []
    if rows:
        yield pa.RecordBatch.from_pylist(rows, schema=_SCHEMA)


def _unwritable(folder: Path, error: OSError) -> WfllmError:
    mend = "Make room, or name another folder for what is kept between runs: WFLLM_CACHE=…"
    return WfllmError(f"cannot be written ({error.strerror or error})", where=folder, mend=mend)
