"""Is a text in the language that was asked for?"""

from __future__ import annotations

import math

LEAST = 30
"""Characters below which nobody could tell."""
SURE = 0.01
"""Share of the likeliest language's probability below which the one asked for is ruled out."""


def other_language(text: str, wanted: str) -> str | None:
    """ISO code of the language a text is in, where that is surely not the one wanted; else None.

    A language that the identifier does not know is never ruled out.
    """
    if len(text) < LEAST:
        return None
    import py3langid

    scores = {code: float(score) for code, score in py3langid.rank(text)}  # logarithms
    if wanted not in scores:
        return None
    likeliest = max(scores, key=lambda code: scores[code])
    return likeliest if scores[wanted] - scores[likeliest] < math.log(SURE) else None
