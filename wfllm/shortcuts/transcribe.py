"""A workflow as Python: the tree, walked once, becomes statements; then they are printed.

The value a block leaves behind and an output used before its action is printed are known only at the end,
so a name is handed out where it is first used and the statement that makes it is finished last.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from wfllm.errors import WfllmError
from wfllm.shortcuts import statements as st
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.blocks import loop_names, write_header, write_section
from wfllm.shortcuts.conditions import subject_of
from wfllm.shortcuts.expressions import call, digest_of, name
from wfllm.shortcuts.names import Names
from wfllm.shortcuts.parse_values import parse
from wfllm.shortcuts.printing import Body, Entry, Printed, print_code
from wfllm.shortcuts.tokens import Token
from wfllm.shortcuts.tree import Action, Block, If, Menu, RepeatCount, RepeatEach, Section, Workflow, walk
from wfllm.shortcuts.values import TooDeepError

MAX_INDENT = 90
"""Levels of indentation; Python's parser refuses a hundred."""
MAX_BLOCKS = 200
"""Blocks inside each other, where `elif` needs no indentation."""
DEFAULT_NAMES = {
    st.TEXT: "Text",
    st.NUMBER: "Number",
    st.LIST: "List",
    st.DICTIONARY: "Dictionary",
    st.VALUE: "Dictionary Value",
    st.ASK: "Provided Input",
}
"""Names of the outputs of actions that are syntax, hence in no catalogue of calls."""

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
    names: dict[str, Any]
    """Python name → what the file calls it: `variables` and `outputs` (UUID and shown name)."""
    data: dict[str, bytes] = field(default_factory=dict)
    """Digest → binary content that the code refers to as `data("sha256:…")`."""
    notes: list[str] = field(default_factory=list)
    """What was recovered, one line each."""
    raws: list[str] = field(default_factory=list)
    """Kind of each value that only `raw(…)` can hold."""

    @cached_property
    def sidecar(self) -> dict[str, Any]:
        """Hints with which the code compiles to the identical property list. JSON values only."""
        from wfllm.shortcuts.sidecar import make_sidecar

        return make_sidecar(self)


def transcribe(workflow: Workflow, apis: Mapping[str, Api] | None = None) -> Transcript:
    """The Python code of a workflow.

    Args:
        workflow: from `build_tree`.
        apis: knows each action's implicit input and output name; the shipped catalogue by default.

    Raises:
        WfllmError: nested beyond what Python can parse; names file, action and reason.
    """
    if apis is None:
        from wfllm.shortcuts.catalogue import load_catalogue

        apis = load_catalogue()
    return _Transcriber(workflow, apis).run()


class _Slot:
    """The output of an action or block: its name is made when something first uses it."""

    __slots__ = ("block", "candidates", "name", "shown", "uuid")

    def __init__(self, uuid: str, candidates: tuple[str, ...], block: bool = False) -> None:
        self.uuid, self.candidates, self.block = uuid, candidates, block
        self.name, self.shown = "", ""


_Previous = _Slot | ast.expr | None
"""What an input left out takes: an output, another value, or (None) it is not known which."""


@dataclass(slots=True)
class _Frame:
    """A block being written."""

    block: Block
    entry: Entry
    parent: Body
    inside: _Previous
    """What the first action of each branch takes."""
    ends: list[tuple[Body, _Previous]] = field(default_factory=list)
    """Each branch with what its last action made."""


class _Transcriber:
    def __init__(self, workflow: Workflow, apis: Mapping[str, Api]) -> None:
        self.workflow, self.apis = workflow, apis
        self.names = Names()
        self.slots: dict[str, _Slot] = {}
        self.of_block: dict[int, _Slot] = {}
        self.frames: dict[int, _Frame] = {}
        self.wanted: list[_Slot] = []
        self.missing: dict[str, str] = {}
        self.data: dict[str, bytes] = {}
        self.raws: list[str] = []
        self.prev: _Previous = call("shortcut_input")
        self.level = 0
        self.at: Action | None = None

    # what expressions and statements ask for

    def previous(self) -> ast.expr:
        if self.prev is None:
            return call("previous_output")
        return name(self.name_of(self.prev)) if isinstance(self.prev, _Slot) else self.prev

    def has_previous(self) -> bool:
        return self.prev is not None and not isinstance(self.prev, ast.Constant)

    def input_key(self, identifier: str) -> str | None:
        api = self.apis.get(identifier)
        return api.input if api is not None else None

    def output(self, token: Token) -> ast.expr:
        slot = self.slots.get(token.name)
        if slot is None:
            return call("missing_output", ast.Constant(self.missing_name(token)))
        return name(self.name_of(slot, token.output_name))

    def output_of(self, uuid: str) -> str | None:
        slot = self.slots.get(uuid)
        return self.name_of(slot) if slot is not None else None

    def variable(self, name: str) -> str:
        return self.names.variable(name)

    def keep(self, content: bytes) -> str:
        digest = digest_of(content)
        self.data[digest] = content
        return digest

    def unknown(self, kind: str) -> None:
        self.raws.append(kind)

    def missing_name(self, token: Token) -> str:
        """A name for an output that no action makes; two of them never share one."""
        known = self.missing.get(token.name)
        if known is None:
            base = known = token.output_name or "output"
            count, taken = 1, set(self.missing.values())
            while known in taken:
                count += 1
                known = f"{base} {count}"
            self.missing[token.name] = known
        return known

    def name_of(self, slot: _Slot, shown: str = "") -> str:
        if not slot.name:
            if slot.block:
                slot.name = self.names.numbered(slot.candidates[0])
                self.wanted.append(slot)
            else:
                custom, *rest = slot.candidates
                slot.name = self.names.output(custom, shown, *rest)
        slot.shown = slot.shown or shown
        return slot.name

    # the walk

    def run(self) -> Transcript:
        try:
            return self.write()
        except TooDeepError as fault:
            raise self.refusal(str(fault)) from fault
        except RecursionError as fault:
            raise self.refusal("a value nested too deeply") from fault

    def write(self) -> Transcript:
        self.find_outputs()
        top: Body = []
        body = top
        stack: list[_Frame] = []
        for event, node, section, _ in walk(self.workflow):
            self.at = node if isinstance(node, Action) else (section and section.marker) or node.open
            if isinstance(node, Action):
                self.add_action(node, body)
            elif event == "open":
                if len(stack) >= MAX_BLOCKS:
                    raise self.refusal(f"blocks nested more than {MAX_BLOCKS} deep")
                self.level += isinstance(node, (RepeatEach, RepeatCount))
                stack.append(self.open_block(node, body))
            elif event == "section" and section is not None:
                frame = stack[-1]
                if frame.entry.sections:
                    frame.ends.append((body, self.prev))
                self.prev = frame.inside
                body = self.open_section(frame, section)
            else:
                frame = stack.pop()
                if frame.entry.sections:
                    frame.ends.append((body, self.prev))
                body = frame.parent
                self.level -= isinstance(node, (RepeatEach, RepeatCount))
                self.prev = self.of_block[id(node)]
        self.write_results()
        code, printed = print_code(top, self.limit)
        return self.transcript(code, printed)

    def find_outputs(self) -> None:
        """Gives every UUID its slot before anything refers to it. The same UUID is the same output."""
        for event, node, _, _ in walk(self.workflow):
            if isinstance(node, Action):
                uuid = node.parameters.get("UUID")
                if isinstance(uuid, str):
                    self.slots.setdefault(uuid, self.new_slot(node, uuid))
            elif event == "open":
                kind = (
                    "If_Result" if isinstance(node, If) else "Menu_Result" if isinstance(node, Menu) else ""
                )
                slot = _Slot("", (kind or "Repeat_Results",), block=True)
                self.of_block[id(node)] = slot
                for action in (node.close, *(s.marker for s in node.sections), node.open):
                    uuid = action.parameters.get("UUID") if action is not None else None
                    if isinstance(uuid, str):
                        self.slots.setdefault(uuid, slot)
                        slot.uuid = slot.uuid or uuid

    def new_slot(self, action: Action, uuid: str) -> _Slot:
        custom = action.parameters.get("CustomOutputName")
        api = self.apis.get(action.identifier)
        tail = action.identifier.rsplit(".", 1)[-1]
        default = DEFAULT_NAMES.get(action.identifier) or (api.output_name if api is not None else "")
        return _Slot(uuid, (custom if isinstance(custom, str) else "", default, tail))

    def add_action(self, action: Action, body: Body) -> None:
        identifier = action.identifier
        if identifier == st.COMMENT and self.add_comment(action, body):
            return
        if identifier in (st.SET, st.APPEND) and self.add_variable(action, body):
            return
        writer = st.WRITERS.get(identifier)
        value = writer(action, self) if writer is not None else None
        always = value is not None and identifier in st.ALWAYS_NAMED
        if value is None:
            value = st.write_call(action, self)
        uuid = action.parameters.get("UUID")
        slot = self.slots[uuid] if isinstance(uuid, str) else self.new_slot(action, "")
        if slot.block:
            slot = self.new_slot(action, "")

        def target() -> str:
            return self.name_of(slot) if always else slot.name

        entry = Entry(action.index, value=value, target=target)
        body.append(entry)
        self.prev = slot
        variable = action.parameters.get("WFVariableName")
        if identifier in (st.SET, st.APPEND) and isinstance(variable, str):
            self.prev = name(self.variable(variable))
        if identifier == st.NOTHING and not st.meaningful(action):
            entry.node = ast.Pass()
            self.prev = ast.Constant(None)

    def add_comment(self, action: Action, body: Body) -> bool:
        """A plain comment becomes a comment; one with variables in it stays a call."""
        text = action.parameters.get("WFCommentActionText", "")
        if isinstance(text, dict):
            text = parse(text)
        if not isinstance(text, str) or st.meaningful(action).keys() - {"WFCommentActionText"}:
            return False
        body.append(Entry(action.index, comment=text))
        return True

    def add_variable(self, action: Action, body: Body) -> bool:
        """`Name = x` and `Name.append(x)`. What it stores is also what the next action takes."""
        value = st.variable_value(action, self)
        if value is None:
            return False
        variable = self.variable(action.parameters["WFVariableName"])
        if action.identifier == st.APPEND:
            append = ast.Attribute(name(variable), "append", ast.Load())
            body.append(Entry(action.index, ast.Expr(ast.Call(append, [value], []))))
            self.prev = name(variable)
            return True
        shown = call("variable", value) if st.needs_mark(value) else value
        body.append(Entry(action.index, ast.Assign([ast.Name(variable, ast.Store())], shown, None, lineno=0)))
        self.prev = name(variable)
        return True

    def open_block(self, block: Block, body: Body) -> _Frame:
        header = write_header(block, self, self.level)
        entry = Entry(block.open.index, header)
        entry.close = block.close.index if block.close is not None else -1
        inside: _Previous = self.prev
        if isinstance(block, If) and "WFInput" in block.open.parameters:
            inside = subject_of(block.open.parameters, self.previous(), self)
        elif isinstance(block, RepeatEach):
            inside = name(loop_names(self.level)[1])
        elif isinstance(block, RepeatCount):
            inside = None
        body.append(entry)
        frame = self.frames[id(self.of_block[id(block)])] = _Frame(block, entry, body, inside)
        return frame

    def open_section(self, frame: _Frame, section: Section) -> Body:
        number = next(i for i, s in enumerate(frame.block.sections) if s is section)
        part = write_section(frame.block, section, number, self)
        if part is None:
            return []
        frame.entry.sections.append(part)
        return part.body

    def write_results(self) -> None:
        """Ends every branch of a block whose value is used with a statement that says what it is."""
        for slot in self.wanted:  # grows: a branch may end with a block
            frame = self.frames[id(slot)]
            repeats = isinstance(frame.block, (RepeatEach, RepeatCount))
            if repeats:
                frame.entry.before.append(_assign(slot.name, ast.List([], ast.Load())))
            elif isinstance(frame.block, If) and len(frame.block.sections) == 1:
                frame.entry.before.append(_assign(slot.name, ast.Constant(None)))
            for body, prev in frame.ends:
                self.prev = prev
                value = self.previous()
                if repeats:
                    append = ast.Attribute(name(slot.name), "append", ast.Load())
                    body.append(Entry(-1, ast.Expr(ast.Call(append, [value], []))))
                else:
                    body.append(Entry(-1, _assign(slot.name, value)))

    def transcript(self, code: str, printed: list[Printed]) -> Transcript:
        used = dict.fromkeys(action.identifier for action in self.workflow.actions)
        listed = [i for i in used if not (i.startswith(st.BUILTIN) and i[len(st.BUILTIN) :] in NOT_LISTED)]
        outputs: dict[str, dict[str, str]] = {}
        for uuid, slot in self.slots.items():
            if slot.name:
                outputs.setdefault(slot.name, {"uuid": uuid, "shown": slot.shown})
                if not slot.block and slot.candidates[0]:
                    outputs[slot.name]["custom"] = slot.candidates[0]
        variables = {python: shown for shown, python in self.names.variables.items() if python != shown}
        missing = {shown: uuid for uuid, shown in self.missing.items()}
        names = {"outputs": outputs, "variables": variables, "missing": missing}
        return Transcript(
            self.workflow, code, listed, printed, names, self.data, list(self.workflow.notes), self.raws
        )

    # refusals

    def limit(self, entry: Entry, indent: int) -> None:
        self.at = self.workflow.actions[entry.index]
        if indent >= MAX_INDENT:
            raise self.refusal(f"nested more than {MAX_INDENT} levels deep")

    def refusal(self, reason: str) -> WfllmError:
        at = self.at.index if self.at is not None else 0
        return WfllmError(
            f"{reason}, which Python cannot parse",
            where=f"{self.workflow.name} action {at}",
            mend="Move the inner part into a shortcut of its own.",
        )


def _assign(target: str, value: ast.expr) -> ast.Assign:
    return ast.Assign([ast.Name(target, ast.Store())], value, None, lineno=0)
