"""A table beside shortcuts: each file finds its entry, each fault is one clear line."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from tests.bench.test_records import shortcut
from wfllm.bench.sources import load_records
from wfllm.bench.sources.metadata import category_of
from wfllm.bench.stages.engine import Build
from wfllm.bench.stages.pipeline import pipeline
from wfllm.config.compose import compose
from wfllm.config.schema import BuildCommand, ShortcutsData
from wfllm.errors import WfllmError

ROWS: list[dict[str, Any]] = [
    {"file": "a.json", "title": "Alpha, first", "category": "food & drink", "language": "en", "stars": 3},
    {"file": "in/b.json", "title": "Beta", "category": "Books"},
]


def table(path: Path, rows: list[dict[str, Any]]) -> Path:
    if path.suffix == ".csv":
        keys = list(dict.fromkeys(k for row in rows for k in row))
        lines = [",".join(f'"{row.get(k, "")}"' for k in keys) for row in rows]
        path.write_text("\n".join([",".join(keys), *lines]))
    elif path.suffix == ".jsonl":
        path.write_text("\n".join(json.dumps(row) for row in rows))
    elif path.name.startswith("object"):
        path.write_text(json.dumps({r["file"]: {k: v for k, v in r.items() if k != "file"} for r in rows}))
    else:
        path.write_text(json.dumps(rows))
    return path


def collected(folder: Path, metadata: Path, output: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Items and reasons for drops of the stage that finds files."""
    arguments = ["data=shortcuts", f"data.path={folder}", f"data.metadata={metadata}", f"output={output}"]
    config = compose("build", arguments).config
    assert isinstance(config, BuildCommand)
    build = Build(output, pipeline(config))
    list(build.run(only=["collect"]))
    return list(build.items("collect")), [drop.reason for drop in build.drops("collect")]


def shortcuts(folder: Path) -> Path:
    shortcut(folder / "a.json", "showresult")
    shortcut(folder / "in" / "b.json", "notification")
    return folder


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.json", "object.json"])
def test_each_file_has_its_entry(tmp_path: Path, name: str) -> None:
    folder = shortcuts(tmp_path / "files")
    items, drops = collected(folder, table(tmp_path / name, ROWS), tmp_path / "out")
    assert drops == []
    assert [(i["id"], i["category"], i["meta"]["title"]) for i in items] == [
        ("a", "Food & Drink", "Alpha, first"),
        ("b", "Books", "Beta"),
    ]
    assert str(items[0]["meta"]["stars"]) == "3"
    assert items[0]["meta"]["language"] == "en"


def test_training_knows_it_too(tmp_path: Path) -> None:
    folder = shortcuts(tmp_path / "files")
    metadata = str(table(folder / "table.json", ROWS))  # among the shortcuts, and none itself
    splits, faults = load_records(ShortcutsData(name="shortcuts", path=str(folder), metadata=metadata))
    records = sorted((r for rows in splits.values() for r in rows), key=lambda r: r.id)
    assert faults == []
    assert [(r.category, r.meta["title"]) for r in records] == [
        ("Food & Drink", "Alpha, first"),
        ("Books", "Beta"),
    ]
    assert "Alpha, first" in records[0].query


@pytest.mark.parametrize(
    ("rows", "kept", "words"),
    [
        (ROWS[:1], ["a"], ["b.json: has no metadata"]),
        ([*ROWS, {"file": "in/c.json"}], ["a", "b"], ["no file in/c.json", "Did you mean in/b.json?"]),
        (
            [ROWS[0], ROWS[1] | {"category": "Boks"}],
            ["a"],
            ["'Boks' is none of the 28", "Did you mean Books?"],
        ),
        ([ROWS[0], ROWS[1] | {"category": "zzzz"}], ["a"], ["none of the 28", "One of Widgets, Food"]),
        ([*ROWS, ROWS[1]], ["a", "b"], ["b.json has an entry already"]),
        ([*ROWS, {"title": "x"}], ["a", "b"], ["names no file"]),
    ],
)
def test_a_fault_is_told_and_kept_aside(
    tmp_path: Path, rows: list[dict[str, Any]], kept: list[str], words: list[str]
) -> None:
    folder = shortcuts(tmp_path / "files")
    items, drops = collected(folder, table(tmp_path / "t.jsonl", rows), tmp_path / "out")
    assert [i["id"] for i in items] == kept
    assert len(drops) == 1
    assert all(word in drops[0] for word in words)


def test_a_name_in_two_folders_needs_its_path(tmp_path: Path) -> None:
    for name in ("x", "y"):
        shortcut(tmp_path / "files" / name / "same.json", "showresult")
    rows = [{"file": "same.json"}, {"file": "x/same.json", "title": "X"}]
    items, drops = collected(tmp_path / "files", table(tmp_path / "t.jsonl", rows), tmp_path / "out")
    assert [i["meta"]["title"] for i in items] == ["X"]
    assert any("2 files are called same.json" in drop for drop in drops)


def test_accents_are_the_same_in_either_form(tmp_path: Path) -> None:
    shortcut(tmp_path / "files" / f"{unicodedata.normalize('NFD', 'café')}.json", "showresult")
    rows = [{"file": unicodedata.normalize("NFC", "café.json"), "title": "T"}]
    items, drops = collected(tmp_path / "files", table(tmp_path / "t.jsonl", rows), tmp_path / "out")
    assert ([i["meta"]["title"] for i in items], drops) == (["T"], [])


@pytest.mark.parametrize(
    ("name", "text", "cause"),
    [
        ("t.csv", "title\nx\n", "no column that names the file"),
        ("t.csv", "file,title\na.json,x,y\n", "more values than columns"),
        ("t.json", "{broken", "is not JSON"),
        ("t.json", "[" * 100_000, "is not JSON"),
        ("t.json", '["a"]', "an entry is an object"),
        ("t.jsonl", '{"file": 3}', "names no file"),
        ("t.jsonl", '{"file": "a.json", "title": "\\ud800"}', "surrogate"),
    ],
)
def test_a_table_that_is_none_is_told(tmp_path: Path, name: str, text: str, cause: str) -> None:
    folder = shortcuts(tmp_path / "files")
    (tmp_path / name).write_text(text)
    try:
        _, drops = collected(folder, tmp_path / name, tmp_path / "out")
    except WfllmError as fault:
        drops = [fault.line()]
    assert any(cause in drop for drop in drops)


def test_a_table_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WfllmError, match=r"data\.metadata"):
        collected(shortcuts(tmp_path / "files"), tmp_path / "t.csv", tmp_path / "out")


@pytest.mark.parametrize("given", ["Food & Drink", "food and drink", "food_and_drink", " FOOD & DRINK "])
def test_a_category_may_be_spelled_in_many_ways(given: str) -> None:
    assert category_of(given, "x") == "Food & Drink"


@pytest.mark.parametrize("given", [3, ["Books"], {"a": 1}, True])
def test_a_category_that_is_no_text_is_none(given: Any) -> None:
    with pytest.raises(WfllmError, match="none of the 28"):
        category_of(given, "x")
