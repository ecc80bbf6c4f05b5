"""Reading the metrics file of a run, without the libraries that write it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """Rows of a metrics file, in order; a line cut off by a kill is left out."""
    rows = []
    if path.is_file():
        for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
            try:
                row = json.loads(line)
            except json.JSONDecodeError:
                continue
            if isinstance(row, dict) and "step" in row:
                rows.append(row)
    return rows


def read_metric(path: Path, name: str) -> list[float]:
    """The values of one metric, in order.

    Looked for as text: of thousands of runs, reading every line as JSON would take minutes. A number that a
    kill cut off is not followed by `,` or `}` and so left out.

    Raises:
        OSError: the file is there and cannot be read.
    """
    if not path.is_file():
        return []
    pattern = rb'"%s": (NaN|-?Infinity|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)[,}]' % re.escape(name.encode())
    return [float(text) for text in re.findall(pattern, path.read_bytes())]
