"""A fault-injecting server, and models that ask it."""

from __future__ import annotations

import functools
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.llm.fault_server import FaultServer
from wfllm.config.schema import OpenAILlm
from wfllm.llm.model import Model
from wfllm.llm.open import open_model

Open = Callable[..., Model]


@pytest.fixture(autouse=True, scope="session")
def one_tls_context() -> Iterator[None]:
    """Certificates are read once, not for each client (55 ms): nothing here is encrypted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))
        yield


@pytest.fixture
def server() -> Iterator[FaultServer]:
    server = FaultServer()
    yield server
    server.close()


@pytest.fixture
def ask(server: FaultServer, tmp_path: Path) -> Iterator[Open]:
    """Opens models that ask the server, with quick retries; they share one cache."""
    opened: list[Model] = []

    def open_one(**keys: Any) -> Model:
        opened.append(open_model(config(server.url, tmp_path / "cache.sqlite", **keys)))
        return opened[-1]

    yield open_one
    for model in opened:
        model.close()


def config(url: str, cache: Path, **keys: Any) -> OpenAILlm:
    quick = {"first_wait": 0.01, "longest_wait": 2.0, "timeout": 10.0, "key_variable": None}
    own = {"name": "openai", "base_url": url, "model": "m", "cache": str(cache)}
    return OpenAILlm.model_validate(own | quick | keys)
