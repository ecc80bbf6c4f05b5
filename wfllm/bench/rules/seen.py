"""What the rules look at: one sample, its code read once, and what is the same for all samples."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from wfllm.config import schema as s
from wfllm.errors import WfllmError
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.comments import code_spans
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.syntax import Placed, parse_code, preorder
from wfllm.shortcuts.used import used_by_statement


@dataclass(frozen=True)
class Context:
    """What rules know beside the sample."""

    settings: s.Confirm
    catalogue: Catalogue
    held_out: Collection[int] = field(default_factory=frozenset)
    """Short keys of code and requests that are held out of training; see `wfllm.bench.rules.leaks`."""
    unseen: Collection[str] = field(default_factory=frozenset)
    """Identifiers of the APIs that training must not see."""


class Seen:
    """One sample. Whatever takes time is found when a rule first asks, and once.

    Args:
        item: with `query`, `apis` (those it was given), `task_plan`, `annotated_code`.
        catalogue: the APIs' documentation.
    """

    def __init__(self, item: Mapping[str, Any], catalogue: Catalogue) -> None:
        self.query: str = item["query"]
        self.given: list[str] = item["apis"]
        self.plan: str = item["task_plan"]
        self.code: str = item["annotated_code"]
        self.catalogue = catalogue

    @cached_property
    def findings(self) -> list[Finding]:
        """What the checker says, by line."""
        return check(self.code, self.catalogue)

    @cached_property
    def tree(self) -> ast.Module | None:
        """The code's syntax tree; None where it does not parse."""
        try:
            return parse_code(self.code)
        except WfllmError:
            return None

    @cached_property
    def statements(self) -> list[Placed]:
        """Statements in pre-order; none where the code does not parse."""
        return preorder(self.tree) if self.tree is not None else []

    @cached_property
    def functions(self) -> list[tuple[str, ast.Call]]:
        """Name and call of every function that is called by name, the dialect's own too, in no order."""
        calls = [n for n in ast.walk(self.tree) if isinstance(n, ast.Call)] if self.tree is not None else []
        return [(call.func.id, call) for call in calls if isinstance(call.func, ast.Name)]

    @cached_property
    def calls(self) -> list[tuple[Api, ast.Call]]:
        """API and call of every function the catalogue knows."""
        found = ((self.catalogue.by_name(name), call) for name, call in self.functions)
        return [(api, call) for api, call in found if api is not None]

    @cached_property
    def used(self) -> set[str]:
        """Identifiers of every action the code stands for, those that became syntax too."""
        if self.tree is None:
            return set()
        try:
            return {i for group in used_by_statement(self.tree, self.catalogue) for i in group}
        except WfllmError:
            return set()

    @cached_property
    def commented(self) -> set[int]:
        """Numbers of the lines with a comment."""
        lines: set[int] = set()
        for start, end, label in code_spans(self.code):
            if label == "comment":
                first = self.code.count("\n", 0, start) + 1
                last = first + self.code.count("\n", start, max(start, end - 1))
                lines.update(range(first, last + 1))
        return lines


Rule = Callable[[Seen, Context], "str | None"]
"""Why a sample is not good enough, in one line; None where it is."""
