"""A plan as T-Eval compares it: the steps a model writes, as JSON or as lines of text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from wfllm.errors import WfllmError
from wfllm.evaluation.teval.literal import MAX_CHARACTERS, read_value

MAX_STEPS = 100
"""A plan of more is read as empty: the matching takes time cubic in it, seconds here."""
MAX_APIS = 1_000
"""Every line is searched for all of them; a question that lists more has only empty plans."""
FINISH = "FinishAction"
"""The call with which T-Eval's plans end; it is not compared."""


@dataclass(frozen=True)
class Step:
    """One call of a plan."""

    id: int
    name: str
    args: str
    """Its arguments as text: of a dictionary, what `str` makes of it; of a line of text, the line."""


def read_plan(answer: object, prompt_type: str, apis: Sequence[str] | None) -> list[Step]:
    """The steps of a model's answer, in the order written; none where it cannot be read.

    Args:
        answer: a text of any origin and size; under `json` also a value that was read before.
        prompt_type: `json` or `str`, the two forms of T-Eval's planning questions.
        apis: names a line of text may call; needed for `str`.

    Raises:
        WfllmError: the question cannot be answered: another prompt type, `str` without `apis`, or `str`
            with an answer that is no text. T-Eval's evaluator stops with an exception there.
    """
    if prompt_type == "json":
        return read_json_plan(answer)
    if prompt_type != "str":
        raise WfllmError(f"prompt type {prompt_type!r}", mend="Those known are json and str.")
    if apis is None:
        raise WfllmError("a question of prompt type str without meta.API_list", mend="Add the list.")
    if not isinstance(answer, str):
        raise WfllmError(
            f"an answer to a question of prompt type str that is a {type(answer).__name__}",
            mend="Give the text the model wrote.",
        )
    return read_str_plan(answer, apis)


def read_json_plan(answer: object) -> list[Step]:
    """The steps of an answer that is to be a JSON list of `{"name": …, "id": …, "args": …}`.

    A text is read after its first "```json", if it has one, from the first `[` to the last `]`. Anything
    wrong with a single step empties the whole plan (as in T-Eval, arXiv 2312.14033, and its evaluator).
    """
    try:
        items = _between_brackets(answer) if isinstance(answer, str) else answer
        if not isinstance(items, (list, tuple)) or len(items) > MAX_STEPS:
            return []
        return [Step(int(item["id"]), str(item["name"]), str(item["args"])) for item in items]
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError):
        return []


def _between_brackets(answer: str) -> object:
    if len(answer) > MAX_CHARACTERS:
        raise ValueError(f"more than {MAX_CHARACTERS:,} characters")
    _, fence, fenced = answer.partition("```json")
    text = fenced if fence else answer
    start, end = text.find("["), text.rfind("]")
    if not 0 <= start < end:
        raise ValueError("no list")
    return read_value(text[start : end + 1])


def read_str_plan(answer: str, apis: Sequence[str]) -> list[Step]:
    """The steps of an answer in words: one for each line or sentence that names an API.

    The text is split at newlines and at ". ". The API that stands first in a line counts, of several that
    begin there the first one of `apis`; the whole line is its arguments.
    """
    names = [re.escape(api) for api in apis if api]
    if len(answer) > MAX_CHARACTERS or not names or len(names) > MAX_APIS:
        return []
    first = re.compile("|".join(names))  # the leftmost, and there the first in the list
    steps: list[Step] = []
    for line in re.split(r"\. |\n", answer):
        if found := first.search(line):
            steps.append(Step(len(steps), found[0], line))
    return steps if len(steps) <= MAX_STEPS else []


def compared(plan: Sequence[Step]) -> list[Step]:
    """The steps of a plan that are compared: by id, equal ids in the order written, one closing
    `FinishAction` left out."""
    steps = sorted(plan, key=lambda step: step.id)
    return steps[:-1] if steps and steps[-1].name == FINISH else steps
