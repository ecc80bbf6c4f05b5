"""`python -m tests.commands.slow_build SECONDS ITEMS build …`: the real command on a slow disk.

Every sync and every move takes so many seconds, so that each stage, however little it has to do, lasts long
enough to be killed in it. A chunk has so many items, so that a few dozen already are several chunks.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

from wfllm.bench.stages import folder


def slowed(work: Callable[..., Any], seconds: float) -> Callable[..., Any]:
    """The same, later."""

    def later(*given: Any, **named: Any) -> Any:
        time.sleep(seconds)
        return work(*given, **named)

    return later


def main(seconds: float, items: int, *command: str) -> int:
    folder.CHUNK = items  # before anybody imports its value
    if seconds:
        for name in ("fsync", "replace", "rename"):
            setattr(os, name, slowed(getattr(os, name), seconds))
    from wfllm.cli import main as run

    return run(list(command))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))
