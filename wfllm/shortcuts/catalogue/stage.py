"""`wfllm catalogue`: definitions from everywhere into one table, with an account of whose word counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from wfllm.errors import WfllmError
from wfllm.files import write_bytes
from wfllm.progress import progress
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.catalogue.imported import Imported
from wfllm.shortcuts.catalogue.infer import Inference
from wfllm.shortcuts.catalogue.load import load_catalogue
from wfllm.shortcuts.catalogue.merge import PRECEDENCE, Conflict, merge
from wfllm.shortcuts.catalogue.sources import find_sources, import_file
from wfllm.shortcuts.catalogue.write import dump_table

_SHOWN = 8


@dataclass
class Account:
    """What became of all files."""

    apis: list[Api] = field(default_factory=list)
    """The merged table, by identifier."""
    conflicts: list[Conflict] = field(default_factory=list)
    files: int = 0
    refused: list[WfllmError] = field(default_factory=list)
    """Files that nothing could be read from."""
    notes: list[str] = field(default_factory=list)
    """Entries that were left out."""


def collect(inputs: Sequence[str], bundle: str | None = None) -> Account:
    """Reads every file and merges what they say with the shipped catalogue.

    Args:
        inputs: files, folders and globs, of any of the formats.
        bundle: see `import_file`.

    Raises:
        WfllmError: an input that stands for no file.
    """
    paths = find_sources(list(inputs))
    account, use = Account(files=len(paths)), Inference()
    tables: list[list[Api]] = []
    with progress("Reading definitions", len(paths), "files") as bar:
        for path in paths:
            try:
                made: Imported = import_file(path, use, bundle)
            except WfllmError as fault:
                account.refused.append(fault)
            else:
                tables.append(made.apis)
                account.notes += made.notes
            bar.advance()
    shipped = list(load_catalogue().values())
    account.apis, account.conflicts = merge([shipped, *tables, use.apis()])
    return account


def make_catalogue(
    inputs: Sequence[str], output: Path, bundle: str | None = None, console: Console | None = None
) -> Account:
    """Collects, writes the table to `output` and prints what is in it and the next command.

    Raises:
        WfllmError: an input that stands for no file, or an output that cannot be written.
    """
    console = console or Console()
    output = output.expanduser()
    if output.is_dir():
        raise WfllmError("is a folder", where=f"output={output}", mend=f"Name a file: {output}/apis.yaml")
    account = collect(inputs, bundle)
    if len(account.refused) == account.files:
        _faults(account, console)
        raise WfllmError("nothing could be read", where="input", mend="See above.")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(output, dump_table(account.apis).encode())
    except OSError as fault:
        cause = f"cannot be written ({fault.strerror})"
        raise WfllmError(cause, where=f"output={output}", mend="Name another file.") from fault
    _print(account, console)
    _faults(account, console)
    _say(console, f"{output}: {len(account.apis):,} APIs")
    _say(console, f"Next: wfllm check input=<.py files> catalogue={output}")
    return account


def _print(account: Account, console: Console) -> None:
    apis = Counter(api.source for api in account.apis)
    parameters = Counter(p.source for api in account.apis for p in api.parameters)
    fields = Counter(
        origin for api in account.apis for item in (api, *api.parameters) for origin in item.sources.values()
    )
    table = Table("source", title="Who is believed, most before least")
    for heading in ("APIs", "parameters", "single fields besides"):
        table.add_column(heading, justify="right")
    for origin in PRECEDENCE:
        cells = (apis[origin], parameters[origin], fields[origin])
        if any(cells):
            table.add_row(origin, *(f"{n:,}" for n in cells))
    console.print(table)
    by_field = Counter(c.field for c in account.conflicts)
    counted = ", ".join(f"{name} {n:,}" for name, n in sorted(by_field.items()))
    _say(console, f"Sources differ in {len(account.conflicts):,} places{': ' if counted else ''}{counted}")
    for conflict in _examples(account.conflicts):
        at = f"{conflict.api} {conflict.parameter}".strip()
        _say(console, f"  {at}, {conflict.field}: {conflict.kept}; not {conflict.dropped}")


def _examples(conflicts: list[Conflict]) -> list[Conflict]:
    """A few of each kind, so that no kind hides the others."""
    kinds: dict[str, list[Conflict]] = {}
    for conflict in conflicts:
        kinds.setdefault(conflict.field, []).append(conflict)
    each = max(1, _SHOWN // max(1, len(kinds)))
    return [c for same in kinds.values() for c in same[:: max(1, len(same) // each)][:each]]


def _faults(account: Account, console: Console) -> None:
    lines = [fault.line() for fault in account.refused] + account.notes
    for line in lines[:_SHOWN]:
        console.print(f"left out: {line}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    if len(lines) > _SHOWN:
        _say(console, f"left out: {len(lines) - _SHOWN} more")


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
