"""`shard=3/16`: which part of the work this machine does."""

from __future__ import annotations

import re

from wfllm.errors import WfllmError


def read_shard(text: str) -> tuple[int, int]:
    """Number and count of a shard.

    Raises:
        WfllmError: it is none.
    """
    found = re.fullmatch(r"(\d{1,5})/(\d{1,5})", text)
    number, of = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= number <= of:
        raise WfllmError(
            f"{text} is no part of a whole", where="shard", mend="Write shard=3/16 for the third of 16."
        )
    return number, of
