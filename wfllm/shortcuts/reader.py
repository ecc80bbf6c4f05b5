"""Reading shortcut files in every container they come in; a fault is one line for one file.

Files come from anywhere. Whatever they hold, reading one takes seconds and a bounded amount of memory,
follows no link out of the folder, and executes nothing.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wfllm.errors import WfllmError
from wfllm.shortcuts.containers import MAX_BYTES, load
from wfllm.shortcuts.zips import Budget, is_zip, members_of

SUFFIXES = (".shortcut", ".wflow", ".plist", ".xml", ".json", ".zip")
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A pipe that nobody writes to must not make us wait."""


@dataclass(frozen=True)
class Source:
    """One shortcut of a file, or what is wrong with it."""

    name: str
    """Title: the file's name without its suffix."""
    plist: dict[str, Any] | None
    error: WfllmError | None = None
    member: str = ""
    """Path inside the zip it came from; `inner.zip:x.shortcut` inside a zip inside it."""
    notes: tuple[str, ...] = ()
    """What was left out of it, a line each."""


def find(input: str | Path) -> list[Path]:
    """The shortcut files that a file name, folder (searched with all its folders) or glob stands for.

    In a folder, everything that is named like a shortcut is listed, also what `read` will refuse: a link
    that leads nowhere, a pipe. Linked folders are not entered.

    Raises:
        WfllmError: nothing there, or nothing that could be a shortcut.
    """
    if not str(input).strip():
        raise WfllmError("no input", where="input", mend="Give input=<file, folder or glob>.")
    path = Path(input).expanduser()
    if _is(path.is_dir, path):
        found = sorted(_below(path))
        if not found:
            raise WfllmError(
                "no shortcuts in this folder",
                where=path,
                mend=f"Files end in {', '.join(SUFFIXES)}; others are read when named one by one.",
            )
        return found
    if _is(lambda: os.path.lexists(path), path):
        return [path]
    if any(c in str(input) for c in "*?["):
        return _find_glob(path)
    raise WfllmError("no such file or folder", where=path, mend="Check the path; quote a glob.")


def _is(test: Callable[[], bool], path: Path) -> bool:
    try:
        return test()
    except (OSError, ValueError) as fault:  # a name too long, a NUL in it, no permission
        raise WfllmError(f"cannot be looked up ({fault})", where=path, mend="Check the path.") from fault


def _below(folder: Path) -> Iterator[Path]:
    """What is named like a shortcut, and folders that cannot be looked into, for `read` to say so."""
    shut: list[OSError] = []
    for here, folders, files in os.walk(folder, onerror=shut.append):
        yield from (Path(here, name) for name in files if Path(name).suffix.lower() in SUFFIXES)
        yield from (Path(here, name) for name in folders if Path(name).suffix.lower() == SUFFIXES[0])
    yield from (Path(fault.filename) for fault in shut)


def _find_glob(path: Path) -> list[Path]:
    anchor = Path(path.anchor) if path.anchor else Path()
    try:
        found = sorted(p for p in anchor.glob(str(path.relative_to(anchor))) if not p.is_dir())
    except (ValueError, OSError, NotImplementedError) as fault:
        raise WfllmError(
            f"not a glob ({fault})", where=path, mend="For example input='my/*.shortcut'."
        ) from fault
    if not found:
        raise WfllmError("no file matches", where=path, mend="Check the pattern; ** searches all folders.")
    return found


def read(path: Path) -> Iterator[Source]:
    """The shortcuts of a file: one, or for a zip each of its members. Faults are in the sources.

    One at a time: a zip costs no more memory than its largest member.
    """
    try:
        content = _bytes_of(path)
    except WfllmError as error:
        yield Source(path.stem, None, error)
        return
    yield from sources_of(content, path)


def sources_of(content: bytes, path: Path) -> Iterator[Source]:
    """The shortcuts in the bytes of one file.

    Args:
        path: names the shortcut and is named in errors; nothing is read from it.
    """
    if not is_zip(content):
        yield read_bytes(content, path.stem, path)
        return
    for member in members_of(content, path, Budget()):
        if member.error is not None:
            yield Source(member.stem, None, member.error, member.name)
            continue
        source = read_bytes(member.content, member.stem, f"{path}:{member.name}")
        yield replace(source, member=member.name)


def _bytes_of(path: Path) -> bytes:
    """The content of a regular file that is no larger than what is read."""
    try:
        with open(path, "rb", opener=lambda name, _: os.open(name, _FLAGS)) as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise WfllmError("not a file", where=path, mend="Shortcuts are plain files.")
            if before.st_size > MAX_BYTES:
                raise WfllmError(
                    f"{before.st_size / 2**20:,.0f} MB, at most {MAX_BYTES >> 20} MB are read",
                    where=path,
                    mend="A shortcut has a few megabytes at most: is this the right file?",
                )
            content = file.read(MAX_BYTES + 1)
            after = os.fstat(file.fileno())
    except OSError as fault:
        if isinstance(fault, IsADirectoryError):
            raise WfllmError("a folder, not a file", where=path, mend="Shortcuts are plain files.") from fault
        mend = "Does the link lead anywhere?" if path.is_symlink() else "Check that it is there and readable."
        raise WfllmError(f"cannot be read ({fault.strerror})", where=path, mend=mend) from fault
    except ValueError as fault:  # a NUL in the name
        raise WfllmError(f"cannot be read ({fault})", where=path, mend="Check the path.") from fault
    if (len(content), after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise WfllmError(
            "changed while it was read", where=path, mend="Run again when nothing writes to it any more."
        )
    return content


def read_bytes(content: bytes, name: str, where: str | Path = "") -> Source:
    """The shortcut in the bytes of one file that is no zip."""
    try:
        plist, notes = load(content, where)
    except WfllmError as error:
        return Source(name, None, error)
    return Source(name, plist, notes=tuple(notes))
