"""The statements of a workflow: its tree, walked once.

Names are handed out where they are first used (`scope.py`), so the statement that makes an output is
finished when all is written, and so is what each branch of a block hands on.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from wfllm.errors import WfllmError
from wfllm.shortcuts import actions as at
from wfllm.shortcuts.blocks import loop_names, menu_titles, write_header, write_section
from wfllm.shortcuts.code_size import MAX_CODE, too_long
from wfllm.shortcuts.conditions import is_reference, subject_of
from wfllm.shortcuts.nodes import LOAD, append, assign, name
from wfllm.shortcuts.parse_values import parse
from wfllm.shortcuts.printing import BlockEntry, Body, Comment, Entry
from wfllm.shortcuts.scope import Previous, Scope, Slot
from wfllm.shortcuts.statements import WRITERS, write_call
from wfllm.shortcuts.tree import Action, Block, If, Menu, RepeatCount, RepeatEach, Section, Workflow, walk
from wfllm.shortcuts.variables import write_variable

MAX_INDENT = 90
"""Levels of indentation; Python's parser refuses a hundred."""
MAX_BLOCKS = 200
"""Blocks inside each other, where `elif` needs no indentation."""


@dataclass(slots=True, eq=False)
class _Frame:
    """A block being written."""

    block: Block
    entry: BlockEntry
    parent: Body
    inside: Previous
    """What the first action of each branch takes."""
    titles: list[str | None]
    """Of a menu's items."""
    sections: int = 0
    """Branches begun."""
    ends: list[tuple[Body, Previous]] = field(default_factory=list)
    """Each branch with what its last action made."""


class StatementWriter:
    """Writes the statements of one workflow.

    Args:
        workflow: from `build_tree`.
        scope: gives the names.
    """

    def __init__(self, workflow: Workflow, scope: Scope) -> None:
        self.workflow, self.scope = workflow, scope
        self.frames: dict[int, _Frame] = {}
        self.made: list[tuple[Entry, ast.expr, Slot, bool]] = []
        """Statements that make an output: the value, the output, whether it has a name in any case."""
        self.level = 0
        self.commented = 0
        """Characters of comments."""
        self.at: Action | None = None
        """Where the writer is, for errors."""

    def run(self) -> Body:
        """The statements; those that make an output still want `name_outputs`.

        Raises:
            WfllmError: blocks inside each other beyond what Python can parse.
        """
        self.scope.find_outputs(self.workflow)
        top: Body = []
        body = top
        stack: list[_Frame] = []
        for event, node, section, _ in walk(self.workflow):
            if isinstance(node, Action):
                self.at = node
                self.add_action(node, body)
                continue
            self.at = (section and section.marker) or node.open
            if event == "open":
                if len(stack) >= MAX_BLOCKS:
                    raise self.refusal(f"blocks nested more than {MAX_BLOCKS} deep")
                self.level += isinstance(node, (RepeatEach, RepeatCount))
                stack.append(self.open_block(node, body))
            elif section is not None:
                self.end_section(stack[-1], body)
                body = self.open_section(stack[-1], section)
            else:
                frame = stack.pop()
                self.end_section(frame, body)
                body = frame.parent
                self.level -= isinstance(node, (RepeatEach, RepeatCount))
                self.scope.prev = slot = self.scope.of_block[id(node)]
                slot.made = True
        self.write_results()
        return top

    def add_action(self, action: Action, body: Body) -> None:
        identifier = action.identifier
        if identifier == at.COMMENT and self.add_comment(action, body):
            return
        variable = action.parameters.get("WFVariableName") if identifier in (at.SET, at.APPEND) else None
        node = write_variable(action, self.scope) if variable is not None else None
        if node is not None:
            body.append(Entry(action.index, node))
        else:
            self.add_output(action, body)
        if isinstance(variable, str):  # what it stores is also what the next action takes
            self.scope.prev = name(self.scope.variable(variable))

    def add_comment(self, action: Action, body: Body) -> bool:
        """A plain comment becomes a comment; one with variables in it stays a call."""
        text = action.parameters.get("WFCommentActionText", "")
        if isinstance(text, dict):
            text = parse(text)
        if not isinstance(text, str) or at.meaningful(action).keys() - {"WFCommentActionText"}:
            return False
        self.commented += len(text)
        if self.commented > MAX_CODE:  # refused all the same, but before each line is a text of its own
            raise too_long(self.workflow.name)
        body.append(Comment(action.index, text))
        return True

    def add_output(self, action: Action, body: Body) -> None:
        """`name = value`, the name given at the end, or the value alone."""
        writer = WRITERS.get(action.identifier)
        value = writer(action, self.scope) if writer is not None else None
        always = value is not None and action.identifier in at.ALWAYS_NAMED
        if value is None:
            value = write_call(action, self.scope)
        nothing = action.identifier == at.NOTHING and not at.meaningful(action)
        entry = Entry(action.index, ast.Pass() if nothing else None)
        body.append(entry)
        slot = self.scope.slot_of(action)
        self.made.append((entry, value, slot, always))
        self.scope.prev = ast.Constant(None) if nothing else slot

    def open_block(self, block: Block, body: Body) -> _Frame:
        scope = self.scope
        header = write_header(block, scope, self.level)
        entry = BlockEntry(block.open.index, header, block.close.index if block.close is not None else -1)
        inside: Previous = scope.prev
        if isinstance(block, If) and "WFInput" in block.open.parameters:
            known = is_reference(block.open.parameters["WFInput"])
            inside = subject_of(block.open.parameters, ast.Constant(None), scope) if known else None
        elif isinstance(block, RepeatEach):
            inside = name(loop_names(self.level)[1])
        elif isinstance(block, RepeatCount):
            inside = None
        body.append(entry)
        scope.of_block[id(block)].made = self.level > 0  # a loop may have made it the round before
        titles = menu_titles(block) if isinstance(block, Menu) else []
        frame = self.frames[id(scope.of_block[id(block)])] = _Frame(block, entry, body, inside, titles)
        return frame

    def open_section(self, frame: _Frame, section: Section) -> Body:
        self.scope.prev = frame.inside
        part = write_section(frame.block, section, frame.sections, self.scope, frame.titles)
        frame.sections += 1
        if part is None:
            return []
        frame.entry.sections.append(part)
        return part.body

    def end_section(self, frame: _Frame, body: Body) -> None:
        if frame.entry.sections:
            frame.ends.append((body, self.scope.prev))
            real = [entry for entry in body if type(entry) is not Comment]
            if len(real) == 1 and isinstance(real[0], Entry) and isinstance(real[0].node, ast.Pass):
                real[0].node = None  # alone in its branch, `pass` would mean an empty branch

    def write_results(self) -> None:
        """Ends every branch of a block whose value is used with a statement that says what it is."""
        for slot in self.scope.wanted:  # grows: a branch may end with a block
            frame = self.frames[id(slot)]
            repeats = isinstance(frame.block, (RepeatEach, RepeatCount))
            if repeats:
                frame.entry.before.append(assign(slot.name, ast.List([], LOAD)))
            elif isinstance(frame.block, If) and len(frame.block.sections) == 1:
                frame.entry.before.append(assign(slot.name, ast.Constant(None)))
            for body, prev in frame.ends:
                self.scope.prev = prev
                value = self.scope.previous()
                body.append(Entry(-1, append(slot.name, value) if repeats else assign(slot.name, value)))

    def name_outputs(self) -> None:
        """Finishes the statements that make an output, now that it is known which outputs are used."""
        for entry, value, slot, always in self.made:
            target = self.scope.name_of(slot) if always else slot.name
            if target:
                entry.node = assign(target, value)
            elif entry.node is None:
                entry.node = ast.Expr(value)

    def limit(self, block: BlockEntry, indent: int) -> None:
        self.at = self.workflow.actions[block.index]
        if indent >= MAX_INDENT:
            raise self.refusal(f"nested more than {MAX_INDENT} levels deep")

    def refusal(self, reason: str) -> WfllmError:
        at = self.at.index if self.at is not None else 0
        return WfllmError(
            f"{reason}, which Python cannot parse",
            where=f"{self.workflow.name} action {at}",
            mend="Move the inner part into a shortcut of its own.",
        )
