"""`wfllm compile`: many Python files to shortcuts, each fault reported with its file and line."""

from __future__ import annotations

import ast
import json
import plistlib
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from wfllm.errors import WfllmError
from wfllm.files import write_bytes
from wfllm.progress import progress
from wfllm.shortcuts.code_files import read_code
from wfllm.shortcuts.compile import ALONE, CompileError, compile_noted
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.form_lines import form_notes
from wfllm.shortcuts.without_gc import without_gc
from wfllm.workers import follow_parent

MAX_BESIDE = 500_000_000
"""Bytes of a file beside the code."""
_SHOWN = 12
_UNWRITABLE = (OSError, OverflowError, TypeError, ValueError, RecursionError, AttributeError)


@dataclass
class CompiledFile:
    """What became of one Python file."""

    file: str
    shortcut: str = ""
    """Path of the shortcut; empty where it was refused."""
    findings: list[Finding] = field(default_factory=list)
    actions: int = 0
    hinted: bool = False
    """Whether the hints of a sidecar were used."""
    notes: list[str] = field(default_factory=list)
    """What the person who compiles should know, a line each."""


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
    jobs = [(path, output, path.relative_to(root).with_suffix(".shortcut")) for path in paths]
    files: list[CompiledFile] = []
    actions, start = 0, time.monotonic()
    with progress("compile", len(jobs), "files") as bar:
        for made in _results(jobs, n_jobs):
            files.append(made)
            actions += made.actions
            seconds = max(time.monotonic() - start, 1e-9)
            bar.advance(note=f"{actions:,} actions, {actions / seconds:,.0f}/s")
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


_Job = tuple[Path, Path, Path]
"""The code, the output folder, the shortcut's place in it."""


def _results(jobs: list[_Job], n_jobs: int) -> Iterator[CompiledFile]:
    if n_jobs <= 1 or len(jobs) < 2:
        yield from map(compile_file, jobs)
        return
    with ProcessPoolExecutor(min(n_jobs, len(jobs)), initializer=follow_parent) as pool:
        yield from pool.map(compile_file, jobs, chunksize=max(1, min(16, len(jobs) // n_jobs // 4)))


def compile_file(job: _Job) -> CompiledFile:
    """Compiles one file to one shortcut; faults are in what it returns."""
    with without_gc():
        return _compile_file(job)


def _compile_file(job: _Job) -> CompiledFile:
    path, output, inside = job
    made = CompiledFile(str(path))
    target = output / inside
    code = read_code(path)
    if isinstance(code, Finding):
        made.findings = [code]
        return made
    try:
        sidecar = read_sidecar(path)
        plist, made.notes = compile_noted(code, sidecar, _Contents(path), where=path)
        try:
            content = _file_of(plist)
        except _UNWRITABLE:
            if sidecar is None:
                raise
            plist, _ = compile_noted(code, None, _Contents(path), where=path)
            made.notes = [f"the sidecar is damaged: {ALONE}"]
            content = _file_of(plist)
        made.hinted = sidecar is not None and not any(ALONE in note for note in made.notes)
        made.actions = len(plist["WFWorkflowActions"])
        made.notes = [*made.notes, *form_notes(code, plist)]
        if not target.parent.resolve().is_relative_to(output.resolve()):
            mend = "Take the link away, or name another folder."
            raise CompileError(
                [Finding(1, "unwritable", f"{target.parent} leads out of the output", mend)], path
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(target, content, sync=False)
        made.shortcut = str(target)
    except CompileError as error:
        made.findings = error.findings
    except UnicodeEncodeError:
        message, mend = "a text holds half of a surrogate pair", "Write the whole character."
        made.findings = [Finding(_line_of_surrogate(code), "unwritable", message, mend)]
    except _UNWRITABLE as fault:
        cause = " ".join(str(fault).split())[:200]
        made.findings = [Finding(1, "unwritable", f"cannot be written ({cause})", "Check the values.")]
    return made


def _file_of(plist: dict[str, Any]) -> bytes:
    return plistlib.dumps(plist, fmt=plistlib.FMT_BINARY, sort_keys=False)


def _line_of_surrogate(code: str) -> int:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node.value.encode("utf-8")
            except UnicodeEncodeError:
                return node.lineno
    return 1


def read_sidecar(path: Path) -> Any:
    """The sidecar beside a Python file: None where there is none, `{}` where it cannot be read."""
    place = path.with_name(f"{path.stem}.sidecar.json")
    if not place.is_file():
        return None
    try:
        sidecar = json.loads(_read(place))
    except (OSError, ValueError, RecursionError):
        return {}
    return {} if sidecar is None else sidecar


def _read(path: Path) -> bytes:
    """A plain file's content, up to a size that no workflow comes near."""
    if not path.is_file() or path.stat().st_size > MAX_BESIDE:
        raise OSError(f"no plain file of at most {MAX_BESIDE:,} bytes")
    return path.read_bytes()


class _Contents(dict[str, bytes]):
    """Binary contents beside a Python file, read when asked for."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def get(self, digest: str, default: Any = None) -> Any:
        if not digest.isalnum():
            return default  # a digest names a file beside the code, and nothing else
        try:
            return _read(self.path.with_name(f"{self.path.stem}.{digest}.bin"))
        except OSError:
            return default


def _print(report: CompileReport, output: Path) -> None:
    console = Console()
    done = len(report.files) - report.failed
    console.print(
        f"{output}: {done} of {len(report.files)} compiled", highlight=False, markup=False, soft_wrap=True
    )
    noted = [(f.file, note) for f in report.files for note in f.notes]
    for file, note in noted[:_SHOWN]:
        console.print(f"{file}: {note}", style="yellow", highlight=False, markup=False, soft_wrap=True)
    if len(noted) > _SHOWN:
        console.print(f"… and {len(noted) - _SHOWN} more notes", highlight=False, soft_wrap=True)
    refused = [(f.file, finding) for f in report.files for finding in f.findings]
    for file, finding in refused[:_SHOWN]:
        line = WfllmError(finding.message, where=f"{file}:{finding.line}", mend=finding.suggestion).line()
        console.print(line, style="red", highlight=False, markup=False, soft_wrap=True)
    if len(refused) > _SHOWN:
        console.print(f"… and {len(refused) - _SHOWN} more findings", highlight=False, soft_wrap=True)
    after = (
        "Next: sign a .shortcut on a Mac (shortcuts sign) and open it on a phone; docs/signing.md tells how"
        if done
        else "Mend what is red, then compile again."
    )
    console.print(after, highlight=False, soft_wrap=True)
