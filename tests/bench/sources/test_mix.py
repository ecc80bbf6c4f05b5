"""Several sources as one: shares are shares, repetitions belong to training and have ids of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfllm.bench.sources import load_records
from wfllm.bench.sources.mix import from_anywhere, parts_of, times
from wfllm.config.schema import MixData
from wfllm.errors import WfllmError


def mix(*parts: str) -> MixData:
    return MixData(name="mix", parts=list(parts))


def records(path: Path, count: int, split: str | None = None) -> Path:
    rows = [
        {"query": "q", "annotated_code": f"x = {n}\n", "id": f"r{n}", "split": split} for n in range(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize(
    ("text", "weight", "name", "path"),
    [
        ("starter", 1.0, "starter", None),
        ("2*starter", 2.0, "starter", None),
        (" 0.5 * records : a b.jsonl ", 0.5, "records", "a b.jsonl"),
        ("shortcuts:C:/x", 1.0, "shortcuts", "C:/x"),
    ],
)
def test_parts_are_read(text: str, weight: float, name: str, path: str | None) -> None:
    (part,) = parts_of(mix(text))
    assert (part.weight, part.data.name, getattr(part.data, "path", None)) == (weight, name, path)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("startr", "Did you mean starter"),
        ("mix:x", "no source mix"),
        ("records", "has no path"),
        ("starter:x", "has a path"),
        ("0*starter", "0 is no weight"),
        ("-1*starter", "no weight"),
        ("nan*starter", "no weight"),
        ("1e9*starter", "no weight"),
        ("two*starter", "two is no weight"),
        ("", "is no source"),
        ("a*b*c", "is no source"),
    ],
)
def test_a_part_that_is_none_is_told(text: str, cause: str) -> None:
    with pytest.raises(WfllmError, match=r"data\.parts") as caught:
        parts_of(mix(text))
    assert cause in caught.value.line()


def test_a_share_is_a_share_of_each_split_and_stays(tmp_path: Path) -> None:
    path = records(tmp_path / "r.jsonl", 2000)
    whole, _ = load_records(mix(f"records:{path}"))
    part, _ = load_records(mix(f"0.25*records:{path}"))
    for split in ("train", "dev", "id"):
        assert 0.15 < len(part[split]) / len(whole[split]) < 0.35
        assert {r.id for r in part[split]} <= {r.id for r in whole[split]}
    more, _ = load_records(mix(f"0.5*records:{path}"))
    assert {r.id for r in part["train"]} <= {r.id for r in more["train"]}  # a larger share holds the smaller


def test_what_is_held_out_is_never_repeated(tmp_path: Path) -> None:
    path = records(tmp_path / "r.jsonl", 300)
    once, _ = load_records(mix(f"records:{path}"))
    splits, _ = load_records(mix(f"2.5*records:{path}"))
    assert [len(splits[s]) for s in ("dev", "id")] == [len(once[s]) for s in ("dev", "id")]
    assert 2.3 < len(splits["train"]) / len(once["train"]) < 2.7
    ids = [r.id for rows in splits.values() for r in rows]
    assert len(set(ids)) == len(ids)
    assert {"r0#2", "r0#3"} & set(ids) or "r0" not in {r.id for r in splits["train"]}


def test_sources_stand_side_by_side(tmp_path: Path) -> None:
    splits, faults = load_records(mix("starter", f"records:{records(tmp_path / 'r.jsonl', 5, 'train')}"))
    assert faults == []
    assert {"starter", ""} == {r.source for r in splits["train"]}
    assert len(splits["train"]) == 145


@given(st.floats(0.01, 5), st.text())
def test_a_record_is_taken_as_often_as_the_weight_says(weight: float, text: str) -> None:
    assert times(weight, text) - weight < 1
    assert weight - times(weight, text) < 1
    assert times(weight, text) == times(weight, text)
    assert times(weight + 1, text) == times(weight, text) + 1 or weight != round(weight, 6)


def test_a_mix_may_be_used_from_any_folder(tmp_path: Path) -> None:
    assert from_anywhere(["2*starter", "0.5*records:x"]) == [
        "2*starter",
        f"0.5*records:{Path('x').resolve()}",
    ]
