"""Requests that share most of their words, found among all there are without comparing all with all.

Two sets of words that have so large a share in common must have one of their rarest words in common, if of
each set as many of its rarest are looked at as could be missing from the other, and one more (prefix
filtering: Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma and Srikant 2007). What is remembered are hashes of
words, on disk.
"""

from __future__ import annotations

import math
import re
import zlib
from array import array
from collections.abc import Iterable

from wfllm.bench.scratch import Scratch

_WORD = re.compile(r"[\u3040-\u9fff]|[^\W_]+")
_COUNTERS = 1 << 20
_TABLES = """
CREATE TABLE texts (number INTEGER PRIMARY KEY, name BLOB NOT NULL, words BLOB NOT NULL);
CREATE TABLE holds (word INTEGER, number INTEGER, place INTEGER, size INTEGER, PRIMARY KEY (word, number))
WITHOUT ROWID
"""


_FOUND = """
SELECT number FROM holds WHERE word = ? AND MIN(size - place, ?) >= ? * (size + ?) - 1e-9
"""
"""The first word in common, by rarity, leaves in both texts as many words as must be in common with it."""


def words_of(text: str) -> frozenset[str]:
    """The words of a text, whatever their case; each character is one where words are not set apart."""
    return frozenset(_WORD.findall(text.casefold()))


def similarity(left: frozenset[str], right: frozenset[str]) -> float:
    """Share of words that two texts have in common, of all that either has (Jaccard)."""
    return len(left & right) / len(left | right) if left or right else 1.0


class Similar:
    """Texts, among which a similar one is looked for. Close it, or use it in `with`.

    Args:
        share: of words in common, from which two texts are similar; above 0, at most 1.
        texts: roughly those that will come: the rarer a word is among them, the fewer are compared for it.
            The result does not hang on them.
    """

    def __init__(self, share: float, texts: Iterable[str]) -> None:
        self.share = share
        self._uses = array("I", bytes(4 * _COUNTERS))
        for text in texts:
            for word in _hashes(text):
                self._uses[word % _COUNTERS] += 1
        self._scratch = Scratch(_TABLES)
        self._count = 0

    def nearest(self, text: str) -> tuple[str, float] | None:
        """The first text that is similar, by its name, and the share of words in common; None without any."""
        words = _hashes(text)
        rare = self._rarest(words)
        found: set[int] = set()
        least = self.share / (1 + self.share)
        for place, word in enumerate(rare):
            rows = self._scratch.run(_FOUND, (word, len(words) - place, least, len(words)))
            found.update(number for (number,) in rows)
        for number in sorted(found):
            ((name, blob),) = self._scratch.run("SELECT name, words FROM texts WHERE number = ?", (number,))
            other = array("I", blob)
            common = len(words.intersection(other))
            share = common / (len(words) + len(other) - common)
            if share >= self.share:
                return bytes(name).decode("utf-8", "surrogatepass"), share
        return None

    def add(self, name: str, text: str) -> None:
        """One text more, later than all before."""
        words = _hashes(text)
        self._count += 1
        row = (self._count, name.encode("utf-8", "surrogatepass"), array("I", sorted(words)).tobytes())
        self._scratch.run("INSERT INTO texts VALUES (?, ?, ?)", row)
        rows = ((word, self._count, place, len(words)) for place, word in enumerate(self._rarest(words)))
        self._scratch.run_many("INSERT INTO holds VALUES (?, ?, ?, ?)", rows)

    def _rarest(self, words: frozenset[int]) -> list[int]:
        """As many of the rarest as could be missing from a similar text, and one more."""
        missing = len(words) - math.ceil(self.share * len(words) - 1e-9)
        return sorted(words, key=lambda word: (self._uses[word % _COUNTERS], word))[: missing + 1]

    def close(self) -> None:
        self._scratch.close()

    def __enter__(self) -> Similar:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.close()


def _hashes(text: str) -> frozenset[int]:
    """32 bits of each word; those of no word where there is none, so that two empty texts are similar."""
    return frozenset(zlib.crc32(word.encode("utf-8", "replace")) for word in words_of(text)) or frozenset({0})
