"""What the names in a workflow's code stand for: outputs, variables, and what an action takes unasked.

The value a block leaves behind and an output used before its action is printed are known only at the end,
so a name is handed out where it is first used.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping
from typing import Any

from wfllm.shortcuts import actions as at
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.names import LOOP_VARIABLE, Names
from wfllm.shortcuts.nodes import call, name
from wfllm.shortcuts.tokens import Token
from wfllm.shortcuts.tree import Action, Block, If, Menu, Workflow, walk

_DEFAULT_NAMES = {
    at.TEXT: "Text",
    at.NUMBER: "Number",
    at.LIST: "List",
    at.DICTIONARY: "Dictionary",
    at.VALUE: "Dictionary Value",
    at.ASK: "Provided Input",
}
"""Names of the outputs of actions that are syntax, hence in no catalogue of calls."""
_STORE = frozenset((at.SET, at.APPEND))


class Slot:
    """The output of an action or, with `result`, of a block; its name is made on first use."""

    __slots__ = ("action", "made", "name", "result", "shown", "uuid")

    def __init__(self, uuid: str, action: Action | None, result: str = "") -> None:
        self.uuid, self.action, self.result = uuid, action, result
        self.name, self.shown = "", ""
        self.made = True
        """Whether it can be there where the writer is: what a block leaves behind is not inside the block."""


Previous = Slot | ast.expr | None
"""What an input left out takes: an output, another value, or (None) it is not known which."""


class Scope:
    """The names of one workflow.

    Args:
        apis: knows each action's implicit input and output name.
    """

    def __init__(self, apis: Mapping[str, Api]) -> None:
        self.apis = apis
        self.names = Names()
        self.prev: Previous = call("shortcut_input")
        """What the next action takes where it names no input."""
        self.slots: dict[str, Slot] = {}
        """UUID → output."""
        self.stored: set[str] = set()
        """Names of the variables that some action sets."""
        self.of_block: dict[int, Slot] = {}
        """`id` of a block → its output."""
        self.wanted: list[Slot] = []
        """The blocks' outputs that something uses."""
        self.missing: dict[str, str] = {}
        """UUID of an output that no action makes → its name in `missing_output(…)`."""
        self.data: dict[str, bytes] = {}
        """Digest → binary content beside the code."""
        self.raws: list[str] = []
        """Kinds of the values that only `raw(…)` can hold."""
        self._numbers: dict[str, int] = {}

    def find_outputs(self, workflow: Workflow) -> None:
        """Gives every UUID its slot before anything refers to it (the same UUID is the same output); finds
        the variables that are set."""
        for event, node, _, _ in walk(workflow):
            if isinstance(node, Action):
                uuid = node.parameters.get("UUID")
                if isinstance(uuid, str) and uuid not in self.slots:
                    self.slots[uuid] = Slot(uuid, node)
                stored = node.parameters.get("WFVariableName") if node.identifier in _STORE else None
                if isinstance(stored, str):
                    self.stored.add(stored)
            elif event == "open":
                self._add_block(node)

    def _add_block(self, block: Block) -> None:
        result = "If_Result" if isinstance(block, If) else "Repeat_Results"
        slot = self.of_block[id(block)] = Slot("", None, "Menu_Result" if isinstance(block, Menu) else result)
        for action in (block.close, *(section.marker for section in block.sections), block.open):
            uuid = action.parameters.get("UUID") if action is not None else None
            if isinstance(uuid, str):
                self.slots.setdefault(uuid, slot)
                slot.uuid = slot.uuid or uuid

    def slot_of(self, action: Action) -> Slot:
        """The output of an action. One that has a block's UUID, or none, has an output of its own."""
        uuid = action.parameters.get("UUID")
        slot = self.slots[uuid] if isinstance(uuid, str) else None
        return slot if slot is not None and not slot.result else Slot("", action)

    def name_of(self, slot: Slot, shown: str = "") -> str:
        """The Python name of an output.

        Args:
            shown: what the editor calls it where it is used.
        """
        if not slot.name:
            if slot.action is None:
                slot.name = self.names.numbered(slot.result)
                self.wanted.append(slot)
            else:
                slot.name = self._name_output(slot.action, shown)
        if not slot.shown:
            slot.shown = shown
        return slot.name

    def _name_output(self, action: Action, shown: str) -> str:
        identifier = action.identifier
        default = _DEFAULT_NAMES.get(identifier)
        if default is None:
            api = self.apis.get(identifier)
            default = api.output_name if api is not None else ""
        return self.names.output(custom_name(action), shown, default, identifier.rpartition(".")[2])

    def output(self, token: Token) -> ast.expr:
        """What an `ActionOutput` token refers to."""
        slot = self.slots.get(token.name)
        if slot is None or not slot.made:
            return call("missing_output", ast.Constant(self._missing_name(token)))
        return name(self.name_of(slot, token.output_name))

    def _missing_name(self, token: Token) -> str:
        """A name for an output that no action makes; two of them never share one."""
        known = self.missing.get(token.name)
        if known is None:
            base = known = token.output_name or "output"
            count = self._numbers.get(base, 1)
            while known in self._numbers:
                count += 1
                known = f"{base} {count}"
            self._numbers[base] = count
            self._numbers.setdefault(known, 1)
            self.missing[token.name] = known
        return known

    def output_of(self, uuid: str) -> str | None:
        """The Python name of the output with this UUID; None where the text is no known UUID."""
        slot = self.slots.get(uuid)
        return self.name_of(slot) if slot is not None else None

    def variable(self, name: str) -> str:
        """The Python name of an author's variable."""
        return self.names.variable(name)

    def variable_token(self, name_: str) -> ast.expr:
        """What a `Variable` token refers to."""
        if name_ in self.stored or LOOP_VARIABLE.fullmatch(name_.replace(" ", "_")):
            return name(self.variable(name_))
        return call("missing_variable", ast.Constant(name_))

    def previous(self) -> ast.expr:
        """The output that an input left out takes."""
        prev = self.prev
        if prev is None:
            return call("previous_output")
        return name(self.name_of(prev)) if isinstance(prev, Slot) else prev

    def has_previous(self) -> bool:
        """Whether it is known which output that is."""
        return self.prev is not None and not isinstance(self.prev, ast.Constant)

    def input_key(self, identifier: str) -> str | None:
        """Key of the parameter that takes the previous output when it is left out."""
        api = self.apis.get(identifier)
        return api.input if api is not None else None

    def keep(self, content: bytes) -> str:
        """Stores binary content beside the code and returns the digest it goes by."""
        digest = hashlib.sha256(content).hexdigest()
        self.data[digest] = content
        return digest

    def unknown(self, kind: str) -> None:
        """Takes note of a value that only `raw(…)` can hold."""
        self.raws.append(kind)

    def table(self) -> dict[str, Any]:
        """Python name → what the file calls it: `outputs` (UUID, shown name), `variables`, `missing`."""
        outputs: dict[str, dict[str, str]] = {}
        for uuid, slot in self.slots.items():
            if slot.name:
                outputs.setdefault(slot.name, {"uuid": uuid, "shown": slot.shown})
                if slot.action is not None and custom_name(slot.action):
                    outputs[slot.name]["custom"] = custom_name(slot.action)
        variables = {python: shown for shown, python in self.names.variables.items() if python != shown}
        missing = {shown: uuid for uuid, shown in self.missing.items()}
        return {"outputs": outputs, "variables": variables, "missing": missing}


def custom_name(action: Action) -> str:
    """What the author calls an action's output; empty where nothing."""
    custom = action.parameters.get("CustomOutputName")
    return custom if isinstance(custom, str) else ""
