"""Values that look like others: dictionaries like quantities, answers like texts; numbers no file holds."""

from __future__ import annotations

import json

import pytest

from tests.shortcuts.build import act, att, block, cond, out, plist, txt
from wfllm.shortcuts.compile import CompileError, compile_code
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree


@pytest.mark.parametrize("action", ["downloadurl WFJSONValues", "unknown.action Fields"])
def test_a_dictionary_with_the_keys_of_a_quantity_is_a_dictionary(action: str) -> None:
    items = [
        {"WFItemType": 0, "WFKey": txt(key), "WFValue": txt(value)}
        for key, value in (("Magnitude", "3"), ("Unit", "km"))
    ]
    value = {"Value": {"WFDictionaryFieldValueItems": items}, "WFSerializationType": "WFDictionaryFieldValue"}
    identifier, key = action.split()
    workflow = plist(act(identifier, **{key: value}))
    made = transcribe(build_tree(workflow, "x"))
    assert compile_code(made.code, json.loads(json.dumps(made.sidecar))) == workflow
    alone = compile_code(made.code)["WFWorkflowActions"][0]["WFWorkflowActionParameters"][key]
    assert alone["WFSerializationType"] == "WFDictionaryFieldValue", made.code
    shown = [pair["WFKey"]["Value"]["string"] for pair in alone["Value"]["WFDictionaryFieldValueItems"]]
    assert shown == ["Magnitude", "Unit"]


def test_what_people_write_is_a_dictionary_where_one_belongs_and_a_quantity_elsewhere() -> None:
    written = "{'Magnitude': 3, 'Unit': 'km'}"
    code = f"is_workflow_actions_downloadurl(WFJSONValues={written})\n"
    assert "WFDictionaryFieldValue" in repr(compile_code(code))
    code = f"is_workflow_actions_searchlocalbusinesses(WFSearchRadius={written})\n"
    assert "WFQuantityFieldValue" in repr(compile_code(code))


@pytest.mark.parametrize("operator", [4, 5])
def test_an_answer_compared_with_nothing_is_not_compared_with_an_empty_text(operator: int) -> None:
    step = {"Type": "WFCoercionVariableAggrandizement", "CoercionItemClass": "WFBooleanContentItem"}
    bare = block(
        "conditional", 0, WFInput=cond(out("A-1", "x", Aggrandizements=[step])), WFCondition=operator
    )
    workflow = plist(act("detect.dictionary", UUID="A-1", WFInput=att({"Type": "Clipboard"})), bare,
                     block("conditional", 2))  # fmt: skip
    made = transcribe(build_tree(workflow, "x"))
    assert "''" not in made.code
    assert compile_code(made.code, json.loads(json.dumps(made.sidecar))) == workflow
    fields = compile_code(made.code)["WFWorkflowActions"][1]["WFWorkflowActionParameters"]
    assert fields.keys() == {"GroupingIdentifier", "WFControlFlowMode", "WFCondition", "WFInput"}
    assert fields["WFCondition"] == operator


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("a = 1e400", "too large"),
        ("is_workflow_actions_showresult(Text='Hi {-1}'.format(clipboard()))", "does not fit its values"),
        ("is_workflow_actions_showresult(Text='{} {0}'.format(clipboard()))", "does not fit its values"),
        ("is_workflow_actions_showresult(Text='{0} {}'.format(clipboard()))", "does not fit its values"),
        ("a = input('q')\nif a > 'abc':\n    exit_shortcut()", "more and less compare numbers"),
        ("for i in range(1, 0):\n    is_workflow_actions_vibrate()", "counts to 0 or more"),
    ],
)
def test_what_python_or_no_file_takes_is_refused(code: str, message: str) -> None:
    with pytest.raises(CompileError, match=message):
        compile_code(code)


@pytest.mark.parametrize("form", ["'{0} {1} {0}'.format(a, b)", "'{} {} {x}'.format(a, b, x=a)"])
def test_texts_with_places_are_filled(form: str) -> None:
    compile_code(f"a = input('q')\nb = input('r')\nis_workflow_actions_showresult(Text={form})\n")


def test_numbers_at_the_edge_are_taken() -> None:
    compile_code("a = input('q')\nif a > '5':\n    exit_shortcut()\nfor i in range(1, 1):\n    output(a)\n")
