"""Records from files: bad ones are refused in one line, and no two of them share an id."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfllm.bench.record import Record
from wfllm.bench.sources import load_records, make_ids_unique
from wfllm.bench.sources.records import as_record, read_records
from wfllm.bench.sources.shortcuts import read_shortcuts
from wfllm.bench.splits import SPLITS, by_split
from wfllm.config.schema import RecordsData, ShortcutsData
from wfllm.errors import WfllmError

GOOD = {"query": "q", "apis": [], "task_plan": "", "annotated_code": "x = 1\n"}
Policy = Literal["fail", "skip"]


def lines(path: Path, *items: Any) -> Path:
    text = "".join((item if isinstance(item, str) else json.dumps(item)) + "\n" for item in items)
    path.write_text(text, encoding="utf-8")
    return path


def shortcut(path: Path, *names: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    actions = [{"WFWorkflowActionIdentifier": f"is.workflow.actions.{n}"} for n in names]
    path.write_text(json.dumps({"WFWorkflowActions": actions}))
    return path


def all_ids(splits: dict[str, list[Record]]) -> list[str]:
    return sorted(record.id for records in splits.values() for record in records)


# --- ids ---------------------------------------------------------------------------------------------


def test_records_with_one_id_are_told_apart(tmp_path: Path) -> None:
    ids = ["x", "x", "x#2", "x", "y"]
    items = [GOOD | {"id": id, "annotated_code": f"x = {i}\n"} for i, id in enumerate(ids)]
    data = RecordsData(name="records", path=str(lines(tmp_path / "r.jsonl", *items)))
    splits, _ = load_records(data)
    by_code = {r.annotated_code: r.id for rows in splits.values() for r in rows}
    assert [by_code[f"x = {i}\n"] for i in range(5)] == ["x", "x#3", "x#2", "x#4", "y"]


def test_shortcuts_of_one_name_in_two_folders_are_told_apart(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        shortcut(tmp_path / folder / "same.json", "showresult")
    splits, _ = load_records(ShortcutsData(name="shortcuts", path=str(tmp_path)))
    assert all_ids(splits) == ["same", "same#2"]


def test_a_limit_does_not_change_ids(tmp_path: Path) -> None:
    path = lines(tmp_path / "r.jsonl", *[GOOD | {"id": "x", "split": s} for s in ("train", "train", "dev")])
    splits, _ = load_records(RecordsData(name="records", path=str(path), max_records=1))
    assert all_ids(splits) == ["x", "x#3"]


@given(st.lists(st.sampled_from(["x", "x#2", "x#3", "x#2#2", "y", ""])))
def test_ids_are_unique_and_the_first_keeps_its_own(ids: list[str]) -> None:
    records = [Record("q", [], "", "x = 1", id=id) for id in ids]
    make_ids_unique(records)
    assert len({r.id for r in records}) == len(records)
    for id in set(ids):
        assert records[ids.index(id)].id == id
    assert all(r.id == id or r.id.startswith(f"{id}#") for r, id in zip(records, ids, strict=True))


# --- values ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"split": ["x"]}, ['"split" is list', "train, dev, id, ood"]),
        ({"split": 5}, ['"split" is int', "train, dev, id, ood"]),
        ({"split": "test"}, ["\"split\" is 'test'", 'Write "id"']),
        ({"split": "Train"}, ["\"split\" is 'Train'", 'Write "train"']),
        ({"split": ""}, ["\"split\" is ''", "leave the key out"]),
        ({"split": "\ud800"}, ["which is no split"]),
        ({"meta": 3}, ['"meta" is int', "an object"]),
        ({"category": [1]}, ['"category" is list', "a text"]),
        ({"source": {}}, ['"source" is dict', "a text"]),
        ({"task_plan": ["1. Go."]}, ['"task_plan" is list', "a text"]),
        ({"id": {}}, ['"id" is dict']),
        ({"id": True}, ['"id" is bool']),
        ({"query": "a\ud800b"}, ['"query"', "surrogate"]),
        ({"code": "x = '\udfff'", "annotated_code": None}, ['"annotated_code"', "surrogate"]),
        ({"plan": "\ud83d"}, ['"task_plan"', "surrogate"]),
        ({"apis": ["\ud83d"]}, ['"apis"', "surrogate"]),
        ({"id": "\ud83d"}, ['"id"', "surrogate"]),
        ({"meta": {"a": [{"\ud83d": 1}]}}, ['"meta"', "surrogate"]),
        ({"meta": {"a": json.loads("[" * 200 + "]" * 200)}}, ['"meta"', "nested"]),
    ],
)
def test_a_value_that_no_record_holds_is_refused(values: dict[str, Any], words: list[str]) -> None:
    item = {k: v for k, v in (GOOD | values).items() if k != "annotated_code" or v is not None}
    if "plan" in values:
        del item["task_plan"]
    with pytest.raises(WfllmError) as caught:
        as_record(item, "r.jsonl:7", default_id="r/0")
    line = caught.value.line()
    assert line.startswith("r.jsonl:7: ")
    assert caught.value.mend
    for word in words:
        assert word in line


def test_values_that_a_record_holds_pass() -> None:
    for split in (*SPLITS, None):
        assert as_record(GOOD | {"split": split}, "r", default_id="r/0").split == split
    record = as_record(GOOD | {"id": 5, "meta": {"a": [1, "😀"]}, "apis": None}, "r", default_id="r/0")
    assert (record.id, record.meta, record.apis) == ("5", {"a": [1, "😀"]}, [])


def test_no_record_vanishes_into_a_split_that_is_none() -> None:
    with pytest.raises(KeyError):
        by_split([Record("q", [], "", "x = 1", split="test")])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["id", "x", "\ud800", ""]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*vars(Record("", [], "", "")), "plan", "code", "other"]), VALUES))
def test_whatever_passes_can_be_split_and_written(values: dict[str, Any]) -> None:
    try:
        record = as_record(GOOD | values, "r", default_id="r/0")
    except WfllmError:
        return
    assert record in [r for rows in by_split([record]).values() for r in rows]
    json.dumps(record.as_json(), ensure_ascii=False).encode("utf-8")


# --- files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('{"a": ' + "1" * 5000 + "}", "thousands of digits"),
        ("{" + '"a": {' * 100_000, "nested too deeply"),
        ("{broken", "Expecting property name"),
    ],
    ids=["digits", "deep", "broken"],
)
def test_a_line_that_json_cannot_read_is_left_out(tmp_path: Path, text: str, cause: str) -> None:
    path = lines(tmp_path / "r.jsonl", GOOD, text)
    records, faults = read_records(path, on_error="skip")
    assert len(records) == 1
    assert [(f.where, cause in f.cause) for f in faults] == [(f"{path}:2", True)]


@pytest.mark.parametrize("text", ["[" + "1" * 5000 + "]", "[" * 100_000], ids=["digits", "deep"])
def test_a_list_that_json_cannot_read_is_one_fault(tmp_path: Path, text: str) -> None:
    with pytest.raises(WfllmError, match=r"r\.json: is not JSON"):
        read_records(lines(tmp_path / "r.json", text))


def test_a_folder_that_looks_like_a_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "x.json").mkdir()
    lines(tmp_path / "x.json" / "r.jsonl", GOOD)
    assert len(read_records(tmp_path)[0]) == 1


def zipped(path: Path, method: int = zipfile.ZIP_DEFLATED) -> bytearray:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("bad.jsonl", json.dumps(GOOD) * 20)
        archive.writestr("good.jsonl", json.dumps(GOOD))
    return bytearray(path.read_bytes())


@pytest.mark.parametrize("kind", ["encrypted", "method", "deflate", "checksum"])
def test_a_zip_member_that_cannot_be_unpacked_is_left_out(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "r.zip"
    content = zipped(path, zipfile.ZIP_STORED if kind == "checksum" else zipfile.ZIP_DEFLATED)
    central = content.index(b"PK\x01\x02")
    if kind == "encrypted":
        content[6] |= 1
        content[central + 8] |= 1
    elif kind == "method":
        content[8] = content[central + 10] = 77
    elif kind == "deflate":
        content[39] = 0xFF  # the first block's type, after a header of 30 bytes and the name
    else:
        content[60] ^= 1
    path.write_bytes(content)
    records, faults = read_records(path, on_error="skip")
    assert len(records) == 1
    assert ["bad.jsonl: cannot be unpacked" in f.line() for f in faults] == [True]
    with pytest.raises(WfllmError, match=r"bad\.jsonl: cannot be unpacked.*data\.on_error=skip"):
        read_records(path)


# --- shortcuts ---------------------------------------------------------------------------------------


def test_an_unreadable_shortcut_stops_unless_skipped(tmp_path: Path) -> None:
    shortcut(tmp_path / "good.json", "showresult")
    for name in ("bad", "worse"):
        (tmp_path / f"{name}.shortcut").write_text("no shortcut")
    data = ShortcutsData(name="shortcuts", path=str(tmp_path))
    with pytest.raises(
        WfllmError, match=r"bad\.shortcut: .*\(1 more like it\).*shortcuts out with data\.on_error=skip"
    ):
        load_records(data)
    splits, faults = load_records(data.model_copy(update={"on_error": "skip"}))
    assert all_ids(splits) == ["good"]
    assert len(faults) == 2


@pytest.mark.parametrize("on_error", ["fail", "skip"])
def test_a_shortcut_that_calls_no_api_is_no_error(tmp_path: Path, on_error: Policy) -> None:
    shortcut(tmp_path / "good.json", "showresult")
    shortcut(tmp_path / "empty.json")
    shortcut(tmp_path / "void.json")
    shortcut(tmp_path / "talk.json", "comment", "nothing")
    records, faults = read_shortcuts(str(tmp_path), on_error=on_error)
    assert [r.id for r in records] == ["good"]
    assert [Path(f.where).stem for f in faults] == ["empty", "talk", "void"]
    assert all("calls no API" in f.cause for f in faults)


def test_a_shortcut_whose_record_could_not_be_written_is_refused(tmp_path: Path) -> None:
    shortcut(tmp_path / "bad.json", "x\ud800y")
    with pytest.raises(WfllmError, match=r"bad\.json: .*surrogate"):
        read_shortcuts(str(tmp_path))
