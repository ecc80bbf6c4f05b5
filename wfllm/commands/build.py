"""`wfllm build`: make a dataset of records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

from rich.console import Console

from wfllm.bench.sources import load_records
from wfllm.config.compose import Composed
from wfllm.config.schema import BuildCommand
from wfllm.errors import WfllmError


def run(composed: Composed) -> int:
    """Write the records of a data source as JSON lines. 1 where items were left out."""
    config = cast(BuildCommand, composed.config)
    console = Console()
    target = Path(config.output)
    if target.is_dir():
        raise WfllmError(
            "is a folder", where=f"output={target}", mend=f"Name a file, such as {target}/records.jsonl."
        )
    splits, faults = load_records(config.data)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    with part.open("w", encoding="utf-8") as file:
        for records in splits.values():
            for record in records:
                file.write(json.dumps(record.as_json(), ensure_ascii=False) + "\n")
    part.replace(target)
    for fault in faults:
        console.print(f"left out: {fault.line()}", style="yellow", highlight=False, markup=False)
    sizes = ", ".join(f"{name} {len(records)}" for name, records in splits.items())
    console.print(f"{target}: {sizes}; {len(faults)} items left out", highlight=False)
    console.print(f"Next: wfllm train data=records data.path={target}", highlight=False)
    return int(bool(faults))
