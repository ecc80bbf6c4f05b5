"""Why one request has no answer, and what follows from it."""

from __future__ import annotations

from wfllm.llm.request import Usage


class NoAnswerError(Exception):
    """One request failed.

    Args:
        reason: in one line, for the person who reads the list of what failed.
        retry: another try may succeed (the server is busy, the connection broke).
        after: seconds that the server asked to wait before it.
        stops: every other request would fail alike (a wrong key, a spent budget), so none is asked any more.
        mend: what to type or change.
        usage: tokens that were paid for all the same.
        sent: False where nothing was sent, so that it is no attempt.
        final: the fault lies in this very prompt (too long, refused): another day would not mend it.
        refused: the server refuses the prompt, and does not say that its length is why.
    """

    def __init__(
        self,
        reason: str,
        *,
        retry: bool = False,
        after: float | None = None,
        stops: bool = False,
        mend: str = "",
        usage: Usage | None = None,
        sent: bool = True,
        final: bool = False,
        refused: bool = False,
    ) -> None:
        self.reason = " ".join(reason.split())
        self.retry, self.after, self.stops, self.mend = retry, after, stops, mend
        self.usage = usage or Usage()
        self.sent, self.attempts, self.final, self.refused = sent, int(sent), final, refused
        super().__init__(self.reason)

    def line(self) -> str:
        return f"{self.reason.rstrip('.')}. {self.mend}".strip() if self.mend else self.reason
