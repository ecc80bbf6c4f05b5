"""What stands in the box of an action: a title for people, the main parameters, the name of what it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wfllm.shortcuts import actions as st
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.chart_flow import Flow, key_of
from wfllm.shortcuts.chart_kinds import app_name
from wfllm.shortcuts.chart_text import Run, clip, safe
from wfllm.shortcuts.chart_words import condition_words, human, words
from wfllm.shortcuts.stats import BUILTIN
from wfllm.shortcuts.tokens import Token
from wfllm.shortcuts.tree import COUNT, EACH, IF, MENU, Action, Block, Section, Workflow

LONGEST_TIP = 900
_RESULTS = {IF: "If Result", EACH: "Repeat Results", COUNT: "Repeat Results", MENU: "Menu Result"}
_UNTOLD = frozenset(
    (
        *("WFControlFlowMode", "GroupingIdentifier", "AppIntentDescriptor", "IntentAppDefinition"),
        *("ShowWhenRun", "IntentAppIdentifier", "OpenWhenRun", "WFWorkflowName", "WFVariableName"),
        "WFMenuItems",
    )
)


@dataclass
class Label:
    """The words of one box."""

    title: str
    lines: list[list[Run]] = field(default_factory=list)
    """One entry for each parameter that is shown, the main one first; not yet fitted."""
    tip: str = ""
    """Everything, for whoever hovers."""
    output: str = ""
    """Name of what it makes, where something uses it."""


class Labels:
    """Writes the labels of one workflow.

    Args:
        workflow: from `build_tree`.
        apis: titles, inputs and defaults; what it does not know is named after its identifier.
        flow: which outputs are used, and under which name.
    """

    def __init__(self, workflow: Workflow, apis: Mapping[str, Api], flow: Flow) -> None:
        self.apis, self.flow = apis, flow
        self.outputs: dict[str, str] = {}
        for action in workflow.actions:
            key = key_of(action)
            if key not in self.outputs:
                self.outputs[key] = self._output(action, flow.shown.get(key, ""))

    def _output(self, action: Action, shown: str) -> str:
        custom, api = action.parameters.get("CustomOutputName"), self.apis.get(action.identifier)
        known = api.output_name if api is not None else ""
        known = _RESULTS.get(action.identifier) or known or self.title(action.identifier)
        return (custom if isinstance(custom, str) else "") or shown or known

    def _before(self, action: Action, otherwise: str) -> list[Run]:
        """What an action takes whose input was left out."""
        key = self.flow.before.get(action.index, "")
        name = key[len("variable:") :] if key.startswith("variable:") else self.outputs.get(key, "")
        return [(name or otherwise, True)]

    def name_of(self, token: Token) -> str:
        """What people call the output that a token refers to."""
        return self.outputs.get(token.name) or token.output_name or "missing output"

    def title(self, identifier: str) -> str:
        """The API's title, or its identifier as words."""
        api = self.apis.get(identifier)
        if api is not None and api.title:
            return api.title
        tail = identifier[len(BUILTIN) :] if identifier.startswith(BUILTIN) else identifier.rpartition(".")[2]
        return human(tail.removesuffix("Intent").replace(".", " ")) or identifier[:120]

    def action(self, action: Action) -> Label:
        """The label of an action that is no block's."""
        fields = {k: v for k, v in st.meaningful(action).items() if k not in _UNTOLD}
        title, special = self.title(action.identifier), self._special(action, fields)
        lines = [special] if special else self._parameters(action, fields)
        label = Label(title, [line for line in lines if line], output=self._made(action))
        label.tip = self._tip(action, label, fields)
        return label

    def _made(self, action: Action) -> str:
        key = key_of(action)
        sets = action.identifier in (st.SET, st.APPEND)
        return self.outputs[key] if key in self.flow.taken and not sets else ""

    def _special(self, action: Action, fields: dict[str, Any]) -> list[Run]:
        """Actions that say more in a form of their own."""
        identifier = action.identifier
        if identifier in (st.SET, st.APPEND):
            name = str(action.parameters.get("WFVariableName", ""))
            value = self.words(fields.get("WFInput", "")) or self._before(action, "what came before")
            return [(name, True), (" = " if identifier == st.SET else " + ", False), *value]
        if identifier == BUILTIN + "math" and "WFMathOperand" in fields:
            first = self.words(fields.get("WFInput", "")) or self._before(action, "it")
            sign = self.words(fields.get("WFMathOperation", "+"))
            return [*first, (" ", False), *sign, (" ", False), *self.words(fields["WFMathOperand"])]
        if identifier == st.VALUE and fields.get("WFDictionaryKey"):
            source = self.words(fields.get("WFInput", "")) or self._before(action, "it")
            return [*source, (" › ", False), *self.words(fields["WFDictionaryKey"])]
        return []

    def _parameters(self, action: Action, fields: dict[str, Any]) -> list[list[Run]]:
        api = self.apis.get(action.identifier)
        defaults = {p.name: p.default for p in api.parameters} if api is not None else {}
        first = "WFWorkflow" if action.identifier == st.RUN else api.input if api is not None else None
        order = [k for k in (first, *defaults) if k in fields]
        order = list(dict.fromkeys([k for k in order if k is not None] + list(fields)))[:12]
        name = human(action.identifier.rpartition(".")[2])
        title = (
            *self.title(action.identifier).lower().split(),
            *name.lower().split(),
            "action",
            "text",
            "show",
        )
        order.sort(key=lambda k: k != first and isinstance(fields[k], bool))  # switches last
        told = [k for k in order if not (k in defaults and defaults[k] == fields[k])] or order[:1]
        out = [self._before(action, "")] if action.index in self.flow.before else []
        for key in told:
            raw = fields[key]
            shown = self.words(raw)
            if not shown:
                continue
            said = human(key, title)
            plain = not first and isinstance(raw, (str, dict, list))
            bare = key == first or (not out and (plain or said.lower() in title))
            out.append(shown if bare else [(f"{said}: ", False), *shown])
        return out

    def words(self, raw: Any) -> list[Run]:
        return words(raw, self.name_of)

    def note(self, action: Action) -> Label:
        """The label of a comment."""
        text = self.words(action.parameters.get("WFCommentActionText", ""))
        raw = action.parameters.get("WFCommentActionText", "")
        return Label("", [text], clip(safe(raw), LONGEST_TIP) if isinstance(raw, str) else "")

    def head(self, block: Block) -> Label:
        """The label of what opens a block."""
        action, title = block.open, ""
        lines: list[list[Run]] = []
        if action.identifier == IF:
            title, lines = (
                "If",
                [condition_words(action.parameters, self.name_of, self._before(action, "it"))],
            )
        elif action.identifier == EACH:
            title = "Repeat with each"
            lines = [
                self.words(action.parameters.get("WFInput", "")) or self._before(action, "what came before")
            ]
        elif action.identifier == COUNT:
            count = self.words(action.parameters.get("WFRepeatCount", 1)) or [("1", False)]
            title, lines = "Repeat", [[*count, (" times", False)]]
        elif action.identifier == MENU:
            title = "Choose from Menu"
            lines = [self.words(action.parameters.get("WFMenuPrompt", ""))]
        label = Label(title, [line for line in lines if line])
        label.tip = self._tip(action, label, {})
        if block.close is not None:
            label.output = self._made(block.close)
        return label

    def other_if(self, marker: Action) -> Label:
        """The label of an Otherwise with a condition of its own."""
        label = Label("Otherwise If", [condition_words(marker.parameters, self.name_of, [("it", True)])])
        label.tip = self._tip(marker, label, {})
        return label

    def case(self, block: Block, section: Section, number: int) -> Label:
        """The label of a menu's case."""
        marker = section.marker
        if marker is None:
            return Label("before the first case", tip="What stands before the first case")
        title = marker.parameters.get("WFMenuItemTitle")
        text = _flat(self.words(marker.parameters.get("WFMenuItemAttributedTitle", "")))
        text = text or (title if isinstance(title, str) else self._item(block, number)) or f"case {number}"
        return Label(text, tip=clip(safe(text), LONGEST_TIP))

    def _item(self, block: Block, number: int) -> str:
        """What the menu's list says about a case that has no title of its own."""
        items = block.open.parameters.get("WFMenuItems")
        return (
            _flat(self.words(items[number - 1])) if isinstance(items, list) and number <= len(items) else ""
        )

    def _tip(self, action: Action, label: Label, fields: dict[str, Any]) -> str:
        api = self.apis.get(action.identifier)
        head = label.title if action.index < 0 else f"{label.title}  ·  action {action.index + 1}"
        app = app_name(action.identifier)
        told = [head, f"{app}: {action.identifier}" if app else action.identifier]
        if api is not None and api.description:
            told.append(api.description)
        if fields:
            told += [f"{human(k)}: {_flat(self.words(v))}" for k, v in list(fields.items())[:12]]
        else:
            told += [_flat(line) for line in label.lines]
        if label.output:
            told.append(f"makes {label.output}")
        return clip(safe("\n".join(told)), LONGEST_TIP)


def _flat(runs: list[Run]) -> str:
    return "".join(text for text, _ in runs)[:LONGEST_TIP]
