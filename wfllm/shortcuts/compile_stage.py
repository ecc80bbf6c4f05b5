"""`wfllm compile`: many Python files to shortcuts, each fault reported with its file and line."""

from __future__ import annotations

import json
import plistlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from wfllm.errors import WfllmError
from wfllm.files import write_bytes
from wfllm.progress import progress
from wfllm.shortcuts.compile import CompileError, compile_code
from wfllm.shortcuts.finding import Finding

_SHOWN = 12


@dataclass
class CompiledFile:
    """What became of one Python file."""

    file: str
    shortcut: str = ""
    """Path of the shortcut; empty where it was refused."""
    findings: list[Finding] = field(default_factory=list)
    actions: int = 0
    hinted: bool = False
    """Whether a sidecar stood beside it."""


@dataclass
class CompileReport:
    """What became of all files."""

    files: list[CompiledFile]

    @property
    def failed(self) -> int:
        """Number of refused files."""
        return sum(not f.shortcut for f in self.files)


def compile_all(input: str, output: Path, n_jobs: int = 1) -> CompileReport:
    """Compiles a `.py` file, or those of a folder, to `<name>.shortcut`.

    A `<name>.sidecar.json` and `<name>.<digest>.bin` beside a file are used. Prints what was refused.

    Args:
        input: file, folder (searched with all its folders) or glob.
        output: folder, made where it is missing; the input's folders are kept in it.
        n_jobs: processes.

    Raises:
        WfllmError: no input, or the output cannot be written.
    """
    root, paths = _find(input)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise WfllmError(
            f"cannot be made ({fault.strerror})", where=f"output={output}", mend="Name another folder."
        ) from fault
    jobs = [(path, output / path.relative_to(root).with_suffix(".shortcut")) for path in paths]
    files: list[CompiledFile] = []
    with progress("compile", len(jobs), "files") as bar:
        for made in _results(jobs, n_jobs):
            files.append(made)
            bar.advance()
    report = CompileReport(files)
    _print(report, output)
    return report


def _find(input: str) -> tuple[Path, list[Path]]:
    path = Path(input).expanduser()
    try:
        if path.is_file():
            return path.parent, [path]
        if path.is_dir():
            found = sorted(p for p in path.rglob("*.py") if p.is_file())
            root = path
        else:
            anchor = Path(path.anchor) if path.anchor else Path()
            found = sorted(p for p in anchor.glob(str(path.relative_to(anchor))) if p.is_file())
            root = anchor if len({p.parent for p in found}) != 1 else found[0].parent
    except (OSError, ValueError, NotImplementedError, IndexError) as fault:
        raise WfllmError(f"cannot be looked up ({fault})", where=path, mend="Check the path.") from fault
    if not found:
        raise WfllmError("no Python files here", where=path, mend="Give input=<.py file, folder or glob>.")
    return root, found


_Job = tuple[Path, Path]


def _results(jobs: list[_Job], n_jobs: int) -> Iterator[CompiledFile]:
    if n_jobs <= 1 or len(jobs) < 2:
        yield from map(compile_file, jobs)
        return
    with ProcessPoolExecutor(max_workers=min(n_jobs, len(jobs))) as pool:
        yield from pool.map(compile_file, jobs, chunksize=max(1, min(16, len(jobs) // n_jobs // 4)))


def compile_file(job: _Job) -> CompiledFile:
    """Compiles one file to one shortcut; faults are in what it returns."""
    path, target = job
    made = CompiledFile(str(path))
    try:
        code = path.read_text(encoding="utf-8")
        sidecar = read_sidecar(path)
        made.hinted = bool(sidecar)
        plist = compile_code(code, sidecar, _contents(path), where=path)
        made.actions = len(plist["WFWorkflowActions"])
        target.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(target, plistlib.dumps(plist, fmt=plistlib.FMT_BINARY, sort_keys=False), sync=False)
        made.shortcut = str(target)
    except CompileError as error:
        made.findings = error.findings
    except UnicodeDecodeError:
        made.findings = [Finding(1, "unreadable", "not a text file in UTF-8", "Save it as UTF-8.")]
    except (OSError, OverflowError, TypeError, ValueError) as fault:
        made.findings = [Finding(1, "unwritable", f"cannot be written ({fault})", "Check the values.")]
    return made


def read_sidecar(path: Path) -> dict[str, Any] | None:
    """The sidecar beside a Python file; None where there is none that can be read."""
    try:
        sidecar = json.loads(path.with_name(f"{path.stem}.sidecar.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return sidecar if isinstance(sidecar, dict) else None


class _Contents(dict[str, bytes]):
    """Binary contents beside a Python file, read when asked for."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def get(self, digest: str, default: Any = None) -> Any:
        if not digest.isalnum():
            return default  # a digest names a file beside the code, and nothing else
        try:
            return self.path.with_name(f"{self.path.stem}.{digest}.bin").read_bytes()
        except OSError:
            return default


def _contents(path: Path) -> _Contents:
    return _Contents(path)


def _print(report: CompileReport, output: Path) -> None:
    console = Console()
    done = len(report.files) - report.failed
    console.print(
        f"{output}: {done} of {len(report.files)} compiled", highlight=False, markup=False, soft_wrap=True
    )
    refused = [(f.file, finding) for f in report.files for finding in f.findings]
    for file, finding in refused[:_SHOWN]:
        line = WfllmError(finding.message, where=f"{file}:{finding.line}", mend=finding.suggestion).line()
        console.print(line, style="red", highlight=False, markup=False, soft_wrap=True)
    if len(refused) > _SHOWN:
        console.print(f"… and {len(refused) - _SHOWN} more findings", highlight=False, soft_wrap=True)
    console.print(
        "Next: open a .shortcut with the Shortcuts app (on a Mac: shortcuts sign first)", highlight=False
    )
