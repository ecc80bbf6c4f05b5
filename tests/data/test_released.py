"""What the released code does to a sample: shown on tokens, and that nothing of it happens unasked."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.data.conftest import CATALOGUE, CODE_TEXT, FULL, RECORD
from wfllm.bench.record import Record
from wfllm.config.schema import PackagedModel, Prompts, RoleWeights, TinyModel
from wfllm.data.batches import collate, pack
from wfllm.data.cache import cache_key
from wfllm.data.encode import HEADER, PROMPT, encode, encode_records, role_weights, ways_of
from wfllm.data.fitting import chat_prompt
from wfllm.data.prompt import example
from wfllm.errors import WfllmError
from wfllm.models.base import START, base_files
from wfllm.models.load import load_tokenizer

HEADER_TEXT = "<|im_start|>assistant\n"


@pytest.fixture(scope="module")
def with_bos(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A tokenizer that has a BOS token, the one its chat template begins with."""
    model = TinyModel(name="tiny", vocabulary=400, context=1024)
    folder = base_files(model, tmp_path_factory.mktemp("bos") / "base", [CODE_TEXT, RECORD.query], 0)
    tokenizer = load_tokenizer(folder, model)
    tokenizer.bos_token = START
    return tokenizer


def texts(sample: Any, role: int, tokenizer: Any) -> str:
    chosen = [i for i, r in zip(sample.input_ids, sample.roles, strict=True) if r == role]
    return str(tokenizer.decode(chosen))


def test_one_bos_token_more_in_training_alone(prompts: Prompts, with_bos: Any) -> None:
    item = example(RECORD, CATALOGUE, prompts, FULL)
    ours, theirs = encode(item, with_bos), encode(item, with_bos, extra_bos=True)
    bos = with_bos.bos_token_id
    assert list(ours.input_ids[:2]).count(bos) == 1  # that of the chat template
    assert theirs.input_ids[:2] == [bos, bos]
    assert (theirs.input_ids[1:], theirs.roles) == (ours.input_ids, [PROMPT, *ours.roles])
    asked = with_bos(chat_prompt(item.messages, with_bos), add_special_tokens=False)["input_ids"]
    assert asked[:2].count(bos) == 1


def test_without_a_bos_token_there_is_none_to_add(prompts: Prompts, tokenizer: Any) -> None:
    with pytest.raises(WfllmError, match=r"prompts\.bos: the tokenizer has no BOS token"):
        encode(example(RECORD, CATALOGUE, prompts, FULL), tokenizer, extra_bos=True)


def test_the_header_is_learned_if_asked(prompts: Prompts, tokenizer: Any) -> None:
    item = example(RECORD, CATALOGUE, prompts, FULL)
    ours, theirs = encode(item, tokenizer), encode(item, tokenizer, header=True)
    assert theirs.input_ids == ours.input_ids
    assert texts(theirs, HEADER, tokenizer) == HEADER_TEXT
    assert [PROMPT if r == HEADER else r for r in theirs.roles] == ours.roles
    target = FULL.model_copy(update={"weights": RoleWeights(header=1.0)})
    more = list(theirs.roles).count(HEADER)
    assert more > 1
    for batch in (partial(collate, pad_id=0), pack):
        default = batch([ours], weights=role_weights(FULL))
        learned = batch([theirs], weights=role_weights(target))
        assert learned["supervised"] == default["supervised"] + more
        assert (learned["weights"] - default["weights"]).sum() == more


def test_nothing_of_it_happens_unasked(prompts: Prompts, tokenizer: Any) -> None:
    assert ways_of(prompts, FULL) == {"header": False, "extra_bos": False}
    sample = encode(example(RECORD, CATALOGUE, prompts, FULL), tokenizer)
    assert HEADER not in sample.roles
    assert role_weights(FULL) == (0, 1, 1, 1, 0, 1, 0)
    read = FULL.model_copy(update={"weights": RoleWeights(prompt=0.5)})
    assert role_weights(read)[HEADER] == 0.5  # the header is as much as the rest of the prompt
    fixed = FULL.model_copy(update={"weights": RoleWeights(prompt=0.5, header=0.0)})
    assert role_weights(fixed)[HEADER] == 0


def test_a_template_without_a_header_cannot_have_it_learned(prompts: Prompts, with_bos: Any) -> None:
    before = with_bos.chat_template
    with_bos.chat_template = "{% for m in messages %}{{ m['content'] + eos_token }}{% endfor %}"
    try:
        with pytest.raises(WfllmError, match="no header before an answer"):
            encode(example(RECORD, CATALOGUE, prompts, FULL), with_bos, header=True)
    finally:
        with_bos.chat_template = before


def test_cut_from_the_right_a_long_prompt_leaves_no_answer_to_learn(prompts: Prompts, tokenizer: Any) -> None:
    whole = encode(example(RECORD, CATALOGUE, prompts, FULL), tokenizer)
    wordy = Record("why " * 400, RECORD.apis, "p", "x = 1", id="wordy")
    common: Any = {"tokenizer": tokenizer, "catalogue": CATALOGUE, "prompts": prompts, "target": FULL}
    context = len(whole.input_ids) - 5
    kept, lengths = encode_records([RECORD, wordy], **common, context=context, over_length="truncate")
    first, second = kept
    assert first.input_ids == whole.input_ids[:context]  # no shorter documentation was tried
    assert first.roles == whole.roles[:context]
    assert tokenizer.eos_token_id not in first.input_ids[-3:]  # it does not learn to stop
    assert (len(second.input_ids), set(second.roles), second.supervised) == (context, {PROMPT}, 0)
    assert set(lengths.truncated) == {"r0", "wordy"}
    assert lengths.truncated["r0"] == len(whole.input_ids)
    assert (lengths.kept, lengths.dropped, lengths.forms) == (2, {}, {})
    long_enough, none = encode_records([RECORD], **common, context=context + 5, over_length="truncate")
    assert (long_enough, none.truncated) == ([whole], {})


def test_cached_tokens_know_how_they_were_made(prompts: Prompts, tokenizer: Any) -> None:
    extra = prompts.model_copy(update={"bos": "extra"})
    headed = FULL.model_copy(update={"weights": RoleWeights(header=1.0)})
    keys = {
        cache_key([RECORD], [], tokenizer, CATALOGUE, p, t, context=9, over_length=o, **ways_of(p, t))
        for p in (prompts, extra)
        for t in (FULL, headed)
        for o in ("shorten", "truncate")
    }
    assert len(keys) == 8


@pytest.mark.slow
def test_on_smollm2s_own_tokens(prompts: Prompts, tmp_path: Path) -> None:
    model = PackagedModel(name="smollm2_135m")
    try:
        tokenizer = load_tokenizer(base_files(model, tmp_path / "base", [], 0), model)
    except WfllmError as fault:
        pytest.skip(fault.cause)
    item = example(RECORD, CATALOGUE, prompts, FULL)
    ours, theirs = encode(item, tokenizer), encode(item, tokenizer, header=True, extra_bos=True)
    start = tokenizer.convert_tokens_to_ids("<|im_start|>")
    assert tokenizer.bos_token_id == start
    assert ours.input_ids[0] == start != ours.input_ids[1]
    assert theirs.input_ids[:2] == [start, start]
    assert texts(theirs, HEADER, tokenizer) == HEADER_TEXT
    assert theirs.input_ids[1:] == ours.input_ids
