"""The metrics of structure of code beside the right code."""

from __future__ import annotations

from wfllm.evaluation.metrics import FAMILIES, Scores
from wfllm.evaluation.structure.nesting import NestingErrors, nesting
from wfllm.evaluation.structure.read import read_steps
from wfllm.evaluation.structure.sequences import Agreement, of_counts, of_neighbours, of_order
from wfllm.evaluation.structure.steps import Steps
from wfllm.evaluation.structure.trees import similarity, tree
from wfllm.shortcuts.catalogue import Catalogue

_EMPTY = Steps(labels=[""], parents=[-1])


def nesting_errors(reference: str, code: str | None, catalogue: Catalogue) -> NestingErrors | None:
    """The four errors of nesting, counted; None where the reference cannot be read."""
    wanted = read_steps(reference, catalogue)
    return None if wanted is None else nesting(wanted, read_steps(code, catalogue) or _EMPTY).errors


def compared(reference: str, code: str | None, catalogue: Catalogue) -> Scores:
    """Scores of code beside the right code.

    - api_precision, api_recall, api_f1: calls of APIs as a multiset. Blocks, texts, variables and what else
      the dialect has its own form for are no calls.
    - order_precision, order_recall, order_f1: their longest common subsequence
    - control_flow: see `trees.similarity`, over blocks, their branches and all actions
    - nest_selection, nest_order, nest_parameters, nest_references: F1 in the manner of NesTools, over all
      steps; nest_order is of pairs of neighbours. See `nesting`.
    - nest_omission, nest_literal, nest_wrong: shares of the reference's nested parameters with this error;
      nest_hallucination: share of its other parameters. Less is better.

    Code that is missing, does not parse or is too long has no steps: scores are 0, and all that is nested is
    omitted. None where the reference has nothing of the kind, or cannot be read itself.
    """
    names = FAMILIES["structure"]
    wanted = read_steps(reference, catalogue)
    if wanted is None:
        return dict.fromkeys(names)
    predicted = read_steps(code, catalogue) or _EMPTY
    nested = nesting(wanted, predicted)
    errors = nested.errors
    return {
        **_parts("api", of_counts(wanted.apis, predicted.apis)),
        **_parts("order", of_order(wanted.apis, predicted.apis)),
        "control_flow": _control_flow(wanted, predicted),
        "nest_selection": _f1(of_counts(wanted.identifiers, predicted.identifiers)),
        "nest_order": _f1(of_neighbours(wanted.identifiers, predicted.identifiers)),
        "nest_parameters": _f1(nested.parameters),
        "nest_references": _f1(nested.references),
        "nest_omission": _share(errors.omission, errors.nested),
        "nest_literal": _share(errors.literal, errors.nested),
        "nest_wrong": _share(errors.wrong, errors.nested),
        "nest_hallucination": _share(errors.hallucination, errors.plain),
    }


def _control_flow(wanted: Steps, predicted: Steps) -> float | None:
    if not wanted.steps:
        return None
    return similarity(tree(wanted.labels, wanted.parents), tree(predicted.labels, predicted.parents))


def _parts(name: str, found: Agreement | None) -> Scores:
    values = found if found is not None else (None, None, None)
    return dict(zip((f"{name}_precision", f"{name}_recall", f"{name}_f1"), values, strict=True))


def _f1(found: Agreement | None) -> float | None:
    return found.f1 if found is not None else None


def _share(count: int, of: int) -> float | None:
    return count / of if of else None
