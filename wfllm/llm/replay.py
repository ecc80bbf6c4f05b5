"""Answers from a transcript: JSON lines of what was asked and answered before, in place of a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wfllm.config.schema import ReplayLlm
from wfllm.errors import WfllmError
from wfllm.files import write_text
from wfllm.llm.backend import Backend
from wfllm.llm.cache import Cache
from wfllm.llm.no_answer import NoAnswerError
from wfllm.llm.request import Reply, Request, digest, remembered_usage


class Replay(Backend):
    """The `llm=replay` group at work: a request is found by its content, whichever model answered it.

    Raises:
        WfllmError: no such file, a line that cannot be read, two answers to one request.
    """

    model = "replay"
    concurrency = 1

    def __init__(self, config: ReplayLlm) -> None:
        self.path = Path(config.path).expanduser()
        self._replies: dict[str, Reply] = {}
        self._contents: dict[str, list[dict[str, Any]]] = {}
        try:
            lines = self.path.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            cause = getattr(error, "strerror", None) or "is no text in UTF-8"
            raise WfllmError(cause, where=f"llm.path={self.path}", mend="Name a transcript.") from error
        for number, line in enumerate(lines, start=1):
            if line.strip():
                self._read(line, f"{self.path}:{number}")

    async def ask(self, request: Request) -> Reply:
        content = request.content()
        reply = self._replies.get(digest(content))
        if reply is None:
            raise NoAnswerError(
                f"no answer recorded for {request.label()}{self._nearest(content)}", sent=False
            )
        return reply

    def _read(self, line: str, where: str) -> None:
        try:
            record = json.loads(line)
            content, text = record["request"], record["text"]
            key = digest(content)
            finish = record.get("finish", "stop")
            messages = digest(content["messages"])
            took = remembered_usage(record)
            if not (isinstance(text, str) and finish in ("stop", "length")):
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise WfllmError(
                "is no line of a transcript (request, text, finish)",
                where=where,
                mend="Write transcripts with wfllm ask transcript=FILE.",
            ) from None
        reply = Reply(text, finish, took=took)  # nothing is paid for now
        if self._replies.setdefault(key, reply) != reply:
            raise WfllmError(
                "is a second answer to a request that has another one before",
                where=where,
                mend="Keep the answers of one model.",
            )
        self._contents.setdefault(messages, []).append(content)

    def _nearest(self, content: dict[str, Any]) -> str:
        """In which parameters a recorded request of the same messages differs."""
        alike = self._contents.get(digest(content["messages"]), [])
        if not alike:
            return ""
        keys = [key for key in content if alike[0].get(key) != content[key]]
        told = (
            f"{key} {json.dumps(alike[0].get(key))[:60]}, not {json.dumps(content[key])[:60]}" for key in keys
        )
        return f" (the same messages are there with {'; '.join(told)})"


def export_transcript(cache: str | Path, target: str | Path, *, model: str | None = None) -> int:
    """Write what a cache remembers as a transcript for `llm=replay`; how many answers that is.

    Args:
        model: only the answers of this one.

    Raises:
        WfllmError: no such cache, one that cannot be read, or answers of several models to one request.
    """
    source = Cache(cache, make=False)
    lines: list[str] = []
    owners: dict[str, str] = {}
    try:
        for record in source.records():
            if model is not None and record["model"] != model:
                continue
            owner = owners.setdefault(digest(record["request"]), record["model"])
            if owner != record["model"]:
                raise WfllmError(
                    f"holds answers of {owner} and of {record['model']} to one request",
                    where=cache,
                    mend="Choose one: llm.model=….",
                )
            lines.append(json.dumps(record) + "\n")
    finally:
        source.close()
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    write_text(Path(target), "".join(lines))
    return len(lines)
