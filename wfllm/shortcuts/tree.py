"""The workflow as a tree: a flat list of actions, its blocks paired.

Broken blocks, which real files hold, are recovered and noted:
- a block that is never closed ends where its parent ends, or at the end of the file;
- an end or a middle without a block, a second `Otherwise`, a middle inside a repeat: stay plain actions;
- a block closed while an inner one is open: the inner one ends there;
- a missing GroupingIdentifier: the innermost open block of the same kind is meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from wfllm.errors import WfllmError

IF = "is.workflow.actions.conditional"
EACH = "is.workflow.actions.repeat.each"
COUNT = "is.workflow.actions.repeat.count"
MENU = "is.workflow.actions.choosefrommenu"
BLOCKS = frozenset({IF, EACH, COUNT, MENU})

OPEN, MIDDLE, CLOSE = 0, 1, 2
MAX_LEFT_OPEN = 1_000
"""Open blocks that an end is searched among: a file of openings and strange ends is no work for hours."""


@dataclass(slots=True, eq=False)
class Action:
    """One action of the list."""

    index: int
    """Position in the list, from 0; -1 for one that recovery made up."""
    identifier: str
    parameters: dict[str, Any]
    raw: dict[str, Any]
    """The action as the file has it."""


@dataclass(slots=True, eq=False)
class Section:
    """One branch of a block: what stands between two of its markers."""

    marker: Action | None
    """The `Otherwise` or case action that begins it; None for the first one."""
    body: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Block:
    """A block: the action that opens it, its branches, the action that closes it (None: unclosed)."""

    open: Action
    sections: list[Section]
    close: Action | None = None


class If(Block):
    """`sections[0]` where the condition holds, then `Otherwise`."""


class RepeatEach(Block):
    """One section, run for each item."""


class RepeatCount(Block):
    """One section, run n times."""


class Menu(Block):
    """One section a case; `sections[0]` is what stands before the first case: nothing, in sound files."""


Node = Action | Block
_KINDS: dict[str, type[Block]] = {IF: If, EACH: RepeatEach, COUNT: RepeatCount, MENU: Menu}


@dataclass(slots=True, eq=False)
class Workflow:
    """A shortcut: its actions as a tree, and everything else its file holds."""

    name: str
    body: list[Node]
    actions: list[Action]
    """The same actions, flat."""
    settings: dict[str, Any]
    """The file's other top-level keys."""
    keys: list[str] = field(default_factory=list)
    """All its top-level keys in order."""
    notes: list[str] = field(default_factory=list)
    """What recovery did, one line each."""


def mode_of(action: Action) -> int:
    """WFControlFlowMode: 0 opens (also where absent), 1 is a middle, 2 closes."""
    mode = action.parameters.get("WFControlFlowMode", OPEN)
    if isinstance(mode, str) and mode.strip() in ("0", "1", "2"):
        return int(mode)
    return int(mode) if isinstance(mode, (int, float)) and mode in (0, 1, 2) else OPEN


def build_tree(plist: dict[str, Any], name: str = "") -> Workflow:
    """The tree of a shortcut's property list. No recursion: any depth of nesting is read.

    Raises:
        WfllmError: the actions are not a list of actions.
    """
    raw_actions = plist.get("WFWorkflowActions")
    if not isinstance(raw_actions, list):
        raise WfllmError("no list of actions (WFWorkflowActions)", where=name, mend="Is this a shortcut?")
    actions = [_action(i, raw, name) for i, raw in enumerate(raw_actions)]
    settings = {key: value for key, value in plist.items() if key != "WFWorkflowActions"}
    workflow = Workflow(name, [], actions, settings, list(plist))
    stack: list[Block] = []
    body = workflow.body
    for action in actions:
        kind = _KINDS.get(action.identifier)
        if kind is None:
            body.append(action)
            continue
        mode = mode_of(action)
        if mode == OPEN:
            block = kind(action, [Section(None)])
            body.append(block)
            stack.append(block)
            body = block.sections[0].body
            continue
        at = _opened(stack, action)
        if at is None or (mode == MIDDLE and not _may_part(stack[at])):
            what = "a middle" if mode == MIDDLE else "an end"
            workflow.notes.append(f"action {action.index}: {what} without a block, kept as a plain action")
            body.append(action)
            continue
        for inner in stack[at + 1 :]:
            workflow.notes.append(f"action {inner.open.index}: block never closed, ended with its parent")
        del stack[at + 1 :]
        if mode == MIDDLE:
            section = Section(action)
            stack[at].sections.append(section)
            body = section.body
        else:
            stack.pop().close = action
            body = stack[-1].sections[-1].body if stack else workflow.body
    for block in stack:
        workflow.notes.append(f"action {block.open.index}: block never closed, ended with the file")
    return workflow


def _action(index: int, raw: Any, name: str) -> Action:
    identifier = raw.get("WFWorkflowActionIdentifier") if isinstance(raw, dict) else None
    parameters = raw.get("WFWorkflowActionParameters", {}) if isinstance(raw, dict) else None
    if not isinstance(identifier, str) or not identifier or not isinstance(parameters, dict):
        raise WfllmError(
            "not an action (identifier and parameters are missing)",
            where=f"{name} action {index}",
            mend="Export the shortcut again.",
        )
    return Action(index, identifier, parameters, raw)


def _opened(stack: list[Block], action: Action) -> int | None:
    """Index in the stack of the block that a middle or an end belongs to."""
    group = action.parameters.get("GroupingIdentifier")
    for at in range(len(stack) - 1, max(-1, len(stack) - 1 - MAX_LEFT_OPEN), -1):
        opener = stack[at].open
        if opener.identifier != action.identifier:
            continue
        theirs = opener.parameters.get("GroupingIdentifier")
        if theirs == group or group is None or theirs is None:
            return at
    return None


def _may_part(block: Block) -> bool:
    """Whether a block may take one more middle."""
    if isinstance(block, If):
        last = block.sections[-1].marker
        return last is None or has_condition(last)
    return isinstance(block, Menu)


def has_condition(action: Action) -> bool:
    """Whether an `Otherwise` carries a condition of its own (`Otherwise If`)."""
    return any(k in action.parameters for k in ("WFCondition", "WFConditions", "WFInput"))


Event = tuple[Literal["action", "open", "section", "close"], Node, "Section | None", int]


def walk(workflow: Workflow) -> Iterator[Event]:
    """Everything in a workflow in the order it runs, as (event, node, section, depth).

    `action`; for a block `open`, then for each of its sections `section` and what is inside, then
    `close`. Depth counts the blocks around the node. No recursion.
    """
    nodes = iter(workflow.body)
    stack: list[tuple[Iterator[Node], Block, Iterator[Section]]] = []
    """For each block around: what follows it, itself, its sections still to come."""
    while True:
        for node in nodes:
            if isinstance(node, Action):
                yield "action", node, None, len(stack)
                continue
            yield "open", node, None, len(stack)
            stack.append((nodes, node, iter(node.sections)))
            break  # what is inside comes first
        if not stack:
            return
        after, block, sections = stack[-1]
        section = next(sections, None)
        if section is not None:
            yield "section", block, section, len(stack) - 1
            nodes = iter(section.body)
        else:
            stack.pop()
            yield "close", block, None, len(stack)
            nodes = after
