"""The catalogue is complete, true to its sources, in our own words, and prints as Python."""

from __future__ import annotations

import ast
import json
import plistlib
import re
from pathlib import Path
from typing import Any

import pytest

from wfllm.errors import WfllmError
from wfllm.shortcuts.api import Api, Parameter
from wfllm.shortcuts.catalogue import Catalogue, load_catalogue, read_tables
from wfllm.shortcuts.catalogue.published import describe, from_document, read_published
from wfllm.shortcuts.catalogue.render import as_json, render
from wfllm.shortcuts.names import api_name

CATALOGUE = load_catalogue()
BUILTIN = "is.workflow.actions."
UI_ONLY = re.compile(r"^(Show-|UUID$|CustomOutputName$|GroupingIdentifier$|IntentAppDefinition$)")


def test_every_entry_says_what_a_prompt_needs() -> None:
    assert len(CATALOGUE) > 300
    for api in CATALOGUE.values():
        assert api.title, api.identifier
        assert api.description.endswith("."), api.identifier
        assert len(api.description) <= 90, api.identifier
        names = [p.name for p in api.parameters]
        assert len(names) == len(set(names))
        assert api.input is None or api.input in names
        for parameter in api.parameters:
            assert parameter.description, (api.identifier, parameter.name)
            assert not UI_ONLY.match(parameter.name)
            assert (parameter.type == "choice") == bool(parameter.choices), (api.identifier, parameter.name)
            assert (
                parameter.default is None or not parameter.choices or parameter.default in parameter.choices
            )


def test_syntax_actions_are_known_but_not_called() -> None:
    syntax = {i for i, api in CATALOGUE.items() if not api.called}
    assert {f"{BUILTIN}conditional", f"{BUILTIN}gettext", f"{BUILTIN}choosefrommenu"} <= syntax
    assert f"{BUILTIN}downloadurl" not in syntax


def test_found_by_python_name() -> None:
    for identifier, api in CATALOGUE.items():
        assert CATALOGUE.by_name(api_name(identifier)) is api
    assert CATALOGUE.by_name("nobody") is None


def test_merge_keeps_the_own_entry() -> None:
    own, other = Catalogue([Api("a", title="own")]), Catalogue([Api("a", title="other"), Api("b")])
    merged = own.merge(other)
    assert merged["a"].title == "own"
    assert set(merged) == {"a", "b"}


def test_reading_is_done_once() -> None:
    assert load_catalogue() is CATALOGUE


@pytest.mark.parametrize(
    "text", ["a: [", "a: 3", "a: {parameters: {x: {colour: red}}}", "a: {titel: x}", "- a"]
)
def test_a_broken_table_is_an_error_with_its_file(tmp_path: Path, text: str) -> None:
    table = tmp_path / "table.yaml"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(WfllmError, match=r"table\.yaml"):
        read_tables([table])


# ---------------------------------------------------------------- stubs


@pytest.mark.parametrize("identifier", list(CATALOGUE))
def test_stubs_are_python(identifier: str) -> None:
    api = CATALOGUE[identifier]
    compact, full = render(api), render(api, "full")
    for stub in (compact, full):
        (function,) = ast.parse(stub).body
        assert isinstance(function, ast.FunctionDef)
        assert function.name == api_name(identifier)
        assert {a.arg for a in function.args.args} == {p.name for p in api.parameters}
    assert "\n" not in compact
    assert all(p.description in full for p in api.parameters)


def test_the_compact_stub() -> None:
    api = Api(
        "a.b",
        description='Says "hi".',
        parameters=(
            Parameter("late", "number", default=1),
            Parameter("how", "choice", required=True, choices=("X", "Y")),
            Parameter("size", "any", description='{"Magnitude": n}.'),
            Parameter("some-key", "text"),
        ),
        returns="file",
    )
    assert render(api) == (
        "def a_b(how: Literal['X', 'Y'], late: float = 1, size: Any = ..., **kwargs) -> File: "
        '\'Says "hi". size: {"Magnitude": n}.\''
    )
    ast.parse(render(api, "full"))


def test_an_unknown_api_takes_anything() -> None:
    (api,) = describe(["com.nobody.Thing"], CATALOGUE)
    assert render(api) == "def com_nobody_Thing(**kwargs): ..."


@pytest.mark.parametrize("text", ['"""', "\\", '"', "a\nb", "end\\", "'\"", "\x00"])
def test_any_description_prints_as_python(text: str) -> None:
    api = Api("a.b", description=text, parameters=(Parameter("x", description=text, default=text),))
    for form in (render(api), render(api, "full")):
        if "\x00" not in form:
            ast.parse(form)


def test_the_published_json_form() -> None:
    document = as_json(CATALOGUE[f"{BUILTIN}downloadurl"])
    assert list(document) == [
        "name",
        "description",
        "required_parameters",
        "optional_parameters",
        "return_data",
    ]
    assert document["required_parameters"] == [
        {"name": "WFURL", "type": "STRING", "description": "Address to fetch."}
    ]
    again = from_document(f"{BUILTIN}downloadurl", document)
    names = {p.name for p in CATALOGUE[f"{BUILTIN}downloadurl"].parameters}
    assert {p.name for p in again.parameters} == names


# ---------------------------------------------------------------- against the sources


@pytest.fixture(scope="module")
def published(shared_data: Path) -> Catalogue:
    return read_published(shared_data / "workflowbench" / "apis.jsonl")


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [t for v in value.values() for t in _texts(v)] + [str(k) for k in value]
    if isinstance(value, list):
        return [t for v in value for t in _texts(v)]
    return [str(value)]


@pytest.fixture(scope="module")
def sources(shared_data: Path) -> dict[str, set[str]]:
    """Identifier → every name, key and value its sources give it."""
    actions = plistlib.loads((shared_data / "WFActions.plist").read_bytes())
    info = json.loads((shared_data / "shortcutsbench_api2info.json").read_text("utf-8"))
    words: dict[str, set[str]] = {}
    for identifier, entry in actions.items():
        words.setdefault(identifier, set()).update(_texts(entry))
    for identifier, text in info.items():
        known = words.setdefault(identifier, set())
        known.update(re.findall(r'"([^"]+)"', text), re.findall(r"[\w.-]+(?=:)", text))
    for line in (shared_data / "workflowbench" / "apis.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        known = words.setdefault(row["identifier"], set())
        known.update(_texts(row["json"]), re.findall(r"\w+", row["python"]))
    for path in (shared_data / "shortcuts").glob("*.shortcut"):
        try:
            actions_used = plistlib.loads(path.read_bytes())["WFWorkflowActions"]
        except (plistlib.InvalidFileException, ValueError, KeyError, TypeError):
            continue  # the other containers are the reader's business
        for action in actions_used:
            used = action.get("WFWorkflowActionParameters", {})
            words.setdefault(action["WFWorkflowActionIdentifier"], set()).update(
                {*used, *(v for v in used.values() if isinstance(v, str))}
            )
    return words


@pytest.fixture(scope="module")
def families(sources: dict[str, set[str]]) -> dict[str, set[str]]:
    """All filters take the same keys, and so do all that read a detail: `Find …`, `Get Details of …`."""
    known: dict[str, set[str]] = {}
    for identifier, words in sources.items():
        family = identifier.removeprefix(BUILTIN).split(".")[0]
        if identifier.startswith(BUILTIN) and family in ("filter", "properties"):
            known.setdefault(family, set()).update(w for w in words if w.startswith("WF"))
    return known


def test_every_name_and_choice_is_a_fact(sources: dict[str, set[str]], families: dict[str, set[str]]) -> None:
    unknown = []
    for api in CATALOGUE.values():
        family = api.identifier.removeprefix(BUILTIN).split(".")[0]
        known = sources.get(api.identifier, set()) | families.get(family, set())
        for parameter in api.parameters:
            names = [parameter.name, *parameter.choices, *api.also]
            unknown += [(api.identifier, name) for name in names if name not in known]
    assert unknown == []


def test_no_description_is_copied(published: Catalogue, shared_data: Path) -> None:
    sentences = {_plain(a.description) for a in published.values()}
    sentences |= {_plain(p.description) for a in published.values() for p in a.parameters}
    actions = plistlib.loads((shared_data / "WFActions.plist").read_bytes())
    for entry in actions.values():
        for text in _texts(entry.get("Description", {})):
            sentences |= {_plain(s) for s in re.split(r"(?<=[.!?])\s", text)}
        for parameter in entry.get("Parameters", []):
            sentences.add(_plain(parameter.get("Description", "")))
    ours = [a.description for a in CATALOGUE.values()]
    ours += [p.description for a in CATALOGUE.values() for p in a.parameters]
    # one or two words ("Title.", "Port.") are names, not sentences
    copied = {t for t in ours if len(t.split()) > 2 and _plain(t) in sentences}
    assert copied == set()


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def test_all_published_documents_are_read_and_print(published: Catalogue) -> None:
    assert len(published) == 1503
    for api in published.values():
        ast.parse(render(api))
        ast.parse(render(api, "full"))
    stop = published["com.joehribar.toggl.StopTimeEntryIntent"]
    mode = next(p for p in stop.parameters if p.name == "stopTimeMode")
    assert mode.choices == ("currentTime", "specifiedTime", "roundDuration", "minutesAgo")
    assert mode.default == "currentTime"
    # a stub that is not Python: a member is called `is`
    query = published["ke.bou.GizmoPack.FilterDictionariesIntent"]
    assert next(p for p in query.parameters if p.name == "operation").choices[0] == "is"


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"json": 3}', '{"json": {"required_parameters": [1]}}', "\u2028"]
)
def test_a_broken_document_is_an_error_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "apis.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    if line.strip():
        with pytest.raises(WfllmError, match=r"apis\.jsonl:1"):
            read_published(path)
    else:
        assert len(read_published(path)) == 0


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("is_workflow_actions_notify", "is_workflow_actions_notification"),
        ("is_workflow_actions_show_result", "is_workflow_actions_showresult"),
        ("is_workflow_actions_alrt", "is_workflow_actions_alert"),
        ("showAlert", "is_workflow_actions_alert"),
        ("send_message", "is_workflow_actions_sendmessage"),
        ("is_workflow_actions_qqqqqq", None),
        ("is_workflow_actions_" + "notify" * 100, None),
    ],
)
def test_the_name_that_is_meant_begins_alike_or_has_a_word_in_common(typed: str, meant: str | None) -> None:
    assert load_catalogue().like(typed) == meant
