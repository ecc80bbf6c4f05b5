"""From the `llm` group of a config to a model that answers."""

from __future__ import annotations

from wfllm.config.schema import CachedLlm, Llm, LocalLlm, OpenAILlm, ReplayLlm
from wfllm.llm.backend import Backend
from wfllm.llm.cache import Cache
from wfllm.llm.limits import Spent
from wfllm.llm.model import Model


def open_model(config: Llm, spent: Spent | None = None) -> Model:
    """The model that a config names. Nothing is asked or loaded yet.

    Args:
        config: the `llm` group.
        spent: what other models of the same run have spent of the group's budget, and this one adds to.

    Raises:
        WfllmError: no key, no such folder or transcript, a cache that cannot be used.
    """
    backend = _backend(config, spent)
    return Model(
        backend,
        Cache(config.cache) if isinstance(config, CachedLlm) else None,
        max_tokens=config.max_tokens,
        temperature=config.temperature,
        again=config.again,
        stop_after=config.stop_after if isinstance(config, OpenAILlm) else None,
    )


def _backend(config: Llm, spent: Spent | None) -> Backend:
    if isinstance(config, OpenAILlm):
        from wfllm.llm.openai_server import OpenAIServer

        return OpenAIServer(config, spent)
    if isinstance(config, LocalLlm):
        from wfllm.llm.local import LocalModel

        return LocalModel(config)
    assert isinstance(config, ReplayLlm)
    from wfllm.llm.replay import Replay

    return Replay(config)
