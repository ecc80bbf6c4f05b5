"""Answers that hold JSON of a schema: finding it in what a model wrote, and asking again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from wfllm.llm.request import Answer, Message, Request, Usage

M = TypeVar("M", bound=BaseModel)
Check = Callable[[M], str]
"""What is wrong with a value of the right form, in words for the model; empty where nothing."""

STARTS = 100
"""Places in a text at which JSON is looked for, so that a text of brackets does not take minutes."""
AGAIN = "That answer cannot be used: {problem}. Answer again with the JSON alone and nothing else."
"""What is said to a model whose answer does not fit."""
FENCE = re.compile(r"```[ \t]*(?:json|JSON)?[ \t]*\n(.*?)```", re.DOTALL)
DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Structured(Generic[M]):
    """What became of one request for JSON: a value of the schema, or in one line why there is none.

    `answer` is the last text it was read from, `took` the tokens of all texts that were written for it.
    """

    request: Request
    value: M | None
    error: str | None
    answer: Answer
    took: Usage

    @property
    def waits(self) -> bool:
        """Whether a later run may bring a value: nobody answered, and the fault is not this prompt's."""
        return self.value is None and self.answer.text is None and not self.answer.final


def read_as(answer: Answer, schema: type[M], check: Check[M] | None = None) -> tuple[M | None, str]:
    """The value in an answer, or None and what is wrong with it, in words for the model.

    Args:
        check: what else is wrong with a value of the schema; empty where nothing.
    """
    problem = ""
    for candidate in json_values(answer.text or ""):
        try:
            value = schema.model_validate(candidate)
            wrong = check(value) if check is not None else ""
            if not wrong:
                return value, ""
            problem = problem or wrong
        except ValidationError as error:
            problem = problem or _problem(error)
        except RecursionError:
            problem = problem or "it is nested too deeply"
    if answer.finish == "length":
        problem = "it was cut off because it is too long; write a shorter one"
    return None, problem or "there is no JSON in it"


@cache
def json_schema(schema: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a class; not to be changed."""
    return schema.model_json_schema()


def ask_again(request: Request, text: str, problem: str) -> Request:
    """The request with the faulty answer and what was wrong with it appended."""
    turns = (Message("assistant", text or "(nothing)"), Message("user", AGAIN.format(problem=problem)))
    return replace(request, messages=request.messages + turns)


def json_values(text: str) -> Iterator[Any]:
    """Every JSON object or list in a text, those in code fences first, otherwise from left to right.

    What a model thinks aloud before `</think>` is no part of its answer.
    """
    text = text.rpartition("</think>")[2]
    for fenced in FENCE.findall(text)[:STARTS]:
        yield from _scan(fenced)
    yield from _scan(text)


def _scan(text: str) -> Iterator[Any]:
    place, tried = 0, 0
    starts = re.compile(r"[{\[]")
    while (found := starts.search(text, place)) and tried < STARTS:
        tried += 1
        try:
            value, place = DECODER.raw_decode(text, found.start())
        except (ValueError, RecursionError):
            place = found.start() + 1
        else:
            yield value


def _problem(error: ValidationError) -> str:
    parts = []
    for fault in error.errors(include_url=False, include_input=False)[:5]:
        where = ".".join(str(part) for part in fault["loc"])
        parts.append(f"{where}: {fault['msg']}" if where else fault["msg"])
    return "; ".join(parts)
