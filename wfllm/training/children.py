"""The processes of one run on this machine: rank 0 starts the others, and they end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from wfllm.errors import WfllmError

LOOK_EVERY = 0.2
"""Seconds between looks at the other ranks."""
GRACE = 5.0
"""Seconds that rank 0 has to leave by itself when another is gone; a collective may hold it for hours."""
LONGEST_LINE = 4000

Told = Callable[[int, str], WfllmError]
"""The rank that is gone and how it went; the error that says so."""


@contextmanager
def children(
    command: Sequence[str], ranks: int, port: int, told: Told, gone: Callable[[WfllmError], None]
) -> Iterator[None]:
    """Run `command` as ranks 1 to `ranks` - 1 beside this one, which is rank 0.

    Args:
        port: of the store that this process keeps.
        told: makes the error for a rank that is gone.
        gone: called with it where this process hangs in a collective and is about to be ended hard.

    Raises:
        WfllmError: a rank is gone.
    """
    started = [_start(command, rank, ranks, port) for rank in range(1, ranks)]
    watch = _Watch(started, told, gone)
    watch.start()
    try:
        yield
        for process in started:  # they have been told that nothing more comes
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE)
    except Exception as error:
        # Another rank that goes breaks the collective that this one waits in, with an error of little use.
        if not isinstance(error, WfllmError) and watch.lost.wait(GRACE) and watch.loss:
            raise watch.loss from error
        raise
    finally:
        watch.over.set()
        for process in started:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()


def _start(command: Sequence[str], rank: int, ranks: int, port: int) -> subprocess.Popen[bytes]:
    own = {
        "RANK": rank,
        "LOCAL_RANK": rank,
        "WORLD_SIZE": ranks,
        "LOCAL_WORLD_SIZE": ranks,
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": port,
        "WFLLM_LAUNCHER": "wfllm",
    }
    return subprocess.Popen(
        command,
        env={**os.environ, **{name: str(value) for name, value in own.items()}},
        stdin=subprocess.PIPE,  # closes when this process is gone, whatever ended it
        stdout=subprocess.PIPE,  # the last line says why a rank stopped
        start_new_session=True,  # Ctrl-C is for rank 0 alone, which ends the others
    )


class _Watch(threading.Thread):
    """Sees that a rank is gone, and ends this process where that leaves it waiting for ever."""

    def __init__(
        self, started: Sequence[subprocess.Popen[bytes]], told: Told, gone: Callable[[WfllmError], None]
    ) -> None:
        super().__init__(daemon=True)
        self.started, self.told, self.gone = started, told, gone
        self.over, self.lost = threading.Event(), threading.Event()
        self.loss: WfllmError | None = None

    def run(self) -> None:
        while not self.over.wait(LOOK_EVERY):
            for rank, process in enumerate(self.started, start=1):
                if process.poll() not in (None, 0):
                    self.loss = self.told(rank, _how(process))
                    self.lost.set()
                    if not self.over.wait(GRACE):
                        self._end(self.loss)
                    return

    def _end(self, loss: WfllmError) -> None:
        with suppress(OSError):  # nobody may be left to read it
            print(loss.line(), file=sys.stderr, flush=True)
        with suppress(Exception):
            self.gone(loss)
        for process in self.started:
            process.kill()
        os._exit(1)


def _how(process: subprocess.Popen[bytes]) -> str:
    """How a process went, in words."""
    if process.returncode < 0:
        with suppress(ValueError):
            return f"was killed ({signal.Signals(-process.returncode).name})"
        return f"was killed by signal {-process.returncode}"
    assert process.stdout is not None
    lines = process.stdout.read()[-LONGEST_LINE:].decode(errors="replace").strip().splitlines()
    return f"stopped: {lines[-1]}" if lines else f"stopped with status {process.returncode}"


def end_with_leader(line: Callable[[], str], speak: bool) -> None:
    """In a child: end this process when rank 0 is gone, whatever ended it.

    Args:
        line: what to tell.
        speak: whether it is this rank that tells it.
    """

    def follow() -> None:
        with suppress(OSError):
            while os.read(0, 1):
                pass
        try:
            if speak:
                print(line(), file=sys.stderr, flush=True)
        finally:  # who would read it may be gone as well
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
