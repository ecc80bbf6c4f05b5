"""What a shortcut does, apart from how its file says it: a second reading, independent of the package's own.

Works on the property list alone, so that a fault of the package's reader cannot hide itself here. Two
shortcuts of the same meaning give equal lists.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from wfllm.shortcuts.api import Api

P = "is.workflow.actions."
KINDS = {
    "ActionOutput",
    "Variable",
    "ExtensionInput",
    "CurrentDate",
    "Ask",
    "Clipboard",
    "DeviceDetails",
    "CurrentApp",
    "Input",
}
TOKEN_KEYS = {
    "Type", "OutputUUID", "OutputName", "VariableName", "VariableUUID", "Prompt", "Aggrandizements",
}  # fmt: skip
EDITOR = {
    "UUID", "CustomOutputName", "GroupingIdentifier", "WFControlFlowMode", "WFMenuLegacyCancelBehavior",
    "WFConditionalLegacyComparisonBehavior",
}  # fmt: skip
OWN_INPUT = {
    P + n: "WFInput"
    for n in ("setvariable", "appendvariable", "getvalueforkey", "runworkflow", "repeat.each")
}
OPERANDS = (
    "WFEnumeration",
    "WFNumericEnumeration",
    "WFLinkEnumeration",
    "WFDate",
    "WFMeasurement",
    "WFDuration",
    "WFBoundedNumber",
)
FAR_ENDS = ("WFAnotherDate", "WFAnotherMeasurement", "WFAnotherDuration", "WFAnotherBoundedNumber")
OWN_KEYS = {
    "setvariable": ("WFVariableName", "WFInput"),
    "appendvariable": ("WFVariableName", "WFInput"),
    "getvariable": ("WFVariable",),
    "gettext": ("WFTextActionText",),
    "number": ("WFNumberActionNumber",),
    "list": ("WFItems",),
    "dictionary": ("WFItems",),
    "getvalueforkey": ("WFInput", "WFDictionaryKey", "WFGetDictionaryValueType"),
}  # by Apple's definition of these actions
WORDS = {"Equals": 4, "Is Greater Than": 2, "Is Less Than": 0, "Contains": 99, "": 4, None: 4}


BLOCKS = {P + name for name in ("conditional", "repeat.each", "repeat.count", "choosefrommenu")}
Actions = list[tuple[str, dict[str, Any]]]


def repaired(actions: Actions) -> Actions:
    """Broken blocks made whole, as the package says it recovers them: one that is never closed ends with
    what is around it; an end or a middle of no block, or a second Otherwise, is an action like any other."""
    out: Actions = []
    around: list[tuple[str, Any, list[int]]] = []
    for identifier, fields in actions:
        mode = int(fields.get("WFControlFlowMode", 0)) if identifier in BLOCKS else 0
        group = fields.get("GroupingIdentifier")
        if identifier in BLOCKS and mode == 0:
            around.append((identifier, group, []))
        elif identifier in BLOCKS:
            at = len(around) - 1
            while at >= 0 and not (
                around[at][0] == identifier and (None in (group, around[at][1]) or group == around[at][1])
            ):
                at -= 1
            branches = around[at][2] if at >= 0 else []
            once = identifier == P + "conditional" and branches
            if at < 0 or (mode == 1 and (once or ".repeat." in identifier)):
                out.append((f"stray {identifier}", fields))
                continue
            out.extend((inner, {"WFControlFlowMode": 2}) for inner, _, _ in reversed(around[at + 1 :]))
            del around[at + 1 :]
            branches.append(mode)
            if mode == 2:
                around.pop()
        out.append((identifier, fields))
    return [*out, *((inner, {"WFControlFlowMode": 2}) for inner, _, _ in reversed(around))]


class Meaning:
    """Reads one property list."""

    def __init__(self, plist: dict[str, Any], apis: Mapping[str, Api]) -> None:
        self.apis = apis
        self.actions = repaired([
            (a["WFWorkflowActionIdentifier"], a.get("WFWorkflowActionParameters", {}))
            for a in plist["WFWorkflowActions"]
        ])  # fmt: skip
        self.order: dict[str, int] = {}
        self.variables: dict[str, int] = {}
        self.opener: dict[int, int] = {}
        self.level = 0
        """Repeats around the action being read."""
        self.unfinished: set[int] = set()
        """Blocks around it that nothing has run before: what they leave behind is not there yet."""
        self._pair()
        for i, (_, fields) in enumerate(self.actions):
            if "UUID" in fields:
                self.order.setdefault(fields["UUID"], self.opener.get(i, i))

    def mode(self, i: int) -> int:
        return int(self.actions[i][1].get("WFControlFlowMode", 0))

    def _pair(self) -> None:
        stack: list[int] = []
        for i, (identifier, _) in enumerate(self.actions):
            if identifier not in BLOCKS:
                continue
            if self.mode(i) == 0:
                stack.append(i)
            self.opener[i] = stack[-1]
            if self.mode(i) == 2:
                stack.pop()

    # values

    def variable(self, name: str) -> Any:
        if re.fullmatch(r"Repeat (Item|Index)( \d+)?", name):
            return name
        return self.variables.setdefault(name, len(self.variables))

    def token(self, raw: dict[str, Any]) -> Any:
        while "Type" not in raw:
            raw = raw["Value"]  # wrapped more than once
        if "Variable" in raw and "VariableName" not in raw:
            return self.token(raw["Variable"]["Value"])
        kind = raw["Type"]
        name: Any = None
        if kind == "ActionOutput":
            name = self.order.get(raw["OutputUUID"], "missing")
            name = "missing" if name in self.unfinished else name
        elif kind == "Variable":
            name = self.variable(raw["VariableName"])
        steps = [
            sorted((k, self.value(v)) for k, v in step.items()) for step in raw.get("Aggrandizements", [])
        ]
        more = sorted((k, repr(self.value(v))) for k, v in raw.items() if k not in TOKEN_KEYS)
        return ("token", kind, name, raw.get("Prompt"), repr(steps), *more)

    def text(self, raw: Any) -> Any:
        if isinstance(raw, str):
            return ("text", [raw] if raw else [])
        if set(raw) == {"Value", "WFSerializationType"} and raw["WFSerializationType"] == "WFTextTokenString":
            raw = raw["Value"]
        string, table = raw.get("string", ""), raw.get("attachmentsByRange") or {}
        units = string.encode("utf-16-le", "surrogatepass")
        places = (
            sorted((int(re.findall(r"\d+", key)[0]), token) for key, token in table.items()) if table else []
        )
        at = [2 * offset for offset, _ in places]
        right = all(units[o : o + 2] == b"\xfc\xff" for o in at) and len(set(at)) == len(at)
        if not right:
            every = [i for i in range(0, len(units), 2) if units[i : i + 2] == b"\xfc\xff"]
            at = (every + [len(units)] * len(places))[: len(places)]
        parts: list[Any] = []
        end = 0
        for o, (_, token) in zip(at, places, strict=True):
            parts += [units[end:o].decode("utf-16-le", "surrogatepass"), self.token(token)]
            end = min(o + 2, len(units)) if o < len(units) else o
        parts.append(units[end:].decode("utf-16-le", "surrogatepass"))
        return ("text", [p for p in parts if p != ""])

    def value(self, raw: Any) -> Any:
        if isinstance(raw, list):
            return ["list", *map(self.value, raw)]
        if isinstance(raw, str):
            return ("output", self.order[raw]) if raw in self.order else self.text(raw)
        if not isinstance(raw, dict):
            return (type(raw).__name__, repr(raw))
        kind, inner = raw.get("WFSerializationType"), raw.get("Value", {})
        if set(raw) == {"Value", "WFSerializationType"}:
            if kind == "WFTextTokenString":
                return self.text(raw)
            if kind == "WFTextTokenAttachment":
                return self.token(inner)
            if kind == "WFDictionaryFieldValue":
                return self.items(inner)
        if raw.get("Type") in KINDS and (
            {"OutputUUID", "VariableName"} & set(raw) or set(raw) <= {"Type", "Variable"}
        ):
            return self.token(raw)
        return sorted((k, repr(self.value(v))) for k, v in raw.items())

    def items(self, raw: Any) -> Any:
        while isinstance(raw, dict) and "WFDictionaryFieldValueItems" not in raw:
            if raw.get("Type") in KINDS:
                return self.token(raw)
            raw = raw["Value"]
        pairs = raw["WFDictionaryFieldValueItems"] if isinstance(raw, dict) else raw
        return ["items", *((self.text(pair.get("WFKey", "")), self.item(pair)) for pair in pairs)]

    def item(self, raw: Any) -> Any:
        if isinstance(raw, str):
            return (0, self.text(raw))
        kind, value = int(raw.get("WFItemType", 0)), raw.get("WFValue")
        if (
            isinstance(value, dict)
            and value.get("WFSerializationType") == "WFArrayParameterState"
            and kind == 2
        ):
            return (2, [self.item(element) for element in value["Value"]])
        if (
            kind == 4
            and isinstance(value, dict)
            and value.get("WFSerializationType") == "WFNumberSubstitutableState"
        ):
            inner = value["Value"]
            return (4, self.value(inner))
        if kind == 3 and isinstance(value, dict | str):
            value = self.value(value)
            return (3, repr(value))
        return (kind, self.value(value))

    def number(self, raw: Any) -> Any:
        try:
            return (
                float(raw)
                if isinstance(raw, (str, int, float)) and not isinstance(raw, bool)
                else self.value(raw)
            )
        except ValueError:
            return self.value(raw)

    # actions

    def read(self) -> list[Any]:
        self.prev: Any = ("token", "ExtensionInput", None, None, "[]")
        inside: dict[int, Any] = {}
        out: list[Any] = []
        for i, (identifier, raw) in enumerate(self.actions):
            fields = {k: v for k, v in raw.items() if k not in EDITOR and not k.startswith("Show-")}
            short = identifier.removeprefix(P)
            fields = {k: v for k, v in fields.items() if k in OWN_KEYS.get(short, fields)}
            block = self.opener.get(i)
            if block is not None and self.mode(i):
                if self.mode(i) == 1:
                    self.prev = inside[block]
                    out.append((short, "branch", self.case(block, i)))
                else:
                    self.level -= short.startswith("repeat")
                    self.unfinished.discard(block)
                    self.prev = ("token", "ActionOutput", block, None, "[]")
                    out.append((short, "end"))
                continue
            made, after = self.action(i, short, fields, raw)
            if block is not None:
                self.level += short.startswith("repeat")
                self.unfinished.update([] if self.level else [i])
                self.prev = after
                if short == "repeat.each":
                    name = "Repeat Item" + (f" {self.level}" if self.level > 1 else "")
                    self.prev = ("token", "Variable", name, None, "[]")
                elif short == "repeat.count":
                    self.prev = None
                inside[block] = self.prev
            else:
                self.prev = after
            out.append((short, made))
        return out

    def case(self, block: int, i: int) -> Any:
        if self.actions[i][0] != P + "choosefrommenu":
            return None
        number = sum(1 for j in range(block, i) if self.opener.get(j) == block) - 1  # which case it is
        fields, items = self.actions[i][1], self.actions[block][1].get("WFMenuItems")
        title, shown = fields.get("WFMenuItemAttributedTitle"), fields.get("WFMenuItemTitle")
        if title is None:
            title = shown
        if title is None and isinstance(items, list) and number < len(items):
            return number, self.item(items[number])[1]
        return number, None if title is None else self.text(title)

    def action(self, i: int, short: str, fields: dict[str, Any], raw: dict[str, Any]) -> tuple[Any, Any]:
        own = ("token", "ActionOutput", self.order.get(raw.get("UUID", ""), i), None, "[]")
        if short == "comment" and len(self.text(fields.get("WFCommentActionText", ""))[1]) < 2:
            return None, self.prev
        if short == "nothing":
            return None, None
        api = self.apis.get(P + short) or self.apis.get(short)
        key = OWN_INPUT.get(P + short) or (api.input if api is not None else None)
        filled = dict(fields)
        said = None
        if short in ("exit", "output"):
            key = None
        if key is not None and key not in filled and self.prev is not None:
            said = self.prev
        elif key is not None and key in filled:
            said = self.value(filled.pop(key))
            if said and said[0] == "text" and len(said[1]) == 1 and said[1][0][0] == "token":
                said = said[1][0]  # a field of text holds a reference as a text with nothing else in it
        if short == "conditional":
            return self.condition(raw)
        if short == "choosefrommenu":
            items = [self.item(item) for item in fields.pop("WFMenuItems", [])]
            return (items, self.text(fields.pop("WFMenuPrompt", ""))), self.prev
        if short in ("setvariable", "appendvariable") and "WFVariableName" in filled:
            name = self.variable(filled.pop("WFVariableName"))
            rest = sorted((k, repr(self.value(v))) for k, v in filled.items())
            return (name, said, rest), ("token", "Variable", name, None, "[]")
        if short == "runworkflow":
            target = filled.pop("WFWorkflow", None)
            called = filled.pop("WFWorkflowName", None)
            if isinstance(target, dict) and "isSelf" in target:
                called = "" if target["isSelf"] else target.get("workflowName")
            elif target is not None:
                called = target
            filled["called"] = called
        for number in ("WFNumberActionNumber", "WFRepeatCount"):
            if number in filled:
                filled[number] = repr(self.number(filled[number]))
        defaults = {"WFGetDictionaryValueType": "Value", "WFDictionaryKey": "", "WFAskActionPrompt": ""}
        if short in ("dictionary", "list") and "WFItems" in filled:
            raw_items = filled.pop("WFItems")
            items = (
                [self.item(r) for r in raw_items] if isinstance(raw_items, list) else self.value(raw_items)
            )
            filled["items"] = repr(items)
        elif short == "dictionary":
            filled["items"] = repr(["items"])
        if short == "repeat.count":
            filled.setdefault("WFRepeatCount", "1.0")
        made = sorted((k, repr(self.value(v))) for k, v in filled.items() if defaults.get(k) != v)
        return (said, made), own

    def condition(self, fields: dict[str, Any]) -> tuple[Any, Any]:
        table = fields.get("WFConditions")
        rows, prefix = [fields], None
        if isinstance(table, dict):
            rows = table["Value"]["WFActionParameterFilterTemplates"]
            prefix = table["Value"].get("WFActionParameterFilterPrefix") if len(rows) > 1 else None
        subject = self.value(rows[0]["WFInput"]) if "WFInput" in rows[0] else self.prev
        after = self.value(fields["WFInput"]) if "WFInput" in fields else self.prev
        if isinstance(table, dict) and "WFInput" not in fields:
            after = subject if len(rows) == 1 else self.prev
        return (prefix, [self.row(row) for row in rows]), after

    def row(self, fields: dict[str, Any]) -> Any:
        subject = self.value(fields["WFInput"]) if "WFInput" in fields else self.prev
        raw = fields.get("WFCondition")
        code = WORDS[raw] if raw is None or isinstance(raw, str) else raw
        text, number = fields.get("WFConditionalActionString"), fields.get("WFNumberValue")
        typed = [(k, repr(self.value(fields[k]))) for k in OPERANDS if k in fields]
        old = (
            raw is None or isinstance(raw, str) or fields.get("WFConditionalLegacyComparisonBehavior") is True
        )
        if code in (100, 101, 1002):
            return subject, code
        if code in (99, 999, 8, 9):
            return subject, code, self.text(text or "")
        if code == 1003:
            ends = [(k, repr(self.value(fields[k]))) for k in (*OPERANDS, *FAR_ENDS) if k in fields]
            return subject, code, self.number(number), self.number(fields.get("WFAnotherNumber")), ends
        if typed:
            return subject, code, typed, repr(text), repr(number)
        if code in (0, 1, 2, 3):
            return subject, code, self.number(number)
        if text is not None and number is not None and not old:
            return subject, code, self.text(text), self.number(number)
        if text is None and number is not None:
            return subject, code, self.number(number)
        return subject, code, self.text(text or "")


def meaning(plist: dict[str, Any], apis: Mapping[str, Api]) -> list[Any]:
    """What a shortcut does; equal for two that do the same."""
    return Meaning(plist, apis).read()
