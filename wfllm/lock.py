"""One process a folder: two that write one at once would spoil each other's files."""

from __future__ import annotations

import os
from pathlib import Path

from wfllm.errors import WfllmError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

FILE = ".lock"
RANKS = ("RANK", "LOCAL_RANK", "NODE_RANK")
"""Set by Lightning and torchrun in the processes of one run on several devices; its first takes the lock."""

_held: dict[Path, int] = {}
"""Open lock files of this process by folder and name."""


def take(
    folder: Path, *, cause: str, mend: str, name: str = FILE, shared: bool = False, wait: bool = False
) -> None:
    """Lock a folder until `release`, or until this process dies. Nothing where it has the lock already.

    Args:
        folder: a folder that is there.
        cause, mend: what to tell where another process has it.
        name: which of the folder's locks; parts of one job that may run side by side have one each.
        shared: others may have it at the same time if they ask for it shared, too.
        wait: until the others have given it back, in place of an error.

    Raises:
        WfllmError: another process has it.
    """
    key = folder.resolve() / name
    if fcntl is None or key in _held or any(os.environ.get(name, "") not in ("", "0") for name in RANKS):
        return
    file = os.open(key, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(file)
        raise WfllmError(cause, where=folder, mend=mend) from None
    except OSError:  # a file system without locks
        os.close(file)
        return
    _held[key] = file


def works(folder: Path) -> bool:
    """Whether the file system of a folder keeps locks at all; where it does not, `take` lets everybody in."""
    if fcntl is None:
        return False
    with (folder / f"{FILE}-try").open("a") as first, (folder / f"{FILE}-try").open("a") as second:
        try:
            fcntl.flock(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
    return False


def release(folder: Path, name: str = FILE) -> None:
    """Give a lock of a folder back, if this process has it.

    The file stays: a lock on a file that another process has removed would lock nothing.
    """
    file = _held.pop(folder.resolve() / name, None)
    if file is not None:
        os.close(file)


def _forget() -> None:
    """In a forked child (a data worker): it must not keep the lock when its parent is gone."""
    while _held:
        os.close(_held.popitem()[1])


if fcntl is not None:
    os.register_at_fork(after_in_child=_forget)
