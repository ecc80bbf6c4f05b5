"""What later stages ask of a record's code, measured once: its keys, its size, its APIs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from wfllm.bench.content import Keys, keys_of_text, keys_of_tree
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.stats import Stats, stats_of_tree
from wfllm.shortcuts.syntax import parse_code
from wfllm.shortcuts.used import used_apis


@dataclass(frozen=True)
class Measured:
    """Of one record's code."""

    keys: Keys
    stats: Stats | None
    """None where the code cannot be read."""
    fault: str = ""
    """Why it cannot."""


NOTE = "measured"
"""Key of an item under which it is noted; no key of a Record, so it ends in no dataset."""


def measure(code: str, catalogue: Catalogue | None = None) -> Measured:
    """Parse code once and measure all.

    Args:
        code: of any origin.
        catalogue: knows which identifier a published function name stands for.
    """
    try:
        tree = parse_code(code)
        return Measured(keys_of_tree(tree), stats_of_tree(tree, catalogue))
    except (WfllmError, RecursionError) as fault:
        why = fault.cause if isinstance(fault, WfllmError) else "nested too deeply to read"
        return Measured(keys_of_text(code), None, f"{getattr(fault, 'where', '')} {why}".strip())


def noted(item: dict[str, Any], catalogue: Catalogue | None = None) -> Measured:
    """What the item's note says, measured here where it has none (a stage has written new code)."""
    note = item.get(NOTE)
    if note is None:
        return measure(item["annotated_code"], catalogue)
    stats = note["stats"]
    return Measured(Keys(*note["keys"]), stats and Stats(**stats), note.get("fault", ""))


def note(measured: Measured) -> dict[str, Any]:
    """The same as JSON values."""
    stats = measured.stats and asdict(measured.stats)
    fault = {"fault": measured.fault} if measured.fault else {}
    return {"keys": list(measured.keys), "stats": stats, **fault}


def apis_of(code: str, catalogue: Catalogue | None = None) -> list[str]:
    """What a record's `apis` holds, for records that come without; empty where the code cannot be read."""
    try:
        return used_apis(code, catalogue)
    except WfllmError:
        return []
