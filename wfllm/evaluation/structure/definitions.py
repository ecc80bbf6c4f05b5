"""What the names of a workflow may hold at each place: which steps their values come from.

Branches and loops are looked at as Shortcuts runs them: after a branch a name holds what any branch set, in a
loop also what an earlier round set. Names only find their values; nothing is kept of how they are spelled.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_LOOKED_AT = 64
"""Settings of one name that are followed back; a real workflow has few."""


@dataclass(frozen=True, order=True)
class Reference:
    """The output of a step. `part` is 0 of its one output; of a repeat, 1 is its number and 2 its item."""

    step: int
    part: int = 0


@dataclass(eq=False)
class Definition:
    """What a name holds: the output of a step, or one of several earlier definitions."""

    reference: Reference | None = None
    several: list[Definition] = field(default_factory=list)
    _found: tuple[Reference, ...] | None = field(default=None, repr=False)

    def references(self) -> tuple[Reference, ...]:
        """The outputs it may stand for, in the order of the steps. To be asked when all code is read."""
        if self._found is None:
            seen, todo, found = {id(self)}, [self], set()
            for one in todo:
                if one.reference is not None:
                    found.add(one.reference)
                for earlier in one.several:
                    if id(earlier) not in seen and len(seen) < MOST_LOOKED_AT:
                        seen.add(id(earlier))
                        todo.append(earlier)
            self._found = tuple(sorted(found))
        return self._found


class Names:
    """Name → what it holds where the reader is."""

    def __init__(self) -> None:
        self._now: dict[str, Definition] = {}
        self._before: list[dict[str, Definition | None]] = []
        """For each open branch, what the names it has set held before it."""

    def get(self, name: str) -> Definition | None:
        return self._now.get(name)

    def set(self, name: str, definition: Definition) -> None:
        if self._before:
            self._before[-1].setdefault(name, self._now.get(name))
        self._now[name] = definition

    def add(self, name: str, definition: Definition) -> None:
        """The name keeps what it held and holds this, too."""
        before = self._now.get(name)
        self.set(name, definition if before is None else Definition(several=[before, definition]))

    def open_branch(self) -> None:
        self._before.append({})

    def close_branch(self) -> dict[str, Definition]:
        """Goes back to what was before the branch; returns what the branch has set."""
        before = self._before.pop()
        outcome = {name: self._now[name] for name in before}
        for name, old in before.items():
            if old is None:
                del self._now[name]
            else:
                self._now[name] = old
        return outcome

    def merge(self, outcomes: list[dict[str, Definition]], complete: bool) -> None:
        """After branches of which one was taken, or none of them unless they are `complete`."""
        for name in dict.fromkeys(name for outcome in outcomes for name in outcome):
            old = self._now.get(name)
            ends = [outcome.get(name, old) for outcome in outcomes]
            ends += [] if complete else [old]
            known = list({id(end): end for end in ends if end is not None}.values())
            self.set(name, known[0] if len(known) == 1 else Definition(several=known))

    def open_loop(self, names: Iterable[str]) -> dict[str, Definition]:
        """At the start of a round the names hold what was before the loop, or at the end of a round."""
        starts = {}
        for name in names:
            old = self._now.get(name)
            starts[name] = Definition(several=[old] if old is not None else [])
            self.set(name, starts[name])
        return starts

    def close_loop(self, starts: dict[str, Definition]) -> None:
        for name, start in starts.items():
            end = self._now.get(name)
            if end is not None and end is not start:
                start.several.append(end)
            self.set(name, start)
