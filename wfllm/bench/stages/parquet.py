"""Parquet, a file a split, in constant memory; the same records give the same bytes with the same pyarrow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROWS = 512
"""Records of a row group: what is in memory at once for each split."""


class ParquetFiles:
    """`<split>.parquet` for each split that has records. `meta` is JSON text, since its keys differ from
    record to record and Parquet's do not."""

    def __init__(self, folder: Path) -> None:
        import pyarrow as pa

        self.folder = folder
        folder.mkdir()
        text = pa.string()
        self.schema = pa.schema(
            [
                ("id", text),
                ("query", text),
                ("apis", pa.list_(text)),
                ("task_plan", text),
                ("annotated_code", text),
                ("category", text),
                ("split", text),
                ("source", text),
                ("meta", text),
            ]
        )
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.writers: dict[str, Any] = {}

    def add(self, record: dict[str, Any]) -> None:
        row = {name: record.get(name) for name in self.schema.names}
        row["source"] = row["source"] or ""
        row["meta"] = json.dumps(record.get("meta") or {}, ensure_ascii=False)
        rows = self.rows.setdefault(record["split"], [])
        rows.append(row)
        if len(rows) >= ROWS:
            self._flush(record["split"])

    def _flush(self, split: str) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if split not in self.writers:
            self.writers[split] = pq.ParquetWriter(
                self.folder / f"{split}.parquet", self.schema, compression="zstd", version="2.6"
            )
        self.writers[split].write_table(pa.Table.from_pylist(self.rows[split], self.schema))
        self.rows[split] = []

    def close(self) -> None:
        for split, rows in self.rows.items():
            if rows:
                self._flush(split)
        for writer in self.writers.values():
            writer.close()
