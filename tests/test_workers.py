"""A worker of a process that was killed ends, too."""

from __future__ import annotations

import signal
import subprocess
import sys

CODE = """
import time
from concurrent.futures import ProcessPoolExecutor
from wfllm.workers import follow_parent

if __name__ == "__main__":
    with ProcessPoolExecutor(2, initializer=follow_parent) as pool:
        list(pool.map(abs, [1, 2]))
        print("ready", flush=True)
        time.sleep(60)
"""


def test_workers_end_with_the_process_that_started_them() -> None:
    process = subprocess.Popen([sys.executable, "-c", CODE], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)  # workers that stay would hold the pipe for ever
