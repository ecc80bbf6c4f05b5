"""CodeBLEU of a pair of programs, and of many."""

from __future__ import annotations

import multiprocessing
from collections.abc import Hashable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Literal

from wfllm.errors import WfllmError
from wfllm.evaluation.codebleu.comments import strip_comments_fixed, strip_comments_paper, strip_for_trees
from wfllm.evaluation.codebleu.dataflow import dataflow_edges, dataflow_match
from wfllm.evaluation.codebleu.ngram import ngram_scores
from wfllm.evaluation.codebleu.parser import parse
from wfllm.evaluation.codebleu.syntax import syntax_match
from wfllm.workers import follow_parent

Variant = Literal["fixed", "paper"]
Weights = tuple[float, float, float, float]

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
    ngram, weighted_ngram, syntax, dataflow = _components(reference, candidate, exact=False)
    return _weighted(ngram, weighted_ngram, syntax, dataflow or 0.0, weights)


def codebleu_many(
    pairs: Iterable[tuple[str, str | None]], n_jobs: int = 1, variant: Variant = "fixed"
) -> list[CodeBleu]:
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
    if n_jobs < 1:
        raise WfllmError(
            f"{n_jobs} processes cannot score anything", where="codebleu", mend="Use n_jobs=1 or more."
        )
    one = _paper_pair if variant == "paper" else _fixed_pair
    todo = list(pairs)
    jobs = min(n_jobs, len(todo))
    if jobs <= 1:
        return [one(pair) for pair in todo]
    # Fresh processes: a fork of one that holds threads (torch, trackers) may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=follow_parent) as pool:
        return list(pool.map(one, todo, chunksize=max(1, len(todo) // (8 * jobs))))


def _paper_pair(pair: tuple[str, str | None]) -> CodeBleu:
    reference, candidate = pair
    return codebleu(strip_comments_paper(reference), strip_comments_paper(candidate or ""))


def _fixed_pair(pair: tuple[str, str | None]) -> CodeBleu:
    reference, candidate = (strip_comments_fixed((code or "")[:MAX_CHARACTERS]) for code in pair)
    if not candidate.strip():
        return CodeBleu(0.0, 0.0, 0.0, 0.0, 0.0)
    ngram, weighted_ngram, syntax, dataflow = _components(reference, candidate, exact=True)
    if dataflow is not None:
        return _weighted(ngram, weighted_ngram, syntax, dataflow, PAPER_WEIGHTS)
    alpha, beta, gamma, _ = PAPER_WEIGHTS
    rest = alpha + beta + gamma
    return _weighted(ngram, weighted_ngram, syntax, 0.0, (alpha / rest, beta / rest, gamma / rest, 0.0))


def _weighted(
    ngram: float, weighted_ngram: float, syntax: float, dataflow: float, weights: Weights
) -> CodeBleu:
    parts = (ngram, weighted_ngram, syntax, dataflow)
    return CodeBleu(*parts, total=sum(weight * part for weight, part in zip(weights, parts, strict=True)))


def _components(reference: str, candidate: str, exact: bool) -> tuple[float, float, float, float | None]:
    """n-gram, weighted n-gram, syntax, and data flow (None: the reference has none)."""
    codes = [code[:MAX_CHARACTERS].strip() for code in (reference, candidate)]
    bleu, weighted = ngram_scores(*codes)
    codes = [strip_for_trees(code) for code in codes]
    trees = [parse(code) for code in codes]
    numbers: dict[Hashable, int] = {}
    edges = [dataflow_edges(tree, code, numbers, exact) for tree, code in zip(trees, codes, strict=True)]
    return bleu, weighted, syntax_match(*trees), dataflow_match(*edges)
