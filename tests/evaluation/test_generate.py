"""Generation for evaluation: batches give the answers of single runs, and nothing is generated twice."""

from __future__ import annotations

import copy
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from wfllm.bench.record import Record
from wfllm.config.compose import compose
from wfllm.config.schema import Decoding, Greedy, TinyModel
from wfllm.errors import WfllmError
from wfllm.evaluation.generation.generate import generate
from wfllm.evaluation.predictions import Prediction, predict, read_predictions, spread
from wfllm.models.base import base_files
from wfllm.models.load import load_model, load_tokenizer
from wfllm.shortcuts.catalogue.load import Catalogue

MODEL = TinyModel(name="tiny", vocabulary=300, context=512, hidden=32)
TEXTS = ["Say hello.", "Count to three, then stop and say it all again, please.", "A", "What is it? " * 9]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    folder = base_files(MODEL, tmp_path_factory.mktemp("tiny") / "base", TEXTS, 0)
    return load_model(folder, MODEL), load_tokenizer(folder, MODEL)


def decoding(batch_size: int, tokens: int = 12) -> Decoding:
    return Greedy(name="greedy", batch_size=batch_size, max_new_tokens=tokens)


def test_left_padded_batches_give_the_single_answers(tiny: tuple[Any, Any]) -> None:
    alone = generate(*tiny, TEXTS, decoding(1))
    assert generate(*tiny, TEXTS, decoding(4)) == alone
    assert generate(*tiny, TEXTS, decoding(3)) == alone
    assert len(set(alone)) > 1


def test_no_room_for_an_answer_is_said(tiny: tuple[Any, Any]) -> None:
    with pytest.raises(WfllmError, match="fills the model's context"):
        generate(*tiny, ["word " * 600], decoding(1))


def records(name: str = "r") -> list[Record]:
    return [
        Record(query=t, apis=[], task_plan="", annotated_code="x = 1", id=f"{name}{i}")
        for i, t in enumerate(TEXTS)
    ]


def answer_all(
    tiny: tuple[Any, Any], path: Path, wanted: list[Record], shard: tuple[int, int] = (1, 1)
) -> list[str]:
    config: Any = compose("train", []).config
    found = predict(
        "test",
        lambda: tiny[0],
        tiny[1],
        wanted,
        Catalogue(),
        config.prompts,
        config.target,
        decoding(2),
        path,
        shard=shard,
    )
    return [p.answer for p in found]


def test_interrupted_predictions_go_on_and_repeat_nothing(tiny: tuple[Any, Any], tmp_path: Path) -> None:
    whole = answer_all(tiny, tmp_path / "whole.jsonl", records())
    path = tmp_path / "part.jsonl"
    lines = (tmp_path / "whole.jsonl").read_text().splitlines()
    changed = json.loads(lines[0]) | {"answer": "kept as it was"}
    path.write_text(json.dumps(changed) + "\n" + lines[1][:20])  # one whole line, one cut off by a kill
    again = answer_all(tiny, path, records())
    number = int(changed["id"][1:])
    assert again[number] == "kept as it was"
    assert again[:number] + again[number + 1 :] == whole[:number] + whole[number + 1 :]
    assert len(read_predictions(path)) == len(TEXTS)


def test_a_request_that_does_not_fit_costs_itself_alone(tiny: tuple[Any, Any], tmp_path: Path) -> None:
    plain = answer_all(tiny, tmp_path / "plain.jsonl", records())
    endless = Record(query="word " * 600, apis=[], task_plan="", annotated_code="x = 1", id="long")
    wanted = [*records()[:1], endless, *records()[1:]]
    for time in ("first", "again"):  # from the model, and from the file
        assert answer_all(tiny, tmp_path / "p.jsonl", wanted) == [plain[0], "", *plain[1:]], time
    assert [name for name, p in read_predictions(tmp_path / "p.jsonl").items() if p.unfit] == ["long"]
    lines = (tmp_path / "p.jsonl").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "unfit" not in line] == (
        (tmp_path / "plain.jsonl").read_text(encoding="utf-8").splitlines()
    )
    with pytest.raises(WfllmError, match="none of 1 requests leaves room"):
        answer_all(tiny, tmp_path / "q.jsonl", [endless])


def test_shards_have_what_does_not_fit_once(tiny: tuple[Any, Any], tmp_path: Path) -> None:
    wanted = [Record("word " * 600, [], "", "x = 1", id="long"), *records()]
    parts = [answer_all(tiny, tmp_path / f"{n}.jsonl", wanted, shard=(n, 2)) for n in (1, 2)]
    assert sum(map(len, parts)) == len(wanted)
    assert "" in parts[0]


def test_a_line_cut_inside_a_character_is_left_out_alone(tmp_path: Path) -> None:
    items = [Prediction(f"r{i}", "Grüße", [], "é", None, "x = 1") for i in range(3)]
    lines = [json.dumps(asdict(item), ensure_ascii=False).encode() + b"\n" for item in items]
    cut = lines[1][: lines[1].index("ü".encode()) + 1]
    (tmp_path / "part.jsonl").write_bytes(lines[0] + cut)
    assert read_predictions(tmp_path / "part.jsonl") == {"r0": items[0]}
    (tmp_path / "part.jsonl").write_bytes(lines[0] + cut + b"\n" + lines[2])
    assert read_predictions(tmp_path / "part.jsonl") == {"r0": items[0], "r2": items[2]}


def test_spread_takes_evenly_and_at_most_all() -> None:
    rows = records()
    assert [r.id for r in spread(rows, 2)] == ["r0", "r2"]
    assert spread(rows, 99) == rows
    assert spread(rows, None) == rows


def test_what_a_base_model_ships_with_changes_no_answer(tiny: tuple[Any, Any]) -> None:
    plain = generate(*tiny, TEXTS, decoding(2))
    config = tiny[0].generation_config
    before = copy.deepcopy(config)
    config.update(repetition_penalty=5.0, no_repeat_ngram_size=1, temperature=0.1, top_k=3)
    try:
        assert generate(*tiny, TEXTS, decoding(2)) == plain
    finally:
        tiny[0].generation_config = before
