"""Small shortcuts for tests, written as the app writes them."""

from __future__ import annotations

from typing import Any

from wfllm.shortcuts.api import Api
from wfllm.shortcuts.transcribe import Transcript, transcribe
from wfllm.shortcuts.tree import build_tree

PREFIX = "is.workflow.actions."
APIS = {
    api.identifier: api
    for api in (
        Api(PREFIX + "downloadurl", input="WFURL", output_name="Contents of URL"),
        Api(PREFIX + "showresult", input="Text"),
        Api(PREFIX + "count", input="Input", output_name="Count"),
        Api(PREFIX + "detect.text", input="WFInput", output_name="Text"),
        Api(PREFIX + "url", output_name="URL"),
    )
}


def act(identifier: str, **parameters: Any) -> dict[str, Any]:
    """One action; `_` in a key stands for `-`."""
    name = identifier if "." in identifier and identifier.count(".") > 1 else PREFIX + identifier
    return {"WFWorkflowActionIdentifier": name, "WFWorkflowActionParameters": parameters}


def out(uuid: str, name: str = "", **extra: Any) -> dict[str, Any]:
    """A reference to an action's output, bare."""
    return {"Type": "ActionOutput", "OutputUUID": uuid, "OutputName": name, **extra}


def var(name: str, **extra: Any) -> dict[str, Any]:
    """A reference to a variable, bare."""
    return {"Type": "Variable", "VariableName": name, **extra}


def att(token: dict[str, Any]) -> dict[str, Any]:
    """A reference as the value of a parameter."""
    return {"Value": token, "WFSerializationType": "WFTextTokenAttachment"}


def txt(string: str, **places: dict[str, Any]) -> dict[str, Any]:
    """A text; `at3=token` puts a token at UTF-16 offset 3."""
    table = {f"{{{key[2:]}, 1}}": token for key, token in places.items()}
    value = {"string": string, "attachmentsByRange": table}
    return {"Value": value, "WFSerializationType": "WFTextTokenString"}


def cond(token: dict[str, Any]) -> dict[str, Any]:
    """What an If looks at."""
    return {"Type": "Variable", "Variable": att(token)}


def block(kind: str, mode: int, group: str = "g", **parameters: Any) -> dict[str, Any]:
    return act(kind, GroupingIdentifier=group, WFControlFlowMode=mode, **parameters)


def plist(*actions: dict[str, Any]) -> dict[str, Any]:
    return {"WFWorkflowActions": list(actions)}


def python(*actions: dict[str, Any]) -> Transcript:
    return transcribe(build_tree(plist(*actions), "test"), APIS)


def code(*actions: dict[str, Any]) -> str:
    """The code of a part of a shortcut: the variables it uses are set elsewhere."""
    elsewhere = setting(*actions)
    lines = python(*actions, *elsewhere).code.splitlines(keepends=True)
    return "".join(lines[: len(lines) - len(elsewhere)])


def setting(*actions: dict[str, Any]) -> list[dict[str, Any]]:
    """Actions that set the variables which these use and do not set."""
    used: dict[str, None] = {}
    stack: list[Any] = list(actions)[::-1]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            name = value.get("VariableName")
            used.update({name: None} if isinstance(name, str) and not name.startswith("Repeat ") else {})
            stack.extend(list(value.values())[::-1])
        elif isinstance(value, list):
            stack.extend(value[::-1])
    for action in actions:
        used.pop(action.get("WFWorkflowActionParameters", {}).get("WFVariableName"), None)
    return [act("setvariable", WFVariableName=name, WFInput=att({"Type": "Clipboard"})) for name in used]
