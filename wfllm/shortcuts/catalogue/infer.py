"""What can be said of an API from its use alone: keys, kinds of values, choices seen, name of the output.

For the APIs that nobody documents. It is a sample, and marked as one: other keys and choices may exist,
so the checker takes nothing amiss on its account.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from wfllm.shortcuts.api import Api, Parameter, ValueType
from wfllm.shortcuts.catalogue.imported import LONGEST_NAME, words
from wfllm.shortcuts.editor_keys import LEFT_OVER, is_editor_key

_SERIALIZED: dict[str, ValueType] = {
    "WFTextTokenString": "text",
    "WFDictionaryFieldValue": "dictionary",
    "WFArrayParameterState": "list",
}
"""Serialisation of a value → its kind; others hold anything."""
_REFERENCE = "WFTextTokenAttachment"
"""A reference to another value says nothing about the kind."""
MOST_CHOICES, LONGEST_CHOICE, LEAST_USES = 20, 40, 3
"""Texts are choices where few short ones come again and again."""
MAX_VALUES = 2_000
"""Values of one key that are kept to tell choices from texts."""


class Inference:
    """Collects uses, then tells what they show.

    Example:
        >>> inference = Inference()
        >>> inference.add(plist)                                    # doctest: +SKIP
        >>> apis = inference.apis()                                 # doctest: +SKIP
    """

    def __init__(self) -> None:
        self._kinds: dict[str, dict[str, Counter[ValueType]]] = defaultdict(lambda: defaultdict(Counter))
        self._texts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        self._outputs: dict[str, Counter[str]] = defaultdict(Counter)
        self._used: Counter[str] = Counter()

    def add(self, plist: Mapping[str, Any]) -> None:
        """Takes in the actions of one shortcut; what is damaged in it is passed over."""
        actions = plist.get("WFWorkflowActions")
        makers: dict[str, str] = {}
        for action in actions if isinstance(actions, list) else ():
            identifier = action.get("WFWorkflowActionIdentifier") if isinstance(action, dict) else None
            if not isinstance(identifier, str) or not 0 < len(identifier) <= LONGEST_NAME:
                continue
            self._used[identifier] += 1
            parameters = action.get("WFWorkflowActionParameters")
            parameters = parameters if isinstance(parameters, dict) else {}
            # a name that the author gave says nothing about other uses
            if isinstance(parameters.get("UUID"), str) and "CustomOutputName" not in parameters:
                makers[parameters["UUID"]] = identifier
            for key, value in parameters.items():
                if isinstance(key, str) and 0 < len(key) <= LONGEST_NAME and _is_own(identifier, key):
                    self._take(identifier, key, value)
        for uuid, shown in _references(actions):
            if uuid in makers:
                self._outputs[makers[uuid]][shown] += 1

    def _take(self, identifier: str, key: str, value: Any) -> None:
        kind = _kind(value)
        self._kinds[identifier][key][kind] += 1
        texts = self._texts[identifier][key]
        if isinstance(value, str) and len(texts) < MAX_VALUES:
            texts[value] += 1

    def apis(self) -> list[Api]:
        """An entry for every identifier seen, by name."""
        return [self._api(identifier) for identifier in sorted(self._used)]

    def _api(self, identifier: str) -> Api:
        outputs = self._outputs.get(identifier)
        shown = min(outputs, key=lambda name: (-outputs[name], name)) if outputs else ""
        keys = self._kinds.get(identifier, {})
        return Api(
            identifier=identifier,
            title=_title(identifier),
            parameters=tuple(self._parameter(identifier, key, keys[key]) for key in sorted(keys)),
            returns="any" if outputs else None,
            output_name=words(shown),
            source="inferred",
        )

    def _parameter(self, identifier: str, key: str, kinds: Counter[ValueType]) -> Parameter:
        texts = self._texts[identifier][key]
        told = {kind for kind in kinds if kind != "any"}
        kind: ValueType = told.pop() if len(told) == 1 else "any"
        choices: tuple[str, ...] = ()
        only_plain = kinds["text"] == sum(texts.values())
        if kind == "text" and only_plain and _are_choices(texts):
            kind, choices = "choice", tuple(sorted(texts))
        return Parameter(name=key, type=kind, choices=choices, source="inferred")


def _is_own(identifier: str, key: str) -> bool:
    """Whether the key says something about the action, and is not the editor's or left over from another."""
    return not is_editor_key(key) and not (key in LEFT_OVER and identifier.startswith("is.workflow.actions."))


def _are_choices(texts: Counter[str]) -> bool:
    uses = sum(texts.values())
    short = all(0 < len(t) <= LONGEST_CHOICE and t.isprintable() for t in texts)
    return uses >= LEAST_USES and len(texts) <= MOST_CHOICES and 2 * len(texts) <= uses and short


def _kind(value: Any) -> ValueType:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, list):
        return "list"
    if isinstance(value, datetime):
        return "date"
    if isinstance(value, dict):
        return _SERIALIZED.get(str(value.get("WFSerializationType")), "any")
    return "any"


def _references(value: Any) -> Iterator[tuple[str, str]]:
    """UUID and shown name of every reference to an output."""
    stack = [value]
    while stack:
        here = stack.pop()
        if isinstance(here, list):
            stack.extend(here)
        elif isinstance(here, dict):
            uuid, shown = here.get("OutputUUID"), here.get("OutputName")
            if isinstance(uuid, str) and isinstance(shown, str) and shown:
                yield uuid, shown
            stack.extend(here.values())


def _title(identifier: str) -> str:
    """`com.app.GetWeatherIntent` → `Get Weather`."""
    last = identifier.rsplit(".", 1)[-1].removesuffix("Intent")
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", last).replace("_", " ").replace("-", " ")
    return words(apart[:1].upper() + apart[1:])
