"""Files that appear whole or not at all: written under another name beside their place, then moved there.

And what a file holds, as one number.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from contextlib import suppress
from pathlib import Path


def write_bytes(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Write a file whole or not at all.

    What stands at `path` is replaced, never written through: a link there is replaced itself.

    Args:
        sync: on the disk before the file is in its place, so that even a power cut leaves it whole. Costs
            milliseconds a file; leave it out where the work is cheap to do again.

    Raises:
        OSError: no room, no permission; what stood at `path` is still there, and nothing else.
    """
    part = path.parent / f".part-{uuid.uuid4().hex}"
    try:
        with part.open("xb") as file:
            file.write(content)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def write_text(path: Path, text: str, *, sync: bool = True) -> None:
    """The same for a text, in UTF-8 with the newlines it has.

    Raises:
        UnicodeEncodeError: half of a surrogate pair stands in it.
    """
    write_bytes(path, text.encode("utf-8"), sync=sync)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file of any size, as hexadecimal digits."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            found.update(block)
    return found.hexdigest()
