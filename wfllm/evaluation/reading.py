"""Code of an answer as a syntax tree, where it is short enough to be scored in seconds."""

from __future__ import annotations

import ast

from wfllm.errors import WfllmError
from wfllm.shortcuts.code_size import work_of
from wfllm.shortcuts.syntax import parse_code

MAX_CHARACTERS = 2_000_000
"""Longer code is no answer; 356 real workflows with pictures in them have 900,000 at most."""
MAX_WORK = 100_000
"""Characters outside texts; the same workflows have 42,000 at most. A model that never stops repeats itself
for longer, and checking 100,000 statements takes most of a minute; of what is read, a few seconds."""


def refuse_endless(code: str) -> None:
    """Refuses code that is too long to be scored.

    Raises:
        WfllmError: says how long it is.
    """
    if len(code) <= MAX_WORK:
        return
    work = work_of(code) if len(code) <= MAX_CHARACTERS else None
    if len(code) > MAX_CHARACTERS or work is None or work.characters > MAX_WORK:
        raise WfllmError(
            f"{len(code):,} characters are too long to be scored",
            mend=f"At most {MAX_WORK:,} outside texts, {MAX_CHARACTERS:,} in all.",
        )


def read_code(code: str | None) -> ast.Module | None:
    """The syntax tree of code of any origin; None where there is none or it cannot be read."""
    if code is None or not code.strip():
        return None
    try:
        refuse_endless(code)
        return parse_code(code)
    except WfllmError:
        return None
