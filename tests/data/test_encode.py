"""Prompt, mask and context: what the model reads, what it learns, and what happens to what is too long."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.data.conftest import CALLS, CATALOGUE, CODE_ONLY, CODE_TEXT, FULL, RECORD
from wfllm.bench.record import Record
from wfllm.config.compose import compose
from wfllm.config.schema import Prompts
from wfllm.data.encode import CODE, COMMENT, PLAN, PROMPT, encode, encode_records
from wfllm.data.fitting import chat_prompt, first_fitting, wordings
from wfllm.data.prompt import DOCUMENTATION, documentation, example, prompt_messages, read_answer
from wfllm.errors import WfllmError
from wfllm.models.base import END
from wfllm.shortcuts.api import Api


def test_prompt_holds_request_and_documentation_and_no_braces_are_filled_twice(prompts: Prompts) -> None:
    user = prompt_messages(RECORD.query, RECORD.apis, CATALOGUE, prompts, FULL, "compact")[1]["content"]
    assert "Greet me by {query} name." in user
    assert "is_workflow_actions_alert" in user
    assert "Shows {answer_format}." in user
    assert prompts.answer_format in user


def test_roles_cover_the_answer_and_the_end_is_learned(prompts: Prompts, tokenizer: Any) -> None:
    sample = encode(example(RECORD, CATALOGUE, prompts, FULL), tokenizer)
    assert len(sample.input_ids) == len(sample.roles)
    text = {
        role: tokenizer.decode([i for i, r in zip(sample.input_ids, sample.roles, strict=True) if r == role])
        for role in range(4)
    }
    assert text[PLAN].startswith("Thought:\n1. Ask.")
    assert "Ask for a name." in text[COMMENT]
    assert 'Show "it" # twice.' in text[COMMENT]
    assert "Ask for a name" not in text[CODE]
    assert 'input("Name?")' in text[CODE]
    assert text[CODE].endswith(f"```{END}")
    assert END not in text[PROMPT].rsplit("assistant", 1)[-1]
    assert sample.roles == sorted(sample.roles, key=lambda r: r != PROMPT)


def test_prompt_tokens_are_the_same_in_training_and_generation(prompts: Prompts, tokenizer: Any) -> None:
    item = example(RECORD, CATALOGUE, prompts, FULL)
    sample = encode(item, tokenizer)
    asked = tokenizer(chat_prompt(item.messages, tokenizer), add_special_tokens=False)["input_ids"]
    assert sample.input_ids[: len(asked)] == asked
    assert sample.roles[len(asked)] != PROMPT


def test_code_only_has_neither_plan_nor_comments(prompts: Prompts, tokenizer: Any) -> None:
    item = example(RECORD, CATALOGUE, prompts, CODE_ONLY)
    assert "Thought" not in item.answer
    assert "Ask for a name" not in item.answer
    assert set(encode(item, tokenizer).roles) == {PROMPT, CODE}


@given(code=st.text(st.characters(codec="utf-8"), min_size=1, max_size=80), plan=st.text(max_size=40))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_encoded_whole(prompts: Prompts, tokenizer: Any, code: str, plan: str) -> None:
    """Whatever a record holds, the tokens after the prompt read back as the answer, and all are learned."""
    record = Record(query="q", apis=[], task_plan=plan, annotated_code="x" + code + "x", id="h")
    item = example(record, {}, prompts, FULL)
    sample = encode(item, tokenizer)
    learned = [i for i, r in zip(sample.input_ids, sample.roles, strict=True) if r != PROMPT]
    if not any(special in item.answer for special in tokenizer.all_special_tokens):
        assert tokenizer.decode(learned) == item.answer + END


def test_too_long_is_shortened_dropped_or_refused_and_counted(prompts: Prompts, tokenizer: Any) -> None:
    whole = len(encode(example(RECORD, CATALOGUE, prompts, FULL, "compact"), tokenizer).input_ids)
    short = len(encode(example(RECORD, CATALOGUE, prompts, FULL, "signature"), tokenizer).input_ids)
    assert short < whole
    common: Any = {"tokenizer": tokenizer, "catalogue": CATALOGUE, "prompts": prompts, "target": FULL}
    kept, lengths = encode_records([RECORD], **common, context=short, over_length="shorten")
    assert len(kept[0].input_ids) == short
    assert (lengths.shortened, lengths.forms) == ({"signature": 1}, {"r0": "signature"})
    long = Record("q", [], "", "y = 1\n" * 500, id="long")
    kept, lengths = encode_records([RECORD, long], **common, context=whole, over_length="drop")
    assert [s.id for s in kept] == ["r0"]
    assert set(lengths.dropped) == {"long"}
    with pytest.raises(WfllmError, match=r"record long: .* over model\.context"):
        encode_records([RECORD, long], **common, context=whole, over_length="fail")
    with pytest.raises(WfllmError, match="all 1 records are over"):
        encode_records([long], **common, context=whole, over_length="drop")


@given(
    codes=st.lists(st.text("ab #=\n", min_size=1, max_size=400), min_size=1, max_size=4),
    context=st.integers(100, 500),
    policy=st.sampled_from(["shorten", "drop"]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_kept_has_all_of_its_answer(
    prompts: Prompts, tokenizer: Any, codes: list[str], context: int, policy: Any
) -> None:
    """However short the context: a sample has every token that is learned, or it is accounted for."""
    records = [Record("q", RECORD.apis, "p", f"x{code}x", id=str(n)) for n, code in enumerate(codes)]
    common: Any = {"tokenizer": tokenizer, "catalogue": CATALOGUE, "prompts": prompts, "target": FULL}
    kept, lengths = encode_records(records, **common, context=context, over_length=policy, required=False)
    whole = {r.id: encode(example(r, CATALOGUE, prompts, FULL), tokenizer) for r in records}
    assert sorted([*(s.id for s in kept), *lengths.dropped]) == sorted(whole)
    for sample in kept:
        assert len(sample.input_ids) <= context
        answers = [
            [(i, r) for i, r in zip(s.input_ids, s.roles, strict=True) if r != PROMPT]
            for s in (sample, whole[sample.id])
        ]
        assert answers[0] == answers[1]
        changed = sample.input_ids != whole[sample.id].input_ids
        assert changed == (sample.id in lengths.forms)


@pytest.mark.parametrize(
    ("text", "plan", "code"),
    [
        ("Thought:\n1. a\n\nCode:\n```python\nx = 1\n```", "1. a", "x = 1\n"),
        ("Code:\n```\nx = 1\n```\nmore", "", "x = 1\n"),
        ("```python\nx = '```'\n", "", "x = '```'\n"),
        ("no code here", "no code here", None),
        ("", "", None),
    ],
)
def test_answers_are_taken_apart(text: str, plan: str, code: str | None) -> None:
    answer = read_answer(text)
    assert (answer.plan, answer.code) == (plan, code)


def test_written_answers_are_read_back(prompts: Prompts) -> None:
    item = example(RECORD, CATALOGUE, prompts, FULL)
    answer = read_answer(item.answer)
    assert answer.plan == RECORD.task_plan
    assert answer.code is not None
    assert answer.code.strip() == CODE_TEXT.strip()


@pytest.mark.parametrize("form", DOCUMENTATION)
def test_what_the_language_writes_as_syntax_is_not_documented_as_a_call(form: str) -> None:
    syntax = Api("is.workflow.actions.setvariable", "Set Variable", called=False)
    catalogue = {**CATALOGUE, syntax.identifier: syntax}
    both = documentation([syntax.identifier, "is.workflow.actions.alert"], catalogue, form)
    assert both == documentation(["is.workflow.actions.alert"], catalogue, form)


def test_calls_are_answered_as_t_eval_asks_for_them(tokenizer: Any) -> None:
    prompts: Any = compose("train", ["prompts=teval"]).config
    item = example(RECORD, CATALOGUE, prompts.prompts, CALLS)
    system, user = (turn["content"] for turn in item.messages)
    assert user == RECORD.query
    listed = next(line for line in system.splitlines() if line.startswith("[["))
    ((name, described),) = ast.literal_eval(listed)
    assert name == described["name"] == "is_workflow_actions_alert"
    assert [p["name"] for p in described["optional_parameters"]] == ["WFAlertActionTitle"]
    assert prompts.prompts.answer_format_calls in system
    first, second = item.answer.splitlines()
    assert first == """[{"id": 0, "name": "input", "args": "{'prompt': 'Name?'}"},"""
    assert second.startswith("""{"id": 1, "name": "is_workflow_actions_alert", "args": """)
    assert second.endswith(""""{'WFAlertActionTitle': 'result of step 0'}"}]""")
    sample = encode(item, tokenizer)
    learned = [i for i, r in zip(sample.input_ids, sample.roles, strict=True) if r != PROMPT]
    assert tokenizer.decode(learned) == item.answer + END


def test_the_wording_of_code_prompts_asks_for_calls_too(prompts: Prompts) -> None:
    user = example(RECORD, CATALOGUE, prompts, CALLS).messages[1]["content"]
    assert user.endswith(prompts.answer_format_calls)
    assert "def is_workflow_actions_alert" in user


def test_a_record_that_does_not_become_calls_is_left_out_and_told(prompts: Prompts, tokenizer: Any) -> None:
    broken = replace(RECORD, id="broken", annotated_code="def")
    common: Any = {"tokenizer": tokenizer, "catalogue": CATALOGUE, "prompts": prompts, "target": CALLS}
    common |= {"context": 1000, "over_length": "fail"}
    kept, lengths = encode_records([broken, RECORD], **common)
    assert ([s.id for s in kept], list(lengths.unfit)) == (["r0"], ["broken"])
    with pytest.raises(WfllmError, match=r"record broken: .*, and 1 more like it"):
        encode_records([broken, replace(broken, id="other")], **common)


def test_the_longest_wording_that_fits_is_taken_and_the_last_where_none_does(
    prompts: Prompts, tokenizer: Any
) -> None:
    longest = prompts.model_copy(update={"documentation": "json"})
    shorter = list(wordings(RECORD.query, RECORD.apis, CATALOGUE, longest, FULL))
    assert len(shorter) == len(DOCUMENTATION)
    sizes = [len(tokenizer(chat_prompt(turns, tokenizer))["input_ids"]) for turns in shorter]
    assert sizes == sorted(sizes, reverse=True)
    for room in (max(sizes), sizes[1], min(sizes)):
        fits = next(turns for turns, size in zip(shorter, sizes, strict=True) if size <= room)
        assert first_fitting(iter(shorter), tokenizer, room) == fits
    assert first_fitting(shorter, tokenizer, 0) == shorter[-1]
