"""A workflow as Python: its statements are written, then named, then printed."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from wfllm.shortcuts.actions import BUILTIN
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.code_size import refuse_huge
from wfllm.shortcuts.header import with_head, write_head, write_questions
from wfllm.shortcuts.long_texts import keep_long_texts
from wfllm.shortcuts.printing import Printed, print_code
from wfllm.shortcuts.scope import Scope
from wfllm.shortcuts.tree import Workflow
from wfllm.shortcuts.values import TooDeepError
from wfllm.shortcuts.write_statements import StatementWriter

NOT_LISTED = frozenset(
    (
        "conditional", "repeat.each", "repeat.count", "choosefrommenu",
        "gettext", "dictionary", "getvalueforkey", "ask",
    )
)  # fmt: skip
"""Built-in actions that the paper's `apis` leaves out: they became syntax (paper, Algorithm 1)."""


@dataclass
class Transcript:
    """A workflow as Python code."""

    workflow: Workflow
    code: str
    """In the dialect; ends with a newline; parses on every supported Python."""
    apis: list[str]
    """Identifiers of the actions used, in order of first use, those that became syntax left out."""
    statements: list[Printed]
    """Where each statement stands and which action it is."""
    tree: ast.Module = field(repr=False)
    """What `ast.parse` makes of the code, with the line and column of every statement."""
    names: dict[str, Any]
    """Python name → what the file calls it: `variables` and `outputs` (UUID and shown name)."""
    data: dict[str, bytes] = field(default_factory=dict)
    """Digest → binary content that the code refers to as `data("sha256:…")` or `text_ref("sha256:…")`."""
    notes: list[str] = field(default_factory=list)
    """What was recovered, one line each."""
    raws: list[str] = field(default_factory=list)
    """Kind of each value that only `raw(…)` can hold."""

    @cached_property
    def sidecar(self) -> dict[str, Any]:
        """Hints with which the code compiles to the identical property list. JSON values only."""
        from wfllm.shortcuts.sidecar import make_sidecar

        return make_sidecar(self)


def transcribe(
    workflow: Workflow, apis: Mapping[str, Api] | None = None, longest_text: int = 0
) -> Transcript:
    """The Python code of a workflow.

    Args:
        workflow: from `build_tree`.
        apis: knows each action's implicit input and output name; the shipped catalogue by default.
        longest_text: characters of a text that stands in the code; longer ones are kept in `data` and
            referred to as `text_ref("sha256:…")`. 0: all stand in the code.

    Raises:
        WfllmError: nested beyond what Python can parse, or more than is read back; names file and reason.
    """
    if apis is None:
        from wfllm.shortcuts.catalogue import load_catalogue

        apis = load_catalogue()
    scope = Scope(apis)
    writer = StatementWriter(workflow, scope)
    try:
        body = writer.run()
        asked = write_questions(workflow, body, scope)
        writer.name_outputs()
        if longest_text > 0:
            keep_long_texts(body, longest_text, scope.keep)
        code, printed, tree = print_code(body, writer.limit)
        head = write_head(workflow, scope, takes_input="shortcut_input(" in code)
        code, printed, tree = with_head(code, printed, tree, [*head, *asked])
    except TooDeepError as fault:
        raise writer.refusal(str(fault)) from fault
    except RecursionError as fault:
        raise writer.refusal("a value nested too deeply") from fault
    refuse_huge(code, workflow.name)  # what cannot be read back is not written
    notes = list(workflow.notes)
    return Transcript(
        workflow, code, _listed(workflow), printed, tree, scope.table(), scope.data, notes, scope.raws
    )


def _listed(workflow: Workflow) -> list[str]:
    used = dict.fromkeys(action.identifier for action in workflow.actions)
    return [i for i in used if not (i.startswith(BUILTIN) and i[len(BUILTIN) :] in NOT_LISTED)]
