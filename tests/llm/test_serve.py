"""A real server and real weights: `transformers serve` with SmolLM2, and the same weights locally."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from wfllm.config.schema import LocalLlm, OpenAILlm, PackagedModel
from wfllm.llm.model import Model
from wfllm.llm.open import open_model
from wfllm.llm.request import prompt

pytestmark = pytest.mark.slow
QUESTIONS = [
    "What is the capital of France?",
    "Name a colour.",
    "What is 2 + 2? Answer with the number alone.",
    "Write one sentence about the sea.",
]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    """SmolLM2 as a transformers folder."""
    from wfllm.errors import WfllmError
    from wfllm.models.base import base_files

    try:
        return base_files(PackagedModel(name="smollm2_135m"), tmp_path_factory.mktemp("x"), [], 0)
    except WfllmError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def url(weights: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `transformers serve` with these weights."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("serve") / "log"
    command: list[str | Path] = [
        Path(sys.executable).with_name("transformers"),
        "serve",
        weights,
        "--host",
        "127.0.0.1",
    ]
    command += ["--port", str(port), "--device", "cpu", "--dtype", "float32"]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment, cwd=log.parent)
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 300
        while not _healthy(address):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.5)
        yield f"{address}/v1"
    finally:
        process.terminate()
        process.wait(60)


def _healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def served(url: str, weights: str, cache: Path, **keys: object) -> Model:
    own = {"name": "openai", "base_url": url, "model": weights, "key_variable": None, "cache": str(cache)}
    return open_model(OpenAILlm.model_validate({**own, "timeout": 300, "max_tokens": 24, **keys}))


def test_a_real_server_and_the_local_model_say_the_same(url: str, weights: str, tmp_path: Path) -> None:
    requests = [prompt(text, system="You answer in a few words.") for text in QUESTIONS]
    with served(url, weights, tmp_path / "s", concurrency=2, price_in=1.0, price_out=2.0) as model:
        far = list(model.answer(requests))
        total = model.account.total
    config = LocalLlm(name="local", path=weights, cache=str(tmp_path / "l"), max_tokens=24, device="cpu")
    with open_model(config) as model:
        near = list(model.answer(requests))
    assert [a.text for a in far] == [a.text for a in near]
    assert "Paris" in str(far[0].text)
    # One counts the end token, the other does not.
    assert all(abs(a.usage.total - b.usage.total) <= 1 for a, b in zip(far, near, strict=True))
    assert total.cost_usd == pytest.approx((total.prompt_tokens + 2 * total.completion_tokens) / 1e6)
    with served(url, weights, tmp_path / "s") as model:
        assert all(a.cached for a in model.answer(requests))


def test_a_real_server_is_asked_for_json(url: str, weights: str, tmp_path: Path) -> None:
    class City(BaseModel):
        """A city."""

        city: str

    text = 'Answer with JSON like {"city": "Rome"} and nothing else. What is the capital of France?'
    with served(url, weights, tmp_path / "s", max_tokens=60) as model:
        (one,) = model.answer_as([prompt(text)], City)
    assert one.answer.text
    if one.value is None:  # so small a model need not manage
        assert str(one.error).startswith("no answer of the right form in 3 tries: ")
    else:
        assert one.value.city
        assert json.dumps(one.value.city)[1:-1] in one.answer.text


def test_a_real_server_that_serves_another_model_says_so(url: str, weights: str, tmp_path: Path) -> None:
    with served(url, "other/model", tmp_path / "s") as model:
        (answer,) = model.answer([prompt("q")])
    assert "status 400" in str(answer.error)
    assert "other/model" in str(answer.error)
