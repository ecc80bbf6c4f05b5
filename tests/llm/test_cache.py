"""The cache file: what is in it stays, what it is not is said, and two processes share it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wfllm.errors import WfllmError
from wfllm.llm import cache as module
from wfllm.llm.cache import Cache

RECORD = {"text": "ä \ud800 <&>", "finish": "stop"}


def test_what_was_put_is_there_for_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "cache.sqlite"
    cache = Cache(path)
    cache.put("k", RECORD)
    cache.put("k", {"text": "another"})  # the first answer stays
    cache.close()
    other = Cache(path)
    assert other.get("k") == RECORD
    assert other.get("l") is None
    assert list(other.records()) == [RECORD]
    other.close()


def test_answers_are_committed_and_synced_in_a_write_ahead_log(tmp_path: Path) -> None:
    cache, other = Cache(tmp_path / "c"), Cache(tmp_path / "c")
    cache.put("k", RECORD)
    assert other.get("k") == RECORD
    assert cache._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert cache._db.execute("PRAGMA synchronous").fetchone() == (2,)  # as the last put left it: FULL
    cache.close()
    other.close()


def test_one_process_at_a_time_is_at_a_request(tmp_path: Path) -> None:
    one, two = Cache(tmp_path / "c"), Cache(tmp_path / "c")
    assert [one.claim("k"), two.claim("k"), one.claim("k")] == ["ours", "theirs", "ours"]
    two.release("k")  # not its own
    assert two.claim("k") == "theirs"
    one.release("k")
    assert [two.claim("k"), one.claim("k")] == ["ours", "theirs"]
    two.put("k", RECORD)
    assert one.claim("k") == "answered"
    assert one.claim("l") == "ours"
    one.close()
    assert two.claim("l") == "ours"  # what closes gives up its claims
    two.close()


def test_a_claim_ends_with_its_lease(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = Cache(tmp_path / "c"), Cache(tmp_path / "c")
    monkeypatch.setattr(module, "LEASE", 0.2)
    one.claim("k")
    time.sleep(0.1)
    one.renew()
    time.sleep(0.15)
    assert two.claim("k") == "theirs"
    time.sleep(0.1)
    assert two.claim("k") == "ours"
    one.close()
    two.close()


@pytest.mark.skipif(os.name != "posix", reason="only there is a process looked for")
def test_a_claim_ends_with_its_process(tmp_path: Path) -> None:
    code = (
        "import sys, time; from wfllm.llm.cache import Cache\n"
        "print(Cache(sys.argv[1]).claim('k'), flush=True); time.sleep(60)"
    )
    path = tmp_path / "c"
    with subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ours\n"
        cache = Cache(path)
        assert cache.claim("k") == "theirs"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert cache.claim("k") == "ours"
    cache.close()


def test_another_format_is_refused_and_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "c"
    Cache(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 7")
    db.close()
    before = path.read_bytes()
    with pytest.raises(
        WfllmError, match=r"another version of wfllm \(format 7, this one reads 1\)"
    ) as caught:
        Cache(path)
    assert "llm.cache=FILE" in caught.value.mend
    assert path.read_bytes() == before


def test_a_database_of_something_else_is_refused_and_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "c"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE mine (x)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(WfllmError, match="a database, but not one of answers"):
        Cache(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"lorem ipsum " * 100, b"SQLite format 3\0" + b"\xff" * 2000])
def test_a_file_that_is_no_database_is_refused_and_not_changed(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "c"
    path.write_bytes(content)
    with pytest.raises(WfllmError, match="is damaged") as caught:
        Cache(path)
    assert "move it away" in caught.value.mend
    assert path.read_bytes() == content


def test_a_damaged_page_is_told_and_not_taken_for_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "c"
    cache = Cache(path)
    for n in range(200):
        cache.put(f"k{n:03}", {"text": f"answer {n} " + os.urandom(100).hex()})
    cache._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    cache.close()
    damaged = bytearray(path.read_bytes())
    for place in range(3 * 4096, len(damaged), 4096):
        damaged[place : place + 512] = os.urandom(512)
        damaged[place + 2048 : place + 2560] = os.urandom(512)
    path.write_bytes(damaged)
    with pytest.raises(WfllmError, match="is damaged"):
        _read_all(path)


def _read_all(path: Path) -> None:
    cache = Cache(path)
    try:
        for n in range(200):
            cache.get(f"k{n:03}")
    finally:
        cache._db.close()


def test_one_flipped_bit_in_an_answer_is_told(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "c")
    cache.put("k", {"text": "the answer"})
    (blob,) = cache._db.execute("SELECT record FROM answers").fetchone()
    flipped = bytearray(blob)
    flipped[len(flipped) // 2] ^= 4
    cache._db.execute("UPDATE answers SET record = ?", (bytes(flipped),))
    with pytest.raises(WfllmError, match="is damaged"):
        cache.get("k")
    cache.close()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_one_may_not_write_to_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises((WfllmError, OSError)):
        Cache(tmp_path / "c")


def test_a_path_that_cannot_be_a_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(WfllmError, match="cannot be used"):
        Cache(tmp_path)
    with pytest.raises(WfllmError, match="no such file"):
        Cache(tmp_path / "nothing", make=False)


def test_an_empty_file_a_kill_left_is_made_whole(tmp_path: Path) -> None:
    (tmp_path / "c").touch()
    cache = Cache(tmp_path / "c")
    cache.put("k", RECORD)
    cache.close()


@pytest.mark.slow
def test_many_processes_open_a_new_file_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from wfllm.llm.cache import Cache\n"
        "c = Cache(sys.argv[1])\n"
        "for n in range(30):\n"
        "    if c.claim(f'k{n}') == 'ours': c.put(f'k{n}', {'text': sys.argv[2]})\n"
        "c.close()"
    )
    path = tmp_path / "c"
    processes = [
        subprocess.Popen([sys.executable, "-c", code, path, str(n)], stderr=subprocess.PIPE) for n in range(6)
    ]
    for process in processes:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err.decode()
    cache = Cache(path)
    assert len(list(cache.records())) == 30
    assert cache._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    cache.close()
