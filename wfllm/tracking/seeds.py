"""Runs that differ in their seed alone, as one: mean and sample deviation over the seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from wfllm.tracking.compare import Row

SEED = "seed"
FINISHED = "finished"


@dataclass(frozen=True)
class Mean:
    """One result over the seeds that have it."""

    mean: float
    deviation: float | None
    """Sample deviation (n - 1); None of a single seed."""
    n: int


@dataclass(frozen=True)
class Group:
    """Runs of one config with several seeds."""

    rows: tuple[Row, ...]
    """The finished ones, one a seed: the newest of each. Where none is finished, all of them."""
    left_out: int
    """Runs of the same config that are not counted: not finished, or of a seed that has a newer run."""
    config: dict[str, Any]
    """Without the seed."""

    @property
    def seeds(self) -> list[object]:
        return [row.config.get(SEED) for row in self.rows]


def groups(rows: Sequence[Row]) -> list[Group]:
    """Runs by everything but their seed, in the order in which each was first seen.

    Args:
        rows: oldest first. A run that cannot be read is a group of its own.
    """
    found: dict[str, list[Row]] = {}
    for row in rows:
        rest = repr(sorted((key, repr(value)) for key, value in row.config.items() if key != SEED))
        found.setdefault(f"{row.command} {rest} {row.data}" if row.config else str(row.path), []).append(row)
    return [_group(members) for members in found.values()]


def _group(members: Sequence[Row]) -> Group:
    newest = {repr(row.config.get(SEED)): row for row in members if row.status == FINISHED}
    counted = tuple(newest.values()) or tuple(members)
    config = {key: value for key, value in members[0].config.items() if key != SEED}
    return Group(counted, len(members) - len(counted), config)


def means(group: Group) -> dict[str, Mean]:
    """Every result over the seeds that have it; a loss that is no number makes the mean none."""
    found = {}
    for name in dict.fromkeys(name for row in group.rows for name in row.results):
        values = [row.results[name] for row in group.rows if name in row.results]
        known = all(math.isfinite(value) for value in values)
        mean = fmean(values) if known else math.nan
        found[name] = Mean(mean, stdev(values) if known and len(values) > 1 else None, len(values))
    return found
