"""What a stage remembers of every item, on disk: its memory stays the same however many items come."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from wfllm.errors import WfllmError

T = TypeVar("T", bound="Remembered")
_TOP = 1 << 63
"""Keys have no sign, and SQLite's integers have one."""


class Scratch:
    """A database of this process alone: SQLite in a file without a name. Close it.

    Args:
        tables: SQL that makes what it holds.
        megabytes: how much of it is kept in memory.
    """

    def __init__(self, tables: str, megabytes: int = 2) -> None:
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for setting in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = {-1000 * megabytes}"):
            self._db.execute(f"PRAGMA {setting}")
        self._db.executescript(f"{tables}; BEGIN")

    def run(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run one statement; its rows.

        Raises:
            WfllmError: no room on the disk.
        """
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.OperationalError as fault:
            raise _unwritten(fault) from fault

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement once for each row.

        Raises:
            WfllmError: no room on the disk.
        """
        try:
            self._db.executemany(sql, rows)
        except sqlite3.OperationalError as fault:
            raise _unwritten(fault) from fault

    def close(self) -> None:
        self._db.close()


class Remembered:
    """64-bit keys, each with a text or a number. Close it, or use it in `with`."""

    def __init__(self) -> None:
        self._scratch = Scratch("CREATE TABLE things (key INTEGER PRIMARY KEY, value NOT NULL)")

    def get(self, key: int) -> Any:
        """The key's value; None where it has none."""
        rows = self._scratch.run("SELECT value FROM things WHERE key = ?", (key - _TOP,))
        return _plain(rows[0][0]) if rows else None

    def set(self, key: int, value: str | int) -> None:
        """Give it a value, in place of any other."""
        self._scratch.run("INSERT OR REPLACE INTO things VALUES (?, ?)", (key - _TOP, _kept(value)))

    def first(self, key: int, value: str | int) -> Any:
        """Give it a value unless it has one; the one it has then."""
        self._scratch.run("INSERT OR IGNORE INTO things VALUES (?, ?)", (key - _TOP, _kept(value)))
        return self.get(key)

    def close(self) -> None:
        self._scratch.close()

    def __enter__(self: T) -> T:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.close()


def _kept(value: str | int) -> bytes | int:
    """Halves of characters, which ids may hold, are no text for SQLite."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


def _plain(value: bytes | int) -> str | int:
    return value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value


def _unwritten(fault: sqlite3.OperationalError) -> WfllmError:
    return WfllmError(
        f"temporary files cannot be written ({fault})",
        where=tempfile.gettempdir(),
        mend="Make room there, or name another folder: export SQLITE_TMPDIR=FOLDER.",
    )
