"""The data-flow part of CodeBLEU: which values of the reference come from the same in the candidate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from wfllm.evaluation.codebleu.ngram import shared
from wfllm.evaluation.codebleu.parser import SyntaxTree, TokenText
from wfllm.evaluation.codebleu.steps import Flow, Mark, NoDataFlow, Program, Read, Write, compile_steps

ONLY_READ = Flow("comesFrom", [])


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
        program = compile_steps(tree, TokenText(code, tree.source, exact), exact)
    except NoDataFlow:
        return []
    known = _Run(program).known
    names: dict[str, int] = {}
    found: list[int] = []
    last_sources: list[str] | None = None
    last_number = 0
    for token, text in enumerate(program.texts):
        flow = program.flows.get(token, ONLY_READ)
        if flow is ONLY_READ and token not in known:
            continue
        sources = flow.sources
        if known.get(token):
            sources = program.merged([*sources, text]) if sources else [text]
        if not sources and token not in program.used:
            continue
        if sources is not last_sources:  # the targets of one assignment share one list
            numbers = tuple([names.setdefault(name, len(names)) for name in sources])
            last_sources, last_number = sources, edges.setdefault(numbers, len(edges))
        own = names.setdefault(text, len(names))
        found.append(edges.setdefault((own, flow.kind, last_number), len(edges)))
    return found


@dataclass(slots=True)
class _Definitions:
    """The tokens that may have set a name last: one of its own, or those of paths that met."""

    token: int = -1
    parts: Sequence[_Definitions] = ()
    used: bool = False


@dataclass
class _Choice:
    """An `if` under way."""

    before: dict[str, _Definitions | None] = field(default_factory=dict)  # what the present path has changed
    outcomes: dict[str, list[_Definitions]] = field(default_factory=dict)  # of the paths that have ended
    paths: int = 0


class _Run:
    """Runs a program once to learn which reads find their name set, and which settings are ever read.

    A loop's body runs twice, so that what it sets at its end reaches its beginning, as in the reference.
    Inside a second run an inner loop runs once: by then it has seen everything that a further run could
    bring, so d nested loops cost d + 1 runs of the innermost body, where the reference spends 2 ** d.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.known: dict[int, bool] = {}  # token read -> was its name ever set by then
        self.state: dict[str, _Definitions] = {}
        self.choices: list[_Choice] = []
        self.run()

    def run(self) -> None:
        steps = self.program.steps
        loops: list[tuple[int, str]] = []  # (first step of the body, which run of it this is)
        second_runs = 0  # loops around the present step that are in their second run
        at = 0
        while at < len(steps):
            step = steps[at]
            at += 1
            if isinstance(step, Read):
                self._read(step.tokens)
            elif isinstance(step, Write):
                for token in step.targets:
                    self._set(self.program.texts[token], _Definitions(token))
            elif step is Mark.LOOP:
                loops.append((at, "only" if second_runs else "first"))
            elif step is Mark.END_LOOP:
                body, turn = loops.pop()
                if turn == "first":
                    loops.append((body, "second"))
                    second_runs += 1
                    at = body
                elif turn == "second":
                    second_runs -= 1
            else:
                self._choice(step)

    def _read(self, tokens: range) -> None:
        program, known = self.program, self.known
        for number in tokens:
            text = program.texts[number]
            token = program.same_place.get(number, number)
            definitions = self.state.get(text)
            if definitions is not None:
                known[token] = True
                if not definitions.used:
                    self._use(definitions)
            else:
                known.setdefault(token, False)
                if program.identifiers[number]:
                    self._set(text, _Definitions(token))

    def _use(self, definitions: _Definitions) -> None:
        todo = [definitions]
        while todo:
            one = todo.pop()
            if not one.used:
                one.used = True
                if one.token >= 0:
                    self.program.used.add(one.token)
                todo.extend(one.parts)

    def _set(self, text: str, definitions: _Definitions) -> None:
        if self.choices:
            self.choices[-1].before.setdefault(text, self.state.get(text))
        self.state[text] = definitions

    def _choice(self, step: Mark) -> None:
        if step is Mark.IF:
            self.choices.append(_Choice())
            return
        choice = self.choices[-1]
        for text, before in choice.before.items():
            choice.outcomes.setdefault(text, []).append(self.state[text])
            if before is None:
                del self.state[text]
            else:
                self.state[text] = before
        choice.before.clear()
        choice.paths += 1
        if step is Mark.BRANCH:
            return
        self.choices.pop()
        if step is Mark.END_IF_OR_NONE:
            choice.paths += 1
        for text, outcomes in choice.outcomes.items():
            before = self.state.get(text)
            if len(outcomes) < choice.paths and before is not None:
                outcomes.append(before)
            self._set(text, outcomes[0] if len(outcomes) == 1 else _Definitions(parts=outcomes))
