"""Apple Archive (`AA01`, earlier `YAA1`): entries of a header of typed fields, each followed by its blobs.

Layout after the documentation of libNeoAppleArchive: magic, 2 bytes of header size, then fields of three
letters, a type letter and a value. A blob's field holds its size; the blobs follow the header in order.
"""

from __future__ import annotations

import struct

_SIZES = {"1": 1, "2": 2, "4": 4, "8": 8, "*": 0, "S": 8, "T": 12, "F": 4, "G": 20, "H": 32, "I": 48, "J": 64}
_BLOBS = {"A": ("<H", 2), "B": ("<I", 4), "C": ("<Q", 8)}
_MAGIC = (b"AA01", b"YAA1")
_PROPERTY_LIST = (b"bplist", b"<?xml")


def first_property_list(archive: bytes) -> bytes:
    """The first file of an archive that is a property list.

    Raises:
        ValueError: there is none, or the archive is damaged.
    """
    at = 0
    while archive[at : at + 4] in _MAGIC:
        if at + 6 > len(archive):
            raise ValueError("an entry of its archive is cut off")
        (size,) = struct.unpack_from("<H", archive, at + 4)
        if size < 6 or at + size > len(archive):
            raise ValueError("an entry of its archive is cut off")
        blobs = _blobs(archive[at + 6 : at + size])
        at += size
        for name, length in blobs:
            if at + length > len(archive):
                raise ValueError("a file in its archive is cut off")
            if name == "DAT" and archive[at : at + 6].startswith(_PROPERTY_LIST):
                return archive[at : at + length]
            at += length
    raise ValueError("no property list in its archive")


def _blobs(header: bytes) -> list[tuple[str, int]]:
    """(field, size) of the blobs that follow an entry's header."""
    found: list[tuple[str, int]] = []
    at = 0
    while at + 4 <= len(header):
        name, kind = header[at : at + 3].decode("latin-1"), chr(header[at + 3])
        at += 4
        if kind in _SIZES:
            at += _SIZES[kind]
        elif kind == "P" and at + 2 <= len(header):
            at += 2 + int(struct.unpack_from("<H", header, at)[0])
        elif kind in _BLOBS and at + _BLOBS[kind][1] <= len(header):
            layout, width = _BLOBS[kind]
            found.append((name, int(struct.unpack_from(layout, header, at)[0])))
            at += width
        else:
            raise ValueError("a field of its archive is of no known type")
    return found
