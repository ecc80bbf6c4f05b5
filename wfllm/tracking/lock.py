"""One process a run: two that write one folder at once would spoil each other's files."""

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
"""Open lock files of this process by run folder."""


def take(folder: Path) -> None:
    """Lock a run folder until `release`, or until this process dies. Nothing where it has the lock already.

    Raises:
        WfllmError: another process has it.
    """
    key = folder.resolve()
    if fcntl is None or key in _held or any(os.environ.get(name, "") not in ("", "0") for name in RANKS):
        return
    file = os.open(key / FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise WfllmError(
            "this very run is going on in another process",
            where=folder,
            mend="Wait for it or stop it, or change a config key (seed=1) for another run.",
        ) from None
    except OSError:  # a file system without locks
        os.close(file)
        return
    _held[key] = file


def release(folder: Path) -> None:
    """Give the lock of a run folder back, if this process has it.

    The file stays: a lock on a file that another process has removed would lock nothing.
    """
    file = _held.pop(folder.resolve(), None)
    if file is not None:
        os.close(file)


def _forget() -> None:
    """In a forked child (a data worker): it must not keep the lock when its parent is gone."""
    while _held:
        os.close(_held.popitem()[1])


if fcntl is not None:
    os.register_at_fork(after_in_child=_forget)
