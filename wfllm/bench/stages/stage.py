"""What a stage of a build is: a name, what it reads, what determines its result, and its work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Item = dict[str, Any]
"""A sample on its way: the keys of a Record, and what a stage notes for later ones. JSON values only."""

TRAJECTORIES = "trajectories"
"""Key of an item for the pairs of wrong and mended lines (`wfllm.bench.trajectories`); no key of a Record."""


@dataclass(frozen=True)
class Dropped:
    """An item that goes no further: kept aside with the rule that dropped it."""

    item: Item
    rule: str
    """Short name of the rule, as its config key has it."""
    reason: str
    """One line: what is wrong with this very item."""


@dataclass(frozen=True)
class Failed:
    """An item that could not be worked at now (a server was gone, a budget spent): no drop.

    Its chunk is not written and its stage stays incomplete; the same command tries again.
    """

    item: Item
    reason: str


Outcome = Item | Dropped | Failed


class Inputs(Protocol):
    """What earlier stages left, read in order, one item at a time."""

    def items(self, stage: str) -> Iterator[Item]:
        """What the stage kept."""

    def drops(self, stage: str) -> Iterator[Dropped]:
        """What it dropped."""

    def notes(self, stage: str) -> dict[str, Any]:
        """What it noted of itself: counts, seconds, costs."""


Work = Callable[[list[Item]], Iterable[Outcome]]
"""Items of one chunk to what becomes of them, in order. Pickled where a stage runs in several processes."""


class LongWork:
    """Work that holds something open (a model) and takes long over a chunk: it says how far it is, may be at
    several chunks at once, and is closed at the end, or before it where it is to stop."""

    told: Callable[[int, str], None] = staticmethod(lambda _more, _note: None)
    """Takes how many items more are done, and what matters just now. From any thread."""

    @property
    def at_once(self) -> int:
        """Chunks that it is at, each called from a thread of its own: the last answers of one are waited for
        while the next has begun."""
        return 1

    def __call__(self, items: list[Item]) -> Iterable[Outcome]:
        raise NotImplementedError

    def close(self) -> None:
        """Let go of what is open."""


@dataclass(frozen=True)
class EachChunk:
    """A stage in which no item depends on another: chunk by chunk, in several processes or on several
    machines. Killed, it goes on with the chunks that are not there yet."""

    name: str
    reads: str
    """The stage whose items it takes."""
    prepare: Callable[[Inputs], Work]
    """Makes the work once, from what any finished stage left."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What of the config determines its result."""
    also: tuple[str, ...] = ()
    """Further stages that `prepare` looks at."""
    processes: bool = True
    """Whether several processes make it faster: not where a server or a device does the work."""


@dataclass(frozen=True)
class Whole:
    """A stage that must see every item: duplicates, splits. Written whole or not at all."""

    name: str
    reads: tuple[str, ...]
    work: Callable[[Inputs], Iterable[Outcome]]
    settings: Mapping[str, Any] = field(default_factory=dict)


Stage = EachChunk | Whole
