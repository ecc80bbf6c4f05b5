"""A program as its data flow sees it: a straight list of what is read, what is set, where paths part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from wfllm.evaluation.codebleu.tokens import Tokens

COMES_FROM, COMPUTED_FROM = "comesFrom", "computedFrom"


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

    kind: str  # COMES_FROM or COMPUTED_FROM
    sources: list[str]


@dataclass
class Program:
    """The steps of a tree in the order in which they run."""

    exact: bool
    tokens: Tokens
    steps: list[Step] = field(default_factory=list)
    flows: dict[int, Flow] = field(default_factory=dict)  # token -> where its value comes from
    used: set[int] = field(default_factory=set)  # tokens that some other token's value comes from

    def merged(self, names: list[str]) -> list[str]:
        """Each name once, as happens to the sources of a value set in a loop or from several sides.

        The reference puts them into a set, so that their order, and the score with it, changes with
        PYTHONHASHSEED. Here they keep their first order, or (not exact) go by length and then alphabet: an
        order like the reference's, blind to the program; all its known scores lie where runs of the
        reference lie.
        """
        if len(names) < 2:
            return names
        if self.exact:
            return list(dict.fromkeys(names))
        return sorted(set(names), key=lambda name: (len(name), name))


class NoDataFlow(ValueError):  # noqa: N818 - says what happened
    """The reference implementation fails on this tree, and then scores it as having no data flow."""
