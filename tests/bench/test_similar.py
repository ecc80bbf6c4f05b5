"""Similar texts are found as by comparing all with all, but for the few that the keys miss."""

from __future__ import annotations

import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfllm.bench import minhash
from wfllm.bench.minhash import MinHash
from wfllm.bench.similar import Similar, similarity, words_of

WORDS = ["the", "a", "Light", "light", "garden", "lamp", "noon", "晚上好", "5", "é", "\ud800"]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), max_size=15)
Found = list[tuple[str, float] | None]


def plainly(texts: list[str], share: float) -> Found:
    """For each text the first earlier one that is similar, all compared with all."""
    found: Found = []
    words = [words_of(text) for text in texts]
    for number, own in enumerate(words):
        shares = ((str(n), similarity(own, words[n])) for n in range(number))
        found.append(next(((name, common) for name, common in shares if common >= share), None))
    return found


def by_keys(texts: list[str], share: float) -> Found:
    found: Found = []
    with Similar(share) as similar:
        for number, text in enumerate(texts):
            found.append(similar.nearest(text))
            similar.add(str(number), text)
    return found


@given(TEXTS, st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9, 1.0]) | st.floats(0, 1, exclude_min=True))
def test_what_is_found_is_similar_and_the_same_words_are_always_found(texts: list[str], share: float) -> None:
    words = [words_of(text) for text in texts]
    for number, near in enumerate(by_keys(texts, share)):
        if near is None:
            assert words[number] not in words[:number]
        else:
            earlier = int(near[0])
            assert earlier < number
            assert near[1] == similarity(words[number], words[earlier]) >= share


def likened(share: float, count: int) -> list[str]:
    """Pairs of texts of 30 words, one after the other, that have just this share of the words in common."""
    draw = random.Random(3)
    same = round(2 * 30 * share / (1 + share))
    texts = []
    for number in range(count):
        common = [f"w{number}x{n}" for n in range(same)]
        others = [[f"r{draw.getrandbits(60)}" for _ in range(30 - same)] for _ in range(2)]
        texts += [" ".join(common + other) for other in others]
    return texts


@pytest.mark.parametrize(
    "share", [0.5, *(pytest.param(share, marks=pytest.mark.slow) for share in (0.3, 0.7, 0.9))]
)
def test_recall(share: float) -> None:
    """Of pairs that are just similar enough, where most are missed; about 1 in 1,000 should be."""
    texts = likened(share, 1000)
    enough = similarity(words_of(texts[0]), words_of(texts[1]))
    wanted = plainly(texts[:40], enough)
    assert sum(near is not None for near in wanted) == 20
    found = by_keys(texts, enough)
    assert [near for near in found[:40] if near] == [near for near in wanted if near]
    missed = sum(near is None for near in found) - 1000
    assert 0 <= missed <= 5


def test_requests_like_real_ones() -> None:
    """Words as often as in a language; one in five repeats another with some words changed."""
    draw, texts = random.Random(5), list[list[str]]()
    for number in range(600):
        words = [f"w{int(draw.paretovariate(0.8))}" for _ in range(30)]
        if number % 5 == 4:
            words = [
                w if draw.random() > 0.1 else other
                for w, other in zip(draw.choice(texts), words, strict=True)
            ]
        texts.append(words)
    joined = [" ".join(words) for words in texts]
    wanted = plainly(joined, 0.7)
    assert sum(near is not None for near in wanted) > 60
    assert by_keys(joined, 0.7) == wanted


def test_keys_are_the_same_everywhere() -> None:
    """They decide what is dropped, so no machine, version or process may have others."""
    keys = MinHash(0.7)(frozenset({zlib.crc32(b"light"), 0, 2**32 - 1}))
    assert (len(keys), keys[0], keys[-1]) == (56, 7675128223234000351, -2820038765758730029)


def test_a_long_text_has_the_same_keys_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    words, keys = frozenset(range(0, 300, 3)), MinHash(0.7)
    whole = keys(words)
    monkeypatch.setattr(minhash, "_AT_ONCE", 7)
    assert keys(words) == whole != keys(words - {0, 3, 6})
