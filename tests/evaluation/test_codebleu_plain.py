"""The fast ways of CodeBLEU against plain ones: the same numbers from code that only has to be right."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfllm.evaluation.codebleu.definitions import READ_WHEN_SET, reads
from wfllm.evaluation.codebleu.ngram import KEYWORDS, ngram_scores
from wfllm.evaluation.codebleu.parser import SyntaxTree, grammar, parse
from wfllm.evaluation.codebleu.program import Mark, NoDataFlow, Program, Read, Step, Write
from wfllm.evaluation.codebleu.steps import compile_steps
from wfllm.evaluation.codebleu.syntax import subtree_shapes
from wfllm.evaluation.codebleu.tokens import number_tokens

NAMES = st.sampled_from(["a", "b", "c", "d", "x.y", "'a'", "f(a, b)", "1"])
SIMPLE = st.one_of(
    st.builds("{} = {}".format, st.sampled_from(["a", "b", "c", "a, b"]), NAMES),
    st.builds("show({})".format, NAMES),
    st.builds("c += {}".format, NAMES),
)
HEADS = st.sampled_from(["if a:", "if b:", "for a in b:", "for c in f(d):", "while a:", "while d:"])


@st.composite
def blocks(draw: st.DrawFn, depth: int = 4, indent: str = "") -> str:
    lines = []
    for _ in range(draw(st.integers(1, 3))):
        if depth == 0 or draw(st.booleans()):
            lines.append(f"{indent}{draw(SIMPLE)}\n")
            continue
        head = draw(HEADS)
        lines.append(f"{indent}{head}\n" + draw(blocks(depth - 1, indent + " ")))
        if head.startswith("if"):
            if draw(st.booleans()):
                lines.append(f"{indent}elif c:\n" + draw(blocks(0, indent + " ")))
            if draw(st.booleans()):
                lines.append(f"{indent}else:\n" + draw(blocks(depth - 1, indent + " ")))
    return "".join(lines)


BROKEN = st.lists(
    st.sampled_from([*"'\"\n()[]{}=:;1ab é", "if a:\n  ", "for a in b:\n ", "not in ", " a = b\n", "f'{"]),
    max_size=30,
).map("".join)
PROGRAMS = st.one_of(blocks(), BROKEN)


@settings(max_examples=120, deadline=None)
@given(PROGRAMS, st.booleans())
def test_one_run_learns_what_running_every_loop_twice_does(code: str, exact: bool) -> None:
    try:
        fast, plain = (_program(code, exact) for _ in range(2))
    except NoDataFlow:
        return
    status = reads(fast)
    known, used = _by_running_loops_twice(plain)
    assert {token: state == READ_WHEN_SET for token, state in enumerate(status) if state} == known
    assert fast.used == used


def _program(code: str, exact: bool) -> Program:
    tree = parse(code)
    return compile_steps(tree, number_tokens(tree, code, exact), exact)


State = dict[str, frozenset[int]]


def _by_running_loops_twice(program: Program) -> tuple[dict[int, bool], set[int]]:
    """Token read → could its name be set by then; and the tokens some other token's value comes from."""
    tokens = program.tokens
    known: dict[int, bool] = {}
    used = set(program.used)

    def block(steps: list[Step], state: State) -> State:
        """The state after `steps`; the state before is left as it was."""
        state = dict(state)
        at = 0
        while at < len(steps):
            step = steps[at]
            if isinstance(step, Read):
                for number in step.tokens:
                    text, token = tokens.texts[number], tokens.same_place.get(number, number)
                    known[token] = known.get(token, False) or text in state
                    used.update(state.get(text, ()))
                    if tokens.identifiers[number]:
                        state.setdefault(text, frozenset({token}))
            elif isinstance(step, Write):
                state.update({tokens.texts[token]: frozenset({token}) for token in step.targets})
            elif step is Mark.LOOP:
                end = _end(steps, at)
                state = block(steps[at + 1 : end], block(steps[at + 1 : end], state))
                at = end
            else:
                end = _end(steps, at)
                state = _met([block(path, state) for path in _paths(steps[at + 1 : end])], steps[end], state)
                at = end
            at += 1
        return state

    block(program.steps, {})
    return known, used


def _met(ends: list[State], how: Step, before: State) -> State:
    """What names hold where paths meet: what any of them left."""
    if how is Mark.END_IF_OR_NONE:
        ends = [*ends, before]
    names = {name for end in ends for name in end}
    return {name: frozenset().union(*(end.get(name, frozenset()) for end in ends)) for name in names}


def _end(steps: list[Step], at: int) -> int:
    depth = 0
    for position in range(at, len(steps)):
        depth += steps[position] in (Mark.IF, Mark.LOOP)
        depth -= steps[position] in (Mark.END_IF, Mark.END_IF_OR_NONE, Mark.END_LOOP)
        if not depth:
            return position
    raise AssertionError("a block never ends")


def _paths(steps: list[Step]) -> list[list[Step]]:
    paths: list[list[Step]] = [[]]
    depth = 0
    for step in steps:
        depth += step in (Mark.IF, Mark.LOOP)
        depth -= step in (Mark.END_IF, Mark.END_IF_OR_NONE, Mark.END_LOOP)
        if step is Mark.BRANCH and not depth:
            paths.append([])
        else:
            paths[-1].append(step)
    return paths


@settings(deadline=None)
@given(*[st.lists(st.sampled_from(["a", "b", "if", "for", "x=1"]), max_size=12).map(" ".join)] * 2)
def test_n_grams_are_those_counted_as_tuples(reference: str, candidate: str) -> None:
    wanted, given_tokens = reference.split(), candidate.split()
    precisions: list[tuple[float, float]] = []
    recalls: list[tuple[float, float]] = []
    for order in range(1, 5):
        counts = [
            Counter(tuple(t[i : i + order]) for i in range(len(t) - order + 1))
            for t in (wanted, given_tokens)
        ]
        both = counts[0] & counts[1]
        precisions.append((both.total(), counts[1].total()))
        weights = {gram: 1.0 if order > 1 or gram[0] in KEYWORDS else 0.2 for gram in counts[0]}
        part, whole = (sum(weights[gram] * number for gram, number in c.items()) for c in (both, counts[0]))
        recalls.append((part, whole))
    brief = 1.0 if len(given_tokens) > len(wanted) else math.exp(1 - len(wanted) / max(1, len(given_tokens)))
    too_brief = 1.0 if len(given_tokens) > 2 else math.exp(1 - 2 / max(1, len(given_tokens)))
    expected = (brief * _geometric_mean(precisions), too_brief * _geometric_mean(recalls))
    assert ngram_scores(reference, candidate) == pytest.approx(expected)


def _geometric_mean(ratios: list[tuple[float, float]]) -> float:
    if not ratios[0][0]:
        return 0.0
    product: float = math.prod((part or 0.1) / max(1, whole) for part, whole in ratios)
    return math.sqrt(math.sqrt(product))


@settings(max_examples=80, deadline=None)
@given(PROGRAMS, PROGRAMS)
def test_shapes_are_equal_where_the_parser_writes_subtrees_alike(left: str, right: str) -> None:
    shapes: dict[Hashable, int] = {}
    alike = set()
    for code in (left, right):
        tree = parse(code)
        alike |= set(zip(reversed(subtree_shapes(tree, shapes)), _written(tree), strict=True))
    assert len(alike) == len({number for number, _ in alike}) == len({text for _, text in alike})


def _written(tree: SyntaxTree) -> Iterator[str]:
    """Every subtree as text: kinds and fields of the nodes with a name."""
    python = grammar()

    def parts(node: int) -> str:
        return "".join(part(child) for child in tree.children(node))

    def part(node: int) -> str:
        kind, leaf = tree.kinds[node], not tree.children(node)
        if python.is_named(kind) or node in tree.missing:
            return f" {tree.fields[node]}:{whole(node)}"
        return "" if leaf else parts(node)

    def whole(node: int) -> str:
        if node in tree.missing:
            return f"(MISSING {tree.kinds[node]})"
        return tree.errors.get(node) or f"({python.kind_name(tree.kinds[node])}{parts(node)})"

    return (whole(node) for node in range(len(tree.kinds)) if node == 0 or tree.children(node))
