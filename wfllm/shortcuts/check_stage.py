"""`wfllm check`: are these files legal workflows?"""

from __future__ import annotations

import glob
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import Catalogue, load_catalogue
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.syntax import MAX_CODE


def check_files(input: str, console: Console | None = None) -> int:
    """Check workflows and print what is wrong with them, a line each.

    Args:
        input: a `.py` file, a folder (searched through) or a glob pattern.
        console: where to print; standard output by default.

    Returns:
        Number of findings; the command's exit status is 1 when there are any.

    Raises:
        WfllmError: there is no such file.
    """
    console = console or Console(highlight=False, soft_wrap=True)
    catalogue = load_catalogue()
    files = list(workflow_files(input))
    total = 0
    for path in files:
        findings = _check_file(path, catalogue)
        total += len(findings)
        for finding in findings:
            mend = f" [dim]{escape(finding.suggestion)}[/dim]" if finding.suggestion else ""
            place = f"[bold]{escape(str(path))}:{finding.line}[/bold]"
            console.print(f"{place} [yellow]{finding.rule}[/yellow] {escape(finding.message)}.{mend}")
    counted = f"{len(files)} workflow{'' if len(files) == 1 else 's'}"
    if total:
        console.print(f"{counted}, [red]{total} finding{'' if total == 1 else 's'}[/red].")
        console.print(f"Mend them, then: wfllm check input={escape(input)}", style="dim")
    else:
        console.print(f"{counted}, [green]no findings[/green].")
        console.print(f"Next: wfllm compile input={escape(input)} output=outputs/shortcuts", style="dim")
    return total


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
    try:
        # one character more than is read tells the checker that the file is too long
        with path.open(encoding="utf-8", newline="") as file:
            code = file.read(MAX_CODE + 1)
    except (OSError, UnicodeDecodeError) as fault:
        return [Finding(1, "unreadable", f"cannot be read ({fault})", "Save it as UTF-8 text.")]
    return check(code, catalogue)
