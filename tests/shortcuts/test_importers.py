"""Definitions of APIs from every format, whole and broken; small files in each format, written for this."""

from __future__ import annotations

import ast
import json
import plistlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shortcuts.build import act, att, out, txt
from wfllm.errors import WfllmError
from wfllm.shortcuts.api import Api, Parameter
from wfllm.shortcuts.catalogue import imported
from wfllm.shortcuts.catalogue.actionsdata import import_actionsdata, is_actionsdata
from wfllm.shortcuts.catalogue.apple import import_actions, is_actions
from wfllm.shortcuts.catalogue.described import import_described, is_described
from wfllm.shortcuts.catalogue.imported import Imported
from wfllm.shortcuts.catalogue.infer import Inference
from wfllm.shortcuts.catalogue.intentdefinition import import_intentdefinition, is_intentdefinition
from wfllm.shortcuts.catalogue.published import import_published
from wfllm.shortcuts.catalogue.render import as_json, render
from wfllm.shortcuts.catalogue.sources import bundle_of, find_sources, import_file

ACTIONS: dict[str, Any] = {
    "is.workflow.actions.brew": {
        "ActionClass": "WFBrewAction",
        "Name": "Brew Tea",
        "Description": {"DescriptionSummary": "Brews a pot of tea. It takes minutes."},
        "Input": {"ParameterKey": "WFWater", "Required": True, "Types": ["NSString"]},
        "Output": {"OutputName": "Tea", "Types": ["NSString", "NSURL"]},
        "Parameters": [
            {"Class": "WFTextInputParameter", "Key": "WFWater", "Label": "Water"},
            {
                "Class": "WFEnumerationParameter",
                "Key": "WFLeaf",
                "Items": ["Green", "Black"],
                "DefaultValue": "Green",
            },
            {"Class": "WFEnumerationParameter", "Key": "WFPot", "DefaultValue": "Big"},
            {
                "Class": "WFSwitchParameter",
                "Key": "WFSugar",
                "DefaultValue": True,
                "Description": "Sweet or not",
            },
            {"Class": "WFStepperParameter", "Key": "WFCups", "DefaultValue": 2},
            {"Class": "WFTeaCosyPickerParameter", "Key": "WFCosy"},
        ],
    },
    "is.workflow.actions.broken": {"ActionClass": "WFBroken", "Parameters": [{"Class": "WFSwitchParameter"}]},
    "is.workflow.actions.flat": "no table",
}


def localized(text: str) -> dict[str, Any]:
    return {"key": text, "alternatives": []}


def parameter(name: str, kind: dict[str, Any], optional: bool = True, **more: Any) -> dict[str, Any]:
    return {"name": name, "title": localized(name.title()), "isOptional": optional, "valueType": kind, **more}


def wrapped(kind: str, **inside: Any) -> dict[str, Any]:
    return {kind: {"wrapper": inside}}


DEFAULT = "LNValueTypeSpecificMetadataKeyDefaultValue"
DATA: dict[str, Any] = {
    "actions": {
        "PourIntent": {
            "identifier": "PourIntent",
            "title": localized("Pour"),
            "descriptionMetadata": {"descriptionText": localized("POUR_INTENT_DESCRIPTION")},
            "visibilityMetadata": {"isDiscoverable": True},
            "outputType": wrapped("primitive", typeIdentifier=0),
            "parameters": [
                parameter("cup", wrapped("primitive", typeIdentifier=0), optional=False, isInput=True),
                parameter("size", wrapped("linkEnumeration", identifier="Size"), typeSpecificMetadata=[
                    DEFAULT, {"string": {"wrapper": "large"}},
                ]),
                parameter("hot", wrapped("primitive", typeIdentifier=1), False, typeSpecificMetadata=[
                    DEFAULT, {"int": {"wrapper": 1}},
                ]),
                parameter("times", wrapped("primitive", typeIdentifier=2)),
                parameter("guests", wrapped("array", memberValueType=wrapped("primitive", typeIdentifier=0))),
                parameter("photo", wrapped("intents", typeIdentifier=12)),
                parameter("tray", wrapped("entity", typeName="Tray")),
                parameter("odd", wrapped("primitive", typeIdentifier=9999)),
                parameter("none", wrapped("linkEnumeration", identifier="Nobody")),
            ],
        },
        "HiddenIntent": {"visibilityMetadata": {"isDiscoverable": False}, "parameters": []},
        "BrokenIntent": {"parameters": [{"title": localized("nameless")}]},
        "FlatIntent": 3,
    },
    "enums": [
        {"identifier": "Size", "cases": [{"identifier": "small"}, {"identifier": "large"}]},
        {"cases": []},
    ],
}  # fmt: skip

INTENTS: dict[str, Any] = {
    "INEnums": [
        {"INEnumName": "Grind", "INEnumValues": [
            {"INEnumValueName": "unknown"}, {"INEnumValueName": "fine"}, {"INEnumValueName": "coarse"},
        ]},
        {"INEnumValues": []},
    ],
    "INIntents": [
        {
            "INIntentName": "Grind",
            "INIntentTitle": "Grind Coffee",
            "INIntentDescription": "Grinds the beans",
            "INIntentInput": "beans",
            "INIntentParameters": [
                {"INIntentParameterName": "beans", "INIntentParameterType": "String"},
                {
                    "INIntentParameterName": "grind", "INIntentParameterType": "Integer",
                    "INIntentParameterEnumType": "Grind",
                    "INIntentParameterMetadata": {"INIntentParameterMetadataDefaultValue": "fine"},
                },
                {
                    "INIntentParameterName": "weight", "INIntentParameterType": "Decimal",
                    "INIntentParameterMetadata": {"INIntentParameterMetadataDefaultValue": 0.5},
                },
                {
                    "INIntentParameterName": "tins", "INIntentParameterType": "String",
                    "INIntentParameterSupportsMultipleValues": True,
                },
                {"INIntentParameterName": "own", "INIntentParameterConfigurable": False},
            ],
            "INIntentResponse": {
                "INIntentResponseOutput": "powder",
                "INIntentResponseParameters": [
                    {"INIntentResponseParameterName": "note", "INIntentResponseParameterType": "String"},
                    {
                        "INIntentResponseParameterName": "powder", "INIntentResponseParameterType": "File",
                        "INIntentResponseParameterDisplayName": "Powder",
                    },
                ],
            },
        },
        {"INIntentName": "Named", "INIntentClassName": "OtherClass"},
        {"INIntentName": "Hidden", "INIntentConfigurable": False},
        {"INIntentTitle": "nameless"},
        "flat",
    ],
}  # fmt: skip


def by_name(api: Api) -> dict[str, Parameter]:
    return {p.name: p for p in api.parameters}


def test_apples_definitions() -> None:
    assert is_actions(ACTIONS)
    assert not is_actions({"WFWorkflowActions": []})
    made = import_actions(ACTIONS, "file")
    (api,) = made.apis
    assert (api.title, api.description) == ("Brew Tea", "Brews a pot of tea.")
    assert (api.input, api.returns, api.output_name, api.source) == ("WFWater", "text", "Tea", "apple")
    parameters = by_name(api)
    assert parameters["WFWater"].required
    assert (parameters["WFLeaf"].choices, parameters["WFLeaf"].default) == (("Green", "Black"), "Green")
    assert (parameters["WFPot"].type, parameters["WFPot"].default) == ("any", None)
    assert (parameters["WFSugar"].type, parameters["WFSugar"].default) == ("boolean", True)
    assert parameters["WFSugar"].description == "Sweet or not."
    assert (parameters["WFCups"].default, parameters["WFCosy"].type) == (2, "any")
    assert [note.split(":")[:2] for note in made.notes] == [
        ["file", " is.workflow.actions.broken"],
        ["file", " is.workflow.actions.flat"],
    ]


def test_app_intents() -> None:
    assert is_actionsdata(DATA)
    made = import_actionsdata(DATA, "com.example.tea", "file")
    (api,) = made.apis
    assert (api.identifier, api.title, api.description) == ("com.example.tea.PourIntent", "Pour", "Pour.")
    assert (api.input, api.returns, api.source) == ("cup", "text", "actionsdata")
    parameters = by_name(api)
    assert {name: p.type for name, p in parameters.items()} == {
        "cup": "text",
        "size": "choice",
        "hot": "boolean",
        "times": "number",
        "guests": "list",
        "photo": "file",
        "tray": "any",
        "odd": "any",
        "none": "any",
    }
    assert (parameters["size"].choices, parameters["size"].default) == (("small", "large"), "large")
    assert parameters["hot"].default is True
    assert [p.name for p in api.parameters if p.required] == ["cup"]
    notes = " ".join(made.notes)
    assert all(word in notes for word in ("BrokenIntent", "FlatIntent", "enums", "1 hidden"))


def test_siri_intents() -> None:
    assert is_intentdefinition(INTENTS)
    made = import_intentdefinition(INTENTS, "com.example.coffee", "file")
    api, other = made.apis
    assert (api.identifier, other.identifier) == (
        "com.example.coffee.GrindIntent",
        "com.example.coffee.OtherClass",
    )
    assert (api.title, api.description, api.input) == ("Grind Coffee", "Grinds the beans.", "beans")
    assert (api.returns, api.output_name) == ("file", "Powder")
    parameters = by_name(api)
    assert {name: (p.type, p.default) for name, p in parameters.items()} == {
        "beans": ("text", None),
        "grind": ("choice", "fine"),
        "weight": ("number", 0.5),
        "tins": ("list", None),
    }
    assert parameters["grind"].choices == ("fine", "coarse")
    notes = " ".join(made.notes)
    assert all(word in notes for word in ("Hidden", "intent 3", "intent 4", "INEnums"))


def test_descriptions_in_words() -> None:
    table = {
        "com.a.b.Go": 'com.a.b.Go(speed: Integer = "3", way: Way(Enum) = "up", to: Tag(Object))'
        " -> Place: Spot(Object)\n"
        "Parameters:\n    speed:  Speed.\n    way:  Way. The value of this Enum "
        "must be one of the following values "
        '(The text in parentheses describes the value): "up"(Up), "down"(Down).\n    to:  Where.\n'
        "Description:\n    Go There: Goes there. And back.\n",
        "com.a.b.Same": "com.a.b.Same()\nDescription:\n    Go There: Goes there. And back.\n",
        "com.a.b.Broken": "something else",
    }
    assert is_described(table)
    made = import_described(table, "file")
    go, same = made.apis
    assert (go.title, go.description, go.output_name) == ("Go There", "Goes there.", "Place")
    parameters = by_name(go)
    assert (parameters["speed"].type, parameters["speed"].default) == ("number", 3)
    assert (parameters["way"].choices, parameters["way"].default) == (("up", "down"), "up")
    assert parameters["to"].description == "Where."
    assert same.description == ""  # that of the entry before says nothing about it
    assert "com.a.b.Broken" in made.notes[0]


def test_one_broken_document_does_not_lose_the_others() -> None:
    good = json.dumps({"identifier": "a.b", "json": {"name": "a.b", "description": "Does it."}, "python": ""})
    made = import_published(f"{good}\n{{\n\n".encode(), "apis.jsonl")
    assert [api.identifier for api in made.apis] == ["a.b"]
    assert "apis.jsonl:2" in made.notes[0]
    with pytest.raises(WfllmError, match="no published documents"):
        import_published(b"{}", "apis.jsonl")


def test_use_tells_what_it_shows() -> None:
    app = "com.example.app.RunIntent"
    uses = [
        act(
            app,
            UUID="A",
            mode="fast",
            count=3,
            words=txt("a"),
            note="one",
            ShowWhenRun=True,
            on=True,
            mixed=1,
        ),
        act(
            app,
            mode="slow",
            count=4,
            words="b",
            note="two",
            tags=["a"],
            ref=att(out("A", "Run Result")),
            mixed="x",
        ),
        act(app, mode="fast", note="three", UUID="B", CustomOutputName="Mine"),
        act(app, mode="fast", ref=att(out("B", "Mine"))),
        act("count", WFVariable=1, Input=2),
    ]
    inference = Inference()
    inference.add({"WFWorkflowActions": [*uses, {"damaged": True}, 3]})
    api, count = sorted(inference.apis(), key=lambda a: a.identifier)
    assert (api.identifier, api.title, api.output_name, api.source) == (app, "Run", "Run Result", "inferred")
    parameters = by_name(api)
    assert {name: p.type for name, p in parameters.items()} == {
        "mode": "choice", "count": "number", "words": "text", "note": "text", "on": "boolean", "tags": "list",
        "ref": "any", "mixed": "any",
    }  # fmt: skip
    assert parameters["mode"].choices == ("fast", "slow")
    assert list(by_name(count)) == ["Input"]  # WFVariable is left over from another action


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "actions",
        "enums",
        "parameters",
        "valueType",
        "name",
        "INIntents",
        "INEnums",
        "INIntentName",
        "Parameters",
        "INIntentParameters",
        "INIntentResponse",
        "Input",
        "Output",
        "Key",
        "Items",
        "cases",
        "identifier",
        "title",
    ]
)
NEARLY = st.recursive(JUNK, lambda inner: st.dictionaries(KEYS, inner, max_size=4), max_leaves=10)


@settings(max_examples=60, deadline=None)
@given(NEARLY, NEARLY)
def test_whatever_an_entry_holds_it_is_read_or_noted(entry: Any, enums: Any) -> None:
    listed = enums if isinstance(enums, list) else [enums]
    made: list[Imported] = [
        import_actions({"a.b": entry}, "f"),
        import_actionsdata({"actions": {"A": entry}, "enums": listed}, "a.b.c", "f"),
        import_intentdefinition({"INIntents": [entry], "INEnums": listed}, "a.b.c", "f"),
    ]
    for one in made:
        assert len(one.apis) + len(one.notes) >= 1
        for api in one.apis:
            ast.parse(render(api))
            ast.parse(render(api, "full"))
            assert json.dumps(as_json(api))


# ---------------------------------------------------------------- files


def test_each_file_finds_its_importer(tmp_path: Path) -> None:
    app = tmp_path / "Tea.app"
    metadata = app / "Metadata.appintents"
    metadata.mkdir(parents=True)
    (app / "Info.plist").write_bytes(plistlib.dumps({"CFBundleIdentifier": "com.example.tea"}))
    (metadata / "extract.actionsdata").write_text(json.dumps(DATA), "utf-8")
    (tmp_path / "com.example.coffee.intentdefinition").write_bytes(plistlib.dumps(INTENTS))
    (tmp_path / "WFActions.plist").write_bytes(plistlib.dumps(ACTIONS, fmt=plistlib.FMT_BINARY))
    (tmp_path / "mine.yaml").write_text("com.example.tea.PourIntent: {title: Mine}\n", "utf-8")
    (tmp_path / "uses.shortcut").write_bytes(plistlib.dumps({"WFWorkflowActions": [act("com.x.y.Z", a=1)]}))
    (tmp_path / "letter.txt").write_text("no definitions", "utf-8")
    use, found = Inference(), {}
    for path in find_sources([str(tmp_path)]):
        if path.name != "Info.plist":
            found[path.name] = import_file(path, use).source
    assert found == {
        "extract.actionsdata": "actionsdata", "com.example.coffee.intentdefinition": "intentdefinition",
        "WFActions.plist": "apple", "mine.yaml": "user", "uses.shortcut": "inferred",
    }  # fmt: skip
    assert [api.identifier for api in use.apis()] == ["com.x.y.Z"]


def test_whose_app_it_is_can_be_said(tmp_path: Path) -> None:
    path = tmp_path / "extract.actionsdata"
    path.write_text(json.dumps(DATA), "utf-8")
    made = import_file(path, Inference(), bundle="com.example.tea")
    assert made.apis[0].identifier.startswith("com.example.tea.")
    with pytest.raises(WfllmError, match=r"bundle=com\.example\.app"):
        bundle_of(Path("extract.actionsdata"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.actionsdata", b"{"),
        ("a.actionsdata", b"[]"),
        ("a.actionsdata", b"[" * 100_000),
        ("a.actionsdata", b"\xff\xfe"),
        ("a.intentdefinition", b"bplist00" + b"\xff" * 40),
        ("a.intentdefinition", plistlib.dumps({"a": 1})),
        ("a.plist", b"<plist><dict><key>a</key></dict></plist>"),
        ("a.jsonl", b"\x00"),
        ("a.yaml", b"a: " + b"[" * 100_000),
        ("a.yaml", b"- " * 100_000 + b"a"),
        ("a.yaml", b"a.b: {title: [1]}"),
        ("a.yaml", b"a.b: {source: nobody}"),
        ("a.yaml", b"a.b: {parameters: {c: {type: colour}}}"),
        ("a.shortcut", b"no shortcut"),
    ],
)
def test_a_broken_file_is_one_line_with_its_name(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(WfllmError) as caught:
        import_file(path, Inference(), bundle="com.example.app")
    assert name in caught.value.line() or caught.value.where == str(path)


def test_a_plist_that_unfolds_to_millions_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imported, "MAX_PARAMETERS", 1_000)
    shared = [{"Class": "WFSwitchParameter", "Key": f"k{i}"} for i in range(100)]
    with pytest.raises(WfllmError, match="more than 1,000 parameters"):
        import_actions({f"a.b{i}": {"ActionClass": "x", "Parameters": shared} for i in range(50)}, "f")


@pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.slow)])
def test_every_stub_of_the_published_and_apples_definitions_parses(shared_data: Path, step: int) -> None:
    use = Inference()
    for name in ("WFActions.plist", "workflowbench/apis.jsonl", "shortcutsbench_api2info.json"):
        made = import_file(shared_data / name, use)
        assert len(made.apis) >= 385
        assert len(made.notes) <= 1
        for api in made.apis[::step]:
            ast.parse(render(api))
            ast.parse(render(api, "full"))
