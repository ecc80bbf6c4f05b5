"""Rule about the test: nothing that is held out comes back as training data."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from wfllm.bench.content import content_key, short_key
from wfllm.bench.measure import noted
from wfllm.bench.rules.seen import Context, Seen
from wfllm.bench.stages.stage import Item

HELD_OUT = ("dev", "id", "ood")
_WORDS = re.compile(r"\w+")


def near_duplicate(seen: Seen, context: Context) -> str | None:
    """Its code says the same as one that is held out, or its request is word for word the same."""
    if not context.held_out:
        return None
    if query_key(seen.query) in context.held_out:
        return "its request is one that is held out for a test"
    if short_key(content_key(seen.code)) in context.held_out:
        return "its code says the same as one that is held out for a test"
    return None


def query_key(query: str) -> int:
    """64 bits that requests of the same words share, whatever their case and punctuation."""
    text = " ".join(_WORDS.findall(query.casefold()))
    return int.from_bytes(hashlib.sha256(b"query:" + text.encode("utf-8", "replace")).digest()[:8], "big")


def held_out(items: Iterable[Item]) -> tuple[frozenset[int], frozenset[str]]:
    """What rules must know of the records with splits: keys of code and requests that are held out, and
    the APIs that only the test of unseen APIs uses.

    Args:
        items: what stage `split` kept; streamed, only hashes and names of APIs are remembered.
    """
    keys: set[int] = set()
    trained: set[str] = set()
    tested: set[str] = set()
    for item in items:
        if item["split"] in ("train", "ood"):
            (tested if item["split"] == "ood" else trained).update(item["apis"])
        if item["split"] in HELD_OUT:
            keys.add(short_key(noted(item).keys.content))
            keys.add(query_key(item["query"]))
    return frozenset(keys), frozenset(tested - trained)
