"""The data-flow part of CodeBLEU: which values of the reference come from the same in the candidate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from wfllm.evaluation.codebleu.definitions import READ_WHEN_SET, reads
from wfllm.evaluation.codebleu.ngram import shared
from wfllm.evaluation.codebleu.parser import SyntaxTree
from wfllm.evaluation.codebleu.program import COMES_FROM, NoDataFlow
from wfllm.evaluation.codebleu.steps import compile_steps
from wfllm.evaluation.codebleu.tokens import number_tokens


def dataflow_match(reference: list[int], candidate: list[int]) -> float | None:
    """Share of the reference's edges found in the candidate, each candidate edge used once.

    Args: what `dataflow_edges` gave for both. Returns None where the reference has no edge to find.
    """
    if not reference:
        return None
    return shared(Counter(reference), candidate) / len(reference)


def dataflow_edges(tree: SyntaxTree, code: str, edges: dict[Hashable, int], exact: bool) -> list[int]:
    """One number for each data-flow edge of `tree`, equal for equal edges.

    An edge is (token, relation, tokens its value comes from), the tokens by the order in which their names
    first occur, so that renaming variables changes nothing.

    Args:
        code: the source of the tree.
        edges: the numbers given so far; programs that share it can be compared. Grows.
        exact: see `compile_steps` and `TokenText`.
    """
    try:
        program = compile_steps(tree, number_tokens(tree, code, exact), exact)
    except NoDataFlow:
        return []
    status, used, flows = reads(program), program.used, program.flows
    names: dict[str, int] = {}  # by first occurrence
    own_value: dict[int, int] = {}  # name -> the edge of a token that takes its own name's value
    no_source = edges.setdefault((), len(edges))
    found: list[int] = []
    last_sources: list[str] = []
    last_number = no_source
    for token, text in enumerate(program.tokens.texts):
        flow, was_read = flows.get(token), status[token]
        if flow is None:
            if was_read == READ_WHEN_SET:
                own = names.setdefault(text, len(names))
                if own not in own_value:
                    value = edges.setdefault((own,), len(edges))
                    own_value[own] = edges.setdefault((own, COMES_FROM, value), len(edges))
                found.append(own_value[own])
            elif was_read and token in used:
                own = names.setdefault(text, len(names))
                found.append(edges.setdefault((own, COMES_FROM, no_source), len(edges)))
            continue
        sources = flow.sources
        if was_read == READ_WHEN_SET:
            sources = program.merged([*sources, text]) if sources else [text]
        if not sources and token not in used:
            continue
        if sources is not last_sources:  # the targets of one assignment share one list
            numbers = tuple([names.setdefault(name, len(names)) for name in sources])
            last_sources, last_number = sources, edges.setdefault(numbers, len(edges))
        own = names.setdefault(text, len(names))
        found.append(edges.setdefault((own, flow.kind, last_number), len(edges)))
    return found
