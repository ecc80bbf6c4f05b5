"""Which records are held out, where a source does not say: a pure function of the record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from wfllm.bench.record import Record

SPLITS = ("train", "dev", "id", "ood")


def hold_out(records: Iterable[Record], dev_share: float, test_share: float) -> None:
    """Give every record without a split one of `train`, `dev`, `id`.

    The place of a record hangs on its code alone, so it stays where it is when others come or go, and
    two records with the same code never stand on both sides.
    """
    for record in records:
        if record.split is None:
            digest = hashlib.sha256(record.annotated_code.encode()).digest()
            draw = int.from_bytes(digest[:8], "big") / 2**64
            record.split = "dev" if draw < dev_share else "id" if draw < dev_share + test_share else "train"


def by_split(records: Iterable[Record], limit: int | None = None) -> dict[str, list[Record]]:
    """Records of each split, at most `limit` of each, in their order.

    Raises:
        KeyError: a record whose split is none of SPLITS; what is read from files was checked before.
    """
    found: dict[str, list[Record]] = {name: [] for name in SPLITS}
    for record in records:
        rows = found["train" if record.split is None else record.split]
        if limit is None or len(rows) < limit:
            rows.append(record)
    return found
