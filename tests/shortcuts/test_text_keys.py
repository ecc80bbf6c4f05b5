"""What people write in their own way becomes the form real files hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.compile import compile_code
from wfllm.shortcuts.reader import find, read
from wfllm.shortcuts.text_keys import TEXT_KEYS
from wfllm.shortcuts.transcribe import transcribe
from wfllm.shortcuts.tree import build_tree

P = "is.workflow.actions."


def made(code: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        (a["WFWorkflowActionIdentifier"].removeprefix(P), a["WFWorkflowActionParameters"])
        for a in compile_code(code)["WFWorkflowActions"]
    ]


def kind(value: Any) -> str:
    return str(value["WFSerializationType"]) if isinstance(value, dict) else type(value).__name__


def test_the_table_is_what_real_files_hold(shared_data: Path) -> None:
    seen: set[tuple[str, str]] = set()
    for path in find(str(shared_data / "shortcuts")):
        for source in read(path):
            assert source.plist is not None
            for action in source.plist["WFWorkflowActions"]:
                identifier = action["WFWorkflowActionIdentifier"]
                for key in TEXT_KEYS.get(identifier, ()):
                    value = action["WFWorkflowActionParameters"].get(key, "")
                    assert kind(value) != "WFTextTokenAttachment", (source.name, identifier, key)
                    if kind(value) == "WFTextTokenString":
                        seen.add((identifier, key))
    assert len(seen) >= 90, "most of the table is seen with a token in it"


def test_the_table_names_parameters_that_exist() -> None:
    catalogue = load_catalogue()
    for identifier, keys in TEXT_KEYS.items():
        assert keys <= {p.name for p in catalogue[identifier].parameters}, identifier


@pytest.mark.parametrize(
    ("code", "key", "wanted"),
    [
        ("is_workflow_actions_downloadurl(WFURL=x)", "WFURL", "WFTextTokenString"),
        ("is_workflow_actions_format_date(WFDate=current_date())", "WFDate", "WFTextTokenString"),
        ("is_workflow_actions_count(Input=x)", "Input", "WFTextTokenAttachment"),
        ("output(x)", "WFOutput", "WFTextTokenString"),
        ("y = x[f]", "WFDictionaryKey", "WFTextTokenString"),
        ("y = input(x)", "WFAskActionPrompt", "WFTextTokenString"),
        ("y = ask('?', default=x)", "WFAskActionDefaultAnswer", "WFTextTokenString"),
        ("y = ask('?', default=3)", "WFAskActionDefaultAnswer", "str"),
        ("is_workflow_actions_delay(T={'Magnitude': 3, 'Unit': 's'})", "T", "WFQuantityFieldValue"),
    ],
)  # fmt: skip
def test_values_have_the_kind_files_hold(code: str, key: str, wanted: str) -> None:
    ((_, fields),) = made(code)
    assert kind(fields[key]) == wanted


def test_an_input_left_implicit_in_a_field_of_text_reads_as_a_text() -> None:
    actions = [
        {"WFWorkflowActionIdentifier": f"{P}{n}", "WFWorkflowActionParameters": {}}
        for n in ("url", "downloadurl")
    ]
    code = transcribe(build_tree({"WFWorkflowActions": actions})).code
    assert code.split("\n")[1] == "is_workflow_actions_downloadurl(WFURL=f'{url}')"
    assert transcribe(build_tree(compile_code(code))).code == code


def test_items_hold_references_as_texts() -> None:
    ((_, fields),) = made("d = {'a': x, 'n': number(x), 'l': [x]}")
    items = fields["WFItems"]["Value"]["WFDictionaryFieldValueItems"]
    assert [kind(i["WFValue"]) for i in items] == [
        "WFTextTokenString",
        "WFTextTokenString",
        "WFArrayParameterState",
    ]
    assert kind(items[2]["WFValue"]["Value"][0]["WFValue"]) == "WFTextTokenString"


def test_a_test_looks_at_a_reference_and_compares_numbers() -> None:
    actions = made("if 'a' in f'{x} b':\n    pass\nif x > '2':\n    pass")
    assert [name for name, _ in actions] == ["gettext", *["conditional"] * 4]
    assert actions[1][1]["WFInput"]["Variable"]["Value"]["OutputUUID"] == actions[0][1]["UUID"]
    assert actions[3][1]["WFNumberValue"] == "2"
    assert "WFConditionalActionString" not in actions[3][1]


def test_none_is_nothing_once() -> None:
    assert [n for n, _ in made("a = 'x'\nL = None")] == ["gettext", "nothing", "setvariable"]
    assert [n for n, _ in made("a = 'x'\npass\n# why\nL = None")] == [
        "gettext",
        "nothing",
        "comment",
        "setvariable",
    ]
    assert [n for n, _ in made("a = 'x'\nL = previous_output()")] == ["gettext", "setvariable"]


def test_an_if_names_no_result_that_nothing_uses() -> None:
    code = (
        "xs = clipboard()\nfor Repeat_Index, Repeat_Item in enumerate(xs, start=1):\n    a = 'x'\n"
        "if xs:\n    b = 'y'\n"
    )
    assert transcribe(build_tree(compile_code(code))).code == code


def test_the_published_way_to_coerce_is_read() -> None:
    ((_, fields),) = made(
        't = f"""{coerce_variable(value=x, coercion_class="WFDictionaryContentItem")["log"]}"""'
    )
    (token,) = fields["WFTextActionText"]["Value"]["attachmentsByRange"].values()
    assert [step["Type"] for step in token["Aggrandizements"]] == [
        "WFCoercionVariableAggrandizement",
        "WFDictionaryValueVariableAggrandizement",
    ]
