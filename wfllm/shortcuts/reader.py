"""Reading shortcut files in every container they come in; a fault is one line for one file."""

from __future__ import annotations

import json
import plistlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any
from xml.parsers.expat import ExpatError

from wfllm.errors import WfllmError
from wfllm.shortcuts.signed import read_signed

MAX_BYTES = 64 * 2**20
"""Of one file; the largest real ones have a few megabytes."""
MAX_VALUES = 5_000_000
"""Of one file, shared ones counted each time they are reached: a small file can unfold to billions."""
MAX_NESTING = 400
MAX_MEMBERS, MAX_UNPACKED = 5_000, 512 * 2**20
"""Of one zip."""
SUFFIXES = (".shortcut", ".wflow", ".plist", ".xml", ".json", ".zip")
_UNREADABLE = (
    plistlib.InvalidFileException,
    ExpatError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    EOFError,
)


@dataclass(frozen=True)
class Source:
    """One shortcut of a file, or what is wrong with it."""

    name: str
    """Title: the file's name without its suffix."""
    plist: dict[str, Any] | None
    error: WfllmError | None = None
    member: str = ""
    """Path inside the zip it came from."""


def find(input: str | Path) -> list[Path]:
    """The shortcut files that a file name, folder (searched with all its folders) or glob stands for.

    Raises:
        WfllmError: nothing there, or nothing that could be a shortcut.
    """
    if not str(input).strip():
        raise WfllmError("no input", where="input", mend="Give input=<file, folder or glob>.")
    path = Path(input).expanduser()
    if _is(path.is_file, path):
        return [path]
    if _is(path.is_dir, path):
        found = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
        if not found:
            raise WfllmError(
                "no shortcuts in this folder",
                where=path,
                mend=f"Files end in {', '.join(SUFFIXES)}; others are read when named one by one.",
            )
        return found
    if any(c in str(input) for c in "*?["):
        return _find_glob(path)
    raise WfllmError("no such file or folder", where=path, mend="Check the path; quote a glob.")


def _is(test: Any, path: Path) -> bool:
    try:
        return bool(test())
    except (OSError, ValueError) as fault:  # a name too long, a NUL in it, no permission
        raise WfllmError(f"cannot be looked up ({fault})", where=path, mend="Check the path.") from fault


def _find_glob(path: Path) -> list[Path]:
    anchor = Path(path.anchor) if path.anchor else Path()
    try:
        found = sorted(p for p in anchor.glob(str(path.relative_to(anchor))) if p.is_file())
    except (ValueError, OSError, NotImplementedError) as fault:
        raise WfllmError(
            f"not a glob ({fault})", where=path, mend="For example input='my/*.shortcut'."
        ) from fault
    if not found:
        raise WfllmError("no file matches", where=path, mend="Check the pattern; ** searches all folders.")
    return found


def read(path: Path) -> list[Source]:
    """The shortcuts of a file: one, or for a zip each of its members. Faults are in the sources."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise WfllmError(
                f"{size / 2**20:,.0f} MB, at most {MAX_BYTES >> 20} MB are read",
                where=path,
                mend="A shortcut has a few megabytes at most: is this the right file?",
            )
        content = path.read_bytes()
    except OSError as fault:
        error = WfllmError(f"cannot be read ({fault.strerror})", where=path, mend="Check its permissions.")
        return [Source(path.stem, None, error)]
    except WfllmError as error:
        return [Source(path.stem, None, error)]
    if content[:4] == b"PK\x03\x04":
        return list(_read_zip(path, content))
    return [read_bytes(content, path.stem, path)]


def read_bytes(content: bytes, name: str, where: str | Path = "") -> Source:
    """The shortcut in the bytes of one file that is no zip."""
    try:
        return Source(name, _as_shortcut(_load(content, where), where))
    except WfllmError as error:
        return Source(name, None, error)


def _load(content: bytes, where: str | Path) -> Any:
    start = content[:256].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise WfllmError("empty file", where=where, mend="Export the shortcut again.")
    try:
        if content.startswith(b"AEA1"):
            return _load(read_signed(content, where), where)
        if start[:1] in (b"{", b"["):
            return json.loads(content.decode("utf-8-sig"))
        if start.startswith(b"bplist"):
            return plistlib.loads(content)
        if start.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
            return plistlib.loads(content.lstrip(b"\xef\xbb\xbf \t\r\n"), fmt=plistlib.FMT_XML)
    except WfllmError:
        raise
    except (RecursionError, MemoryError) as fault:
        raise WfllmError(
            "nested too deeply", where=where, mend="No real shortcut is: check its origin."
        ) from fault
    except _UNREADABLE as fault:
        kind = "JSON" if start[:1] in (b"{", b"[") else "property list"
        reason = " ".join(str(fault).split())[:120] or type(fault).__name__
        raise WfllmError(
            f"damaged {kind} ({reason})", where=where, mend="Export or download the shortcut again."
        ) from fault
    raise WfllmError(
        "not a shortcut (neither property list, JSON, zip nor signed shortcut)",
        where=where,
        mend="Export it from the Shortcuts app as a .shortcut file.",
    )


def _as_shortcut(loaded: Any, where: str | Path) -> dict[str, Any]:
    """The property list with its actions, whatever the dump looks like; its size bounded."""
    if isinstance(loaded, list):
        loaded = {"WFWorkflowActions": loaded}
    if isinstance(loaded, dict) and "WFWorkflowActions" not in loaded:
        inner = [v for v in loaded.values() if isinstance(v, dict) and "WFWorkflowActions" in v]
        loaded = inner[0] if len(inner) == 1 else loaded
    if not isinstance(loaded, dict) or not isinstance(loaded.get("WFWorkflowActions"), list):
        raise WfllmError(
            "a property list, but no shortcut: it has no WFWorkflowActions",
            where=where,
            mend="Export it from the Shortcuts app as a .shortcut file.",
        )
    _check_size(loaded, where)
    return loaded


def _check_size(loaded: Any, where: str | Path) -> None:
    """Counts values as they unfold; binary property lists can share and even contain themselves."""
    level, count = [loaded], 0
    for _ in range(MAX_NESTING):
        count += len(level)
        inner: list[Any] = []
        for value in level:
            if type(value) is dict:
                inner.extend(value.values())
                if not all(type(key) is str for key in value):
                    raise WfllmError(
                        "a dictionary whose keys are no texts", where=where, mend="Export the shortcut again."
                    )
            elif type(value) is list:
                inner.extend(value)
            if len(inner) > MAX_VALUES:
                break
        level = inner
        if not level:
            return
        if count + len(level) > MAX_VALUES:
            raise WfllmError(
                f"unfolds to more than {MAX_VALUES:,} values", where=where, mend="No real shortcut does."
            )
    raise WfllmError(
        f"nested more than {MAX_NESTING} deep", where=where, mend="No real shortcut is: check its origin."
    )


def _read_zip(path: Path, content: bytes) -> Iterator[Source]:
    try:
        archive = zipfile.ZipFile(BytesIO(content))
        members = [m for m in archive.infolist() if not m.is_dir() and _may_be_shortcut(m.filename)]
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as fault:
        error = WfllmError(f"damaged zip ({fault})", where=path, mend="Download it again.")
        yield Source(path.stem, None, error)
        return
    if not members:
        error = WfllmError("a zip without shortcuts in it", where=path, mend="Is this the right file?")
        yield Source(path.stem, None, error)
    unpacked = 0
    for i, member in enumerate(members):
        where = f"{path}:{member.filename}"
        stem = PurePosixPath(member.filename).stem
        unpacked += member.file_size
        if i >= MAX_MEMBERS or unpacked > MAX_UNPACKED or member.file_size > MAX_BYTES:
            error = WfllmError(
                f"the zip unpacks to more than is read ({MAX_MEMBERS:,} files, {MAX_UNPACKED >> 20} MB, "
                f"{MAX_BYTES >> 20} MB each)",
                where=where,
                mend="Unpack it yourself and name the folder.",
            )
            yield Source(stem, None, error, member.filename)
            if i >= MAX_MEMBERS:
                return
            continue
        try:
            with archive.open(member) as file:
                inner = file.read(member.file_size + 1)
        except (
            zipfile.BadZipFile,
            RuntimeError,
            OSError,
            EOFError,
            ValueError,
            NotImplementedError,
        ) as fault:
            error = WfllmError(f"damaged or locked member ({fault})", where=where, mend="Unpack it yourself.")
            yield Source(stem, None, error, member.filename)
            continue
        except Exception as fault:  # zlib.error, lzma.LZMAError: each codec has its own
            error = WfllmError(f"damaged member ({fault})", where=where, mend="Download the zip again.")
            yield Source(stem, None, error, member.filename)
            continue
        source = read_bytes(inner, stem, where)
        yield Source(stem, source.plist, source.error, member.filename)


def _may_be_shortcut(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) and part != ".." for part in path.parts)
    return not hidden and path.suffix.lower() in SUFFIXES[:-1]
