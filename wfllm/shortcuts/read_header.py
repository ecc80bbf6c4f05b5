"""The head of a workflow's code as top-level keys: `accepts(…)`, `without_input(…)`, `import_question(…)`."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass, field
from typing import Any

from wfllm.shortcuts import actions as st
from wfllm.shortcuts.build_values import build
from wfllm.shortcuts.header_forms import (
    BEHAVIOUR,
    CLASSES,
    HAS_FALLBACK,
    HAS_INPUT,
    NO_INPUT,
    QUESTIONS,
    SETTINGS,
    SHARED,
    TYPES,
    WORD_OF_BEHAVIOUR,
    WORD_OF_CLASS,
    is_class,
)
from wfllm.shortcuts.read_base import ReadError, ReadScope, arguments, called, is_left_out, text_literal
from wfllm.shortcuts.read_expressions import read, read_fields
from wfllm.shortcuts.values import Record

_CLASS_OF_WORD = {word: class_ for class_, word in WORD_OF_CLASS.items()}
_BEHAVIOUR_OF_WORD = {word: name for name, word in WORD_OF_BEHAVIOUR.items()}
HEADER = frozenset(("accepts", "without_input", "import_question"))
"""Functions that say something of the whole shortcut and stand for no action."""


@dataclass
class Header:
    """What the code says of the shortcut as a whole."""

    classes: Any = None
    no_input: Any = None
    questions: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[tuple[ast.Call, dict[str, Any]]] = field(default_factory=list)
    """Questions about the next statement, each with the statement that asks it."""


def read_header(call: ast.Call, header: Header, scope: ReadScope, first: bool) -> None:
    """Reads one statement of the head.

    Args:
        first: whether no action stands before it.

    Raises:
        ReadError: said twice, below the head, or in words nobody knows.
    """
    function = called(call)
    if function == "import_question":
        question = _read_question(call, scope)
        if "ActionIndex" in question:
            header.questions.append(question)
        else:
            header.waiting.append((call, question))
        return
    if not first:
        raise ReadError(call, f"{function} stands above the first action", "Move it to the top.")
    if (header.classes if function == "accepts" else header.no_input) is not None:
        raise ReadError(call, f"{function} is said twice", "Say it once.")
    if function == "accepts":
        arguments(call, 0, len(call.args))
        header.classes = [_class_of(arg) for arg in call.args]
    else:
        header.no_input = _read_no_input(call, scope)


def _class_of(node: ast.expr) -> str:
    word = text_literal(node)
    if word in _CLASS_OF_WORD or is_class(word):
        return _CLASS_OF_WORD.get(word, word)
    raise ReadError(node, f"no kind of input is called {word[:40]}", f"One of: {', '.join(_CLASS_OF_WORD)}.")


def _read_no_input(call: ast.Call, scope: ReadScope) -> dict[str, Any]:
    fields = arguments(call, 1, 2, None)
    word = text_literal(call.args[0])
    name = _BEHAVIOUR_OF_WORD.get(word, word if word.startswith(BEHAVIOUR) else "")
    if not name:
        known = ", ".join(_BEHAVIOUR_OF_WORD)
        raise ReadError(call, f"nothing without input is called {word[:40]}", f"One of: {known}.")
    made: dict[str, Any] = {}
    if len(call.args) == 2 and word == "ask for":
        made["ItemClass"] = _class_of(call.args[1])
    elif len(call.args) == 2 and word == "stop and respond":
        made["Error"] = build(read(call.args[1], scope))
    elif len(call.args) == 2:
        raise ReadError(call, f"{word} takes nothing", f'without_input("{word}")')
    renamed = {"multiple": "AllowMultipleSelection"}
    made.update(read_fields({renamed.get(key, key): node for key, node in fields.items()}, scope))
    return {"Name": name, "Parameters": made}


def _read_question(call: ast.Call, scope: ReadScope) -> dict[str, Any]:
    fields = arguments(call, 0, 1, None)
    if fields.keys() == {"fields"} and not call.args:
        whole = read(fields["fields"], scope)
        if not isinstance(whole, Record):
            raise ReadError(call, "a question is described by a dict(…)", 'import_question("Which city?")')
        return {"ActionIndex": -1, **{key: build(value) for key, value in whole.fields.items()}}
    made: dict[str, Any] = {"Category": "Parameter"}
    renamed = {"about": "ParameterKey", "default": "DefaultValue"}
    made.update(read_fields({renamed.get(key, key): node for key, node in fields.items()}, scope))
    if call.args and not is_left_out(call.args[0]):
        made["Text"] = build(read(call.args[0], scope))
    return made


def ask_about(header: Header, actions: list[dict[str, Any]], start: int) -> None:
    """Gives the waiting questions the action they are about.

    Of those that the next statement made (from `start`) it is the first that has the parameter they ask for.

    Raises:
        ReadError: it is not said which parameter that is, and cannot be told.
    """
    waiting, header.waiting = header.waiting, []
    for call, question in waiting:
        if "ParameterKey" not in question:
            own = st.OWN_KEYS.get(actions[start]["WFWorkflowActionIdentifier"], frozenset())
            if len(own) != 1:
                header.waiting = []
                raise ReadError(call, "it is not said which parameter this asks for", 'about="WF…"')
            question["ParameterKey"] = next(iter(own))
        key = question["ParameterKey"]
        places = range(start, len(actions))
        having = (i for i in places if key in actions[i]["WFWorkflowActionParameters"])
        question["ActionIndex"] = next(having, start)
        header.questions.append(question)


def settings_of(header: Header, actions: list[dict[str, Any]]) -> dict[str, Any]:
    """The top-level keys of a shortcut with this head, apart from its actions."""
    settings = {key: copy.copy(value) for key, value in SETTINGS.items()}
    if header.classes is not None:
        settings[CLASSES] = header.classes
        settings[TYPES] = [SHARED]  # elsewhere nothing asks what it accepts
    if header.no_input is not None:
        settings[NO_INPUT] = header.no_input
    questions = []
    for question in header.questions:
        whole = {key: question[key] for key in sorted(question)}
        if whole["ActionIndex"] == -1:
            del whole["ActionIndex"]
        questions.append(whole)
    settings[QUESTIONS] = questions
    settings[HAS_INPUT] = _looks_at_input(actions)
    settings[HAS_FALLBACK] = any(
        "WFNoOutputSurfaceBehavior" in action["WFWorkflowActionParameters"]
        for action in actions
        if action["WFWorkflowActionIdentifier"] == st.OUTPUT
    )
    return settings


def _looks_at_input(actions: list[dict[str, Any]]) -> bool:
    stack: list[Any] = [*actions]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            if value.get("Type") == "ExtensionInput":
                return True
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return False
