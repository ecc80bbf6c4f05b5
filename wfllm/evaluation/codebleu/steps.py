"""A syntax tree as the program that the data flow is read from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from wfllm.evaluation.codebleu.parser import SyntaxTree, grammar
from wfllm.evaluation.codebleu.program import (
    COMES_FROM,
    COMPUTED_FROM,
    Flow,
    Mark,
    NoDataFlow,
    Program,
    Read,
    Step,
    Write,
)
from wfllm.evaluation.codebleu.tokens import Tokens

# Sources that all assignments of one program may list together. Chained assignments (a = b = c = ...) list
# each value once for each target before it; past this many, further assignments list none.
MAX_SOURCES = 2_000_000

Todo = int | Step
"""A node to visit, or a step."""


def compile_steps(tree: SyntaxTree, tokens: Tokens, exact: bool) -> Program:
    """The program of `tree`.

    Args:
        exact: False repeats a fault of the published score: an assignment of a string to as many targets
            as the string has parts (`x.y = "z"` has three of each) leaves the whole program without data
            flow. Sources that are merged (see `Program.merged`) also come in another order.

    Raises:
        NoDataFlow: on such an assignment, when `exact` is False.
    """
    return _Compiler(tree, tokens, exact).run()


class _Compiler:
    def __init__(self, tree: SyntaxTree, tokens: Tokens, exact: bool) -> None:
        self.tree, self.tokens, self.exact = tree, tokens, exact
        self.program = Program(exact, tokens)
        self.listed = 0  # sources so far
        self.loops = 0  # around the node being visited
        self.names = {kind: grammar().kind_name(kind) for kind in set(tree.kinds)}
        # The nodes that do more than read their tokens from left to right.
        special: dict[str, Callable[[int], list[Todo]]] = {
            "assignment": self._assignment,
            "augmented_assignment": self._assignment,
            "default_parameter": self._default_parameter,
            "for_in_clause": self._clause,
            "for_statement": self._for,
            "if_statement": self._if,
            "while_statement": self._while,
        }
        self.special = {kind: special[name] for kind, name in self.names.items() if name in special}
        self.clauses = {kind for kind, name in self.names.items() if name == "for_in_clause"}
        # Node -> how many special nodes come before it; and the number of all.
        self.first_special = [0, *accumulate(map(self.special.__contains__, tree.kinds))]

    def run(self) -> Program:
        """Visit the nodes in the order in which the code would run, on a stack of our own."""
        todo: list[Todo] = [0]
        steps, stops, first_token = self.program.steps, self.tree.stops, self.tokens.first
        while todo:
            item = todo.pop()
            if not isinstance(item, int):
                steps.append(item)
                if item is Mark.LOOP:
                    self.loops += 1
                elif item is Mark.END_LOOP:
                    self.loops -= 1
            elif self._only_read(item):
                first, last = first_token[item], first_token[stops[item]]
                if first < last:
                    steps.append(Read(range(first, last)))
            else:
                visit = self.special.get(self.tree.kinds[item], self._children)
                todo += reversed(visit(item))
        return self.program

    def _only_read(self, node: int) -> bool:
        seen = self.first_special
        return seen[node] == seen[self.tree.stops[node]] or self.tree.kinds[node] in grammar().strings

    def _children(self, node: int) -> list[Todo]:
        children = self.tree.children(node)
        if self.clauses:  # their source is read before the value that they build
            children.sort(key=lambda child: self.tree.kinds[child] not in self.clauses)
        return [*children]

    def _kind(self, node: int) -> str:
        return self.names[self.tree.kinds[node]]

    def _tokens(self, node: int) -> Sequence[int]:
        """The numbers of a node's tokens."""
        tokens = range(self.tokens.first[node], self.tokens.first[self.tree.stops[node]])
        same = self.tokens.same_place
        return [same.get(token, token) for token in tokens] if same else tokens

    def _field(self, node: int, number: int) -> int | None:
        """The first child in a field."""
        fields = self.tree.fields
        for child in self.tree.children(node):
            if fields[child] == number:
                return child
        return None

    def _assignment(self, node: int) -> list[Todo]:
        right = self._field(node, grammar().right)
        if right is None:
            return []  # a bare annotation
        return self._set(*self._operands(_promised(self._field(node, grammar().left)), right))

    def _clause(self, node: int) -> list[Todo]:
        left = _promised(self._field(node, grammar().left))
        return self._set([left], [self.tree.children(node)[-1]])

    def _operands(self, left: int, right: int) -> tuple[list[int], list[int]]:
        """What is assigned to what: part by part where both sides have as many, else whole to whole."""
        lefts, rights = self._parts(left), self._parts(right)
        if len(lefts) != len(rights):
            return [left], [right]
        if lefts and not self.exact and {self.tree.kinds[left], self.tree.kinds[right]} & grammar().strings:
            raise NoDataFlow("the parts of a string are no tokens")
        return lefts or [left], rights or [right]

    def _parts(self, node: int) -> list[int]:
        if self.exact and self.tree.kinds[node] in grammar().strings:
            return []
        return [child for child in self.tree.children(node) if self._kind(child) != ","]

    def _set(self, lefts: list[int], rights: list[int], in_loop: bool = False) -> list[Todo]:
        """Read the right sides, then set the left ones from them."""
        writes: list[Step] = []
        for left, right in zip(lefts, rights, strict=True):
            targets, sources = self._tokens(left), self._tokens(right)
            self._flow(COMPUTED_FROM, targets, sources, once=in_loop or self.loops > 0)
            writes.append(Write(targets))
        return [*rights, *writes]

    def _flow(self, kind: str, targets: Sequence[int], sources: Sequence[int], once: bool) -> None:
        texts, flows = self.tokens.texts, self.program.flows
        if not targets:
            return
        self.listed += len(sources)
        if self.listed > MAX_SOURCES:
            sources = ()
        self.program.used.update(sources)
        names = [texts[token] for token in sources]
        flow = Flow(kind, self.program.merged(names) if once else names)
        for target in targets:
            known = flows.setdefault(target, flow)
            if known is not flow:
                flows[target] = Flow(known.kind, self.program.merged(known.sources + flow.sources))

    def _default_parameter(self, node: int) -> list[Todo]:
        value = self._field(node, grammar().value)
        targets = self._tokens(_promised(self._field(node, grammar().name)))
        if value is None:
            self._flow(COMES_FROM, targets, (), once=True)
            return [Write(targets)]
        sources = self._tokens(value)
        if sources:
            self._flow(COMES_FROM, targets, sources, once=True)
        return [value, Write(targets)]

    def _if(self, node: int) -> list[Todo]:
        main: list[Todo] = []
        branches: list[Todo] = []
        complete = False
        for child in self.tree.children(node):
            kind = self._kind(child)
            complete = complete or "else" in kind
            if kind in ("elif_clause", "else_clause"):
                branches += [Mark.BRANCH, child]
            else:
                main.append(child)
        return [Mark.IF, *main, *branches, Mark.END_IF if complete else Mark.END_IF_OR_NONE]

    def _while(self, node: int) -> list[Todo]:
        return [Mark.LOOP, *self.tree.children(node), Mark.END_LOOP]

    def _for(self, node: int) -> list[Todo]:
        left = _promised(self._field(node, grammar().left))
        right = _promised(self._field(node, grammar().right))
        head = self._set(*self._operands(left, right), in_loop=True)
        last = self.tree.children(node)[-1]
        # As in the reference: a loop with an else, whose block does not come last, is not looked into.
        body = [last] if self._kind(last) == "block" else []
        return [Mark.LOOP, *head, *body, Mark.END_LOOP]


def _promised(child: int | None) -> int:
    """A part that the grammar promises."""
    if child is None:
        raise NoDataFlow("a statement lacks a part")
    return child
