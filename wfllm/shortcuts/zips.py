"""The members of a zip of shortcuts, and of zips inside it: one by one, bounded, never written anywhere."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path, PurePosixPath

from wfllm.errors import WfllmError
from wfllm.shortcuts.containers import MAX_BYTES

MAX_MEMBERS, MAX_UNPACKED = 5_000, 256 * 2**20
"""Of one zip, with those inside it."""
_SUFFIXES = (".shortcut", ".wflow", ".plist", ".xml", ".json")
_ENTRY = b"PK\x01\x02"
"""Begins each entry of a zip's list of members."""
_LOOK = 64
_BEGINNINGS = (b"<", b"{", b"[", b"bplist", b"AEA1", b"\xff\xfe", b"\xfe\xff")
_YOURSELF = "Unpack it yourself and name the folder."


@dataclass
class Budget:
    """What may still be unpacked."""

    members: int = MAX_MEMBERS
    bytes: int = MAX_UNPACKED


@dataclass(frozen=True)
class Member:
    """One file of a zip that may be a shortcut."""

    name: str
    """Its path inside the zip; after the inner zip's own and a colon where there is one."""
    content: bytes = b""
    error: WfllmError | None = None
    inside: str = ""
    """Path of the inner zip."""

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name.removeprefix(f"{self.inside}:")).stem


def is_zip(content: bytes) -> bool:
    """Whether the bytes begin as a zip does that holds anything or is whole."""
    return content[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def members_of(content: bytes, path: Path, budget: Budget, inside: str = "") -> Iterator[Member]:
    """The members that may be shortcuts; faults are in them. Of a zip in the zip its members.

    Args:
        path: of the zip on disk, for messages.
        budget: used up as members are unpacked.
        inside: name of the zip that this one is in.
    """
    stem = inside or path.stem
    if content.count(_ENTRY) > 4 * MAX_MEMBERS:  # its list alone would take seconds to read
        yield Member(stem, error=_too_much(f"{path}:{inside}" if inside else str(path)))
        return
    try:
        archive = zipfile.ZipFile(BytesIO(content))
        if _overlap(archive.infolist()):
            raise ValueError("its members overlap")
        members = [m for m in archive.infolist() if not m.is_dir() and _may_be_shortcut(m.filename)]
    except Exception as fault:  # the list of members is read by code that trusts it
        yield Member(
            stem,
            error=WfllmError(f"damaged zip ({_short(fault)})", where=path, mend="Download it again."),
        )
        return
    if not members:
        yield Member(
            stem,
            error=WfllmError("a zip without shortcuts in it", where=path, mend="Is this the right file?"),
        )
    for info in members:
        name = f"{inside}:{info.filename}" if inside else info.filename
        budget.members -= 1
        if budget.members < 0 or budget.bytes <= 0:
            yield Member(name, error=_too_much(f"{path}:{name}"))
            return
        member = _unpack(archive, info, name, path, budget)
        if member.error is not None or not is_zip(member.content):
            yield member
        elif not inside:
            for inner in members_of(member.content, path, budget, name):
                yield replace(inner, inside=name)
        else:
            error = WfllmError("a zip in a zip in a zip", where=f"{path}:{name}", mend=_YOURSELF)
            yield Member(name, error=error)


def _overlap(members: list[zipfile.ZipInfo]) -> bool:
    """Whether members share bytes of the file, by which a small one unpacks to anything."""
    placed = sorted((m.header_offset, m.compress_size) for m in members)
    return any(at + size > after for (at, size), (after, _) in pairwise(placed))


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, path: Path, budget: Budget) -> Member:
    """One member, read no further than it may be; what is no shortcut by its first bytes not at all."""
    where = f"{path}:{name}"
    try:
        with archive.open(info) as file:
            content = file.read(_LOOK)
            start = content.lstrip(b"\xef\xbb\xbf \t\r\n")
            if start.startswith(_BEGINNINGS) or is_zip(content):
                allowed = min(MAX_BYTES, budget.bytes)
                content += file.read(allowed + 1)
                budget.bytes -= len(content)
                if len(content) > allowed:
                    return Member(name, error=_too_much(where))
    except Exception as fault:  # zlib.error, lzma.LZMAError, a password: each codec has its own
        error = WfllmError(f"damaged or locked member ({_short(fault)})", where=where, mend=_YOURSELF)
        return Member(name, error=error)
    return Member(name, content)


def _too_much(where: str) -> WfllmError:
    return WfllmError(
        f"the zip unpacks to more than is read ({MAX_MEMBERS:,} files, {MAX_UNPACKED >> 20} MB, "
        f"{MAX_BYTES >> 20} MB each)",
        where=where,
        mend=_YOURSELF,
    )


def _short(fault: Exception) -> str:
    return " ".join(str(fault).split())[:120] or type(fault).__name__


def _may_be_shortcut(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) and part != ".." for part in path.parts)
    return not hidden and path.suffix.lower() in (*_SUFFIXES, ".zip")
