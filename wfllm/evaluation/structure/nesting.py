"""Nested calls in the manner of NesTools (Han et al., arXiv 2410.11805): which output goes where.

NesTools scores lists of calls in JSON, a call being a name, parameters, and labels for what it returns,
which later parameters may hold. It counts tools selected, pairs of neighbours in order, parameters filled
(texts by ROUGE-L), and nested parameters, and tells four errors of nested parameters apart. Here a call is a
step of the workflow, block or action, and a reference is found by following names to the step that made the
value, so that no name matters. Where else we differ:

- Scores are of one answer each, and means are taken over answers; NesTools adds up counts over all of them.
- Words of texts are compared as they are written; NesTools takes them in lower case and normalises dates.
  Lists and dictionaries are compared as their words, too, where NesTools goes item by item.
- A value may hold words beside references, and several references. A reference counts as a word, right where
  the step it comes from is matched to the right one. NesTools knows a nested value and a plain one.
- Nested parameters are counted reference by reference, and those of steps without a partner count as omitted.
  NesTools looks for errors only where the step and the source both have partners.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from wfllm.evaluation.structure.definitions import Reference
from wfllm.evaluation.structure.sequences import Agreement, agreement, longest_common
from wfllm.evaluation.structure.steps import Steps, Token

MOST_COMPARED = 100_000
"""Pairs of steps compared in looking for partners. Of n steps each looks at the first 100,000 / n that are
left of its kind: of 300 actions, at all."""
MOST_WORK = 3_000_000
"""Words compared by ROUGE-L in one pair of workflows, a few seconds; beyond it values are the same or not."""
_EARLIER = "(from an earlier round)"
_ELSEWHERE = "(from elsewhere)"


@dataclass(frozen=True)
class NestingErrors:
    """The four errors, counted. The first three are of the reference's nested parameters."""

    nested: int
    """Parameters of the reference that hold references."""
    plain: int
    """Its other parameters."""
    omission: int
    """Nested parameters that are not given, or whose step is not there."""
    literal: int
    """Given as a value written out (NesTools' `unfind`)."""
    wrong: int
    """Given a reference to something else, or not to all (`wrong_place`)."""
    hallucination: int
    """Plain parameters that were given a reference."""


@dataclass(frozen=True)
class Nesting:
    """What NesTools tells of one answer; None where the reference has nothing of the kind."""

    parameters: Agreement | None
    references: Agreement | None
    errors: NestingErrors


def nesting(wanted: Steps, predicted: Steps) -> Nesting:
    """Parameters, references and errors of nesting of a predicted workflow."""
    compare = _Comparison()
    partners = _partners(wanted, predicted, compare)
    right = 0.0
    for number, partner in partners.items():
        given, asked = predicted.steps[number].parameters, wanted.steps[partner].parameters
        for name in asked.keys() & given.keys():
            right += compare.values(asked[name], _translated(given[name], partners))
    asked_for = sum(len(step.parameters) for step in wanted.steps)
    given_all = sum(len(step.parameters) for step in predicted.steps)
    return Nesting(
        agreement(right, given_all, asked_for) if asked_for else None,
        _references(wanted, predicted, partners),
        _errors(wanted, predicted, partners),
    )


def _partners(wanted: Steps, predicted: Steps, compare: _Comparison) -> dict[int, int]:
    """Predicted step → step of the reference, each used once, as NesTools finds them: in order, the one of
    the same API whose parameters are most alike; of several the first."""
    left: dict[str, list[int]] = defaultdict(list)
    for number, step in enumerate(wanted.steps):
        left[step.identifier].append(number)
    most = max(1, MOST_COMPARED // max(1, len(predicted.steps)))
    partners: dict[int, int] = {}
    for number, step in enumerate(predicted.steps):
        candidates = left.get(step.identifier, [])
        if not candidates:
            continue
        given = {n: _so_far(v, number, partners) for n, v in step.parameters.items()}
        best, most_right = 0, -1.0
        for place, candidate in enumerate(candidates[:most]):
            asked = wanted.steps[candidate].parameters
            right = 0.0
            for name in asked.keys() & given.keys():
                right += compare.values(_own(asked[name], candidate), given[name])
            if right > most_right:
                best, most_right = place, right
            if right == len(given):
                break
        partners[number] = candidates.pop(best)
    return partners


def _so_far(value: tuple[Token, ...], own: int, partners: Mapping[int, int]) -> tuple[Token, ...]:
    """A predicted value while later steps, which a loop may refer to, have no partners yet."""
    later = tuple(_EARLIER if isinstance(t, Reference) and t.step >= own else t for t in value)
    return _translated(later, partners)


def _own(value: tuple[Token, ...], own: int) -> tuple[Token, ...]:
    return tuple(_EARLIER if isinstance(t, Reference) and t.step >= own else t for t in value)


def _translated(value: tuple[Token, ...], partners: Mapping[int, int]) -> tuple[Token, ...]:
    """A predicted value with the reference's steps in the place of their partners."""
    return tuple(
        t if isinstance(t, str) else Reference(partners[t.step], t.part) if t.step in partners else _ELSEWHERE
        for t in value
    )


class _Comparison:
    """ROUGE-L of values, within a bound of work for one pair of workflows."""

    def __init__(self) -> None:
        self.left = MOST_WORK

    def values(self, wanted: tuple[Token, ...], given: tuple[Token, ...]) -> float:
        """1 where they are the same; otherwise F1 of their longest common subsequence of words."""
        if wanted == given:
            return 1.0
        if not wanted or not given:
            return 0.0
        self.left -= len(wanted) + len(given)
        if self.left < 0:
            return 0.0
        return 2 * longest_common(wanted, given) / (len(wanted) + len(given))


def _references(wanted: Steps, predicted: Steps, partners: Mapping[int, int]) -> Agreement | None:
    """References that go from the partner of the right step into the right parameter of the right step."""
    asked = set(wanted.edges())
    if not asked:
        return None
    count = right = 0
    for output, number, name in predicted.edges():
        count += 1
        if output.step in partners and number in partners:
            source = Reference(partners[output.step], output.part)
            right += (source, partners[number], name) in asked
    return agreement(right, count, len(asked))


def _errors(wanted: Steps, predicted: Steps, partners: Mapping[int, int]) -> NestingErrors:
    partner_of = {partner: number for number, partner in partners.items()}
    counts = dict.fromkeys(("nested", "plain", "omission", "literal", "wrong", "hallucination"), 0)
    for number, step in enumerate(wanted.steps):
        partner = partner_of.get(number)
        given_all = predicted.steps[partner].parameters if partner is not None else {}
        for name, value in step.parameters.items():
            asked = {t for t in value if isinstance(t, Reference)}
            counts["nested" if asked else "plain"] += 1
            given = given_all.get(name)
            sources = {t for t in _translated(given or (), partners) if not isinstance(t, str)}
            refers = any(isinstance(t, Reference) for t in given or ())
            if not asked:
                counts["hallucination"] += refers
            elif given is None:
                counts["omission"] += 1
            elif not refers:
                counts["literal"] += 1
            elif sources != asked or len(sources) != len({t for t in given if not isinstance(t, str)}):
                counts["wrong"] += 1
    return NestingErrors(**counts)
