"""Which action makes what another takes: outputs by UUID, variables by name, inputs left out by position."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wfllm.shortcuts.actions import APPEND, COMMENT, NOTHING, SET
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.tree import EACH, IF, Action, RepeatCount, RepeatEach, Workflow, walk

_TAKES_PREVIOUS = {SET: "WFInput", APPEND: "WFInput", IF: "WFInput", EACH: "WFInput"}
_ASIDE = frozenset(("is.workflow.actions.notification",))
"""Actions that take what came before as an attachment only."""
MOST = 200
"""References of one action that are followed; a box with more highlights everything anyway."""


@dataclass
class Flow:
    """Values by number. Two actions with a number in common, one making and one taking, are connected."""

    makes: dict[int, list[int]] = field(default_factory=dict)
    """Index of an action → the values it makes."""
    takes: dict[int, list[int]] = field(default_factory=dict)
    """Index of an action → the values it takes."""
    shown: dict[str, str] = field(default_factory=dict)
    """UUID → the name under which the output is first referred to."""
    taken: set[str] = field(default_factory=set)
    """Outputs that something takes, by `key_of` their action."""
    before: dict[int, str] = field(default_factory=dict)
    """Index of an action whose input was left out → the output it takes: `key_of` its action, or a variable's
    name after `variable:`."""


def flow_of(workflow: Workflow, apis: Mapping[str, Api]) -> Flow:
    """The data flow of a workflow, without recursion and in time linear in its size.

    A variable is one value however often it is set. An input left out takes the output before it, where
    that is an action or block of the same list or the one around it.
    """
    flow = Flow()
    numbers: dict[str, int] = {}

    def number(key: str) -> int:
        return numbers.setdefault(key, len(numbers))

    loops: list[Action] = []
    before: str | None = None
    for event, node, section, _ in walk(workflow):
        if event == "section":
            if section is not None and section.marker is not None:
                _take(section.marker, loops, flow, number)
            continue
        action = node if isinstance(node, Action) else node.open
        if event == "close":
            if isinstance(node, (RepeatEach, RepeatCount)):
                loops.pop()
            close = None if isinstance(node, Action) else node.close
            before = None
            if close is not None:
                before = key_of(close)
                flow.makes.setdefault(close.index, []).append(number(before))
            continue
        _take(action, loops, flow, number)
        implicit = _TAKES_PREVIOUS.get(action.identifier) or _input(apis.get(action.identifier))
        given = implicit is None or implicit in action.parameters or "WFConditions" in action.parameters
        if not given and before is not None:
            flow.takes.setdefault(action.index, []).append(number(before))
            flow.taken.add(before)
            flow.before[action.index] = before
        made = flow.makes.setdefault(action.index, [])
        if event == "open":
            if isinstance(node, (RepeatEach, RepeatCount)):
                loops.append(action)
                made += [number(f"loop:{action.index}:Item"), number(f"loop:{action.index}:Index")]
            continue
        variable = action.parameters.get("WFVariableName")
        if action.identifier in (SET, APPEND) and isinstance(variable, str):
            before = f"variable:{variable}"
            made.append(number(before))
        elif action.identifier not in (COMMENT, NOTHING):
            before = key_of(action)
            made.append(number(before))
    return flow


def _input(api: Api | None) -> str | None:
    """Key of the input that people would name when they say what the action does."""
    return api.input if api is not None and api.identifier not in _ASIDE else None


def key_of(action: Action) -> str:
    """What an action's output goes by: its UUID, or its place where it has none."""
    uuid = action.parameters.get("UUID")
    return uuid if isinstance(uuid, str) else f"action:{action.index}"


def _take(action: Action, loops: list[Action], flow: Flow, number: Callable[[str], int]) -> None:
    found: dict[int, None] = {}
    for kind, name, shown in references(action.parameters):
        if kind == "output":
            flow.taken.add(name)
            flow.shown.setdefault(name, shown)
            key = name
        else:
            key = _variable(name, loops)
        found[number(key)] = None
        if len(found) >= MOST:
            break
    if found:
        flow.takes.setdefault(action.index, []).extend(found)


def _variable(name: str, loops: list[Action]) -> str:
    """`Repeat Item 2` is what the second of the loops around it hands out."""
    for word in ("Item", "Index"):
        if name.startswith(f"Repeat {word}"):
            rest = name[len(f"Repeat {word}") :].strip()
            level = int(rest) if rest.isascii() and rest.isdigit() and len(rest) < 4 else 1
            if (not rest or rest.isdigit()) and 0 < level <= len(loops):
                return f"loop:{loops[level - 1].index}:{word}"
    return f"variable:{name}"


def references(raw: Any) -> Iterator[tuple[str, str, str]]:
    """Every reference in a value of a property list: an output's UUID and shown name, or a variable's."""
    stack = [raw]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(reversed(value))
        elif isinstance(value, dict):
            uuid, name, shown = (
                value.get("OutputUUID"),
                value.get("VariableName"),
                value.get("OutputName", ""),
            )
            if isinstance(uuid, str) and uuid:
                yield "output", uuid, shown if isinstance(shown, str) else ""
            elif isinstance(name, str) and value.get("Type") == "Variable":
                yield "variable", name, name
            else:
                stack.extend(reversed(value.values()))
