"""Signed shortcuts (`AEA1`): a container that is signed, not encrypted.

Apple Encrypted Archive, profile 0: a plain header and authentication data, then segments compressed with
LZFSE that hold an Apple Archive (`AA01`), whose one file is the shortcut's property list.
"""

from __future__ import annotations

import importlib
import struct
from pathlib import Path
from typing import Any

from wfllm.errors import WfllmError

_SIZES = {"1": 1, "2": 2, "4": 4, "8": 8, "*": 0, "S": 8, "T": 12, "F": 4, "G": 20, "H": 32, "I": 48, "J": 64}
_BLOBS = {"A": ("<H", 2), "B": ("<I", 4), "C": ("<Q", 8)}
_MAX_UNPACKED = 256 * 2**20


def read_signed(content: bytes, where: str | Path = "") -> bytes:
    """The property list inside a signed shortcut. The signature is not checked: nothing is run.

    Raises:
        WfllmError: the optional package is missing, or the file is damaged.
    """
    try:
        liblzfse: Any = importlib.import_module("liblzfse")  # has no types
    except ImportError as fault:
        raise WfllmError(
            "a signed shortcut (AEA1), which is read with the package pyliblzfse",
            where=where,
            mend="Run pip install pyliblzfse, or export unsigned: open it in Shortcuts on a Mac, "
            "or download it from its iCloud link as a property list.",
        ) from fault
    if len(content) > 8 and content[4:7] not in (b"\0\0\0",):
        raise WfllmError(
            f"a signed shortcut of profile {int.from_bytes(content[4:7], 'little')}, which is encrypted",
            where=where,
            mend="Export it from the Shortcuts app.",
        )
    archive = b"".join(_segments(content, liblzfse, where))
    inner = _from_archive(archive)
    if inner is None:
        raise WfllmError("damaged signed shortcut", where=where, mend="Download or export it again.")
    return inner


def _segments(content: bytes, liblzfse: Any, where: str | Path) -> list[bytes]:
    """The decompressed LZFSE streams, in order: each begins with `bvx` and ends with `bvx$`."""
    out: list[bytes] = []
    size, at = 0, content.find(b"bvx", 12)
    while at >= 0:
        end = content.find(b"bvx$", at)
        if end < 0:
            break
        # the end mark can occur inside compressed data: a stream that fails is tried up to the next mark
        decompressed = None
        for _ in range(8):
            try:
                decompressed = liblzfse.decompress(content[at : end + 4])
                break
            except Exception:  # the package raises its own error, and MemoryError on hostile sizes
                end = content.find(b"bvx$", end + 4)
                if end < 0:
                    break
        if decompressed is None:
            at = content.find(b"bvx", at + 4)
            continue
        size += len(decompressed)
        if size > _MAX_UNPACKED:
            raise WfllmError(
                f"unpacks to more than {_MAX_UNPACKED >> 20} MB", where=where, mend="No real shortcut does."
            )
        out.append(decompressed)
        at = content.find(b"bvx", end + 4)
    return out


def _from_archive(archive: bytes) -> bytes | None:
    """The first property list among the files of an Apple Archive."""
    at = 0
    while archive[at : at + 4] in (b"AA01", b"YAA1"):
        (header_size,) = struct.unpack_from("<H", archive, at + 4)
        size = _data_size(archive[at + 6 : at + header_size])
        data = archive[at + header_size : at + header_size + size]
        if data.startswith((b"bplist", b"<?xml")):
            return data
        if header_size < 6:
            break
        at += header_size + size
    start = archive.find(b"bplist00")
    return archive[start:] if start >= 0 and start == 0 else None


def _data_size(header: bytes) -> int:
    """Bytes that follow an entry's header: the sum of its blobs."""
    at = total = 0
    while at + 4 <= len(header):
        kind = chr(header[at + 3])
        at += 4
        if kind in _SIZES:
            at += _SIZES[kind]
        elif kind == "P" and at + 2 <= len(header):
            at += 2 + int(struct.unpack_from("<H", header, at)[0])
        elif kind in _BLOBS and at + _BLOBS[kind][1] <= len(header):
            layout, width = _BLOBS[kind]
            total += int(struct.unpack_from(layout, header, at)[0])
            at += width
        else:
            break
    return total
