"""The shapes that parameters have in real files: which kinds of value each parameter of each action holds.

A shape is the set of places in a value with the kind found at each: a type of the property list, the kind of
a serialised value, the type of a token. Lists count as one place. Items of dictionaries and tokens look the
same in every action, so they are kept once for all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

Place = tuple[str, str]
"""Path and kind."""
TEXT = "WFTextTokenString"
NAMES = frozenset(("UUID", "GroupingIdentifier", "CustomOutputName"))
"""Keys that any action may have."""


def kind(value: Any) -> str:
    """What a value is."""
    if isinstance(value, dict):
        if "WFSerializationType" in value:
            return str(value["WFSerializationType"])
        if isinstance(value.get("Type"), str):
            return f"token {value['Type']}"
        return "dict"
    return type(value).__name__


def places(value: Any, path: str) -> Iterator[Place]:
    """Every place in a value with its kind."""
    found = kind(value)
    yield path, found
    if isinstance(value, list):
        for element in value:
            yield from places(element, f"{path}[]")
    elif isinstance(value, dict):
        if "WFItemType" in value:
            path = f"@item {value['WFItemType']}"
        elif found in (TEXT, "WFTextTokenAttachment") or found.startswith("token "):
            path = f"@{found}"
        for key, inner in value.items():
            if key == "attachmentsByRange" and isinstance(inner, dict):
                for token in inner.values():
                    yield from places(token, f"{path}.token")
            elif key == "Aggrandizements":
                for step in inner:
                    yield from places(
                        {k: v for k, v in step.items() if k != "Type"}, f"@step {step.get('Type')}"
                    )
            else:
                yield from places(inner, f"{path}.{key}")


class Shapes:
    """What a collection of property lists shows."""

    def __init__(self, plists: Iterable[dict[str, Any]]) -> None:
        self.own: dict[tuple[str, str], set[Place]] = defaultdict(set)
        """(identifier, key) → the places below it."""
        self.everywhere: set[Place] = set()
        """Places inside items, texts and tokens, wherever they stand."""
        self.top: set[Place] = set()
        for plist in plists:
            for action in plist["WFWorkflowActions"]:
                for key, value in action["WFWorkflowActionParameters"].items():
                    for place in places(value, key):
                        mine = not place[0].startswith("@")
                        (
                            self.own[action["WFWorkflowActionIdentifier"], key] if mine else self.everywhere
                        ).add(place)
            for key, value in plist.items():
                if key != "WFWorkflowActions":
                    self.top.update(places(value, key))

    def misfits(self, plist: dict[str, Any]) -> tuple[list[str], list[str]]:
        """`(misfits, unseen)` of a compiled shortcut.

        Misfits: a kind of value at a place where real files hold other kinds. Unseen: parameters of which
        no real file says anything. A text without tokens fits where texts with tokens stand.
        """
        wrong: list[str] = []
        unseen: list[str] = []
        for index, action in enumerate(plist["WFWorkflowActions"]):
            identifier = action["WFWorkflowActionIdentifier"]
            for key, value in action["WFWorkflowActionParameters"].items():
                seen = self.own.get((identifier, key))
                if key in NAMES and isinstance(value, str):
                    continue
                if seen is None:
                    unseen.append(f"{identifier} {key} {kind(value)}")
                    continue
                for path, found in places(value, key):
                    table = self.everywhere if path.startswith("@") else seen
                    if (path, found) in table or (found == "str" and (path, TEXT) in table):
                        continue
                    kinds = sorted(k for p, k in table if p == path)
                    wrong.append(f"{index} {identifier} {path}: {found}, not {' or '.join(kinds) or 'there'}")
        for key, value in plist.items():
            if key != "WFWorkflowActions":
                wrong.extend(f"{p}: {k}" for p, k in places(value, key) if (p, k) not in self.top)
        return wrong, unseen
