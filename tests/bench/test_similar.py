"""Similar texts are found as by comparing all with all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wfllm.bench.similar import Similar, similarity, words_of

WORDS = ["the", "a", "Light", "light", "garden", "lamp", "noon", "晚上好", "5", "é", "\ud800"]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), max_size=15)


def plainly(texts: list[str], share: float) -> list[tuple[str, float] | None]:
    """For each text the first earlier one that is similar, all compared with all."""
    found: list[tuple[str, float] | None] = []
    for number, text in enumerate(texts):
        shares = [(str(n), similarity(words_of(text), words_of(texts[n]))) for n in range(number)]
        found.append(next(((name, common) for name, common in shares if common >= share), None))
    return found


@given(TEXTS, st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9, 1.0]) | st.floats(0.01, 1), st.booleans())
def test_the_same_as_comparing_all_with_all(texts: list[str], share: float, known: bool) -> None:
    found = []
    with Similar(share, texts if known else []) as similar:
        for number, text in enumerate(texts):
            found.append(similar.nearest(text))
            similar.add(str(number), text)
    assert found == plainly(texts, share)
