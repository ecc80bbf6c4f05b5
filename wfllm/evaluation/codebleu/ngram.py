"""The two n-gram parts of CodeBLEU, over tokens split at white space."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

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
    in_wanted, in_given = (
        _ngram_counts([vocabulary[token] for token in tokens], len(vocabulary)) for tokens in (wanted, given)
    )
    found = [shared(*counts) for counts in zip(in_wanted, in_given, strict=True)]
    precisions: list[tuple[float, float]] = [
        (part, counts.total()) for part, counts in zip(found, in_given, strict=True)
    ]
    recalls: list[tuple[float, float]] = [
        (part, counts.total()) for part, counts in zip(found, in_wanted, strict=True)
    ]
    keywords = {
        number: in_wanted[0][number] for word in KEYWORDS if (number := vocabulary.get(word)) is not None
    }
    recalls[0] = (
        _weight(found[0], shared(keywords, in_given[0])),
        _weight(len(wanted), sum(keywords.values())),
    )
    bleu = _brevity_penalty(len(wanted), len(given)) * _geometric_mean(precisions)
    weighted = _brevity_penalty(WEIGHTED_REFERENCE_LENGTH, len(given)) * _geometric_mean(recalls)
    return bleu, weighted


def _ngram_counts(tokens: Sequence[int], size: int) -> list[Counter[int]]:
    """How often each n-gram occurs, for n from 1 to 4. An n-gram of tokens below `size` is one number."""
    counts = [Counter(tokens)]
    ngrams = tokens
    for order in range(2, MAX_ORDER + 1):
        ngrams = [head * size + token for head, token in zip(ngrams, tokens[order - 1 :], strict=False)]
        counts.append(Counter(ngrams))
    return counts


def _weight(tokens: int, keywords: int) -> float:
    """The weight of so many tokens, so many of them keywords."""
    return keywords + OTHER_TOKEN_WEIGHT * (tokens - keywords)


def shared(wanted: Mapping[int, int], given: Mapping[int, int]) -> int:
    """How many of the counted things are in both, each as often as in the one that has fewer."""
    both = [*(wanted.keys() & given.keys())]
    return sum(map(min, map(wanted.__getitem__, both), map(given.__getitem__, both)))


def _geometric_mean(ratios: list[tuple[float, float]]) -> float:
    if ratios[0][0] == 0:
        return 0.0
    logs = [math.log((part or SMOOTHING) / max(1, whole)) for part, whole in ratios]
    return math.exp(math.fsum(logs) / len(logs))


def _brevity_penalty(wanted: int, given: int) -> float:
    if given > wanted:
        return 1.0
    return math.exp(1 - wanted / given) if given else 0.0
