"""Sidecars hold hints only: nothing a person sees in the editor is lost with all of them."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.shortcuts.build import act, plist, txt
from wfllm.shortcuts.compile import compile_code
from wfllm.shortcuts.reader import find, read
from wfllm.shortcuts.sidecar_report import UNFIT, classify, hint_counts
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

P = "is.workflow.actions."
UNSEEN = {
    "UUID", "CustomOutputName", "GroupingIdentifier", "WFControlFlowMode", "WFSerializationType",
    "OutputUUID", "OutputName", "VariableUUID", "Type", "WFItemType", "WFItemUUID",
    "WFMenuLegacyCancelBehavior", "WFConditionalLegacyComparisonBehavior", "Operator", "WFCondition",
    "attachmentsByRange", "WFVariableName", "VariableName",
}  # fmt: skip
"""Keys whose values are forms of the file, and names: in code they are spelled as Python spells names."""
SHOWN_KEYS = {
    "setvariable": {"WFVariableName", "WFInput"},
    "appendvariable": {"WFVariableName", "WFInput"},
    "getvariable": {"WFVariable"},
    "conditional": {"WFInput", "WFConditions"},
    "gettext": {"WFTextActionText"},
    "number": {"WFNumberActionNumber"},
    "list": {"WFItems"},
    "dictionary": {"WFItems"},
    "getvalueforkey": {"WFInput", "WFDictionaryKey", "WFGetDictionaryValueType"},
}
"""What the editor shows of these actions; other keys in them are left over from an action before."""
WITHIN = {"Value", "string", "WFValue", "WFKey", "WFDictionaryFieldValueItems"}
MENU_KEYS: dict[str, set[str]] = {
    "0": {"WFMenuItems", "WFMenuPrompt"},
    "1": {"WFMenuItemTitle", "WFMenuItemAttributedTitle"},
    "2": set(),
}
DEFAULTS = {
    ("getvalueforkey", "WFGetDictionaryValueType", "'Value'"),
    ("runworkflow", "isSelf", "False"),
    ("conditional", "WFContentPredicateBoundedDate", "False"),
}
HEAD = ("WFWorkflowImportQuestions", "WFWorkflowNoInputBehavior")


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text, number and boolean in a value with the key it stands under, in one spelling."""
    if isinstance(value, dict):
        for inner, content in value.items():
            if inner not in UNSEEN:
                yield from leaves(content, key if inner in WITHIN else inner)
    elif isinstance(value, list):
        for content in value:
            yield from leaves(content, key)
    elif isinstance(value, str) and value not in ("", "\ufffc"):
        yield key, spelled(value.strip("\ufffc"))
    elif isinstance(value, (bool, int, float, bytes)):
        yield key, spelled(value)


def spelled(value: Any) -> str:
    """A number that is written as text is the same number."""
    if isinstance(value, bool):
        return repr(value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        return repr(value)
    return repr(number) if math.isfinite(number) and not isinstance(value, bytes) else repr(value)


def seen(action: dict[str, Any]) -> Counter[tuple[str, str]]:
    """What the editor shows of one action."""
    short = action["WFWorkflowActionIdentifier"].removeprefix(P)
    fields = {
        k: v
        for k, v in action["WFWorkflowActionParameters"].items()
        if k in SHOWN_KEYS.get(short, {k}) and not k.startswith("Show-")
    }
    if short == "conditional":
        fields.pop("WFInput", None)  # operator, subject and operand are compared by meaning in test_corpus.py
    if short == "choosefrommenu":
        fields = {k: v for k, v in fields.items() if k in MENU_KEYS[str(fields.get("WFControlFlowMode", 0))]}
        if isinstance(fields.get("WFMenuItemAttributedTitle"), dict):
            fields.pop("WFMenuItemTitle", None)  # the same, as it was shown once
    if short == "comment":  # spaces that end a line are no more to be seen in the editor than in code
        text = fields.get("WFCommentActionText")
        if isinstance(text, dict) and not text["Value"].get("attachmentsByRange"):
            text = text["Value"]["string"]
        fields = (
            {"text": "\n".join(x.rstrip() for x in text.splitlines())} if isinstance(text, str) else fields
        )
    if short == "runworkflow":
        whole = fields.pop("WFWorkflow", None)
        called = (
            {fields.pop("WFWorkflowName", None)} if isinstance(fields.get("WFWorkflowName"), str) else set()
        )
        called |= (
            {whole.get("workflowName")} if isinstance(whole, dict) and not whole.get("isSelf") else set()
        )
        own = isinstance(whole, dict) and whole.get("isSelf")
        fields["called"] = "itself" if own else max((c for c in called if isinstance(c, str)), default="")
    found = Counter(leaves(fields))
    return Counter({(k, v): n for (k, v), n in found.items() if (short, k, v) not in DEFAULTS})


@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.slow)])
def test_every_value_people_see_is_in_the_code(shared_data: Path, step: int) -> None:
    """All sidecars erased: the texts, numbers, booleans and choices of the file are in what is compiled."""
    compared = 0
    for path in find(str(shared_data / "shortcuts"))[::step]:
        for source in read(path):
            assert source.plist is not None
            made = transcribe(build_tree(source.plist, source.name))
            if made.notes:
                continue  # ends of blocks are made up: actions do not stand one beside the other
            alone = compile_code(made.code, None, made.data)
            real, compiled = source.plist["WFWorkflowActions"], alone["WFWorkflowActions"]
            assert len(real) == len(compiled)
            for one, other in zip(real, compiled, strict=True):
                missing = seen(one) - seen(other)
                compared += sum(seen(one).values())
                assert not missing, (source.name, one, missing)
            for key in HEAD:
                lost = Counter(leaves(source.plist.get(key))) - Counter(leaves(alone.get(key)))
                assert not lost, (source.name, key, lost)
    assert compared > 100


@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.slow)])
def test_every_hint_of_real_files_has_a_reason_why_no_run_depends_on_it(shared_data: Path, step: int) -> None:
    for path in find(str(shared_data / "shortcuts"))[::step]:
        for source in read(path):
            assert source.plist is not None
            sidecar = transcribe(build_tree(source.plist, source.name)).sidecar
            unfit = [(what, hint) for category, what, hint in classify(sidecar) if category == UNFIT]
            assert unfit == [], source.name


def test_categories() -> None:
    whole = {
        "WFWorkflowIcon": {"WFWorkflowIconGlyphNumber": 1},
        "WFWorkflowClientVersion": "9",
        **plist(
            act(
                "gettext",
                UUID="A",
                CustomOutputName="a",
                WFTextActionText=txt("plain"),
                WFFormerKey="left over",
            ),
            act("detect.text", **{"Show-x": True}),
            act("number", WFNumberActionNumber="42"),
        ),
    }
    made = transcribe(build_tree(whole, "x"))
    counts = hint_counts(json.loads(json.dumps(made.sidecar)))
    for category in (
        "icon", "client version", "uuid or group", "implicit input", "key of the editor",
        "spelling of a number", "left over from a former action", "form of a value",
    ):  # fmt: skip
        assert counts.get(category), (category, counts)
    assert UNFIT not in counts


def test_a_value_that_only_a_hint_holds_is_seen() -> None:
    """The classifier is not blind: a parameter, a setting or a key of an action that code lacks is unfit."""
    made = transcribe(build_tree(plist(act("url", WFURLActionURL="x")), "x"))
    for forged in (
        {"settings": {"WFWorkflowPassword": [0, {"is": "secret"}]}},
        {"actions": [{"p": {"WFSecret": [0, {"is": "value"}]}}]},
        {"actions": [{"p": {"WFURLActionURL": [3, {"out": True}]}}]},
        {"actions": [{"action": {"add": {"Hidden": 1}}}]},
    ):
        assert UNFIT in hint_counts({**made.sidecar, **forged})
