"""The starter corpus is legal, varied, and split so that held-out means held out."""

from __future__ import annotations

import ast
import time
from collections import Counter
from pathlib import Path

import pytest

from wfllm.bench.categories import BY_SLUG, CATEGORIES, slug
from wfllm.bench.record import Record
from wfllm.bench.sources.starter import FOLDER, load_starter, read_starter
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.comments import statements, without_comments

RECORDS = load_starter()
BY_SPLIT = {split: [r for r in RECORDS if r.split == split] for split in ("train", "dev", "id", "ood")}
ids = pytest.mark.parametrize("record", RECORDS, ids=lambda r: r.id)


def apis(records: list[Record]) -> set[str]:
    return {api for record in records for api in record.apis}


def length(code: str) -> int:
    """Actions: statements and menu branches, nothing and collecting lists left out."""
    tree = ast.parse(code)
    cases = sum(len(n.cases) for n in ast.walk(tree) if isinstance(n, ast.Match))
    return cases + sum(s.kind != "Pass" for s in statements(code))


def test_there_are_enough_of_every_split() -> None:
    assert len(RECORDS) >= 150
    assert len(BY_SPLIT["train"]) > len(RECORDS) / 2
    assert all(len(records) >= 10 for records in BY_SPLIT.values())
    assert len({r.id for r in RECORDS}) == len(RECORDS)


def test_all_categories_occur() -> None:
    assert len(CATEGORIES) == len(set(CATEGORIES)) == len(BY_SLUG) == 28
    assert slug("Food & Drink") == "food_and_drink"
    assert {r.category for r in BY_SPLIT["train"]} == set(CATEGORIES)


def test_unseen_instructions_use_apis_seen_in_training() -> None:
    train = apis(BY_SPLIT["train"])
    for record in BY_SPLIT["dev"] + BY_SPLIT["id"]:
        assert set(record.apis) <= train, record.id


def test_unseen_apis_are_unseen() -> None:
    seen = apis(BY_SPLIT["train"] + BY_SPLIT["dev"] + BY_SPLIT["id"])
    for record in BY_SPLIT["ood"]:
        assert not set(record.apis) <= seen, record.id


def test_no_two_workflows_or_requests_are_the_same() -> None:
    codes = Counter(ast.dump(ast.parse(r.annotated_code)) for r in RECORDS)
    queries = Counter(r.query.lower() for r in RECORDS)
    assert max(codes.values()) == max(queries.values()) == 1


def test_lengths_spread() -> None:
    lengths = [length(r.annotated_code) for r in RECORDS]
    assert min(lengths) >= 3
    assert max(lengths) <= 60
    assert sum(n <= 7 for n in lengths) > 0.2 * len(lengths)
    assert sum(n > 12 for n in lengths) > 0.15 * len(lengths)


@ids
def test_is_legal_and_complete(record: Record) -> None:
    code = without_comments(record.annotated_code)
    assert check(record.annotated_code, load_catalogue(), allowed=record.apis) == []
    assert record.apis, "calls no API"
    assert all(api in load_catalogue() for api in record.apis)
    commented = record.annotated_code.count("# ")
    assert commented >= len(statements(code))
    assert record.task_plan.startswith("1. ")
    assert len(record.query.split()) >= 5
    assert "is_workflow" not in record.query
    assert record.source == "starter"


def test_every_part_of_the_dialect_is_shown_in_training() -> None:
    code = "\n".join(r.annotated_code for r in BY_SPLIT["train"])
    for form in (
        "else:", "enumerate(", "range(1, ", "match menu(", "input(", "ask(", ".append(", "Repeat_Item_2",
        "If_Result", "Menu_Result", "Repeat_Results", "shortcut_input()", "clipboard()", "current_date()",
        "run_shortcut(", "exit_shortcut(", "get_property(", '["', " and ", " or ", ".startswith(", " in ",
    ):  # fmt: skip
        assert form in code, form


def test_reading_is_fast_and_repeats() -> None:
    start = time.process_time()  # other processes do not count
    assert read_starter(FOLDER) == RECORDS
    assert time.process_time() - start < 2
    again = load_starter()
    again[0].apis.append("spoiled")
    assert load_starter() == RECORDS


@pytest.mark.parametrize(
    ("folder", "text", "fault"),
    [
        ("games", "x = 1\n", "no request"),
        ("games", '"""Only a request."""\n', "no request"),
        ("games", "if x\n", "not Python"),
        ("gaming", '"""Request."""\nx = 1\n', "no category"),
    ],
)
def test_a_faulty_file_is_named(tmp_path: Path, folder: str, text: str, fault: str) -> None:
    path = tmp_path / "train" / folder / "bad.py"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WfllmError, match=rf"bad\.py.*{fault}"):
        read_starter(tmp_path)
