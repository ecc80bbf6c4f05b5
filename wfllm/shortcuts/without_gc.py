"""Work on one file without the search for reference cycles: trees of values and syntax hold none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_gc() -> Iterator[None]:
    """Nothing is searched for cycles inside; what has none is freed as always.

    Thousands of live nodes make Python look through all of them again and again, a tenth of the time of
    transcribing. At the end of each file the search is on again.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
