"""Worker processes that do not outlive the one that started them."""

from __future__ import annotations

import multiprocessing
import os
import threading


def follow_parent() -> None:
    """Ends this process when the one that started it has died; `initializer=` of a pool.

    A pool's workers wait for work for ever: of a command that was killed they would stay, and hold its pipes.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)
