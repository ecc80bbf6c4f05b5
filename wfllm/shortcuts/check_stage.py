"""`wfllm check`: are these files legal workflows?"""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from wfllm.errors import WfllmError
from wfllm.progress import progress
from wfllm.shortcuts.catalogue import Catalogue, load_catalogue
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.code_files import read_code
from wfllm.shortcuts.finding import Finding, Severity


def check_files(input: str, console: Console | None = None, catalogue: str | None = None) -> int:
    """Check workflows and print what is wrong with them, a line each.

    Args:
        input: a `.py` file, a folder (searched through) or a glob pattern.
        console: where to print; standard output by default.
        catalogue: a table to merge over the shipped one.

    Returns:
        Number of errors; the command's exit status is 1 when there are any. Warnings are printed, too.

    Raises:
        WfllmError: there is no such file.
    """
    console = console or Console(highlight=False, soft_wrap=True)
    known = load_catalogue(catalogue)
    files = list(workflow_files(input))
    counts: Counter[Severity] = Counter()
    with progress("Checking", len(files), "files") as bar:
        for path in files:
            findings = _check_file(path, known)
            counts.update(finding.severity for finding in findings)
            for finding in findings:
                console.print(_line(path, finding))
            bar.advance()
    again = f"input={escape(input)}" + (f" catalogue={escape(catalogue)}" if catalogue else "")
    said = {colour: _counted(counts[kind], kind) for kind, colour in _COLOURS.items() if counts[kind]}
    found = " and ".join(f"[{colour}]{text}[/{colour}]" for colour, text in said.items())
    console.print(f"{_counted(len(files), 'workflow')}, {found or '[green]no findings[/green]'}.")
    if counts["error"]:
        console.print(f"Mend the errors, then: wfllm check {again}", style="dim")
    else:
        console.print(f"Next: wfllm compile {again} output=outputs/shortcuts", style="dim")
    return counts["error"]


_COLOURS: dict[Severity, str] = {"error": "red", "warning": "yellow"}


def _line(path: Path, finding: Finding) -> str:
    mend = f" [dim]{escape(finding.suggestion)}[/dim]" if finding.suggestion else ""
    place, colour = f"[bold]{escape(str(path))}:{finding.line}[/bold]", _COLOURS[finding.severity]
    mark = "" if finding.severity == "error" else f"{finding.severity} "
    return f"{place} [{colour}]{mark}{finding.rule}[/{colour}] {escape(finding.message)}.{mend}"


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def workflow_files(input: str) -> Iterator[Path]:
    """The `.py` files that a file name, folder or glob pattern stands for, in order.

    Raises:
        WfllmError: it stands for none.
    """
    path = Path(input)
    if path.is_file():
        found = [path]
    elif path.is_dir():
        found = sorted(p for p in path.rglob("*.py") if p.is_file())
    else:
        found = sorted(p for p in map(Path, glob.iglob(input, recursive=True)) if p.is_file())
    if not found:
        raise WfllmError(
            "no workflow there", where=f"input={input}", mend="Give a .py file, a folder or a pattern."
        )
    yield from found


def _check_file(path: Path, catalogue: Catalogue) -> list[Finding]:
    code = read_code(path)
    return [code] if isinstance(code, Finding) else check(code, catalogue)
