"""The head of a workflow's code: what it accepts, what it does without input, what it asks when imported.

Only what differs from a new shortcut is written, so most code has no head. `read_header.py` is the way back.
"""

from __future__ import annotations

import ast
from typing import Any

from wfllm.shortcuts import actions as st
from wfllm.shortcuts.expressions import write
from wfllm.shortcuts.header_forms import (
    CLASSES,
    NO_INPUT,
    QUESTIONS,
    SHARED,
    TYPES,
    WORD_OF_BEHAVIOUR,
    WORD_OF_CLASS,
    accepts_anything,
    is_class,
)
from wfllm.shortcuts.nodes import call
from wfllm.shortcuts.parse_values import parse
from wfllm.shortcuts.printing import BlockEntry, Body, Comment, Entry, Printed
from wfllm.shortcuts.scope import Scope
from wfllm.shortcuts.syntax import preorder
from wfllm.shortcuts.tree import Workflow
from wfllm.shortcuts.unparse import unparse

_GIVES_INPUT = frozenset((SHARED, "QuickActions", "ReceivesOnScreenContent"))
"""Places that start a shortcut with an input; elsewhere what it accepts is shown only where it is used."""
_QUESTION = frozenset(("ActionIndex", "Category", "DefaultValue", "ParameterKey", "Text"))


def write_head(workflow: Workflow, scope: Scope, takes_input: bool) -> list[ast.stmt]:
    """The statements above a workflow's first one.

    Args:
        takes_input: whether any of its statements looks at the input.
    """
    settings = workflow.settings
    found: list[ast.stmt] = []
    types = settings.get(TYPES)
    shown = takes_input or (isinstance(types, list) and any(word in types for word in _GIVES_INPUT))
    classes = settings.get(CLASSES)
    if shown and isinstance(classes, list) and not accepts_anything(classes):
        known = [c for c in classes if isinstance(c, str) and (c in WORD_OF_CLASS or is_class(c))]
        if len(known) == len(classes):
            found.append(ast.Expr(call("accepts", *(ast.Constant(WORD_OF_CLASS.get(c, c)) for c in known))))
    without = _write_no_input(settings.get(NO_INPUT), scope)
    if without is not None:
        found.append(ast.Expr(without))
    return found


def with_head(
    code: str, printed: list[Printed], tree: ast.Module, head: list[ast.stmt]
) -> tuple[str, list[Printed], ast.Module]:
    """Code with the statements of its head above it, where each statement stands then, and its tree."""
    if not head:
        return code, printed, tree
    lines = "".join(f"{unparse(node)}\n" for node in head)
    moved = [Printed(p.line + len(head), p.index, p.role) for p in printed]
    for placed in preorder(tree):
        placed.node.lineno += len(head)
        for case in getattr(placed.node, "cases", ()):
            case.pattern.lineno += len(head)
    for line, node in enumerate(head, start=1):
        node.lineno, node.col_offset = line, 0
    marks = [Printed(line, -1, "head") for line in range(1, len(head) + 1)]
    return lines + code, [*marks, *moved], ast.Module([*head, *tree.body], [])


def _write_no_input(raw: Any, scope: Scope) -> ast.Call | None:
    name = raw.get("Name") if isinstance(raw, dict) else None
    if not isinstance(name, str) or not name.startswith("WFWorkflowNoInputBehavior"):
        return None  # files without a name do what those without the key do
    parameters = raw.get("Parameters")
    fields = dict(parameters) if isinstance(parameters, dict) else {}
    word = WORD_OF_BEHAVIOUR.get(name, name)
    args: list[ast.expr] = [ast.Constant(word)]
    item = fields.get("ItemClass")
    if word == "ask for" and isinstance(item, str) and (item in WORD_OF_CLASS or is_class(item)):
        args.append(ast.Constant(WORD_OF_CLASS.get(item, item)))
        del fields["ItemClass"]
    elif word == "stop and respond" and "Error" in fields:
        args.append(write(parse(fields.pop("Error")), scope))
    if fields.get("SerializedParameters") == {}:
        del fields["SerializedParameters"]
    renamed = {"AllowMultipleSelection": "multiple"} if "multiple" not in fields else {}
    rest = {renamed.get(key, key): write(parse(value), scope) for key, value in fields.items()}
    return call("without_input", *args, **rest)


def write_questions(workflow: Workflow, body: Body, scope: Scope) -> list[ast.stmt]:
    """Puts each import question before the statement it is about; returns those that are about none."""
    questions = workflow.settings.get(QUESTIONS)
    above: list[ast.stmt] = []
    if not isinstance(questions, list) or not questions:
        return above
    entries = {entry.index: entry for entry in _entries(body)}
    # statements of a block's result stand above it already; questions follow them
    for question in questions:
        if not isinstance(question, dict):
            continue
        index, key, text = (question.get(name) for name in ("ActionIndex", "ParameterKey", "Text"))
        entry = entries.get(index) if type(index) is int else None
        simple = question.keys() <= _QUESTION and question.get("Category") == "Parameter"
        if entry is None or not simple or not isinstance(key, str) or not isinstance(text, (str, type(None))):
            fields = call("dict", **{k: write(parse(v), scope) for k, v in sorted(question.items())})
            above.append(ast.Expr(call("import_question", fields=fields)))
            continue
        action = workflow.actions[entry.index]
        about = (
            {} if st.OWN_KEYS.get(action.identifier) == frozenset((key,)) else {"about": ast.Constant(key)}
        )
        default = (
            {"default": write(parse(question["DefaultValue"]), scope)} if "DefaultValue" in question else {}
        )
        args = [] if text is None else [ast.Constant(text)]
        entry.before.append(ast.Expr(call("import_question", *args, **about, **default)))
    return above


def _entries(body: Body) -> list[Entry | BlockEntry]:
    """The statements that stand for an action, those inside blocks included."""
    found: list[Entry | BlockEntry] = []
    stack = [body]
    while stack:
        for entry in stack.pop():
            if entry.index >= 0 and not isinstance(entry, Comment):
                found.append(entry)
            if isinstance(entry, BlockEntry):
                stack.extend(part.body for part in entry.sections)
    return found
