"""Whose word counts, field by field; the table that comes out reads back as the same."""

from __future__ import annotations

import io
import os
import plistlib
from pathlib import Path

import pytest
from rich.console import Console

from tests.shortcuts.build import act
from wfllm.errors import WfllmError
from wfllm.shortcuts.api import Api, Parameter
from wfllm.shortcuts.catalogue import load_catalogue, read_tables
from wfllm.shortcuts.catalogue.load import IN_USE, in_use
from wfllm.shortcuts.catalogue.merge import merge
from wfllm.shortcuts.catalogue.stage import make_catalogue
from wfllm.shortcuts.catalogue.write import dump_table

USED = Api(
    "a.b",
    title="B",
    parameters=(Parameter("n", "text", source="inferred"), Parameter("new", "boolean", source="inferred")),
    returns="any",
    output_name="Seen",
    source="inferred",
)
APPLE = Api(
    "a.b",
    title="Apple's",
    description="Apple says.",
    parameters=(
        Parameter("n", "number", "Number.", required=True, default=1, source="apple"),
        Parameter("mode", "choice", choices=("A", "C"), default="C", source="apple"),
        Parameter("rare", "text", source="apple"),
    ),
    input="n",
    returns="text",
    source="apple",
)
SHIPPED = Api(
    "a.b",
    description="Ours.",
    parameters=(
        Parameter("mode", "choice", choices=("A", "B"), source="shipped"),
        Parameter("n", "any", source="shipped"),
    ),
    also=("rare",),
    source="shipped",
)


def test_each_field_comes_from_who_knows_best() -> None:
    (api,), conflicts = merge([[USED], [APPLE], [SHIPPED]])
    assert (api.title, api.description, api.input, api.returns) == ("Apple's", "Ours.", "n", "text")
    assert api.output_name == "Seen"
    assert [api.source_of(f) for f in ("title", "description", "output_name")] == [
        "apple",
        "shipped",
        "inferred",
    ]
    assert [p.name for p in api.parameters] == ["mode", "n", "new"]
    mode, number, new = api.parameters
    assert (mode.choices, mode.default) == (("A", "B", "C"), "C")
    assert (mode.source_of("choices"), mode.source_of("default")) == ("shipped", "apple")
    # what people wrote stays open stays open; nobody of rank calls it required
    assert (number.type, number.required, number.description) == ("any", False, "Number.")
    assert new.source == "inferred"
    assert api.also == ("rare",)
    assert [(c.parameter, c.field, c.dropped) for c in conflicts] == [("mode", "choices", "apple: C")]


def test_ones_own_table_comes_first() -> None:
    own = Api("a.b", parameters=(Parameter("mode", "choice", choices=("Z",), source="user"),), source="user")
    (api,), _ = merge([[SHIPPED], [APPLE], [own]])
    assert api.parameters[0].choices == ("Z",)
    assert merge([[own], [APPLE], [SHIPPED]])[0] == [api]


def test_types_that_differ_are_told() -> None:
    other = Api("a.b", parameters=(Parameter("n", "text", source="published"),), source="published")
    (api,), conflicts = merge([[other], [APPLE]])
    assert api.parameters[0].type == "number"
    assert [(c.field, c.kept, c.dropped) for c in conflicts] == [("type", "apple: number", "published: text")]


def test_a_table_reads_back_as_the_same(tmp_path: Path) -> None:
    merged, _ = merge([load_catalogue().values(), [USED], [APPLE], [SHIPPED]])
    path = tmp_path / "table.yaml"
    path.write_text(dump_table(reversed(merged)), "utf-8")
    again = sorted(read_tables([path]).values(), key=lambda api: api.identifier)
    assert again == merged
    for left, right in zip(again, merged, strict=True):
        assert (left.source, dict(left.sources)) == (right.source, dict(right.sources))
        assert [p.source for p in left.parameters] == [p.source for p in right.parameters]
    assert dump_table(again) == path.read_text("utf-8")


def test_a_table_in_use_is_everybodys(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("com.example.app.RunIntent: {title: Run}\n", "utf-8")
    with in_use(path) as known:
        assert load_catalogue() is known
        assert load_catalogue()["com.example.app.RunIntent"].source == "user"
        assert "is.workflow.actions.count" in known
    assert IN_USE not in os.environ
    assert "com.example.app.RunIntent" not in load_catalogue()


def make(inputs: list[str], output: Path) -> str:
    text = io.StringIO()
    make_catalogue(inputs, output, console=Console(file=text, width=200))
    return text.getvalue()


def test_the_command_writes_the_table_and_says_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "uses.shortcut").write_bytes(plistlib.dumps({"WFWorkflowActions": [act("com.x.y.Z", a=1)]}))
    (tmp_path / "broken.actionsdata").write_text("{", "utf-8")
    action = {
        "ActionClass": "x",
        "Output": {"Types": ["NSString"]},
        "Parameters": [{"Class": "y", "Key": "k"}],
    }
    (tmp_path / "a.plist").write_bytes(plistlib.dumps({"is.workflow.actions.detect.number": action}))
    output = tmp_path / "out" / "apis.yaml"
    text = make([str(tmp_path)], output)
    assert "inferred" in text
    assert "detect.number, returns: shipped: list; not apple: text" in text
    assert "broken.actionsdata" in text
    assert f"catalogue={output}" in text
    made = load_catalogue(output)
    assert made["com.x.y.Z"].parameters == (Parameter("a", "number"),)
    first = output.read_bytes()
    make([str(tmp_path / "uses.shortcut"), str(tmp_path / "a.plist")], output)
    assert output.read_bytes() == first


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.actionsdata").write_text("{", "utf-8")
    for inputs in (["nobody/*.plist"], [str(tmp_path)], [str(tmp_path / "nobody")]):
        with pytest.raises(WfllmError):
            make(inputs, tmp_path / "x.yaml")
    with pytest.raises(WfllmError, match="is a folder"):
        make([str(tmp_path)], tmp_path)
    assert not (tmp_path / "x.yaml").exists()
