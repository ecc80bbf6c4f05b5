"""The two n-gram parts of CodeBLEU, over tokens split at white space."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]

# The weight of a single token that is no keyword; a keyword weighs 1. Ren et al. 2020, section 3.1.
OTHER_TOKEN_WEIGHT = 0.2
# Keywords in the sense of the reference: the hard ones, the soft ones without `_`. A fixed list, since the
# interpreter's own changes between versions.
KEYWORDS = (
    *("False", "None", "True", "and", "as", "assert", "async", "await", "break", "case", "class", "continue"),
    *("def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is"),
    *("lambda", "match", "nonlocal", "not", "or", "pass", "raise", "return", "try", "type", "while", "with"),
    "yield",
)
# The reference implementations measure the reference's length on the pair (tokens, weights), so that in the
# weighted score only answers of one or two tokens are ever too brief. Every published score has it so.
WEIGHTED_REFERENCE_LENGTH = 2
MAX_ORDER = 4
SMOOTHING = 0.1  # stands for a count of zero (method 1 of Chen and Cherry 2014)


def ngram_scores(reference: str, candidate: str) -> tuple[float, float]:
    """BLEU of `candidate`, and the weighted recall that CodeBLEU puts beside it; both in [0, 1].

    BLEU is the clipped precision of n-grams up to 4. The weighted score is a recall (the share of the
    reference's n-grams found in the candidate) in which single tokens weigh 1 when keywords and 0.2
    otherwise. Both are 0 when no token is shared.
    """
    wanted, given = reference.split(), candidate.split()
    vocabulary = {token: number for number, token in enumerate(dict.fromkeys([*wanted, *given]))}
    first, second = (_numbered(tokens, vocabulary) for tokens in (wanted, given))
    counts = list(_counts(first, second, len(vocabulary)))
    found = [int(both.sum()) for both in (np.minimum(*sides) for sides in counts)]
    precisions = [(float(part), int(side.sum())) for part, (_, side) in zip(found, counts, strict=True)]
    recalls = [(float(part), float(side.sum())) for part, (side, _) in zip(found, counts, strict=True)]
    keywords = [vocabulary[word] for word in KEYWORDS if word in vocabulary]
    in_wanted, in_given = (side[keywords] for side in counts[0])
    recalls[0] = (
        _weight(found[0], int(np.minimum(in_wanted, in_given).sum())),
        _weight(len(wanted), int(in_wanted.sum())),
    )
    bleu = _brevity_penalty(len(wanted), len(given)) * _geometric_mean(precisions)
    weighted = _brevity_penalty(WEIGHTED_REFERENCE_LENGTH, len(given)) * _geometric_mean(recalls)
    return bleu, weighted


def _numbered(tokens: list[str], vocabulary: dict[str, int]) -> Numbers:
    return np.fromiter(map(vocabulary.__getitem__, tokens), np.int64, len(tokens))


def _counts(wanted: Numbers, given: Numbers, size: int) -> Iterator[tuple[Numbers, Numbers]]:
    """For n from 1 to 4 how often each n-gram of either side occurs on both; tokens are below `size`.

    An n-gram is the number of its head (all but the last token) times `size` and its last token, numbered
    anew for each n so that it stays far below 2 ** 63.
    """
    left, right = wanted, given
    for order in range(1, MAX_ORDER + 1):
        if order > 1:
            left = left[:-1] * size + wanted[order - 1 :]
            right = right[:-1] * size + given[order - 1 :]
            _, numbers = np.unique(np.concatenate([left, right]), return_inverse=True)
            left, right = numbers[: len(left)], numbers[len(left) :]
        kinds = size + len(left) + len(right)
        yield np.bincount(left, minlength=kinds), np.bincount(right, minlength=kinds)


def _weight(tokens: int, keywords: int) -> float:
    """The weight of so many tokens, so many of them keywords."""
    return keywords + OTHER_TOKEN_WEIGHT * (tokens - keywords)


def shared(wanted: Counter[int], given: Iterable[int]) -> int:
    """How many of the wanted things are given, each counted as often as on the side that has fewer."""
    both = Counter(filter(wanted.__contains__, given))
    return sum(map(min, both.values(), map(wanted.__getitem__, both)))


def _geometric_mean(ratios: Sequence[tuple[float, float]]) -> float:
    if ratios[0][0] == 0:
        return 0.0
    logs = [math.log((part or SMOOTHING) / max(1, whole)) for part, whole in ratios]
    return math.exp(math.fsum(logs) / len(logs))


def _brevity_penalty(wanted: int, given: int) -> float:
    if given > wanted:
        return 1.0
    return math.exp(1 - wanted / given) if given else 0.0
