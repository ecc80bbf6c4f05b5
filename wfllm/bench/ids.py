"""Ids that no two records share, in the order they come."""

from __future__ import annotations

import hashlib

from wfllm.bench.scratch import Remembered


class UniqueIds(Remembered):
    """Remembers 64 bits of each id it has given. Close it, or use it in `with`."""

    def unique(self, name: str) -> str:
        """The name, or `name#2`, `name#3` where it was given before."""
        key = _bits(name)
        number = self.get(key)
        if number is None:
            self.set(key, 1)
            return name
        number += 1
        while self.get(_bits(f"{name}#{number}")) is not None:
            number += 1
        self.set(key, number)
        self.set(_bits(f"{name}#{number}"), 1)
        return f"{name}#{number}"


def _bits(name: str) -> int:
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")
