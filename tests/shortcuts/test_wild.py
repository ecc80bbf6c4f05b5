"""Shortcuts as no editor makes them: any key on any action, any value, blocks that do not pair."""

from __future__ import annotations

import ast
import datetime
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from tests.shortcuts.build import act, plist
from tests.shortcuts.test_generated import token_strings, tokens
from wfllm.errors import WfllmError
from wfllm.shortcuts.compile import compile_code
from wfllm.shortcuts.hints import same
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

TYPES = [
    "WFTextTokenString", "WFTextTokenAttachment", "WFDictionaryFieldValue",
    "WFContentPredicateTableTemplate",
    "WFArrayParameterState", "WFNumberSubstitutableState", "WFQuantityFieldValue",
    "WFTimeOffsetValue", "WFNew",
    "WFStringSubstitutableState", "WFContactFieldValue",
]  # fmt: skip
KEYS = [
    "WFInput", "WFVariable", "WFVariableName", "WFTextActionText", "WFNumberActionNumber", "WFItems", "UUID",
    "WFDictionaryKey", "WFGetDictionaryValueType", "WFAskActionPrompt", "WFInputType", "WFWorkflow",
    "WFWorkflowName", "WFCondition", "WFConditionalActionString", "WFNumberValue", "WFAnotherNumber",
    "WFConditions", "WFDate", "WFMeasurement", "WFDuration", "WFMenuItems", "WFMenuPrompt", "WFMenuItemTitle",
    "WFMenuItemAttributedTitle", "WFRepeatCount", "CustomOutputName", "Show-x", "class", "a b", "fields",
    "GroupingIdentifier", "WFControlFlowMode", "WFResult", "WFOutput", "WFCommentActionText",
]  # fmt: skip
ACTIONS = [
    "setvariable", "appendvariable", "getvariable", "gettext", "number", "list", "dictionary",
    "getvalueforkey", "ask", "runworkflow", "exit", "output", "comment", "nothing",
    "conditional", "conditional", "repeat.each",
    "repeat.count", "choosefrommenu", "choosefrommenu", "detect.text", "url",
]  # fmt: skip
FIELDS = [
    "Value", "WFSerializationType", "Type", "Variable", "OutputUUID", "VariableName", "Aggrandizements",
    "string", "attachmentsByRange", "{0, 1}", "WFDictionaryFieldValueItems", "WFItemType", "WFKey", "WFValue",
    "Magnitude",
    "Unit", "WFActionParameterFilterPrefix", "WFActionParameterFilterTemplates", "Property", "Operator",
    "isSelf", "workflowName", "WFCondition", "WFInput", "fields",
]  # fmt: skip
words = some.one_of(
    some.sampled_from(
        [*TYPES, "ActionOutput", "Variable", "Equals", "AAAA", "All Keys", "\ufffc", "", "1", "-0", "1.0"]
    ),
    some.text(max_size=5),
)
leaves = some.one_of(
    words,
    some.sampled_from(
        [0, 1, 2, 4, 99, 100, 1003, -1, 2**63, 0.0, -0.0, 3.0, 1e300, float("inf"), True, False]
    ),
    some.sampled_from([b"", b"x", datetime.datetime(2020, 1, 2, 3, 4, 5)]),
    token_strings,
    tokens,
)
wild = some.recursive(
    leaves,
    lambda inner: some.one_of(
        some.lists(inner, max_size=3),
        some.dictionaries(some.sampled_from(FIELDS), inner, max_size=4),
        some.builds(lambda t, v: {"Value": v, "WFSerializationType": t}, some.sampled_from(TYPES), inner),
        some.builds(lambda t, v: {"WFItemType": t, "WFKey": "k", "WFValue": v}, some.integers(-1, 6), inner),
    ),
    max_leaves=6,
)
actions = some.builds(
    lambda name, fields, mode, group: act(
        name,
        **fields,
        **({"GroupingIdentifier": group, "WFControlFlowMode": mode} if mode is not None else {}),
    ),
    some.sampled_from(ACTIONS),
    some.dictionaries(some.sampled_from(KEYS[:-5]), wild, max_size=4),
    some.sampled_from([None, 0, 0, 1, 2, 2]),
    some.sampled_from(["g", "h"]),
)


@given(some.lists(actions, max_size=6))
@settings(max_examples=60, deadline=None)
def test_anything_comes_back_identical_or_is_refused(body: list[dict[str, Any]]) -> None:
    workflow = plist(*body)
    try:
        made = transcribe(build_tree(workflow, "wild"))
    except WfllmError:
        return  # refused: which action and why is tested elsewhere
    ast.parse(made.code)
    sidecar = json.loads(json.dumps(made.sidecar))
    assert same(compile_code(made.code, sidecar, made.data), workflow)
