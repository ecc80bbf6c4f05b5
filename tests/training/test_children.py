"""A rank ends with the one that started it, whoever else is gone by then."""

from __future__ import annotations

import subprocess
import sys

import pytest

RANK = """
import time
from wfllm.training.children import end_with_leader
end_with_leader(lambda: "rank 0 is gone", speak=True)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("heard", [True, False], ids=["somebody reads", "nobody reads"])
def test_a_rank_ends_with_its_leader(heard: bool) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RANK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as rank:
        assert rank.stdin
        assert rank.stdout
        assert rank.stderr
        assert rank.stdout.readline() == b"ready\n"
        if not heard:
            rank.stderr.close()
        rank.stdin.close()  # as the end of the leader does
        try:
            assert rank.wait(timeout=30) == 1
            assert not heard or rank.stderr.read() == b"rank 0 is gone\n"
        finally:
            rank.kill()
