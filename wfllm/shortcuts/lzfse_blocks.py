"""LZFSE of unknown origin: unpacked step by step, so that a small file cannot fill the memory.

The library unpacks a whole stream into as much memory as it takes; a block of 50 bytes can become 23 MB. But
each block's head says how long it is and what it unpacks to. So the stream is unpacked up to the first block,
then up to the second, and so on, and is refused at the first that gives anything but what its head says: no
step then takes more memory than what was declared and one block. Layout after the sources of LZFSE.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

_END = b"bvx$"
_MIN_BLOCK = 2**15
"""Bytes that a block at least stands for in what compressors write, but for the last; bounds the steps."""


def decompress(stream: bytes, size: int, unpack: Callable[[bytes], bytes]) -> bytes:
    """The `size` bytes that a stream was made from.

    Args:
        unpack: the library's function.

    Raises:
        ValueError: damaged, or of another size.
    """
    at = made = steps = 0
    plain = b""
    while stream[at : at + 4] != _END:
        length, gives = _block(stream, at)
        at, made, steps = at + length, made + gives, steps + 1
        if made > size or steps > 16 + size // _MIN_BLOCK:
            raise ValueError("a segment unpacks to more than it declares")
        try:
            plain = unpack(stream[:at] + _END)
        except Exception as fault:  # the library's own
            raise ValueError("a segment cannot be unpacked") from fault
        if len(plain) != made:
            raise ValueError("a segment does not unpack to what it declares")
    if at + 4 != len(stream) or made != size:
        raise ValueError("a segment does not unpack to what it declares")
    return plain


def _block(stream: bytes, at: int) -> tuple[int, int]:
    """Length of the block at this place, and what it says that it unpacks to. Both in bytes."""
    try:
        kind, gives = struct.unpack_from("<4sI", stream, at)
        if kind == b"bvx-":
            length = 8 + gives
        elif kind == b"bvxn":
            length = 12 + struct.unpack_from("<I", stream, at + 8)[0]
        elif kind == b"bvx2":
            first, second, third = struct.unpack_from("<QQQ", stream, at + 8)
            literals, matches = first >> 20 & 0xFFFFF, second >> 40 & 0xFFFFF
            length = (third & 0xFFFFFFFF) + literals + matches
        else:
            raise ValueError("a segment is not LZFSE")
    except struct.error as fault:
        raise ValueError("a segment is cut off") from fault
    if not gives or length < 9 or at + length > len(stream):
        raise ValueError("a segment is cut off")
    return length, gives
