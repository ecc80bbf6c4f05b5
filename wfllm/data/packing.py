"""Which samples go into one pack: full packs, never a sample in two, as many packs in every epoch.

Best-fit decreasing over all samples gives nearly full packs, but always the same ones. So it is done once,
for *places*, with lengths rounded up a little; in every epoch the samples of one rounded length are dealt
anew to the places of that length. Packs differ from epoch to epoch, their number does not, and the course
of the learning rate is known from the start.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from wfllm.errors import WfllmError

FINENESS = 32
"""Lengths between a power of two and the next are rounded up to so many: more fill packs better, fewer let
more samples change places."""

Lengths = Sequence[int] | npt.NDArray[np.int64]


class Packs:
    """Packs of at most `tokens` tokens out of samples of these lengths.

    Raises:
        WfllmError: a sample is longer than a pack.
    """

    def __init__(self, lengths: Lengths, tokens: int) -> None:
        sizes = np.asarray(lengths, dtype=np.int64)
        if sizes.size and int(sizes.max()) > tokens:
            cause = f"a sample of {int(sizes.max())} tokens is longer than a pack"
            mend = "Raise it, or lower model.context."
            raise WfllmError(cause, where=f"trainer.pack_tokens={tokens}", mend=mend)
        self._sizes = np.minimum(rounded(sizes), tokens)
        self._sorted = np.argsort(-self._sizes, kind="stable")  # place → sample, where nothing is dealt
        self._places = best_fit(self._sizes[self._sorted].tolist(), tokens)

    def __len__(self) -> int:
        return len(self._places)

    def deal(self, generator: np.random.Generator | None = None) -> list[list[int]]:
        """Indices of the samples of every pack; samples change places if there is a generator."""
        samples = self._sorted.copy()
        if generator is not None and len(samples):
            bounds = np.flatnonzero(np.diff(self._sizes[samples])) + 1
            for same in np.split(samples, bounds):  # views: dealt in place
                generator.shuffle(same)
        return [samples[places].tolist() for places in self._places]


def rounded(sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Lengths rounded up to multiples of the power of two that is a `FINENESS`th of them or less."""
    octave = np.frexp(np.maximum(sizes, 1))[1].astype(np.int64) - 1
    grain = np.maximum(2**octave // FINENESS, 1)
    return -(-sizes // grain) * grain


def best_fit(sizes: Sequence[int], room: int) -> list[list[int]]:
    """Places of every pack. Each size goes, in turn, where it leaves the least room.

    Args:
        sizes: in decreasing order, none above `room`.
        room: of one pack.
    """
    packs: list[list[int]] = []
    open_packs: dict[int, list[int]] = {}  # room left → packs with so much
    rooms: list[int] = []  # its keys, sorted
    for place, size in enumerate(sizes):
        at = bisect_left(rooms, size)
        if at == len(rooms):
            packs.append([])
            pack, left = len(packs) - 1, room
        else:
            left = rooms[at]
            pack = open_packs[left].pop()
            if not open_packs[left]:
                del open_packs[left], rooms[at]
        packs[pack].append(place)
        left -= size
        if left:
            if left not in open_packs:
                insort(rooms, left)
                open_packs[left] = []
            open_packs[left].append(pack)
    return packs
