"""Requests that share most of their words, found among all there are without comparing all with all.

Only those that have a key of `minhash` in common are compared, and those word for word. What is remembered
are hashes, on disk, so that memory stays the same and time grows with the number of requests.
"""

from __future__ import annotations

import re
import zlib
from array import array

from wfllm.bench.minhash import MinHash
from wfllm.bench.scratch import Scratch

_WORD = re.compile(r"[\u3040-\u9fff]|[^\W_]+")
_TABLES = """
CREATE TABLE texts (number INTEGER PRIMARY KEY, name BLOB NOT NULL, words BLOB NOT NULL);
CREATE TABLE holds (key INTEGER, number INTEGER, PRIMARY KEY (key, number)) WITHOUT ROWID
"""
_CACHE = 32
"""Megabytes of it in memory: keys come in no order, and nearly each is on a page of its own."""


def words_of(text: str) -> frozenset[str]:
    """The words of a text, whatever their case; each character is one where words are not set apart."""
    return frozenset(_WORD.findall(text.casefold()))


def similarity(left: frozenset[str], right: frozenset[str]) -> float:
    """Share of words that two texts have in common, of all that either has (Jaccard)."""
    return len(left & right) / len(left | right) if left or right else 1.0


class Similar:
    """Texts, among which a similar one is looked for. Close it, or use it in `with`.

    What is found is similar; of texts that have a similar one, at most about 1 in 1,000 is missed, always the
    same ones (see `MinHash`). Texts with the same words are always found.

    Args:
        share: of words in common, from which two texts are similar; above 0, at most 1. The lower, the more
            unlike ones are compared.
    """

    def __init__(self, share: float) -> None:
        self.share = share
        self._keys = MinHash(share)
        self._found = f"""SELECT name, words FROM texts WHERE number IN
            (SELECT number FROM holds WHERE key IN ({", ".join("?" * self._keys.keys)})) ORDER BY number"""
        self._scratch = Scratch(_TABLES, megabytes=_CACHE)
        self._count = 0
        words = _hashes("")
        self._last = ("", words, self._keys(words))

    def nearest(self, text: str) -> tuple[str, float] | None:
        """The first text that is similar, by its name, and the share of words in common; None without any."""
        words, keys = self._made(text)
        for name, blob in self._scratch.run(self._found, keys):
            other = array("I", blob)
            common = len(words.intersection(other))
            share = common / (len(words) + len(other) - common)
            if share >= self.share:
                return bytes(name).decode("utf-8", "surrogatepass"), share
        return None

    def add(self, name: str, text: str) -> None:
        """One text more, later than all before."""
        words, keys = self._made(text)
        self._count += 1
        row = (self._count, name.encode("utf-8", "surrogatepass"), array("I", sorted(words)).tobytes())
        self._scratch.run("INSERT INTO texts VALUES (?, ?, ?)", row)
        rows = ((key, self._count) for key in keys)
        self._scratch.run_many("INSERT OR IGNORE INTO holds VALUES (?, ?)", rows)

    def _made(self, text: str) -> tuple[frozenset[int], list[int]]:
        """Hashes of its words and its keys, made once for the text that is looked for and then added."""
        if self._last[0] != text:
            words = _hashes(text)
            self._last = (text, words, self._keys(words))
        return self._last[1:]

    def close(self) -> None:
        self._scratch.close()

    def __enter__(self) -> Similar:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.close()


def _hashes(text: str) -> frozenset[int]:
    """32 bits of each word; those of no word where there is none, so that two empty texts are similar."""
    return frozenset(zlib.crc32(word.encode("utf-8", "replace")) for word in words_of(text)) or frozenset({0})
