"""Runs a program once to learn which reads find their name set, and which settings are ever read."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import compress, count

from wfllm.evaluation.codebleu.program import Mark, Program, Read, Write

NOT_READ, READ, READ_WHEN_SET = 0, 1, 2


def reads(program: Program) -> bytearray:
    """For each token NOT_READ, READ, or READ_WHEN_SET: its name could hold a value by then.

    Adds to `program.used` the tokens whose value some read may find. A loop's body counts as run twice, as
    in the reference, so that what it sets at its end reaches its beginning; in nested loops as well.
    """
    return _Run(program).run()


@dataclass(slots=True)
class _Definitions:
    """The tokens that may have set a name last: one of its own, or those of paths that met."""

    made: int  # when, on a clock that ticks with every definition and loop
    token: int = -1
    parts: list[_Definitions] = field(default_factory=list)
    used: bool = False


@dataclass
class _Choice:
    """An `if` under way."""

    before: dict[str, _Definitions | None] = field(default_factory=dict)  # what the present path has changed
    outcomes: dict[str, list[_Definitions]] = field(default_factory=dict)  # of the paths that have ended
    paths: int = 0


@dataclass(slots=True)
class _Entry:
    """What a name holds where a turn of a loop begins: what it held before, or what the last turn left."""

    loop: int  # when the loop began
    before: _Definitions | None
    value: _Definitions


@dataclass(slots=True)
class _Loop:
    """A loop under way."""

    began: int
    touched: set[str] = field(default_factory=set)  # names to look at when it ends
    inner: set[str] = field(default_factory=set)  # names that a loop inside it touched and has settled


class _Run:
    """Instead of running a body twice, a read of what the body has not set yet reads an entry value, which
    the end of the loop adds its own value to. So the time grows with the length of the program, not with the
    depth of its loops."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.status = bytearray(len(program.tokens.texts))
        self.state: dict[str, _Definitions] = {}
        self.choices: list[_Choice] = []
        self.loops: list[_Loop] = []
        self.entries: dict[str, list[_Entry]] = {}  # of the loops under way, the innermost last
        self.early: list[tuple[int, str]] = []  # reads in the outermost loop of a name not set by then
        self.clock = count()
        tokens = program.tokens
        written = {tokens.texts[t] for step in program.steps if isinstance(step, Write) for t in step.targets}
        self.settable = written.union(compress(tokens.texts, tokens.identifiers))

    def run(self) -> bytearray:
        texts = self.program.tokens.texts
        for step in self.program.steps:
            if isinstance(step, Read):
                self._read(step.tokens)
            elif isinstance(step, Write):
                for token in step.targets:
                    self._set(texts[token], _Definitions(next(self.clock), token))
            elif step is Mark.LOOP:
                self.loops.append(_Loop(next(self.clock)))
            elif step is Mark.END_LOOP:
                self._end_loop(self.loops.pop())
            else:
                self._choice(step)
        return self.status

    def _read(self, numbers: range) -> None:
        tokens, status, state = self.program.tokens, self.status, self.state
        for number in numbers:
            text = tokens.texts[number]
            token = tokens.same_place.get(number, number) if tokens.same_place else number
            definitions = state.get(text)
            if definitions is not None:
                status[token] = READ_WHEN_SET
                self._use(self._at_entry(text, definitions) if self.loops else definitions)
                continue
            status[token] = status[token] or READ
            if text not in self.settable:
                continue
            parts = []
            if self.loops:  # a later turn may find it set
                self.early.append((token, text))
                parts.append(self._at_entry(text, None))
                self._use(parts[0])
            if tokens.identifiers[number]:
                self._set(text, _Definitions(next(self.clock), token, parts))

    def _use(self, definitions: _Definitions) -> None:
        if definitions.used:
            return
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
        if self.loops:
            self.loops[-1].touched.add(text)

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
            if len(outcomes) < choice.paths:
                before = self.state.get(text)
                if self.loops:
                    before = self._at_entry(text, before)
                if before is not None:
                    outcomes.append(before)
            merged = outcomes[0] if len(outcomes) == 1 else _Definitions(next(self.clock), parts=outcomes)
            self._set(text, merged)

    def _at_entry(self, text: str, held: _Definitions | None) -> _Definitions:
        """What a name holds in the innermost loop: `held` if set in this turn, else the entry value."""
        loop = self.loops[-1]
        if not _older(held, loop):
            assert held is not None
            return held
        loop.touched.add(text)
        return self._entry(text, held, loop)

    def _entry(self, text: str, before: _Definitions | None, loop: _Loop) -> _Definitions:
        entries = self.entries.setdefault(text, [])
        if not entries or entries[-1].loop != loop.began:
            value = _Definitions(next(self.clock), parts=[before] if before else [])
            entries.append(_Entry(loop.began, before, value))
        return entries[-1].value

    def _end_loop(self, loop: _Loop) -> None:
        outer = self.loops[-1] if self.loops else None
        for text in loop.touched:
            self._settle(text, loop, outer)
        if outer is None:
            for token, text in self.early:
                if text in self.state:
                    self.status[token] = READ_WHEN_SET
            self.early.clear()
            self.entries.clear()
            return
        # A name that one inner loop alone has touched is settled for the outer loop too. The smaller set goes
        # into the larger, so that the work stays near the number of names however deep the loops nest.
        loop.inner |= loop.touched
        small, large = sorted((loop.inner, outer.inner), key=len)
        outer.touched |= small & large
        large |= small
        outer.inner = large

    def _settle(self, text: str, loop: _Loop, outer: _Loop | None) -> None:
        """Let the entry values of a name in a loop that ends hold what the loop leaves in it."""
        entries = self.entries.get(text, [])
        inside: list[_Entry] = []
        while entries and entries[-1].loop >= loop.began:
            inside.append(entries.pop())
        inside = [entry for entry in inside if _older(entry.before, loop)]
        last = self.state.get(text)
        for entry in inside:
            if last is not None and not _older(last, loop):
                self._add(entry.value, last)
            if outer is not None and _older(entry.before, outer):
                self._add(entry.value, self._entry(text, entry.before, outer))

    def _add(self, definitions: _Definitions, part: _Definitions) -> None:
        definitions.parts.append(part)
        if definitions.used:
            self._use(part)


def _older(definitions: _Definitions | None, loop: _Loop) -> bool:
    """Was a name left as it is by the present turn of a loop?"""
    return definitions is None or definitions.made < loop.began
