"""Actions as Python statements: those with a form of their own, and the call that fits every other.

Each writer takes the action and returns the expression of its statement, or None where the action holds
something its form has no place for; then the general call is written, which has a place for everything.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Protocol

from wfllm.shortcuts.conditions import write_number
from wfllm.shortcuts.expressions import Scope, call, keywords_of, name, number, write, write_item
from wfllm.shortcuts.names import api_name
from wfllm.shortcuts.parse_values import parse, parse_item
from wfllm.shortcuts.tokens import Text, Token, parse_token
from wfllm.shortcuts.tree import BLOCKS, Action
from wfllm.shortcuts.values import Items, Record

BUILTIN = "is.workflow.actions."
COMMENT, NOTHING = BUILTIN + "comment", BUILTIN + "nothing"
SET, APPEND, GET = BUILTIN + "setvariable", BUILTIN + "appendvariable", BUILTIN + "getvariable"
TEXT, NUMBER, LIST = BUILTIN + "gettext", BUILTIN + "number", BUILTIN + "list"
DICTIONARY, VALUE = BUILTIN + "dictionary", BUILTIN + "getvalueforkey"
ASK, RUN = BUILTIN + "ask", BUILTIN + "runworkflow"
EXIT, OUTPUT = BUILTIN + "exit", BUILTIN + "output"

HINT_KEYS = frozenset(
    (
        "UUID",
        "CustomOutputName",
        "GroupingIdentifier",
        "WFConditionalLegacyComparisonBehavior",
        "WFMenuLegacyCancelBehavior",
    )
)
"""Keys of the editor and of older versions, which no run depends on."""

OWN_KEYS = {
    SET: frozenset(("WFVariableName", "WFInput")),
    APPEND: frozenset(("WFVariableName", "WFInput")),
    GET: frozenset(("WFVariable",)),
    TEXT: frozenset(("WFTextActionText",)),
    NUMBER: frozenset(("WFNumberActionNumber",)),
    LIST: frozenset(("WFItems",)),
    DICTIONARY: frozenset(("WFItems",)),
    VALUE: frozenset(("WFInput", "WFDictionaryKey", "WFGetDictionaryValueType")),
}
"""All keys these actions have. Old files hold others, left over from an action that stood there before."""

ALWAYS_NAMED = frozenset((TEXT, NUMBER, LIST, DICTIONARY, VALUE))
"""Their statement is an assignment even where nothing uses the output."""


class ActionScope(Scope, Protocol):
    """What a statement needs to know beyond its expressions."""

    def previous(self) -> ast.expr:
        """The output that an input left out takes."""

    def has_previous(self) -> bool:
        """Whether it is known which output that is."""

    def input_key(self, identifier: str) -> str | None:
        """Key of the parameter that takes the previous output when it is left out."""


def is_hint(key: str) -> bool:
    """Whether a key says nothing about what the action does."""
    return key in HINT_KEYS or key.startswith("Show-")


def meaningful(action: Action) -> dict[str, Any]:
    """The parameters that say what the action does."""
    own = OWN_KEYS.get(action.identifier)
    if own is not None:
        return {k: v for k, v in action.parameters.items() if k in own}
    return {k: v for k, v in action.parameters.items() if not is_hint(k)}


def write_call(action: Action, scope: ActionScope) -> ast.expr:
    """`is_workflow_actions_x(key=value)`, the input written out where the file left it implicit."""
    fields: dict[str, ast.expr] = {}
    key = scope.input_key(action.identifier)
    if key is not None and key not in action.parameters and scope.has_previous():
        fields[key] = scope.previous()
    names_variable = action.identifier in (SET, APPEND)
    for key, raw in action.parameters.items():
        if is_hint(key) and not (key == "GroupingIdentifier" and action.identifier in BLOCKS):
            continue
        if names_variable and key == "WFVariableName" and isinstance(raw, str):
            fields[key] = call("name_of", name(scope.variable(raw)))
        else:
            fields[key] = write(parse(raw), scope)
    return ast.Call(name(api_name(action.identifier)), [], keywords_of(fields))


def write_text_action(action: Action, scope: ActionScope) -> ast.expr | None:
    """`greeting = "Hello"`."""
    fields = meaningful(action)
    value = parse(fields["WFTextActionText"]) if fields.keys() == {"WFTextActionText"} else None
    return write(value, scope) if isinstance(value, (str, Text)) else None


def write_number_action(action: Action, scope: ActionScope) -> ast.expr | None:
    """`n = 3`; `n = number(x)` of a variable."""
    fields = meaningful(action)
    if fields.keys() != {"WFNumberActionNumber"}:
        return None
    value = parse(fields["WFNumberActionNumber"])
    if isinstance(value, Token):
        return call("number", write(value, scope))
    return write_number(value, scope)


def write_list_action(action: Action, scope: ActionScope) -> ast.expr | None:
    """`names = ["a", 3]`, item types kept."""
    fields = meaningful(action)
    if fields.keys() != {"WFItems"} or not isinstance(fields["WFItems"], list):
        return None
    items = [parse_item(raw) for raw in fields["WFItems"]]
    written = [write_item(item, scope) for item in items if item is not None]
    return ast.List(written, ast.Load()) if len(written) == len(items) else None


def write_dictionary_action(action: Action, scope: ActionScope) -> ast.expr | None:
    """`d = {"a": 1}`, item types kept."""
    fields = meaningful(action)
    if not fields:
        return ast.Dict([], [])
    value = parse(fields["WFItems"]) if fields.keys() == {"WFItems"} else None
    return write(value, scope) if isinstance(value, Items) else None


def write_value_action(action: Action, scope: ActionScope) -> ast.expr | None:
    """`d["key"]`, `d.keys()`, `d.values()`."""
    fields = meaningful(action)
    subject = _input(fields.pop("WFInput", None), scope)
    what = fields.pop("WFGetDictionaryValueType", "Value")
    key = parse(fields.pop("WFDictionaryKey", ""))
    if fields or subject is None or not isinstance(key, (str, Text, Token)):
        return None
    if what in ("All Keys", "All Values"):
        method = "keys" if what == "All Keys" else "values"
        return ast.Call(ast.Attribute(subject, method, ast.Load()), [], [])
    return ast.Subscript(subject, write(key, scope), ast.Load()) if what == "Value" else None


def write_ask(action: Action, scope: ActionScope) -> ast.expr | None:
    """`input("prompt")`, or `ask("prompt", type="Number", default=3)` with more than a prompt."""
    fields = meaningful(action)
    prompt = parse(fields.pop("WFAskActionPrompt", ""))
    if not isinstance(prompt, (str, Text)):
        return None
    args = [write(prompt, scope)] if prompt else []
    renamed = {"WFInputType": "type", "WFAskActionDefaultAnswer": "default"}
    if not fields:
        return ast.Call(name("input"), args, [])
    if fields.keys() & set(renamed.values()):
        return None
    keywords = {renamed.get(key, key): write(parse(raw), scope) for key, raw in fields.items()}
    return ast.Call(name("ask"), args, keywords_of(keywords))


def write_get_variable(action: Action, scope: ActionScope) -> ast.expr | None:
    """`get_variable(x)`."""
    fields = meaningful(action)
    value = parse(fields["WFVariable"]) if fields.keys() == {"WFVariable"} else None
    return call("get_variable", write(value, scope)) if isinstance(value, Token) else None


def write_run(action: Action, scope: ActionScope) -> ast.expr | None:
    """`run_shortcut("Name", x)`, `run_this_shortcut(x)`."""
    fields = meaningful(action)
    args = []
    subject = _input(fields.pop("WFInput", None), scope)
    if subject is None:
        return None
    if not _is_call(subject, "previous_output"):
        args.append(subject)
    target, legacy = parse(fields.pop("WFWorkflow", None)), parse(fields.pop("WFWorkflowName", None))
    if isinstance(target, Record) and target.fields.keys() <= {
        "isSelf",
        "workflowIdentifier",
        "workflowName",
    }:
        own, called = target.fields.get("isSelf", False), target.fields.get("workflowName")
        if own is True:
            function = "run_this_shortcut"
        elif own is False and isinstance(called, str) and legacy in (None, called):
            function, args = "run_shortcut", [ast.Constant(called), *args]
        else:
            return None
    elif isinstance(target or legacy, (str, Text, Token)) and (target is None or legacy in (None, target)):
        if isinstance(target, str):
            return None
        function, args = "run_shortcut", [write(target or legacy, scope), *args]
    else:
        return None
    rest = {key: write(parse(raw), scope) for key, raw in fields.items()}
    return ast.Call(name(function), args, keywords_of(rest))


def write_exit(action: Action, scope: ActionScope) -> ast.expr | None:
    """`exit_shortcut(x)`."""
    fields = meaningful(action)
    if not fields:
        return call("exit_shortcut")
    return (
        call("exit_shortcut", write(parse(fields["WFResult"]), scope))
        if len(fields) == 1 and ("WFResult" in fields)
        else None
    )


def write_output(action: Action, scope: ActionScope) -> ast.expr | None:
    """`output(x)`."""
    fields = meaningful(action)
    if "WFOutput" not in fields:
        return None
    value = write(parse(fields.pop("WFOutput")), scope)
    return call("output", value, **{key: write(parse(raw), scope) for key, raw in fields.items()})


def variable_value(action: Action, scope: ActionScope) -> ast.expr | None:
    """What Set Variable or Add to Variable stores; None where the action holds more than that."""
    fields = meaningful(action)
    if not isinstance(fields.pop("WFVariableName", None), str):
        return None
    raw = fields.pop("WFInput", None)
    return _input(raw, scope) if not fields else None


def needs_mark(value: ast.expr) -> bool:
    """Whether a value set as a variable would read as another action's statement."""
    if isinstance(value, ast.Name):
        return False
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id not in TOKEN_CALLS
    return not (isinstance(value, ast.Constant) and value.value is None)


TOKEN_CALLS = frozenset(
    (
        "aggrandize",
        "ask_each_time",
        "clipboard",
        "coerce",
        "current_app",
        "current_date",
        "device_details",
        "format_date",
        "get_property",
        "missing_output",
        "previous_output",
        "shortcut_input",
        "with_unit",
    )
)
"""Calls that are references: set as a variable they need no mark."""


def _input(raw: Any, scope: ActionScope) -> ast.expr | None:
    """A reference that an action takes; the previous output where it is left out."""
    if raw is None:
        return scope.previous()
    token = parse_token(raw.get("Value")) if isinstance(raw, dict) and len(raw) == 2 else None
    if token is None or raw.get("WFSerializationType") != "WFTextTokenAttachment":
        return None
    return write(token, scope)


def _is_call(expr: ast.expr, function: str) -> bool:
    return isinstance(expr, ast.Call) and isinstance(expr.func, ast.Name) and expr.func.id == function


def increment(expr: ast.expr) -> ast.expr:
    """`expr + 1`."""
    return ast.BinOp(expr, ast.Add(), number(1))


Writer = Callable[[Action, ActionScope], "ast.expr | None"]
WRITERS: dict[str, Writer] = {
    TEXT: write_text_action,
    NUMBER: write_number_action,
    LIST: write_list_action,
    DICTIONARY: write_dictionary_action,
    VALUE: write_value_action,
    ASK: write_ask,
    GET: write_get_variable,
    RUN: write_run,
    EXIT: write_exit,
    OUTPUT: write_output,
}
"""Identifier → writer of its own form."""
