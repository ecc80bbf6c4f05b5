"""The questions of the benchmark: from files that hold, and from files that do not."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from wfllm.errors import WfllmError
from wfllm.evaluation.teval import encoder, load_encoder, load_questions
from wfllm.evaluation.teval import questions as module
from wfllm.evaluation.teval.questions import HUB_ID

ASKED: dict[str, Any] = {
    "origin_prompt": [{"role": "system", "content": "Plan."}, {"role": "user", "content": "Rome?"}],
    "ground_truth": "[]",
    "meta": {"API_list": ["Maps.find"], "prompt_type": "str"},
}


def written(folder: Path, content: object, name: str = "plan_json_v2.json") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_questions_come_from_a_file_or_its_folder(tmp_path: Path) -> None:
    path = written(tmp_path, {"1": ASKED, "2": {**ASKED, "meta": {}}}, "data/plan_json_v2.json")
    for source in (path, tmp_path, tmp_path / "data"):
        found = load_questions(str(source))
        assert found.faults == []
        assert [q.id for q in found.items] == ["1", "2"]
    first, second = found.items
    assert first.messages == ASKED["origin_prompt"]
    assert (first.prompt_type, first.apis, first.truth) == ("str", ["Maps.find"], "[]")
    assert (second.prompt_type, second.apis) == ("json", None)


def test_the_form_chooses_the_file(tmp_path: Path) -> None:
    written(tmp_path, {"w": ASKED}, "plan_str_v2.json")
    assert load_questions(str(tmp_path), "str").items[0].id == "w"
    with pytest.raises(WfllmError, match="holds no plan_json_v2"):
        load_questions(str(tmp_path))


@pytest.mark.parametrize(
    "item",
    [
        None, [], "x", {}, {"ground_truth": []}, {**ASKED, "meta": []},
        {**ASKED, "origin_prompt": []}, {**ASKED, "origin_prompt": [1]},
        {**ASKED, "origin_prompt": [{"role": "user"}]},
        {**ASKED, "meta": {"prompt_type": "yaml"}}, {**ASKED, "meta": {"prompt_type": ["str"]}},
        {**ASKED, "meta": {"prompt_type": "str"}},
        {**ASKED, "meta": {"prompt_type": "str", "API_list": [1]}},
    ],
)  # fmt: skip
def test_a_bad_question_is_one_line_and_the_others_stay(tmp_path: Path, item: object) -> None:
    found = load_questions(str(written(tmp_path, {"bad\n" * 100: item, "good": ASKED})))
    assert [q.id for q in found.items] == ["good"]
    (fault,) = found.faults
    assert "\n" not in str(fault)
    assert len(str(fault)) < 600
    with pytest.raises(WfllmError):
        load_questions(str(written(tmp_path, {"bad": item})))


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b"7", b"\xff\xfe\xff", b"[" * 200_000, b'{"a": ' * 100_000]
)
def test_a_file_of_something_else_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(WfllmError, match=r"x\.json: ") as caught:
        load_questions(str(path))
    assert "\n" not in str(caught.value)


def test_a_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    with pytest.raises(WfllmError, match="more than 10 bytes"):
        load_questions(str(written(tmp_path, {"1": ASKED})))


@pytest.mark.parametrize("source", ["nowhere.json", "./nowhere/x", "a/b/c", "/nowhere/x", "", "x/y.json"])
def test_a_file_that_is_not_there_is_not_looked_for_on_the_hub(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WfllmError, match=r"no such file|holds no"):
        load_questions(source)


def test_the_hub_is_asked_for_the_data_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, {"1": ASKED})
    asked = []

    def download(*args: str, **options: str) -> str:
        asked.append((args, options))
        return str(path)

    monkeypatch.setitem(sys.modules, "huggingface_hub", SimpleNamespace(hf_hub_download=download))
    assert load_questions(HUB_ID).items[0].id == "1"
    assert asked == [(("lovesnowbest/T-Eval", "data/plan_json_v2.json"), {"repo_type": "dataset"})]


def test_a_hub_out_of_reach_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def download(*args: str, **options: str) -> str:
        raise FileNotFoundError("long\nstory")

    monkeypatch.setitem(sys.modules, "huggingface_hub", SimpleNamespace(hf_hub_download=download))
    with pytest.raises(WfllmError, match="cannot be fetched") as caught:
        load_questions(HUB_ID)
    assert "\n" not in str(caught.value)


def test_without_its_library_the_encoder_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "find_spec", lambda name: None)
    with pytest.raises(WfllmError, match=r"wfllm\[teval\]"):
        load_encoder("x")


def library(model: object) -> SimpleNamespace:
    return SimpleNamespace(SentenceTransformer=model, __spec__="a stand-in")


@pytest.mark.parametrize("error", [OSError("a\nb"), ValueError("x"), RuntimeError("x"), KeyError("x")])
def test_a_folder_that_holds_no_encoder_is_one_line(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise error

    monkeypatch.setitem(sys.modules, "sentence_transformers", library(fail))
    with pytest.raises(WfllmError, match="no sentence-transformers model") as caught:
        load_encoder("somewhere")
    assert "\n" not in str(caught.value)


def test_each_text_is_embedded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    class Model:
        def __init__(self, name: str, device: str) -> None:
            assert (name, device) == ("somewhere", "cpu")

        def encode(self, texts: list[str], **options: Any) -> Any:
            seen.extend(texts)
            return [[float(len(seen) - len(texts) + i)] for i, _ in enumerate(texts)]

    monkeypatch.setitem(sys.modules, "sentence_transformers", library(Model))
    encode = load_encoder("somewhere")
    assert encode(["a", "b", "a"]).tolist() == [[0], [1], [0]]
    assert encode(["b", "c"]).tolist() == [[1], [2]]
    assert seen == ["a", "b", "c"]
