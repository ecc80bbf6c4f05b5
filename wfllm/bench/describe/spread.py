"""How numbers are spread, in constant memory. Nothing is drawn at random, so every run says the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

DIGITS = 3
"""Leading digits that are remembered of a number: all of a small one, a large one to half a percent."""


@dataclass
class Spread:
    """Whole numbers from 0: how many, their sum and largest exactly, the rest to DIGITS leading digits."""

    count: int = 0
    total: int = 0
    largest: int = 0
    values: Counter[int] = field(default_factory=Counter)
    """Rounded number → how often."""

    def add(self, number: int) -> None:
        self.count += 1
        self.total += number
        self.largest = max(self.largest, number)
        self.values[rounded(number)] += 1

    def __add__(self, other: Spread) -> Spread:
        largest = max(self.largest, other.largest)
        values = Counter(self.values)
        values.update(other.values)
        return Spread(self.count + other.count, self.total + other.total, largest, values)

    @property
    def mean(self) -> float | None:
        """None of no numbers."""
        return self.total / self.count if self.count else None

    def quantile(self, share: float) -> int | None:
        """The smallest number that so large a share of all is not above; None of no numbers."""
        seen = 0
        for value in sorted(self.values):
            seen += self.values[value]
            if seen >= share * self.count:
                return value
        return None

    def bins(self, edges: Sequence[float]) -> list[int]:
        """How many are at most the first edge, above it and at most the second, …, above the last."""
        found = [0] * (len(edges) + 1)
        for value, often in self.values.items():
            found[sum(value > edge for edge in edges)] += often
        return found


def rounded(number: int) -> int:
    """A number to its leading digits."""
    if number < 10**DIGITS:
        return number
    return round(number, DIGITS - len(str(number)))
