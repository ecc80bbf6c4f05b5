"""Answers to T-Eval's questions: kept one by one, never generated twice, too long ones told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.evaluation.teval_questions import QUESTIONS, write_questions
from wfllm.config.schema import Greedy
from wfllm.errors import WfllmError
from wfllm.evaluation.teval import load_questions
from wfllm.evaluation.teval.answers import answer_questions
from wfllm.evaluation.teval.questions import fingerprint

GREEDY = Greedy(name="greedy", max_new_tokens=8, batch_size=1)


class Words:
    """A tokenizer of words that shows every turn."""

    def apply_chat_template(self, messages: list[dict[str, str]], **options: Any) -> str:
        return "\n".join(f"{turn['role']}: {turn['content']}" for turn in messages)

    def __call__(self, text: str, **options: Any) -> dict[str, list[str]]:
        return {"input_ids": text.split()}


class Model:
    """What generation asks of a model before it begins."""

    def __init__(self, context: int) -> None:
        self.config = type("Config", (), {"max_position_embeddings": context})()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Prompts that reached generation, which answers each with its last line."""
    seen: list[str] = []

    def generate(_model: Any, _tokenizer: Any, prompts: list[str], _decoding: Any, **hooks: Any) -> None:
        for place, prompt in enumerate(prompts):
            if place in hooks["kept"]:
                continue
            if "stop" in seen:
                raise KeyboardInterrupt
            seen.append(prompt)
            hooks["done"]([place], [prompt.split("\n")[-1]])
            hooks["tick"](place + 1)

    monkeypatch.setattr("wfllm.evaluation.generation.generate.generate", generate)
    return seen


def test_answers_are_kept_one_by_one_and_none_is_asked_for_twice(tmp_path: Path, asked: list[str]) -> None:
    write_questions(tmp_path)
    questions = load_questions(str(tmp_path)).items
    path = tmp_path / "predictions" / "plan_json.jsonl"

    def ask() -> list[str]:
        found = answer_questions("Planning", lambda: Model(1000), Words(), questions, GREEDY, path)
        return [p.answer for p in found]

    one = answer_questions("Planning", lambda: Model(1000), Words(), questions[1:2], GREEDY, path)
    asked.append("stop")
    with pytest.raises(KeyboardInterrupt):
        ask()
    asked.remove("stop")
    with path.open("a") as file:
        file.write('{"id": "query_2", "que')  # a kill in the middle of a line
    assert ask() == [f"user: {query}" for query in QUESTIONS]
    assert len(asked) == len(set(asked)) == 3
    assert ask() == [f"user: {query}" for query in QUESTIONS]
    assert len(asked) == 3
    assert [one[0].query, one[0].apis[0]] == [list(QUESTIONS)[1], "Weather.forecast"]
    assert '"name": "Calendar.add_event"' in one[0].reference


def test_a_question_is_asked_in_its_own_words(tmp_path: Path, asked: list[str]) -> None:
    write_questions(tmp_path)
    questions = load_questions(str(tmp_path), "str").items
    answer_questions("Planning", lambda: Model(1000), Words(), questions, GREEDY, tmp_path / "p.jsonl")
    first = questions[0].messages
    assert asked[0] == f"system: {first[0]['content']}\nuser: {first[1]['content']}"


def test_a_question_too_long_for_the_model_has_the_empty_answer_and_is_told(
    tmp_path: Path, asked: list[str]
) -> None:
    write_questions(tmp_path)
    questions = load_questions(str(tmp_path)).items
    sizes = [len(Words()(Words().apply_chat_template(q.messages))["input_ids"]) for q in questions]
    told: list[str] = []
    short, long = min(sizes), max(sizes)
    model, path = Model(short + GREEDY.max_new_tokens), tmp_path / "p.jsonl"
    found = answer_questions("Planning", lambda: model, Words(), questions, GREEDY, path, told.append)
    assert [p.answer == "" for p in found] == [size > short for size in sizes]
    assert str(sum(size > short for size in sizes)) in told[0]
    assert "their answers are empty" in told[0]
    with pytest.raises(WfllmError, match="3 of 3 questions are too long"):
        answer_questions("Planning", lambda: Model(9), Words(), questions, GREEDY, tmp_path / "q.jsonl")
    assert long > short


def test_other_questions_are_another_run(tmp_path: Path) -> None:
    write_questions(tmp_path)
    whole = load_questions(str(tmp_path)).items
    assert fingerprint(whole) == fingerprint(load_questions(str(tmp_path / "plan_json_v2.json")).items)
    others = (whole, whole[:2], whole[::-1], load_questions(str(tmp_path), "str").items)
    assert len({fingerprint(questions) for questions in others}) == 4
