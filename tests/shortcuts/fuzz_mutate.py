"""Mutations of shortcuts: of their bytes, of their property lists, of their code."""

from __future__ import annotations

import datetime
import json
import plistlib
import re
from collections.abc import Callable
from io import BytesIO
from random import Random
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

PLIST, CODE = b"P", b"C"
"""First byte of an item: the rest is a file, or code in UTF-8."""
MAX_ITEM = 400_000
"""Bytes; what grows beyond is cut."""

_KINDS = (
    "conditional", "repeat.each", "repeat.count", "choosefrommenu", "gettext", "setvariable",
    "appendvariable", "getvariable", "getvalueforkey", "dictionary", "list", "number", "ask", "comment",
    "nothing", "runworkflow", "exit", "output", "url", "detect.text", "text.split", "count",
)  # fmt: skip
_TYPES = (
    "WFTextTokenString", "WFTextTokenAttachment", "WFDictionaryFieldValue", "WFContentPredicateTableTemplate",
    "WFArrayParameterState", "WFNumberSubstitutableState", "WFQuantityFieldValue", "WFTimeOffsetValue",
    "WFContactFieldValue", "WFStringSubstitutableState", "WFNew",
)  # fmt: skip
_TOKENS = (
    "ActionOutput", "Variable", "ExtensionInput", "CurrentDate", "Clipboard", "Ask", "DeviceDetails", "Input",
)  # fmt: skip
_TEXTS = (
    "", " ", "\ufffc", "\ufffc\ufffc", "0", "1", "-0", "1.0", "1e999", "nan", "Equals", "All Keys",
    "Repeat Item",
    "Repeat Index 2", "a'b\"c\\", "{x}", "{{", "\n", "\r\n", "\x00", "\x1b[31m", "\u2028", "\x85", "😀",
    "\ud800",
    "__import__('os').system('x')", "é", "e\u0301", "ﬁ", "#", "'''", "if", "None", "True", "match", "_x41_",
    "a" * 300, "../../x", "x" * 5000, "\ufeff", "\u202e", "{0, 1}", "{-1, 1}", "{9999999999, 1}", "{0, 0}",
    "{,}",
)  # fmt: skip
_LEAVES: tuple[Any, ...] = (
    0, 1, 2, 3, 4, 5, 7, -1, 8, 99, 100, 101, 999, 1000, 1001, 1002, 1003, 2**31, 2**63, -(2**63), 0.0,
    -0.0, 0.5,
    1e300, 1e16, -1e-300, True, False, b"", b"\x00\xff", datetime.datetime(2001, 1, 1),
    datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31, 23, 59, 59), [], {}, [[]], {"": ""},
)  # fmt: skip
_KEYS = (
    "WFWorkflowActions", "WFWorkflowActionIdentifier", "WFWorkflowActionParameters", "UUID",
    "GroupingIdentifier", "WFControlFlowMode", "CustomOutputName", "Value", "WFSerializationType", "Type",
    "OutputUUID", "OutputName", "VariableName", "Variable", "Aggrandizements", "string", "attachmentsByRange",
    "WFDictionaryFieldValueItems", "WFItemType", "WFKey", "WFValue", "WFInput", "WFCondition", "WFConditions",
    "WFConditionalActionString", "WFNumberValue", "WFAnotherNumber", "WFMenuItems", "WFMenuItemTitle",
    "WFMenuItemAttributedTitle", "WFMenuPrompt", "WFRepeatCount", "WFVariableName", "WFVariable", "WFItems",
    "WFTextActionText", "WFCommentActionText", "WFDictionaryKey", "WFGetDictionaryValueType", "WFWorkflow",
    "WFWorkflowName", "isSelf", "workflowName", "workflowIdentifier", "WFAskActionPrompt", "WFInputType",
    "WFNumberActionNumber", "DictionaryKey", "CoercionItemClass", "PropertyName", "PropertyUserInfo",
    "Magnitude", "Unit", "WFActionParameterFilterPrefix", "WFActionParameterFilterTemplates", "Property",
    "Operator", "Values", "{0, 1}", "{1, 1}", "Prompt", "", "a b", "self", "class", "**", "$bytes", "$dict",
    "WFWorkflowImportQuestions", "WFWorkflowName", "WFContentItemFilter", "WFResult", "WFOutput", "Show-x",
)  # fmt: skip
_CODE = (
    "x", "None", "True", "_", "'a'", "f'{x}'", "f'{x!r:>{y}}'", "1", "-1", "1e999", "2 ** 9", "[]", "{}",
    "{'a': x}",
    "*x", "**{'a b': x}", "x.append(x)", "x[0]", "x[f'{y}']", "x.keys()", "x.y", "f(x)", "f(x)(y)",
    "lambda: x",
    "await x", "yield", "x := 1", "[i for i in x]", "x if y else z", "not x", "x and y", "x or y",
    "1 < x < 3",
    "x == 'a'", "'a' in x", "x.startswith('a')", "input('?')", "menu('?', ['A', 'B'])", "shortcut_input()",
    "clipboard()", "ask_each_time('?')", "raw('WFNew', x)", "bare(x)", "data('sha256:00')",
    "datetime('2024-01-31T12:00:00')", "datetime('x')", "quantity(3, 'km')", "number(x)", "boolean('x')",
    "missing_output('x')", "previous_output()", "get_variable(x)", "variable(x['k'])", "item('array', [x])",
    "all_of(rule('A', 'is', x))", "condition(x, 'is', WFNumberValue=1)", "run_this_shortcut(x)",
    "coerce(x, 'X')",
    "aggrandize(x, 'T', a=1)", "is_workflow_actions_gettext(WFTextActionText='x')", "uuid_of(x)",
    "name_of(x)",
    "__import__('os')", "exec('x')", "is_workflow_actions_conditional(WFControlFlowMode=0)",
)  # fmt: skip
_LINES = (
    "pass", "if x:", "elif x:", "else:", "for Repeat_Item in x:", "for Repeat_Index in range(1, 3 + 1):",
    "for Repeat_Index, Repeat_Item in enumerate(x, start=1):", "match menu('?', ['A']):", "case 'A':",
    "case _:",
    "case 2:", "case None:", "while True:", "def f():", "class A:", "import os", "return", "break", "x += 1",
    "If_Result = x", "Menu_Result = x", "Repeat_Results = []", "Repeat_Results.append(x)", "# a comment",
    "exit_shortcut(x)", "output(x)", "del x", "global x", "x: int = 1", "with x: pass", "try:", "@x", "\\",
    ";", "\t",
)  # fmt: skip


def mutate(item: bytes, random: Random, other: bytes = b"") -> bytes:
    """A neighbour of an item; `other` is a second one to take parts from."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        item = _once(item, random, other)
    return item[:MAX_ITEM]


def _once(item: bytes, random: Random, other: bytes) -> bytes:
    kind, body = item[:1], item[1:]
    if kind == CODE:
        how = _of_bytes if random.random() < 0.1 else _of_code
        return CODE + how(body, random, other[1:])
    if random.random() < 0.15:
        return PLIST + _of_bytes(body, random, other[1:])
    try:
        tree = plistlib.loads(body)
        _of_tree(tree, random)
        return PLIST + _pack(tree, random)
    except (Exception, RecursionError):  # damaged already, or beyond what a property list can hold
        return PLIST + _of_bytes(body, random, other[1:])


def _pack(tree: Any, random: Random) -> bytes:
    draw = random.random()
    if draw < 0.03:
        return json.dumps(tree).encode()  # fails where there is more than JSON can hold: bytes it is
    if draw < 0.10:
        return plistlib.dumps(tree, fmt=plistlib.FMT_XML, sort_keys=False)
    made = plistlib.dumps(tree, fmt=plistlib.FMT_BINARY, sort_keys=False)
    if draw < 0.12:
        file = BytesIO()
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            archive.writestr(random.choice(("a.shortcut", "../b.json", "c.zip", "d\n.plist")), made)
        return file.getvalue()
    return made


def _of_bytes(body: bytes, random: Random, other: bytes) -> bytes:
    if not body:
        return bytes([random.randrange(256)])
    at, to = sorted((random.randrange(len(body) + 1), random.randrange(len(body) + 1)))
    draw = random.randrange(8)
    if draw == 0:
        return body[:at]
    if draw == 1:
        return body[:at] + body[to:]
    if draw == 2:
        return body[:to] + body[at:to] * random.choice((1, 2, 20)) + body[to:]
    if draw == 3:
        return body[:at] + random.randbytes(random.choice((1, 2, 4, 8))) + body[at:]
    if draw == 4 and other:
        start = random.randrange(len(other))
        return body[:at] + other[start : start + to - at] + body[to:]
    if draw == 5:
        edge = random.choice((b"\x00", b"\xff", b"\x7f\xff\xff\xff", b"\xff" * 8, bytes(8)))
        return body[:at] + edge + body[at + len(edge) :]
    place = min(at, len(body) - 1)
    return body[:place] + bytes([body[place] ^ 1 << random.randrange(8)]) + body[place + 1 :]


def _of_tree(tree: Any, random: Random) -> None:
    """Changes one place of a property list."""
    places = _places(tree)
    if not places:
        return
    holder, key = random.choice(places)
    draw = random.randrange(12)
    if draw < 5:
        holder[key] = _value(random)
    elif draw == 5:
        del holder[key]
    elif draw == 6:
        other, there = random.choice(places)
        holder[key] = other[there] if random.random() < 0.5 else json.loads(json.dumps(other[there]))
    elif draw == 7 and isinstance(holder, dict):
        holder[random.choice(_KEYS)] = holder.pop(key)
    elif draw == 8 and isinstance(holder, dict):
        holder[random.choice(_KEYS)] = _value(random)
    elif draw == 9 and isinstance(holder, list):
        holder.insert(random.randrange(len(holder) + 1), holder[key])
    elif draw == 10 and isinstance(holder, list):
        random.shuffle(holder)
    elif draw == 11:
        for _ in range(random.choice((1, 5, 70))):
            holder[key] = {random.choice(_KEYS): holder[key]} if random.random() < 0.7 else [holder[key]]


def _places(tree: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    todo = [tree]
    while todo and len(found) < 20_000:
        value = todo.pop()
        keys: Any = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        for key in keys:
            found.append((value, key))
            todo.append(value[key])
    return found


def _value(random: Random, depth: int = 0) -> Any:
    draw = random.randrange(10 if depth < 3 else 6)
    if draw < 3:
        return (
            random.choice(_LEAVES) if depth else json.loads(json.dumps(random.choice(_LEAVES), default=str))
        )
    if draw < 5:
        return random.choice((*_TEXTS, *_TOKENS, *_TYPES))
    if draw == 5:
        return random.choice(_LEAVES[:31])
    if draw == 6:
        return {"Value": _value(random, depth + 1), "WFSerializationType": random.choice(_TYPES)}
    if draw == 7:
        return {"Type": random.choice(_TOKENS), random.choice(_KEYS): _value(random, depth + 1)}
    if draw == 8:
        parameters = {random.choice(_KEYS): _value(random, depth + 1) for _ in range(random.randrange(4))}
        name = "is.workflow.actions." + random.choice(_KINDS)
        return {"WFWorkflowActionIdentifier": name, "WFWorkflowActionParameters": parameters}
    return [_value(random, depth + 1) for _ in range(random.randrange(3))]


def _of_code(body: bytes, random: Random, other: bytes) -> bytes:
    lines = body.decode("utf-8", "replace").split("\n")
    at = random.randrange(len(lines))
    edits: tuple[Callable[[], Any], ...] = (
        lambda: lines.pop(at),
        lambda: lines.insert(random.randrange(len(lines) + 1), lines[at]),
        lambda: lines.insert(at, _indent(lines[at]) + random.choice(_LINES)),
        lambda: lines.insert(at, _indent(lines[at]) + f"y = {random.choice(_CODE)}"),
        lambda: lines.__setitem__(at, "    " * random.randrange(1, 4) + lines[at]),
        lambda: lines.__setitem__(at, lines[at].lstrip()),
        lambda: lines.__setitem__(at, _swapped(lines[at], random)),
        lambda: lines.__setitem__(at, _swapped(lines[at], random)),
        lambda: lines.__setitem__(at, _swapped(lines[at], random)),
        lambda: lines.insert(at, random.choice(other.decode("utf-8", "replace").split("\n") or [""])),
        lambda: lines.__setitem__(slice(at, at + 2), lines[at : at + 2][::-1]),
    )
    random.choice(edits)()
    return "\n".join(lines).encode("utf-8", "replace")


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _swapped(line: str, random: Random) -> str:
    """A line with one word, number, text or sign of it replaced."""
    parts = re.findall(r"\s+|\w+|'[^']*'|\"[^\"]*\"|.", line)
    if not parts:
        return random.choice(_CODE)
    at = random.randrange(len(parts))
    texts = [repr(t) for t in _TEXTS]
    new = random.choice((*_CODE, *texts, *parts, "", "(", ")", "=", ",", ".", ":", "'", "[", "}", "*", "@"))
    return "".join([*parts[:at], new, *parts[at + 1 :]])
