"""What every kind of model can do; the rest (cache, order, costs) is the same for all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from wfllm.llm.limits import Price
from wfllm.llm.no_answer import NoAnswerError
from wfllm.llm.request import Reply, Request


class Backend(ABC):
    """One kind of model.

    Attributes:
        identity: what the cache knows it by; two backends of one identity give the same answers.
        model: its name for people and transcripts.
        concurrency: requests it has at once.
        price: of its tokens.
        retried: told of every failed try that is made again.
        watch: told how far it is with an answer that takes long, in words for a progress bar.
    """

    identity: Any = ""
    model: str = ""
    concurrency: int = 1
    price: Price = Price()
    retried: Callable[[NoAnswerError], None] = staticmethod(lambda _fault: None)
    watch: Callable[[str], None] = staticmethod(lambda _note: None)

    def settings(self, request: Request) -> dict[str, Any]:
        """What beside the request and the identity determines the answer, as JSON values."""
        return {}

    @abstractmethod
    async def ask(self, request: Request) -> Reply:
        """Answer one request; tries again where that helps.

        Raises:
            NoAnswerError: why there is no answer.
        """

    async def close(self) -> None:  # noqa: B027 - most have nothing to let go of
        """Let go of connections and weights."""
