"""What a server sent, read with suspicion: a reply, or the fault it stands for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, TypeGuard

from wfllm.llm.limits import estimated_prompt_tokens
from wfllm.llm.no_answer import NoAnswerError
from wfllm.llm.request import Reply, Request, Usage
from wfllm.llm.retry import retry_after

TOO_LONG = re.compile(r"context|too (long|large|many tokens)|maximum.{0,30}(length|tokens)", re.IGNORECASE)
"""Words by which servers say that this very prompt does not fit."""
RETRIED = {408, 409, 425, 429}
"""Statuses of another try, beside every 5xx."""
LONGEST = 200
"""Characters of a server's own words in a reason."""


def read_completion(body: bytes, request: Request) -> Reply:
    """The reply in the body of a successful chat completion.

    Raises:
        NoAnswerError: no JSON, not of that form, no choice (another try may do), or no text in it.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise NoAnswerError(f"the server sent {_what(body)} instead of JSON", retry=True) from None
    choices = value.get("choices") if isinstance(value, dict) else None
    if not isinstance(choices, list):
        told = server_words(body)
        raise NoAnswerError(f"the server's JSON is no chat completion ({told or 'no choices'})", retry=True)
    if not choices:
        raise NoAnswerError("the server's answer holds no choice", retry=True)
    choice = choices[0] if isinstance(choices[0], dict) else {}
    message = choice.get("message")
    if not isinstance(message, dict):
        raise NoAnswerError("the server's answer holds no message", retry=True)
    text, finish = message.get("content"), str(choice.get("finish_reason") or "stop")
    usage = read_usage(value.get("usage"), request, text if isinstance(text, str) else "")
    if finish == "content_filter" or message.get("refusal"):
        refusal = server_words(message.get("refusal")) or "content filter"
        raise NoAnswerError(f"the model refused ({refusal})", usage=usage, final=True)
    if isinstance(text, str) and (text or finish != "length"):
        # Half a surrogate pair is valid JSON, but no text that can be written to a file.
        text = text.encode("utf-8", "replace").decode("utf-8")
        return Reply(text, "length" if finish == "length" else "stop", usage)
    if message.get("tool_calls") or message.get("function_call"):
        raise NoAnswerError("the model called tools instead of answering", usage=usage, final=True)
    if finish == "length":
        raise NoAnswerError(
            f"all {request.max_tokens} tokens were used up before any text",
            mend="Raise max_tokens.",
            usage=usage,
            final=True,
        )
    raise NoAnswerError("the server's answer holds no text", retry=True, usage=usage)


def read_usage(value: Any, request: Request, text: str) -> Usage:
    """Tokens as the server counted them, or estimated from the texts where it did not."""
    counts: dict[str, Any] = value if isinstance(value, dict) else {}
    read, written = counts.get("prompt_tokens"), counts.get("completion_tokens")
    if _is_count(read) and _is_count(written):
        return Usage(read, written)
    return Usage(estimated_prompt_tokens(request), len(text.encode("utf-8", "replace")) // 3 + 1, True)


def status_fault(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    server: str,
    key: str,
    drop_refused: bool = False,
) -> NoAnswerError:
    """What a status that is no success means.

    Args:
        server: the address, for people.
        key: name of the environment variable with the key, for the mend.
        drop_refused: whether a prompt that is refused again and again is given up (`llm.refused=drop`).
    """
    words = server_words(body) or _what(body)
    told = f"status {status} from {server}: {words}"
    if status == 401:
        mend = (
            f"Put a key that is valid there into ${key}."
            if key
            else "Name the key's variable: llm.key_variable."
        )
        return NoAnswerError(told, stops=True, mend=mend)
    if status == 403:
        return NoAnswerError(
            told, stops=True, mend="The key may not use this model: choose another llm.model or key."
        )
    if status == 404:
        mend = "Check llm.model, and llm.base_url, which ends in /v1 on most servers."
        return NoAnswerError(told, stops=True, mend=mend)
    if status == 429 and "insufficient_quota" in body.decode("utf-8", "replace"):
        return NoAnswerError(
            told, stops=True, mend="The account has no credit left; the same command goes on later."
        )
    if status in RETRIED or status >= 500:
        return NoAnswerError(told, retry=True, after=retry_after(headers))
    if status == 413 or (status in (400, 422) and TOO_LONG.search(words)):
        return NoAnswerError(told, final=True)
    if drop_refused:
        return NoAnswerError(told, retry=True, final=True, refused=True)
    mend = "If other prompts are answered, llm.refused=drop leaves out what this one is for."
    return NoAnswerError(told, refused=True, mend=mend)


def server_words(body: Any) -> str:
    """The message in an error's body, however it is wrapped; empty where there is none."""
    value = body
    if isinstance(body, bytes):
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            return ""
    for _ in range(4):
        if isinstance(value, dict):
            value = next((value[k] for k in ("error", "message", "detail") if value.get(k)), None)
        elif isinstance(value, list):
            value = value[0] if value else None
    return _short(value) if isinstance(value, str) else ""


def _what(body: bytes) -> str:
    text = body[:5000].decode("utf-8", "replace").strip()
    if not text:
        return "nothing"
    if text.startswith("<"):
        title = re.search(r"<title[^>]*>([^<]{1,200})", text, re.IGNORECASE)
        return f"an HTML page ({_short(title[1])})" if title else "an HTML page"
    if text[0] in "{[":
        return f"half of JSON ('{_short(text, 40)}')"
    return f"'{_short(text, 80)}'"


def _short(text: str, longest: int = LONGEST) -> str:
    # Control characters of a server do not reach a terminal.
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= longest else f"{text[:longest]}…"


def _is_count(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40
