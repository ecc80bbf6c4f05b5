"""CodeBLEU of a pair of programs, and of many."""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Literal, TypeVar

from wfllm.errors import WfllmError
from wfllm.evaluation.codebleu.comments import strip_comments_fixed, strip_comments_paper, strip_for_trees
from wfllm.evaluation.codebleu.dataflow import dataflow_edges, dataflow_match
from wfllm.evaluation.codebleu.ngram import ngram_scores
from wfllm.evaluation.codebleu.parser import SyntaxTree, parse
from wfllm.evaluation.codebleu.syntax import syntax_match
from wfllm.workers import follow_parent

Variant = Literal["fixed", "paper"]
Weights = tuple[float, float, float, float]
Pair = tuple[str, str | None]
"""Reference and candidate; None where an answer holds no code."""
Result = TypeVar("Result")

PAPER_WEIGHTS: Weights = (0.1, 0.1, 0.4, 0.4)
# Characters of a program that are read; the rest does not count. The longest published workflow has about
# 100,000. Parsing hostile text can take time that grows faster than its length, so there has to be an end.
MAX_CHARACTERS = 200_000


@dataclass(frozen=True)
class CodeBleu:
    """One pair's scores, each in [0, 1]; `dataflow` is 0 where the reference has no data flow to find."""

    ngram: float
    weighted_ngram: float
    syntax: float
    dataflow: float
    total: float

    @property
    def parts(self) -> tuple[float, float, float, float, float]:
        """Total, n-gram, weighted n-gram, syntax, data flow: in the order people read them."""
        return self.total, self.ngram, self.weighted_ngram, self.syntax, self.dataflow


def codebleu(reference: str, candidate: str, *, weights: Weights = PAPER_WEIGHTS) -> CodeBleu:
    """CodeBLEU (Ren et al. 2020, arXiv 2009.10297) of Python code, as package codebleu 0.7.0 computes it.

    Reference setting: codebleu 0.7.0, tree-sitter 0.22.3, tree-sitter-python 0.21.0, Python 3.11. The four
    components agree with it; faults of that package that move a component are kept here (they are listed in
    `codebleu_many`, which mends them). Two things differ. The package's data flow changes with
    PYTHONHASHSEED; this is one fixed value among those. And `total` is the plain weighted mean of the four
    components, as in the paper's tables, where the package counts a data flow of 0 as 1. Other versions of
    the parser move syntax and data flow, mostly of code that does not parse.

    Args:
        reference: the right program. Only its first 200,000 characters count; so for `candidate`.
        candidate: the program to score. Any text: it is parsed, never run.
        weights: of n-gram, weighted n-gram, syntax and data flow; the paper's by default.

    Returns:
        The scores. They depend on the two texts and the version of the parser alone.
    """
    return _weighted(*_components(reference, candidate, exact=False, work=_Work()), weights)


def codebleu_many(pairs: Iterable[Pair], n_jobs: int = 1, variant: Variant = "fixed") -> list[CodeBleu]:
    """CodeBLEU of many (reference, candidate) pairs, in their order, with the paper's weights.

    `paper` is what the paper computes: comments cut off by `strip_comments_paper`, then `codebleu`; a missing
    candidate (None) counts as empty. Use it to compare with published numbers.

    `fixed` mends what the reference gets wrong:
    - comments are removed by `strip_comments_fixed`, so `#` in a string stays;
    - an empty or blank candidate, or None, scores 0 on every component and in total;
    - where the reference program has no data flow, it is left out of the total and the other three
      weights are scaled to sum to 1 (0.1, 0.1, 0.4 become 1/6, 1/6, 2/3); `dataflow` is then 0;
    - an assignment such as `x.y = "z"` no longer erases the data flow of the whole program;
    - tokens behind a non-ASCII character of their line are read at their place;
    - sources met in loops keep the order of the code, so renaming variables never lowers the data flow.

    Args:
        pairs: the programs.
        n_jobs: processes; the scores are the same for any number.
        variant: `fixed` or `paper`.

    Raises:
        WfllmError: an unknown variant, or fewer than one process.
    """
    if variant not in ("fixed", "paper"):
        raise WfllmError(f"unknown variant {variant!r}", where="codebleu", mend="Use 'fixed' or 'paper'.")
    return _for_all(_paper_pair if variant == "paper" else _fixed_pair, pairs, n_jobs)


def codebleu_both(pairs: Iterable[Pair], n_jobs: int = 1) -> list[tuple[CodeBleu, CodeBleu]]:
    """What `codebleu_many` gives for each pair as `fixed` and as `paper`, in less time than one by one."""
    return _for_all(_both, pairs, n_jobs)


def _for_all(one: Callable[[Pair], Result], pairs: Iterable[Pair], n_jobs: int) -> list[Result]:
    if n_jobs < 1:
        raise WfllmError(
            f"{n_jobs} processes cannot score anything", where="codebleu", mend="Use n_jobs=1 or more."
        )
    todo = list(pairs)
    jobs = min(n_jobs, len(todo))
    if jobs <= 1:
        return [one(pair) for pair in todo]
    # Fresh processes: a fork of one that holds threads (torch, trackers) may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=follow_parent) as pool:
        return list(pool.map(one, todo, chunksize=max(1, len(todo) // (8 * jobs))))


class _Work:
    """The trees and scores of one pair so far: where both variants leave the same code, they share them."""

    def __init__(self) -> None:
        self.ngrams: dict[tuple[str, str], tuple[float, float]] = {}
        self.trees: dict[str, SyntaxTree] = {}
        self.syntax: dict[tuple[str, str], float] = {}

    def ngram_scores(self, reference: str, candidate: str) -> tuple[float, float]:
        words = " ".join(reference.split()), " ".join(candidate.split())
        if words not in self.ngrams:
            self.ngrams[words] = ngram_scores(*words)
        return self.ngrams[words]

    def parse(self, code: str) -> SyntaxTree:
        if code not in self.trees:
            self.trees[code] = parse(code)
        return self.trees[code]

    def syntax_match(self, reference: str, candidate: str) -> float:
        codes = reference, candidate
        if codes not in self.syntax:
            self.syntax[codes] = syntax_match(*map(self.parse, codes))
        return self.syntax[codes]


def _both(pair: Pair) -> tuple[CodeBleu, CodeBleu]:
    work = _Work()
    return _fixed_pair(pair, work), _paper_pair(pair, work)


def _paper_pair(pair: Pair, work: _Work | None = None) -> CodeBleu:
    reference, candidate = (strip_comments_paper((code or "")[:MAX_CHARACTERS]) for code in pair)
    return _weighted(*_components(reference, candidate, exact=False, work=work or _Work()), PAPER_WEIGHTS)


def _fixed_pair(pair: Pair, work: _Work | None = None) -> CodeBleu:
    reference, candidate = (strip_comments_fixed((code or "")[:MAX_CHARACTERS]) for code in pair)
    if not candidate.strip():
        return CodeBleu(0.0, 0.0, 0.0, 0.0, 0.0)
    parts = _components(reference, candidate, exact=True, work=work or _Work())
    if parts[-1] is not None:
        return _weighted(*parts, PAPER_WEIGHTS)
    alpha, beta, gamma, _ = PAPER_WEIGHTS
    rest = alpha + beta + gamma
    return _weighted(*parts, (alpha / rest, beta / rest, gamma / rest, 0.0))


def _weighted(
    ngram: float, weighted_ngram: float, syntax: float, dataflow: float | None, weights: Weights
) -> CodeBleu:
    parts = (ngram, weighted_ngram, syntax, dataflow or 0.0)
    # Not sum(): since Python 3.12 it rounds floats otherwise.
    total = math.fsum(weight * part for weight, part in zip(weights, parts, strict=True))
    return CodeBleu(*parts, total)


def _components(
    reference: str, candidate: str, exact: bool, work: _Work
) -> tuple[float, float, float, float | None]:
    """n-gram, weighted n-gram, syntax, and data flow (None: the reference has none)."""
    codes = [code[:MAX_CHARACTERS].strip() for code in (reference, candidate)]
    bleu, weighted = work.ngram_scores(*codes)
    codes = [strip_for_trees(code) for code in codes]
    numbers: dict[Hashable, int] = {}
    edges = [dataflow_edges(work.parse(code), code, numbers, exact) for code in codes]
    return bleu, weighted, work.syntax_match(*codes), dataflow_match(*edges)
