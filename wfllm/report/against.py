"""Every run of a comparison against one of them, on the samples that both have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from wfllm.errors import WfllmError, one_line, suggestion
from wfllm.progress import progress
from wfllm.report.comparison import Entry
from wfllm.report.comparison_tables import difference_table
from wfllm.report.results import Table
from wfllm.report.run_difference import SetDifference, Side, difference
from wfllm.tracking.config_difference import config_difference

MOST_KEYS = 3
"""Keys that are named beside a difference."""


def against(base: Entry, entries: Sequence[Entry], names: Sequence[str]) -> tuple[Table | None, list[str]]:
    """The differences of each entry from the base, and where they are not of the same samples.

    Args:
        base: one of the entries.
        names: results that are shown; those of single samples are compared.

    Returns:
        a table, None where no entry shares a sample with the base; what is to be known of it.
    """
    metrics = list(dict.fromkeys(name.rpartition("/")[2] for name in names if "-" in name.rpartition("/")[0]))
    others = [entry for entry in entries if entry is not base]
    left = Side(base.rows)
    compared: list[tuple[Entry, list[SetDifference]]] = []
    with progress("Comparing on the same samples", len(others), "runs") as bar:
        for entry in others:
            compared.append((entry, list(difference(left, Side(entry.rows), metrics))))
            bar.advance()
    notes = [note for entry, found in compared for note in _notes(entry.name, base.name, found)]
    told = [
        (entry.name, _changes(base, entry), found)
        for entry, found in compared
        if any(item.metrics for item in found)
    ]
    if not told:
        return None, notes
    title = f"Minus {one_line(base.name)}, on the same samples: points of percent, 95 % intervals"
    return difference_table(title, told, metrics), notes


def _changes(base: Entry, entry: Entry) -> str:
    """In which keys a run differs from the base, the first few of them."""
    found = config_difference(base.config, entry.config)
    both = [f"{d.key}: {d.left} → {d.right}" for d in found if d.left is not None and d.right is not None]
    more = len(found) - len(both[:MOST_KEYS])
    return ", ".join([*both[:MOST_KEYS], *([f"{more} more"] if more else [])])


def _notes(name: str, base: str, found: Sequence[SetDifference]) -> Iterator[str]:
    if not any(item.shared for item in found):
        yield f"{one_line(name)} has no samples in common with {one_line(base)}."
        return
    for item in found:
        if not item.same:
            yield (
                f"{one_line(name)} and {one_line(base)} have not the same {item.split} samples: "
                f"{item.shared} are shared, of {item.right} and {item.left}."
            )


def named(name: str, entries: Sequence[Entry]) -> Entry:
    """The entry that a run belongs to, called by its folder, its name or the end of it.

    Raises:
        WfllmError: none or several are called so.
    """
    wanted = name.rstrip("/")
    path = Path(wanted).expanduser().resolve()
    found = [
        entry
        for entry in entries
        if wanted and any(row.path.resolve() == path or row.name.endswith(wanted) for row in entry.rows)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        cause = f"{len(found)} runs are called {name[:80]!r}"
        raise WfllmError(cause, where="baseline", mend="Write more of the name.")
    mend = suggestion(wanted, [row.path.name for entry in entries for row in entry.rows])
    mend = mend or "It is one of the runs that are compared, by its folder or its name."
    raise WfllmError(f"no run is called {name[:80]!r}", where="baseline", mend=mend)
