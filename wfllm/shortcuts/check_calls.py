"""Calls: known functions, used as they may be; what they are given is `check_parameters`."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from wfllm.errors import suggestion
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.check_forms import NO_DEFAULT
from wfllm.shortcuts.check_parameters import parameter_findings
from wfllm.shortcuts.dialect import FUNCTIONS, METHODS
from wfllm.shortcuts.editor_keys import LEFT_OVER
from wfllm.shortcuts.finding import Finding
from wfllm.shortcuts.names import api_identifier
from wfllm.shortcuts.read_base import called
from wfllm.shortcuts.syntax import expressions_of

_MEND_BUILTIN = {
    "print": "Use is_workflow_actions_showresult or is_workflow_actions_alert.",
    "len": "Use is_workflow_actions_count.",
    "str": 'Use an f-string: f"{x}".',
    "open": "Use is_workflow_actions_documentpicker_open.",
    "round": "Use is_workflow_actions_round.",
    "exec": "Call the actions; text is never run.",
    "eval": "Use is_workflow_actions_calculateexpression.",
}

_FLOW = frozenset(
    f"is.workflow.actions.{name}" for name in ("conditional", "repeat.each", "repeat.count", "choosefrommenu")
)
"""Actions that only mean something as a block. Other syntax actions may be called where a file holds them
in a form that the syntax cannot show."""
_STRAY = (1, 2)
"""Modes of a branch or end whose block a real file has lost; it stays a call."""
_WORDS = "am|an|as|at|be|by|do|go|if|in|is|it|me|my|no|of|on|or|so|to|up|us|we"
_APPS = re.compile(
    rf"""(?:maccatalyst\.)?(?:
        (?:com|net|org)\.[^.]+\..+  # a domain backwards and what the app calls the action
        | (?!(?:{_WORDS})\.)[a-z]{{2}}\.[^.]+\..+
        | (?:app|codes|dev|fyi|io|[a-z]{{2}})\.(?:[^.]+\.)+\w*[A-Z]\w*  # … and the class of an intent
        | (?:[^.]+\.){{2,}}\w+Intent
    )""",
    re.VERBOSE,
)
"""Identifiers that actions of apps have; names made up for a function rarely look like one."""
_LONGEST_NAME = 300


def call_findings(
    node: ast.stmt, catalogue: Catalogue, allowed: Collection[str] | None = None, words: Collection[str] = ()
) -> Iterator[Finding]:
    """What is wrong with the calls in one statement.

    Args:
        allowed: the only APIs that may be called.
        words: functions that stand for Python's own words (`len`), which are no calls of an API.
    """
    own = getattr(node, "value", None) if isinstance(node, (ast.Assign, ast.Expr)) else None
    if isinstance(node, ast.Match):
        own = node.subject
    for root in expressions_of(node):
        for call in ast.walk(root):
            if isinstance(call, ast.Call) and called(call) not in words:
                yield from _call(call, call is own, isinstance(node, ast.For), catalogue, allowed)


def _call(
    call: ast.Call, alone: bool, in_for: bool, catalogue: Catalogue, allowed: Collection[str] | None
) -> Iterator[Finding]:
    line = call.lineno
    if isinstance(call.func, ast.Attribute):
        yield from _method(call, call.func, alone)
        return
    if not isinstance(call.func, ast.Name):
        yield Finding(line, "unknown-function", "only functions with a name are called")
        return
    name = call.func.id
    if name in FUNCTIONS:
        yield from _function(call, name, alone, in_for)
        return
    if not alone:
        yield _nested(name, line)
    yield from _api_call(call, name, catalogue, allowed)


def _nested(name: str, line: int) -> Finding:
    """It compiles, to an action of its own before; the usual form says so."""
    mend = f"Write x = {name}(…) before."
    return Finding(line, "nested-call", f"{name} is called inside another value", mend, "warning")


def _method(call: ast.Call, func: ast.Attribute, alone: bool) -> Iterator[Finding]:
    if func.attr == "get":  # with a key alone it is d["key"] by now
        yield Finding(call.lineno, "arguments", *NO_DEFAULT)
    elif func.attr not in METHODS:
        hint = "Use is_workflow_actions_text_… or get_property." if func.attr.isidentifier() else ""
        yield Finding(call.lineno, "unknown-function", f"values have no method {func.attr}", hint)
    elif len(call.args) != METHODS[func.attr] or call.keywords:
        yield Finding(call.lineno, "arguments", f".{func.attr} takes {METHODS[func.attr]} value(s)")
    elif func.attr == "append" and not (alone and isinstance(func.value, ast.Name)):
        yield Finding(call.lineno, "arguments", ".append stands alone, on a name", "Write Name.append(x).")


def _function(call: ast.Call, name: str, alone: bool, in_for: bool) -> Iterator[Finding]:
    function, line = FUNCTIONS[name], call.lineno
    given = len(call.args)
    keywords = [k.arg for k in call.keywords if k.arg is not None]
    # positional parameters may be given by name: they count as given
    needed = function.least - (len(keywords) if function.keywords is None else 0)
    if given < needed or (function.most is not None and given > function.most):
        yield Finding(line, "arguments", f"{name} is written {name}{function.signature}")
    wrong = [k for k in keywords if function.keywords is not None and k not in function.keywords]
    if wrong:
        yield Finding(line, "arguments", f"{name} takes no {wrong[0]}", f"Write {name}{function.signature}.")
    if function.action and not alone:
        yield _nested(name, line)
    if name in ("enumerate", "range") and not in_for:
        yield Finding(line, "loop", f"{name} belongs to a for loop")


def _api_call(
    call: ast.Call, name: str, catalogue: Catalogue, allowed: Collection[str] | None
) -> Iterator[Finding]:
    line = call.lineno
    api = catalogue.by_name(name)
    identifier = api.identifier if api else api_identifier(name)
    if allowed is not None and identifier not in allowed and name not in allowed:
        yield Finding(line, "not-allowed", f"{name} is not among the allowed APIs", suggestion(name, allowed))
    elif api is None and allowed is None:
        yield _unknown(name, identifier, line, catalogue)
    if api is None:
        return
    if not api.called:
        if identifier in _FLOW and not _is_stray(call):
            yield Finding(line, "syntax-api", f"{api.title} is a block, not a call", api.description)
        return
    if call.args:
        yield Finding(line, "arguments", f"{name} takes its values by name", f"Write {name}(key=value).")
    yield from parameter_findings(call, api)


def _unknown(name: str, identifier: str, line: int, catalogue: Catalogue) -> Finding:
    """A call of what nobody knows. An app's action may exist all the same: that is for a person to judge."""
    close = catalogue.like(name)
    mend = f"Did you mean {close}?" if close else ""
    if len(identifier) <= _LONGEST_NAME and _APPS.fullmatch(identifier):
        known = "Describe it in a table: wfllm catalogue input=… output=…, then catalogue=…"
        return Finding(line, "unknown-api", f"nothing is known of {identifier}", mend or known, "warning")
    return Finding(line, "unknown-api", f"no API is called {name}", _MEND_BUILTIN.get(name) or mend)


def _is_stray(call: ast.Call) -> bool:
    modes = [k.value for k in call.keywords if k.arg == "WFControlFlowMode"]
    return any(isinstance(mode, ast.Constant) and mode.value in _STRAY for mode in modes)


def ignored_values(tree: ast.Module, catalogue: Catalogue) -> Iterator[ast.expr]:
    """Values under keys that are left over from another action, which nothing reads."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            left = [k.value for k in call.keywords if k.arg in LEFT_OVER]
            api = catalogue.by_name(call.func.id) if left else None
            if left and (api is not None or call.func.id in FUNCTIONS):
                known = {p.name for p in api.parameters} if api is not None else set()
                yield from (k.value for k in call.keywords if k.arg in LEFT_OVER and k.arg not in known)
