"""`wfllm transcribe`: many files to Python, resumable, each fault reported with its file."""

from __future__ import annotations

import hashlib
import json
import re
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

from wfllm.errors import WfllmError
from wfllm.files import write_bytes, write_text
from wfllm.lock import release, take
from wfllm.progress import progress
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.reader import Source, find, read
from wfllm.shortcuts.sidecar import VERSION
from wfllm.shortcuts.sidecar_report import hint_counts
from wfllm.shortcuts.stage_report import FileReport, Report, print_report
from wfllm.shortcuts.stats import stats_of
from wfllm.shortcuts.transcribe import Transcript, transcribe
from wfllm.shortcuts.tree import build_tree
from wfllm.shortcuts.without_gc import without_gc
from wfllm.workers import follow_parent

_ACTION = re.compile(r"action (\d+)\b")


def transcribe_all(input: str, output: Path, n_jobs: int = 1, longest_text: int = 0) -> Report:
    """Transcribes every shortcut of a file, folder or glob.

    Writes `<name>.py`, `<name>.sidecar.json`, binary contents as `<name>.<digest>.bin`, and one
    `report.json`; never outside `output`. A shortcut whose sidecar is there for the same content is not
    done again. Prints a summary and the next command.

    Args:
        input: see `reader.find`.
        output: folder, made where it is missing.
        n_jobs: processes.
        longest_text: see `transcribe`.

    Raises:
        WfllmError: no input, or the output cannot be written.
    """
    paths = find(input)
    output = output.expanduser()
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise WfllmError(
            f"cannot be made ({fault.strerror})", where=f"output={output}", mend="Name another folder."
        ) from fault
    take(output, cause="another process writes this folder", mend="Wait for it, or name another output.")
    try:
        return _transcribe_all(paths, output, n_jobs, longest_text)
    finally:
        release(output)


def _transcribe_all(paths: list[Path], output: Path, n_jobs: int, longest_text: int) -> Report:
    for left in output.glob(".part-*"):  # half-written by a process that was killed
        left.unlink(missing_ok=True)
    jobs = [
        (path, name, output, longest_text) for path, name in zip(paths, _output_names(paths), strict=True)
    ]
    files: list[FileReport] = []
    resumed = actions = 0
    start = time.monotonic()
    with progress("transcribe", len(jobs), "files") as bar:
        for part, again in _results(jobs, n_jobs):
            files.extend(part)
            resumed += again
            actions += sum(file.actions for file in part)
            seconds = max(time.monotonic() - start, 1e-9)
            bar.advance(note=f"{actions:,} actions, {actions / seconds:,.0f}/s")
    report = Report(files, resumed, sum(map(_size, paths)))
    said = report.as_json()
    write_text(output / "report.json", json.dumps(said, ensure_ascii=True, indent=1))
    print_report(report, said, output)
    return report


def _size(path: Path) -> int:
    """Bytes of a file; 0 of what is none, or is gone."""
    try:
        told = path.stat()
    except (OSError, ValueError):
        return 0
    return told.st_size if stat.S_ISREG(told.st_mode) else 0


_Job = tuple[Path, str, Path, int]


def _results(jobs: list[_Job], n_jobs: int) -> Iterator[tuple[list[FileReport], int]]:
    if n_jobs <= 1 or len(jobs) < 2:
        yield from map(_transcribe_file, jobs)
        return
    with ProcessPoolExecutor(min(n_jobs, len(jobs)), initializer=follow_parent) as pool:
        yield from pool.map(_transcribe_file, jobs, chunksize=max(1, min(16, len(jobs) // n_jobs // 4)))


def _transcribe_file(job: _Job) -> tuple[list[FileReport], int]:
    with without_gc():
        return _transcribe_sources(job)


def _transcribe_sources(job: _Job) -> tuple[list[FileReport], int]:
    path, base, output, longest = job
    sources = read(path)
    reports, resumed = [], 0
    taken: set[str] = set()
    for source in sources:
        name = base if not source.member else _unused(_safe(f"{base}.{source.name}"), taken)
        where = f"{path}:{source.member}" if source.member else str(path)
        known = _done_before(source, name, output, where, longest)
        resumed += known is not None
        reports.append(known or _transcribe_source(source, name, output, where, longest))
    return reports, resumed


def _digest(source: Source, longest: int) -> str:
    """What tells a done file: its content, and what it is written with. `_done_before` is its reader."""
    said = repr((source.plist, source.notes, longest, load_catalogue().digest))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _done_before(source: Source, name: str, output: Path, where: str, longest: int) -> FileReport | None:
    """The report of an earlier run over the same content; of a shortcut's files the sidecar is last."""
    sidecar = output / f"{name}.sidecar.json"
    if source.plist is None or not sidecar.is_file() or not (output / f"{name}.py").is_file():
        return None
    try:
        made = json.loads(sidecar.read_bytes())["made"]
        if made["version"] != VERSION or made["source"] != _digest(source, longest):
            return None
        return FileReport(**{**made["report"], "file": where, "name": name})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _transcribe_source(source: Source, name: str, output: Path, where: str, longest: int) -> FileReport:
    report = FileReport(where, name, "refused")
    try:
        if source.plist is None:
            raise source.error or WfllmError("cannot be read", where=where)
        transcript = transcribe(build_tree(source.plist, source.name), longest_text=longest)
        stats = stats_of(transcript.workflow)
        report.status, report.actions = "done", stats.actions
        report.ifs, report.loops, report.depth = stats.ifs, stats.loops, stats.depth
        report.lines = transcript.code.count("\n")
        report.raw = {kind: transcript.raws.count(kind) for kind in sorted(set(transcript.raws))}
        report.notes = [*source.notes, *transcript.notes]
        _write(transcript, report, output, _digest(source, longest))
    except WfllmError as fault:
        at = _ACTION.search(fault.where)
        report.status, report.reason = "refused", WfllmError(fault.cause, mend=fault.mend).line()
        report.action = int(at[1]) if at else None
    except (OSError, RecursionError, MemoryError, ValueError, TypeError, KeyError, IndexError) as fault:
        # a fault of ours or of the disk costs this file only, and is told
        report.status, report.reason = (
            "refused",
            f"{type(fault).__name__}: {' '.join(str(fault).split())[:200]}",
        )
    return report


def _write(transcript: Transcript, report: FileReport, output: Path, digest: str) -> None:
    hints = json.dumps(transcript.sidecar, ensure_ascii=True, separators=(",", ":"))
    code = transcript.code.encode("utf-8")
    report.code_bytes, report.sidecar_bytes = len(code), len(hints)
    report.hints = hint_counts(transcript.sidecar)
    made = {"version": VERSION, "source": digest, "report": asdict(report)}
    for key, content in transcript.data.items():
        write_bytes(output / f"{report.name}.{key}.bin", content, sync=False)
    write_bytes(output / f"{report.name}.py", code, sync=False)
    head = json.dumps(made, ensure_ascii=True, separators=(",", ":"))
    write_text(output / f"{report.name}.sidecar.json", f'{{"made":{head},{hints[1:]}', sync=False)


def _output_names(paths: list[Path]) -> list[str]:
    """A name for each, of its own also where disks do not tell cases apart.

    The members of `a.zip` are named `a.…`: no other name may begin so.
    """
    taken: set[str] = {"report"}
    names = {path: _unused(_safe(path.stem), taken) for path in paths if path.suffix.lower() != ".zip"}
    heads: set[str] = set()  # of what the members of zips are named
    for path in (path for path in paths if path not in names):
        base = _safe(path.stem)
        while any(name.startswith(f"{base.casefold()}.") for name in taken) or any(
            f"{base.casefold()}.".startswith(head) for head in heads
        ):
            base += "-zip"
        names[path] = _unused(base, taken)
        heads.add(f"{names[path].casefold()}.")
    return [names[path] for path in paths]


def _safe(name: str) -> str:
    """A name as one plain file name: no folders, nothing hidden, at most 120 bytes."""
    name = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|\ud800-\udfff]', "_", name).strip(". ")
    while len(name.encode("utf-8")) > 120:
        name = name[:-1]
    return name.rstrip(". ") or "shortcut"


def _unused(name: str, taken: set[str]) -> str:
    """The name, numbered where another output has it; disks may not tell cases apart."""
    unused, count = name, 1
    while unused.casefold() in taken:
        count += 1
        unused = f"{name}-{count}"
    taken.add(unused.casefold())
    return unused
