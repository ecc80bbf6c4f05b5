"""`llm=local` with a tiny random model: answers do not depend on the batch, odd prompts fail alone."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from wfllm.config.schema import LocalLlm, TinyModel
from wfllm.errors import WfllmError
from wfllm.llm.model import Model
from wfllm.llm.open import open_model
from wfllm.llm.request import Request, prompt

pytestmark = pytest.mark.slow  # torch alone takes seconds to import
Open = Callable[..., Model]
TEXTS = [f"number {n} " + "and more " * (7 * n % 23) for n in range(17)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model with a context of 256 tokens, its weights large enough to write something lively."""
    import torch
    from transformers import AutoModelForCausalLM

    from wfllm.models.base import base_files

    path = tmp_path_factory.mktemp("models") / "tiny"
    tiny = TinyModel(name="tiny", context=256, vocabulary=400, hidden=32)
    base_files(tiny, path, TEXTS, seed=0)
    model: Any = AutoModelForCausalLM.from_pretrained(path)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for weights in model.parameters():
            if weights.ndim > 1:
                torch.nn.init.normal_(weights, std=0.4)
    model.save_pretrained(path)
    return path


@pytest.fixture
def ask(folder: Path, tmp_path: Path) -> Iterator[Open]:
    """Opens models, each with a cache of its own."""
    opened: list[Model] = []

    def open_one(**keys: Any) -> Model:
        given = {"name": "local", "path": str(folder), "cache": str(tmp_path / f"{len(opened)}.sqlite")}
        opened.append(
            open_model(LocalLlm.model_validate({**given, "device": "cpu", "max_tokens": 24, **keys}))
        )
        return opened[-1]

    yield open_one
    for model in opened:
        model.close()


def texts(model: Model, requests: list[Request]) -> list[str | None]:
    answers = list(model.answer(requests))
    assert [a.error for a in answers] == [None] * len(requests)
    return [a.text for a in answers]


def test_greedy_answers_are_those_of_plain_generate(ask: Open, folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    plain = []
    for text in TEXTS:
        chat = tokenizer.apply_chat_template(
            [{"role": "user", "content": text}], tokenize=False, add_generation_prompt=True
        )
        ids = tokenizer(chat, add_special_tokens=False, return_tensors="pt")
        output = model.generate(**ids, max_new_tokens=24, do_sample=False)
        plain.append(tokenizer.decode(output[0, ids["input_ids"].shape[1] :], skip_special_tokens=True))
    assert len(set(plain)) > 5
    assert texts(ask(batch_size=4), [prompt(text) for text in TEXTS]) == plain


def test_a_batch_says_how_far_it_is(ask: Open) -> None:
    model = ask(batch_size=2)
    notes: list[str] = []
    model.backend.watch = notes.append
    texts(model, [prompt("one"), prompt("two"), prompt("three")])
    assert {"2 at once, token 1", "1 at once, token 1"} <= set(notes)
    assert len(notes) > 4


@pytest.mark.parametrize("temperature", [0.0, 1.3])
def test_an_answer_does_not_depend_on_its_batch(temperature: float, ask: Open) -> None:
    requests = [prompt(t, temperature=temperature, seed=3, max_tokens=5 + n) for n, t in enumerate(TEXTS)]
    alone = texts(ask(batch_size=1), requests)
    assert texts(ask(batch_size=5), requests) == alone
    assert texts(ask(batch_size=16), requests[::-1])[::-1] == alone


def test_votes_differ_and_are_the_same_again(ask: Open) -> None:
    votes = [prompt("q", temperature=1.0, sample=n) for n in range(6)]
    first = texts(ask(), votes)
    assert len(set(first)) == 6
    assert texts(ask(), votes) == first
    assert texts(ask(), [prompt("q", temperature=1.0, seed=1)]) != first[:1]


def test_draws_have_the_probabilities_of_the_softmax() -> None:
    import torch

    from wfllm.llm.generation import _Draw

    logits = torch.tensor([[2.0, 1.0, 0.0, -50.0]])
    draw = _Draw([prompt("q", temperature=2.0, seed=5)])
    drawn = Counter(int(draw(None, logits.clone()).argmax()) for _ in range(4000))
    expected = torch.softmax(logits[0] / 2, dim=0)
    assert all(abs(drawn[token] / 4000 - float(expected[token])) < 0.03 for token in range(4))


def test_each_row_has_its_own_length_and_stop(ask: Open) -> None:
    (long,) = ask().answer([prompt("q", max_tokens=40)])
    assert long.text
    assert long.finish == "length"
    assert long.usage.completion_tokens == 40
    stop = long.text[5:8]
    requests = [
        prompt("q", max_tokens=40, stop=(stop, "no such text")),
        prompt("q", max_tokens=7),
        prompt("p"),
    ]
    stopped, short, _ = ask().answer(requests)
    assert (stopped.text, stopped.finish) == (long.text[: long.text.index(stop)], "stop")
    assert stopped.usage.completion_tokens <= 40
    assert (short.finish, short.usage.completion_tokens) == ("length", 7)
    assert short.text
    assert long.text.startswith(short.text.rstrip("\ufffd"))


def test_a_prompt_beyond_the_context_fails_alone_and_the_next_has_what_is_left(ask: Open) -> None:
    requests = [prompt("a"), prompt("long " * 300, id="long"), prompt("near " * 45), prompt("b")]
    answers = list(ask(max_tokens=200).answer(requests))
    assert [a.text is not None for a in answers] == [True, False, True, True]
    assert answers[1].error == "the prompt fills the model's context of 256 tokens"
    assert answers[2].usage.total == 256
    assert answers[2].finish == "length"


def test_leaving_ends_the_generation_in_progress(ask: Open) -> None:
    requests = [prompt(f"q{n}", max_tokens=3 if n == 0 else 250) for n in range(40)]
    stream = ask(batch_size=1, max_tokens=250).answer(requests)
    list(zip(range(1), stream, strict=False))
    stream.close()  # type: ignore[attr-defined]
    deadline = time.monotonic() + 60
    while any(t.name == "wfllm-local" for t in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_folder_without_a_model_is_one_line(ask: Open, tmp_path: Path, folder: Path) -> None:
    for path, cause in ((tmp_path, "no config.json in that folder"), (tmp_path / "x", "no such folder")):
        with pytest.raises(WfllmError, match=cause):
            ask(path=str(path))
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in folder.iterdir():
        (broken / file.name).write_bytes(file.read_bytes()[: 9 if file.suffix == ".safetensors" else None])
    answers = list(ask(path=str(broken)).answer([prompt("a"), prompt("b")]))
    assert all("transformers cannot load" in str(a.error) for a in answers)


def test_a_tokenizer_without_a_template_gets_the_bare_text(ask: Open, folder: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    for file in folder.iterdir():
        if file.name != "chat_template.jinja":
            (bare / file.name).write_bytes(file.read_bytes())
    with_template, without = ask(), ask(path=str(bare))
    (one,), (two,) = with_template.answer([prompt("q")]), without.answer([prompt("q")])
    assert 0 < two.usage.prompt_tokens < one.usage.prompt_tokens


def test_other_weights_in_the_same_folder_are_another_model(ask: Open, folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    before = ask(path=str(copy)).key(prompt("q"))
    assert ask(path=str(copy)).key(prompt("q")) == before
    assert ask(path=str(copy), dtype="bfloat16").key(prompt("q")) != before
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes() + b" ")
    assert ask(path=str(copy)).key(prompt("q")) != before
