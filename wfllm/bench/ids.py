"""Ids that no two records share, in the order they come."""

from __future__ import annotations

import hashlib


class UniqueIds:
    """Remembers 64 bits of each id it has given."""

    def __init__(self) -> None:
        self._taken: set[int] = set()
        self._last: dict[int, int] = {}

    def unique(self, name: str) -> str:
        """The name, or `name#2`, `name#3` where it was given before."""
        key = _bits(name)
        if key not in self._taken:
            self._taken.add(key)
            return name
        number = self._last.get(key, 1) + 1
        while _bits(f"{name}#{number}") in self._taken:
            number += 1
        self._last[key] = number
        self._taken.add(_bits(f"{name}#{number}"))
        return f"{name}#{number}"


def _bits(name: str) -> int:
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")
