"""A workflow as its steps: which actions and blocks, inside which, with what, and where that comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from wfllm.evaluation.structure.definitions import Definition, Reference

Token = str | Reference
"""A word, number or sign of a value, or the output of a step in it."""
Draft = str | Definition
"""A token while code is read: what a name holds in a loop is known at the loop's end."""
UNSET = "(unset)"
"""Stands where a name is read that nothing sets."""


@dataclass
class Step:
    """An action or the beginning of a block."""

    identifier: str
    """Of the action; `python.…` for what workflows do not have."""
    api: bool
    """Whether it is the call of an API, and no form of the dialect."""
    drafts: dict[str, list[Draft]]
    parameters: dict[str, tuple[Token, ...]] = field(default_factory=dict)
    """Name, or place of one given without a name → value."""

    def settle(self) -> None:
        """Makes parameters of drafts, when all code is read."""
        for name, drafts in self.drafts.items():
            tokens: list[Token] = []
            for draft in drafts:
                if isinstance(draft, str):
                    tokens.append(draft)
                else:
                    tokens.extend(draft.references() or (UNSET,))
            self.parameters[name] = tuple(tokens)
        self.drafts = {}


@dataclass
class Steps:
    """The steps of a workflow in the order they are written, and the tree of its blocks."""

    steps: list[Step] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    """Of the tree's nodes, parents before children; node 0 is the workflow itself. Nodes are steps, and the
    branches of blocks."""
    parents: list[int] = field(default_factory=list)
    """Node → its parent; -1 of node 0."""

    @property
    def identifiers(self) -> list[str]:
        """Of all steps."""
        return [step.identifier for step in self.steps]

    @property
    def apis(self) -> list[str]:
        """Identifiers of the calls of APIs."""
        return [step.identifier for step in self.steps if step.api]

    def edges(self) -> Iterator[tuple[Reference, int, str]]:
        """Every reference: the output, the step that takes it, and as which parameter; each once."""
        for number, step in enumerate(self.steps):
            for name, tokens in step.parameters.items():
                for token in dict.fromkeys(tokens):
                    if isinstance(token, Reference):
                        yield token, number, name
