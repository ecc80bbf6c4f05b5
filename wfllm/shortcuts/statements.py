"""Actions as Python statements: those with a form of their own, and the call that fits every other.

Each writer takes the action and returns the expression of its statement, or None where the action holds
something its form has no place for; then the general call is written, which has a place for everything.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from wfllm.shortcuts.actions import (
    APPEND,
    ASK,
    DICTIONARY,
    EXIT,
    GET,
    LIST,
    NUMBER,
    OUTPUT,
    RUN,
    SET,
    TEXT,
    VALUE,
    meaningful,
    written_in_call,
)
from wfllm.shortcuts.conditions import write_number
from wfllm.shortcuts.expressions import write, write_item
from wfllm.shortcuts.names import api_name
from wfllm.shortcuts.nodes import LOAD, call, joined, keywords_of, name
from wfllm.shortcuts.parse_values import parse, parse_item
from wfllm.shortcuts.scope import Scope
from wfllm.shortcuts.text_keys import TEXT_KEYS
from wfllm.shortcuts.tokens import Text, Token
from wfllm.shortcuts.tree import Action
from wfllm.shortcuts.values import Items, Record
from wfllm.shortcuts.variables import input_of

ASK_KEYWORDS = frozenset(("type", "default", "prompt"))
"""Keywords of `ask(…)` itself."""


def write_call(action: Action, scope: Scope) -> ast.expr:
    """`is_workflow_actions_x(key=value)`, the input written out where the file left it implicit."""
    identifier = action.identifier
    fields: dict[str, ast.expr] = {}
    implicit = scope.input_key(identifier)
    if implicit is not None and implicit not in action.parameters and scope.has_previous():
        text = implicit in TEXT_KEYS.get(action.identifier, ())
        fields[implicit] = joined([scope.previous()]) if text else scope.previous()
    for key, raw in written_in_call(action):
        if key == "WFVariableName" and identifier in (SET, APPEND) and isinstance(raw, str):
            fields[key] = call("name_of", name(scope.variable(raw)))
        else:
            fields[key] = write(parse(raw) if isinstance(raw, (dict, list)) else raw, scope)
    return ast.Call(name(api_name(identifier)), [], keywords_of(fields))


def write_text_action(action: Action, scope: Scope) -> ast.expr | None:
    """`greeting = "Hello"`."""
    fields = meaningful(action)
    value = parse(fields["WFTextActionText"]) if fields.keys() == {"WFTextActionText"} else None
    return write(value, scope) if isinstance(value, (str, Text)) else None


def write_number_action(action: Action, scope: Scope) -> ast.expr | None:
    """`n = 3`; `n = number(x)` of a variable."""
    fields = meaningful(action)
    if fields.keys() != {"WFNumberActionNumber"}:
        return None
    value = parse(fields["WFNumberActionNumber"])
    if isinstance(value, Token):
        return call("number", write(value, scope))
    return write_number(value, scope)


def write_list_action(action: Action, scope: Scope) -> ast.expr | None:
    """`names = ["a", 3]`, item types kept."""
    fields = meaningful(action)
    if fields.keys() != {"WFItems"} or not isinstance(fields["WFItems"], list):
        return None
    items = [parse_item(raw) for raw in fields["WFItems"]]
    written = [write_item(item, scope) for item in items if item is not None]
    return ast.List(written, LOAD) if len(written) == len(items) else None


def write_dictionary_action(action: Action, scope: Scope) -> ast.expr | None:
    """`d = {"a": 1}`, item types kept."""
    fields = meaningful(action)
    if not fields:
        return ast.Dict([], [])
    value = parse(fields["WFItems"]) if fields.keys() == {"WFItems"} else None
    return write(value, scope) if isinstance(value, Items) else None


def write_value_action(action: Action, scope: Scope) -> ast.expr | None:
    """`d["key"]`, `d.keys()`, `d.values()`."""
    fields = meaningful(action)
    subject = input_of(fields.pop("WFInput", None), scope)
    what = fields.pop("WFGetDictionaryValueType", "Value")
    key = parse(fields.pop("WFDictionaryKey", ""))
    if fields or subject is None or not isinstance(key, (str, Text, Token)):
        return None
    if what in ("All Keys", "All Values"):
        method = "keys" if what == "All Keys" else "values"
        return ast.Call(ast.Attribute(subject, method, LOAD), [], [])
    return ast.Subscript(subject, write(key, scope), LOAD) if what == "Value" else None


def write_ask(action: Action, scope: Scope) -> ast.expr | None:
    """`input("prompt")`, or `ask("prompt", type="Number", default=3)` with more than a prompt."""
    fields = meaningful(action)
    prompt = parse(fields.pop("WFAskActionPrompt", ""))
    if not isinstance(prompt, (str, Text)):
        return None
    args = [write(prompt, scope)] if prompt else []
    renamed = {"WFInputType": "type", "WFAskActionDefaultAnswer": "default"}
    if not fields:
        return ast.Call(name("input"), args, [])
    said = {renamed[key]: write(parse(raw), scope) for key, raw in fields.items() if key in renamed}
    rest = {key: write(parse(raw), scope) for key, raw in fields.items() if key not in renamed}
    return ast.Call(name("ask"), args, [*keywords_of(said), *keywords_of(rest, own=ASK_KEYWORDS)])


def write_get_variable(action: Action, scope: Scope) -> ast.expr | None:
    """`get_variable(x)`."""
    fields = meaningful(action)
    value = parse(fields["WFVariable"]) if fields.keys() == {"WFVariable"} else None
    return call("get_variable", write(value, scope)) if isinstance(value, Token) else None


def write_run(action: Action, scope: Scope) -> ast.expr | None:
    """`run_shortcut("Name", x)`, `run_this_shortcut(x)`."""
    fields = meaningful(action)
    args = []
    subject = input_of(fields.pop("WFInput", None), scope)
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


def write_exit(action: Action, scope: Scope) -> ast.expr | None:
    """`exit_shortcut(x)`."""
    fields = meaningful(action)
    if not fields:
        return call("exit_shortcut")
    return (
        call("exit_shortcut", write(parse(fields["WFResult"]), scope))
        if len(fields) == 1 and ("WFResult" in fields)
        else None
    )


def write_output(action: Action, scope: Scope) -> ast.expr | None:
    """`output(x)`."""
    fields = meaningful(action)
    if "WFOutput" not in fields:
        return None
    value = write(parse(fields.pop("WFOutput")), scope)
    return call("output", value, **{key: write(parse(raw), scope) for key, raw in fields.items()})


def _is_call(expr: ast.expr, function: str) -> bool:
    return isinstance(expr, ast.Call) and isinstance(expr.func, ast.Name) and expr.func.id == function


Writer = Callable[[Action, Scope], "ast.expr | None"]
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
