"""Keys of a set of words, of which two similar sets have one in common: MinHash (Broder 1997) with
locality-sensitive hashing (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3).

The smallest hash of all words is the same in two sets as often as they share words (Jaccard). A key joins a
few such smallest hashes, so that unlike sets seldom have it in common; of enough keys, similar ones nearly
always have one. Libraries like datasketch do the same, and keep all keys in memory or on a server.
"""

from __future__ import annotations

import math
import random
from collections.abc import Set

import numpy as np

_MISSED = 0.001
_WANTED, _MOST = 64, 900
"""Keys a set has: each joins as many smallest hashes as this allows; never more than SQLite takes at once."""
_TOP, _AT_ONCE = 2**32, 1000
"""Words whose hashes are in memory together, however long a text is."""


class MinHash:
    """Keys for one share.

    Args:
        share: of words in common, from which two sets are similar; above 0, at most 1. Of pairs with just
            this share, 1 in 1,000 has no key in common, of those with more fewer still (below a share of
            0.008, for which 900 keys are too few, more).
    """

    def __init__(self, share: float) -> None:
        self.joined, self.keys = _shape(share)
        draw = random.Random(0)
        size = self.joined * self.keys
        self._factors = np.array([draw.getrandbits(64) | 1 for _ in range(size)], dtype=np.uint64)
        self._summands = np.array([draw.getrandbits(64) for _ in range(size)], dtype=np.uint64)
        self._joiners = np.array([draw.getrandbits(64) | 1 for _ in range(size)], dtype=np.uint64)

    def __call__(self, words: Set[int]) -> list[int]:
        """The keys, each a whole number of 64 bits with a sign, the same on every machine.

        Args:
            words: hashes of 32 bits, at least one.
        """
        values = np.fromiter(words, dtype=np.uint64, count=len(words))
        smallest = np.full_like(self._factors, _TOP)
        for some in np.array_split(values, len(values) // _AT_ONCE + 1):
            hashes = (some[:, None] * self._factors + self._summands) >> np.uint64(32)
            smallest = np.minimum(smallest, hashes.min(axis=0))
        joined = (smallest * self._joiners).reshape(self.keys, self.joined).sum(axis=1, dtype=np.uint64)
        return [int(key) for key in joined.view(np.int64)]


def _shape(share: float) -> tuple[int, int]:
    """How many smallest hashes a key joins, and how many keys that takes."""
    for joined in range(8, 0, -1):
        chance = min(max(share**joined, 1e-9), 1 - 1e-9)
        keys = math.ceil(math.log(_MISSED) / math.log1p(-chance))
        if keys <= _WANTED:
            return joined, keys
    return 1, min(keys, _MOST)
