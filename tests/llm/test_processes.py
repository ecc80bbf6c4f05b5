"""Processes that are killed, interrupted, or ask the same at once; a fault-injecting server counts."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.llm.conftest import config
from tests.llm.fault_server import FaultServer
from wfllm.llm.cache import Cache
from wfllm.llm.open import open_model
from wfllm.llm.request import prompt

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]


def start(server: FaultServer, cache: Path, count: int, text: str = "") -> subprocess.Popen[str]:
    arguments = [sys.executable, "-m", "tests.llm.client", server.url, str(cache), str(count), text]
    return subprocess.Popen(
        arguments, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )


def remembered(cache: Path, server: FaultServer, count: int) -> set[str]:
    """Prompts whose answers are in the cache, read as the next run would."""
    with open_model(config(server.url, cache)) as model:
        store = Cache(cache)
        keys = {f"q{n}": model.key(prompt(f"q{n}")) for n in range(count)}
        found = {text for text, key in keys.items() if store.get(key) is not None}
        store.close()
    return found


def test_fault_server_client_killed_ten_times_loses_nothing_and_asks_nothing_twice(
    server: FaultServer, tmp_path: Path
) -> None:
    server.delay = 0.05
    count, cache, dice = 160, tmp_path / "cache.sqlite", random.Random(7)
    in_flight: Counter[str] = Counter()
    kills, progress = 0, set()
    for turn in range(10):
        asked = server.received.total()
        client = start(server, cache, count)
        assert client.stdout is not None
        client.stdout.readline()
        while turn % 5 and server.received.total() == asked and client.poll() is None:
            time.sleep(0.01)  # every fifth is killed before it asks anything, perhaps
        time.sleep(dice.uniform(0, 0.6))
        client.send_signal(signal.SIGKILL)
        printed = client.communicate()[0].splitlines()
        kills += client.returncode == -signal.SIGKILL
        before = server.received.copy()
        kept = remembered(cache, server, count) if cache.exists() else set()
        assert {line.removeprefix("answer to ") for line in printed} <= kept  # committed before handed on
        progress.add(len(kept))
        in_flight.update(set(before) - kept)
        time.sleep(0.2)  # the server may still be answering the one that is gone
    last = start(server, cache, count)
    out, err = last.communicate(timeout=300)
    assert last.returncode == 0, err
    assert out.splitlines() == ["open", *(f"answer to q{n}" for n in range(count))]
    assert kills >= 5  # the others were done before
    assert len(progress) >= 5  # and did not fall between two requests
    for text, times in server.received.items():
        assert times <= 1 + in_flight[text], text  # asked again only where it was in flight at a kill
    assert sum(server.received.values()) <= count + 4 * kills
    with sqlite3.connect(cache) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM answers").fetchone() == (count,)
    db.close()


def test_fault_server_is_asked_once_by_two_processes(server: FaultServer, tmp_path: Path) -> None:
    server.delay = 0.05
    clients = [start(server, tmp_path / "cache.sqlite", 60) for _ in range(2)]
    for client in clients:
        out, err = client.communicate(timeout=300)
        assert client.returncode == 0, err
        assert out.splitlines() == ["open", *(f"answer to q{n}" for n in range(60))]
    assert server.received == {f"q{n}": 1 for n in range(60)}


@pytest.mark.parametrize("text", [" [hang]", " [429=500]"], ids=["waits for an answer", "waits to retry"])
def test_fault_server_client_stops_at_ctrl_c_and_leaves_the_cache_whole(
    text: str, server: FaultServer, tmp_path: Path
) -> None:
    cache = tmp_path / "cache.sqlite"
    with open_model(config(server.url, cache)) as model:
        list(model.answer([prompt("before")]))
    client = start(server, cache, 50, text)
    while len(server.received) < 1 + 4:
        time.sleep(0.05)
    client.send_signal(signal.SIGINT)
    _, err = client.communicate(timeout=60)  # the answers never come
    assert "KeyboardInterrupt" in err
    assert client.returncode in (1, 130, -signal.SIGINT)
    with sqlite3.connect(cache) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM answers").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM claims").fetchone() == (0,)
    db.close()
