"""A record as the model meets it: the chat turns it reads and the answer it writes (paper, section 4.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from wfllm.bench.record import Record
from wfllm.config.schema import Prompts, Target
from wfllm.data.calls import calls_answer
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.catalogue.render import as_json, render
from wfllm.shortcuts.comments import code_spans, without_comments
from wfllm.shortcuts.names import api_name

Role = Literal["plan", "comment", "code", "correction"]
Turns = list[dict[str, str]]
"""A conversation: `role` and `content` of each turn."""
DOCUMENTATION = ("json", "full", "compact", "signature")
"""Forms of the API documentation, longest first."""


@dataclass(frozen=True)
class Example:
    """One prompt and its answer. `roles` covers the answer's characters: (start, end, role), in order.

    `errors` names what is wrong in the turns before it: (turn, start, end), characters of its content.
    """

    id: str
    messages: Turns
    answer: str
    roles: list[tuple[int, int, Role]]
    errors: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True)
class Answer:
    """A model's answer taken apart; `code` is None where it holds no code block."""

    plan: str
    code: str | None
    closed: bool = True
    """False where a code block begins and never ends, as in an answer that was cut."""


def prompt_messages(
    query: str, apis: list[str], catalogue: Mapping[str, Api], prompts: Prompts, target: Target, form: str
) -> Turns:
    """System and user turn for one request, documenting `apis` in the given form."""
    answer_format = prompts.answer_format if target.plan else prompts.answer_format_no_plan
    fields = {
        "query": query,
        "documentation": documentation(apis, catalogue, form),
        "answer_format": prompts.answer_format_calls if target.calls else answer_format,
    }

    def filled(text: str) -> str:
        # One pass, so that braces inside a query or a default value are never taken for fields.
        return re.sub(r"\{(query|documentation|answer_format)\}", lambda m: fields[m[1]], text)

    return [
        {"role": "system", "content": filled(prompts.system)},
        {"role": "user", "content": filled(prompts.user)},
    ]


def documentation(apis: list[str], catalogue: Mapping[str, Api], form: str) -> str:
    """The documentation D of the given APIs, in the order given; APIs nobody documents stand by name.

    Records list some actions that the dialect writes as syntax (`Name = x` for Set Variable), as the
    published ones do. Those are never called, so a signature of them would teach something wrong.
    """
    apis = [i for i in apis if i not in catalogue or catalogue[i].called]
    if form == "json":
        known = ((api_name(i), as_json(catalogue.get(i) or Api(i))) for i in apis)
        return str([[name, {**described, "name": name}] for name, described in known])
    if form == "signature":
        return "\n".join(signature(i, catalogue.get(i)) for i in apis)
    full: Literal["full", "compact"] = "full" if form == "full" else "compact"
    return "\n".join(render(catalogue.get(i) or Api(i), full) for i in apis)


def signature(identifier: str, api: Api | None) -> str:
    """Name and parameters, the required ones first: the shortest form that can still be called rightly."""
    if api is None:
        return f"{api_name(identifier)}(...)"
    ordered = sorted(api.parameters, key=lambda p: not p.required)
    return f"{api_name(identifier)}({', '.join(p.name for p in ordered)})"


def example(
    record: Record, catalogue: Mapping[str, Api], prompts: Prompts, target: Target, form: str | None = None
) -> Example:
    """Prompt and answer of one record. `form` overrides how much documentation the prompt holds.

    Raises:
        WfllmError: `target.calls`, and the record's code does not become calls.
    """
    messages = prompt_messages(
        record.query, record.apis, catalogue, prompts, target, form or prompts.documentation
    )
    if target.calls:
        answer = calls_answer(record, target.calls)
        return Example(record.id, messages, answer, [(0, len(answer), "code")])
    code = record.annotated_code if target.comments else without_comments(record.annotated_code)
    code = code.strip("\n")
    head = f"Thought:\n{record.task_plan.strip()}\n\n" if target.plan else ""
    opening = f"{head}Code:\n```python\n"
    answer = f"{opening}{code}\n```"
    roles: list[tuple[int, int, Role]] = [(0, len(head), "plan")] if head else []
    roles.append((len(head), len(opening), "code"))
    for start, end, role in code_spans(code):
        roles.append((len(opening) + start, len(opening) + end, "comment" if role == "comment" else "code"))
    roles.append((len(opening) + len(code), len(answer), "code"))
    return Example(record.id, messages, answer, roles)


def read_answer(text: str) -> Answer:
    """Plan and code of an answer. The code is what stands in the first fenced block; an unclosed one
    runs to the end. Without a block there is no code (paper: a missing block counts as empty)."""
    opening = re.search(r"```(?:python|py)?[ \t]*\n", text)
    plan_text = text[: opening.start()] if opening else text
    plan = re.sub(r"\A\s*Thought:\s*|\s*Code:\s*\Z", "", plan_text).strip()
    if opening is None:
        return Answer(plan, None)
    body = text[opening.end() :]
    closing = re.search(r"^[ \t]*```", body, re.MULTILINE)
    return Answer(plan, body[: closing.start()] if closing else body, closing is not None)
