"""Progress on anything over two seconds: a bar with rate and time left on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

LINE_EVERY = 20.0
"""Seconds between lines where there is no terminal to draw a bar on."""


class Bar:
    """One piece of work. `advance` after each part; `note` shows what matters just now (a loss, a rate)."""

    def __init__(self, title: str, total: int | None, unit: str, done: float) -> None:
        self.title, self.total, self.unit, self.done = title, total, unit, done
        self._first, self._start, self._said = done, time.monotonic(), time.monotonic()
        self._rich: Progress | None = None
        self._note = ""

    def advance(self, by: float = 1, note: str | None = None) -> None:
        self.move(self.done + by, note)

    def move(self, done: float, note: str | None = None) -> None:
        """Say how much is done in all; parts of a part count, so that a slow first one shows, too."""
        self.done = done
        self._note = self._note if note is None else note
        if self._rich is not None:
            self._rich.update(
                self._rich.task_ids[0], completed=self.done, note=f"{self._rate()}  {self._note}"
            )
        elif time.monotonic() - self._said > LINE_EVERY:
            self._say()

    def _rate(self) -> str:
        """Empty as long as nothing is done: there is no rate then."""
        seconds = max(time.monotonic() - self._start, 1e-9)
        rate = (self.done - self._first) / seconds
        if rate <= 0:
            return ""
        return f"{rate:.1f} {self.unit}/s" if rate >= 1 else f"{1 / rate:.1f} s/{self.unit}"

    def _say(self) -> None:
        self._said = time.monotonic()
        gone = self._said - self._start
        parts = self.done - self._first
        left = gone / parts * (self.total - self.done) if parts and self.total else None
        said = [self._amount(), self._rate(), "" if left is None else f"{clock(left)} left"]
        text = f"{self.title}: {', '.join(filter(None, said))}  {self._note}"
        print(text.rstrip(), file=sys.stderr, flush=True)

    def _finish(self) -> None:
        if time.monotonic() - self._start > 2:
            took = clock(time.monotonic() - self._start)
            text = f"{self.title}: {self._amount()} in {took}  {self._note}"
            print(text.rstrip(), file=sys.stderr, flush=True)

    def _amount(self) -> str:
        of = "" if self.total is None else f"/{self.total}"
        return f"{self.done:.0f}{of} {self.unit}"


@contextmanager
def progress(title: str, total: int | None, unit: str = "items", done: int = 0) -> Iterator[Bar]:
    """A bar for `total` parts of work, None where nobody knows; `done` were there before (a resumed run)."""
    bar = Bar(title, total, unit, done)
    console = Console(stderr=True)
    if not console.is_terminal:
        yield bar
        bar._finish()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console, transient=True) as rich:
        rich.add_task(title, total=total, completed=done, note="")
        bar._rich = rich
        yield bar
    bar._finish()


def clock(seconds: float) -> str:
    """`4 min 05 s`, `12 s`."""
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60:02d} s" if whole >= 60 else f"{whole} s"
