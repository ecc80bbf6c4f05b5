"""Answers remembered by the content of what was asked, in one SQLite file that all processes share.

An answer is committed, and synced to disk, before anybody sees it, so a kill at any moment costs at most
what was in flight. Which requests are in flight is in the file, too: a second process waits for the
answer of the first and does not ask again. Such a claim ends with its process.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import time
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from wfllm.errors import WfllmError

APPLICATION, FORMAT = 0x77666C6D, 1
"""SQLite's application id (`wflm`) and the version of the tables; another one is refused, never changed."""
LEASE = 30.0
"""Seconds that a claim holds unless it is renewed: how long a machine that vanished blocks a request."""
BUSY = 20.0
"""Seconds to wait for another process to finish writing."""
TABLES = """
CREATE TABLE answers (key TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE claims (key TEXT PRIMARY KEY, owner TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID;
"""

Claim = Literal["ours", "theirs", "answered"]


class Cache:
    """Keys to records (JSON values). One object a process; close it.

    Args:
        path: the file; made, with its folder, where it is not there.
        make: False refuses a file that is not there.

    Raises:
        WfllmError: at any call: no such file, of another version, of another program, damaged, disk full.
    """

    def __init__(self, path: str | Path, *, make: bool = True) -> None:
        self.path = Path(path).expanduser()
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        if not make and not self.path.is_file():
            raise WfllmError("no such file", where=self.path, mend="Name the file that llm.cache names.")
        with self._told():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, timeout=BUSY, isolation_level=None, check_same_thread=False)
            try:
                self._open()
            except BaseException:
                self._db.close()
                raise

    def get(self, key: str) -> dict[str, Any] | None:
        """The record under `key`, or None."""
        with self._told():
            row = self._db.execute("SELECT record FROM answers WHERE key = ?", (key,)).fetchone()
            return None if row is None else self._record(key, row[0])

    def put(self, key: str, record: dict[str, Any]) -> None:
        """Remember a record for good, and give up the claim. A key that has one keeps it."""
        blob = zlib.compress(json.dumps(record, separators=(",", ":")).encode("ascii"))
        with self._told(), self._writing(durable=True):
            self._db.execute("INSERT OR IGNORE INTO answers VALUES (?, ?)", (key, blob))
            self._db.execute("DELETE FROM claims WHERE key = ?", (key,))

    def claim(self, key: str) -> Claim:
        """Take it on oneself to find the answer: `theirs` where another process that lives is at it."""
        with self._told(), self._writing():
            if self._db.execute("SELECT 1 FROM answers WHERE key = ?", (key,)).fetchone():
                return "answered"
            row = self._db.execute("SELECT owner, until FROM claims WHERE key = ?", (key,)).fetchone()
            if row and row[0] != self.owner and row[1] > time.time() and _lives(row[0]):
                return "theirs"
            row = (key, self.owner, time.time() + LEASE)
            self._db.execute("INSERT OR REPLACE INTO claims VALUES (?, ?, ?)", row)
            return "ours"

    def renew(self) -> None:
        """Keep all one's claims for another LEASE."""
        with self._told(), self._writing():
            self._db.execute("UPDATE claims SET until = ? WHERE owner = ?", (time.time() + LEASE, self.owner))

    def release(self, key: str) -> None:
        """Give up a claim without an answer."""
        with self._told(), self._writing():
            self._db.execute("DELETE FROM claims WHERE key = ? AND owner = ?", (key, self.owner))

    def records(self) -> Iterator[dict[str, Any]]:
        """Every record, in the order of keys."""
        with self._told():
            for key, blob in self._db.execute("SELECT key, record FROM answers ORDER BY key"):
                yield self._record(key, blob)

    def close(self) -> None:
        """Give up what is claimed and close the file."""
        try:
            with self._told(), self._writing():
                self._db.execute("DELETE FROM claims WHERE owner = ?", (self.owner,))
        finally:
            self._db.close()

    def _open(self) -> None:
        # The application id is in the header from the first commit on, with the tables or not at all.
        if self._pragma("application_id") != APPLICATION:
            with self._writing():
                if self._pragma("application_id") != APPLICATION:
                    self._create()
        if (found := self._pragma("user_version")) != FORMAT:
            raise WfllmError(
                f"is of another version of wfllm (format {found}, this one reads {FORMAT})",
                where=self.path,
                mend="Use that version, or start another file: llm.cache=FILE. Nothing in it was changed.",
            )
        # Readers and one writer at once. Where the file system cannot do it, SQLite stays with its journal.
        deadline = time.monotonic() + BUSY
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL").fetchone()
                return
            except sqlite3.OperationalError as error:  # two processes that open a new file at once
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _create(self) -> None:
        if self._pragma("application_id") or self._db.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise WfllmError(
                "is a database, but not one of answers",
                where=self.path,
                mend="Name another file: llm.cache=FILE.",
            )
        for statement in filter(str.strip, TABLES.split(";")):
            self._db.execute(statement)
        self._db.execute(f"PRAGMA application_id = {APPLICATION}")
        self._db.execute(f"PRAGMA user_version = {FORMAT}")

    def _pragma(self, name: str) -> int:
        return int(self._db.execute(f"PRAGMA {name}").fetchone()[0])

    def _record(self, key: str, blob: bytes) -> dict[str, Any]:
        try:
            record = json.loads(zlib.decompress(blob))  # zlib carries a checksum
        except (zlib.error, ValueError, TypeError):
            record = None
        if not isinstance(record, dict):
            raise self._damaged(f"the answer {key[:12]} cannot be read")
        return record

    @contextmanager
    def _writing(self, *, durable: bool = False) -> Iterator[None]:
        # A claim may be lost with the power; an answer was paid for.
        self._db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            mend = "Mend that, or name another file: llm.cache=FILE. The same command goes on where it was."
            raise WfllmError(f"cannot be used ({error})", where=self.path, mend=mend) from error
        except sqlite3.DatabaseError as error:
            raise self._damaged(str(error)) from error

    def _damaged(self, cause: str) -> WfllmError:
        return WfllmError(
            f"is damaged ({cause})",
            where=self.path,
            mend="Nothing was changed in it. `sqlite3 FILE .recover` may save its answers; to start without "
            "them, move it away with the -wal and -shm files beside it.",
        )


def _lives(owner: str) -> bool:
    """Whether the process that made a claim is there. Of another machine's, only the lease tells."""
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname() or os.name != "posix" or not rest.isdigit():
        return True
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
