"""A syntax tree as a straight list of steps: what is read, what is set from what, where paths part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import accumulate

from wfllm.evaluation.codebleu.parser import SyntaxTree, TokenText, grammar

# Sources that all assignments of one program may list together. Chained assignments (a = b = c = ...) list
# each value once for each target before it; past this many, further assignments list none.
MAX_SOURCES = 2_000_000


# The nodes that do more than read their tokens from left to right.
SPECIAL = frozenset(
    {
        "assignment",
        "augmented_assignment",
        "default_parameter",
        "for_in_clause",
        "for_statement",
        "if_statement",
        "while_statement",
    }
)


class Mark(Enum):
    """Where control flow parts and meets."""

    IF = "a choice begins"
    BRANCH = "the path so far ends, another begins from the state before the choice"
    END_IF = "the paths meet"
    END_IF_OR_NONE = "the paths meet, and the one on which no branch is taken"
    LOOP = "a loop begins"
    END_LOOP = "a loop ends"


@dataclass(slots=True)
class Read:
    """Tokens are read, in order. An identifier that was never set counts as set from here on."""

    tokens: range


@dataclass(slots=True)
class Write:
    """Tokens take a new value."""

    targets: Sequence[int]


Step = Mark | Read | Write


@dataclass(slots=True)
class Flow:
    """What is known before any step runs of the names a token's value comes from."""

    kind: str  # comesFrom, computedFrom
    sources: list[str]


@dataclass
class Program:
    """The steps of a tree in the order in which they run.

    Tokens are numbered from left to right; a string is one token, comments are none, and keywords,
    operators and brackets are left out.
    """

    exact: bool
    texts: list[str] = field(default_factory=list)  # token -> text
    steps: list[Step] = field(default_factory=list)
    identifiers: list[bool] = field(default_factory=list)  # token -> is it a name
    same_place: dict[int, int] = field(default_factory=dict)  # token that stands for another -> the other
    flows: dict[int, Flow] = field(default_factory=dict)  # token -> where its value comes from
    used: set[int] = field(default_factory=set)  # tokens that some other token's value comes from

    def merged(self, names: list[str]) -> list[str]:
        """Each name once, as happens to the sources of a value set in a loop or from several sides.

        The reference puts them into a set, so that their order, and the score with it, changes with
        PYTHONHASHSEED. Here they keep their first order, or (not exact) go by length and then alphabet: an
        order like the reference's, blind to the program; all its known scores lie where runs of the
        reference lie.
        """
        return (
            list(dict.fromkeys(names))
            if self.exact
            else sorted(set(names), key=lambda name: (len(name), name))
        )


class NoDataFlow(ValueError):  # noqa: N818 - says what happened
    """The reference implementation fails on this tree, and then scores it as having no data flow."""


def compile_steps(tree: SyntaxTree, text: TokenText, exact: bool) -> Program:
    """The program of `tree`.

    Args:
        exact: False repeats a fault of the published score: an assignment of a string to as many targets
            as the string has parts (`x.y = "z"` has three of each) leaves the whole program without data
            flow. Sources that are merged (see `Program.merged`) also come in another order.

    Raises:
        NoDataFlow: on such an assignment, when `exact` is False.
    """
    return _Compiler(tree, text, exact).run()


class _Compiler:
    def __init__(self, tree: SyntaxTree, text: TokenText, exact: bool) -> None:
        self.tree, self.exact = tree, exact
        self.program = Program(exact)
        self.listed = 0  # sources so far
        self.loops = 0  # around the node being visited
        python = grammar()
        self.names = {kind: python.kind_name(kind) for kind in set(tree.kinds)}
        self.strings = {kind for kind, name in self.names.items() if name == "string"}
        self.comprehensions = "for_in_clause" in self.names.values()
        self.comments = {kind for kind, name in self.names.items() if name == "comment"}
        self._number_tokens(text)

    def _number_tokens(self, text: TokenText) -> None:
        """Number the tokens; `first_token[node]` is the first at or behind a node, in pre-order."""
        tree = self.tree
        is_token = bytearray(len(tree.kinds) + 1)
        special = {kind for kind, name in self.names.items() if name in SPECIAL}
        is_special = [kind in special for kind in tree.kinds]
        empty: dict[int, list[int]] = {}
        # Where texts are read at their place, an operator or keyword reads as its kind. Not those of two
        # words: `not` and `in` are both of the kind `not in`, and so count as tokens, as in the reference.
        plain = {
            kind
            for kind, name in self.names.items()
            if text.at_place and " " not in name and not grammar().is_named(kind)
        }
        node, end = 0, len(tree.kinds)
        while node < end:
            kind, stop = tree.kinds[node], tree.stops[node]
            if kind in plain and stop == node + 1 and tree.starts[node] < tree.ends[node]:
                node = stop
                continue
            whole = stop == node + 1 or kind in self.strings
            if whole and kind not in self.comments:
                token = text.between(tree.starts[node], tree.ends[node])
                if token != self.names[kind]:
                    is_token[node] = 1
                    self.program.texts.append(token)
                    self.program.identifiers.append(self.names[kind] == "identifier")
                    if tree.starts[node] == tree.ends[node]:
                        empty.setdefault(tree.starts[node], []).append(len(self.program.texts) - 1)
            node = stop if whole else node + 1
        # Tokens that the parser supplied at one place are one token, the last.
        self.program.same_place = {token: group[-1] for group in empty.values() for token in group}
        self.first_token = [0, *accumulate(is_token)]
        self.first_special = [0, *accumulate(is_special)]  # likewise, of the nodes that are more than reads

    def run(self) -> Program:
        """Visit the nodes in the order in which the code would run, on a stack of our own."""
        todo: list[int | Step] = [0]
        while todo:
            item = todo.pop()
            if isinstance(item, int):
                todo.extend(reversed(self._expand(item)))
                continue
            self.program.steps.append(item)
            if item is Mark.LOOP:
                self.loops += 1
            elif item is Mark.END_LOOP:
                self.loops -= 1
        return self.program

    def _expand(self, node: int) -> list[int | Step]:
        """What to do for a node: steps, and inner nodes to visit."""
        stop = self.tree.stops[node]
        if self.first_special[node] == self.first_special[stop] or self.tree.kinds[node] in self.strings:
            first, last = self.first_token[node], self.first_token[stop]
            return [Read(range(first, last))] if first < last else []
        match self._kind(node):
            case "assignment" | "augmented_assignment" | "for_in_clause":
                return self._assignment(node)
            case "default_parameter":
                return self._default_parameter(node)
            case "if_statement":
                return self._if(node)
            case "for_statement":
                return self._for(node)
            case "while_statement":
                return [Mark.LOOP, *self.tree.children(node), Mark.END_LOOP]
        children: list[int | Step] = [*self.tree.children(node)]
        if self.comprehensions:  # their source is read before the value that they build
            children.sort(key=lambda child: self._kind(child) != "for_in_clause")
        return children

    def _kind(self, node: int | Step) -> str:
        return self.names[self.tree.kinds[node]] if isinstance(node, int) else ""

    def _tokens(self, node: int) -> Sequence[int]:
        """The numbers of a node's tokens."""
        tokens = range(self.first_token[node], self.first_token[self.tree.stops[node]])
        same = self.program.same_place
        return [same.get(token, token) for token in tokens] if same else tokens

    def _fields(self, node: int) -> dict[int, int]:
        """Field number -> the first child in it."""
        return {self.tree.fields[child]: child for child in reversed(self.tree.children(node))}

    def _assignment(self, node: int) -> list[int | Step]:
        fields, python = self._fields(node), grammar()
        left, right = fields.get(python.left), fields.get(python.right)
        if self._kind(node) == "for_in_clause":
            return self._set([_promised(left)], [self.tree.children(node)[-1]])
        if right is None:
            return []  # a bare annotation
        return self._set(*self._operands(_promised(left), right))

    def _operands(self, left: int, right: int) -> tuple[list[int], list[int]]:
        """What is assigned to what: part by part where both sides have as many, else whole to whole."""
        lefts, rights = self._parts(left), self._parts(right)
        if len(lefts) != len(rights):
            return [left], [right]
        if lefts and not self.exact and {self.tree.kinds[left], self.tree.kinds[right]} & self.strings:
            raise NoDataFlow("the parts of a string are no tokens")
        return lefts or [left], rights or [right]

    def _parts(self, node: int) -> list[int]:
        if self.exact and self.tree.kinds[node] in self.strings:
            return []
        return [child for child in self.tree.children(node) if self._kind(child) != ","]

    def _set(self, lefts: list[int], rights: list[int], in_loop: bool = False) -> list[int | Step]:
        """Read the right sides, then set the left ones from them."""
        writes: list[Step] = []
        for left, right in zip(lefts, rights, strict=True):
            targets, sources = self._tokens(left), self._tokens(right)
            self._flow("computedFrom", targets, sources, once=in_loop or self.loops > 0)
            writes.append(Write(targets))
        return [*rights, *writes]

    def _flow(self, kind: str, targets: Sequence[int], sources: Sequence[int], once: bool) -> None:
        texts, flows = self.program.texts, self.program.flows
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

    def _default_parameter(self, node: int) -> list[int | Step]:
        fields, python = self._fields(node), grammar()
        value = fields.get(python.value)
        targets = self._tokens(_promised(fields.get(python.name)))
        if value is None:
            self._flow("comesFrom", targets, (), once=True)
            return [Write(targets)]
        sources = self._tokens(value)
        if sources:
            self._flow("comesFrom", targets, sources, once=True)
        return [value, Write(targets)]

    def _if(self, node: int) -> list[int | Step]:
        main: list[int | Step] = []
        branches: list[int | Step] = []
        complete = False
        for child in self.tree.children(node):
            kind = self._kind(child)
            complete = complete or "else" in kind
            if kind in ("elif_clause", "else_clause"):
                branches += [Mark.BRANCH, child]
            else:
                main.append(child)
        return [Mark.IF, *main, *branches, Mark.END_IF if complete else Mark.END_IF_OR_NONE]

    def _for(self, node: int) -> list[int | Step]:
        fields, python = self._fields(node), grammar()
        left, right = _promised(fields.get(python.left)), _promised(fields.get(python.right))
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
