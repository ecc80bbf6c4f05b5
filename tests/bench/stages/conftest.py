"""A fault-injecting server that answers as a capable model would, and models without any server."""

from __future__ import annotations

import functools
import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench.stages import fake_model
from tests.llm.fault_server import FaultServer
from wfllm.bench.stages import asking
from wfllm.bench.stages.engine import Build
from wfllm.bench.stages.stage import EachChunk, Item, Whole
from wfllm.config import schema as s
from wfllm.config.compose import compose
from wfllm.llm.backend import Backend
from wfllm.llm.cache import Cache
from wfllm.llm.limits import Spent
from wfllm.llm.model import Model
from wfllm.llm.request import Reply, Request, Usage

Say = Callable[[fake_model.Messages], str]


class FakeBackend(Backend):
    """Answers at once. `received` counts by purpose."""

    identity, model, concurrency = "fake", "fake", 8

    def __init__(self, say: Say) -> None:
        self.say = say
        self.received: Counter[str] = Counter()
        self.requests: list[Request] = []

    async def ask(self, request: Request) -> Reply:
        self.received[request.purpose] += 1
        self.requests.append(request)
        text = self.say([{"role": m.role, "content": m.content} for m in request.messages])
        finish = "length" if text.endswith("[cut]") else "stop"
        return Reply(text, finish, Usage(len(str(request.messages)) // 4, len(text) // 4))


class Fake:
    """Stands in for the model of a stage; `say` may be replaced."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.backend = FakeBackend(fake_model.say)

    def open(self, config: s.Llm, _spent: Spent | None = None) -> Model:
        return Model(self.backend, Cache(self.cache), again=config.again, max_tokens=config.max_tokens)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Every stage that asks a model asks this one."""
    made = Fake(tmp_path / "fake.sqlite")
    monkeypatch.setattr(asking, "open_model", made.open)
    return made


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    """A server that answers the prompts of a build, unless its `plan` says otherwise."""
    # certificates are read once, not for each client: nothing here is encrypted
    monkeypatch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))
    server = FaultServer()
    server.say = fake_model.say
    yield server
    server.close()


@functools.cache
def config(*overrides: str) -> s.BuildCommand:
    """The config of a build."""
    composed = compose("build", ["output=unused", *overrides]).config
    assert isinstance(composed, s.BuildCommand)
    return composed


def run_stage(root: Path, items: list[Item], stage: EachChunk, *others: Whole) -> Build:
    """A build of one stage over these items, run."""
    first = Whole(stage.reads, (), lambda _: iter(items))
    build = Build(root, [first, *others, stage])
    list(build.run())
    return build


def keys(server: FaultServer, **more: Any) -> list[str]:
    """Overrides that ask the server, with quick retries."""
    quick = {"first_wait": 0.01, "longest_wait": 0.1, "timeout": 5, "key_variable": "null", **more}
    return [f"llm.base_url={server.url}", "llm.model=m", *(f"llm.{k}={v}" for k, v in quick.items())]


@pytest.fixture(autouse=True)
def _no_plots(no_plots: None) -> None:
    """No stage draws: only the page of a whole build has pictures."""
