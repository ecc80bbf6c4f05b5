"""Prompts as text, and how they are made to fit: the documentation of the APIs in ever shorter forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wfllm.config.schema import Prompts, Target
from wfllm.data.prompt import DOCUMENTATION, Turns, prompt_messages
from wfllm.shortcuts.api import Api


def fitting_prompt(
    query: str,
    apis: list[str],
    tokenizer: Any,
    catalogue: Mapping[str, Api],
    prompts: Prompts,
    target: Target,
    room: int,
) -> str:
    """The prompt for one request, its documentation shortened as far as `room` tokens ask for.

    Where even the shortest form does not fit, that one is returned; generation says what is wrong.
    """
    shorter = wordings(query, apis, catalogue, prompts, target)
    return chat_prompt(first_fitting(shorter, tokenizer, room), tokenizer)


def wordings(
    query: str, apis: list[str], catalogue: Mapping[str, Api], prompts: Prompts, target: Target
) -> Iterator[Turns]:
    """System and user turn for one request, the documentation in ever shorter forms."""
    for form in forms_from(prompts.documentation):
        yield prompt_messages(query, apis, catalogue, prompts, target, form)


def first_fitting(conversations: Iterable[Turns], tokenizer: Any, room: int) -> Turns:
    """The first of several conversations, the longest first, that takes `room` tokens or fewer.

    Where none does, that is the last one; generation says what is wrong.
    """
    turns: Turns = []
    for turns in conversations:
        text = chat_prompt(turns, tokenizer)
        if len(tokenizer(text, add_special_tokens=False)["input_ids"]) <= room:
            break
    return turns


def chat_prompt(messages: Turns, tokenizer: Any) -> str:
    """The prompt as text, ending where the answer begins."""
    text: str = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    return text


def forms_from(longest: str) -> tuple[str, ...]:
    """Forms of the documentation to try in turn."""
    return DOCUMENTATION[DOCUMENTATION.index(longest) :]
