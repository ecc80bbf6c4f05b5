"""What the models read and write: the wording of prompts, the target."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wfllm.config.schema.base import Float, Schema


class Prompt(Schema):
    """The wording of one prompt."""

    system: str
    """The system turn; empty for none."""
    user: str
    """The user's turn; names in braces are filled in."""


class BuildPrompts(Schema):
    """The wording of every prompt of `wfllm build`. Braces name what is filled in."""

    name: Literal["build"]
    language: str
    """Added to a prompt where a language is asked for: `{language}`."""
    rename: Prompt
    """New names: `{code}`, `{names}`."""
    comments: Prompt
    """Comments: `{code}`, `{numbers}`."""
    plan: Prompt
    """Plan: `{code}`, `{title}`."""
    query: Prompt
    """Request: `{code}`, `{plan}`, `{title}`."""
    expand: Prompt
    """A new request: `{theme}`, `{documentation}`, `{examples}`."""
    repair: Prompt
    """A repaired workflow: `{query}`, `{documentation}`, `{plan}`, `{code}`, `{findings}`."""


class Prompts(Schema):
    """The wording of every prompt. Braces name what is filled in."""

    name: str
    """Name of the wording."""
    system: str
    """The system turn; what is filled into the user's is filled in here, too."""
    user: str
    """The user's turn; `{query}` and `{documentation}` are filled in, `{answer_format}` too."""
    answer_format: str
    """How an answer with a plan is laid out."""
    answer_format_no_plan: str
    """How an answer without a plan is laid out."""
    answer_format_calls: str = (
        "Answer with the plan alone: a JSON list of the calls in their order, each as\n"
        """{"id": number, "name": "the function", "args": "{'parameter': 'value'}"}.\n"""
        "The first id is 0. args is a dictionary written as a string, with single quotes inside."
    )
    """How an answer is laid out that is a list of calls (`target.calls`)."""
    mend: str = "The checker says of the last statement: {findings}\nWrite that statement again, corrected."
    """What follows a line that was wrong (`target.trajectories`); `{findings}` is filled in."""
    documentation: Literal["json", "full", "compact", "signature"] = "compact"
    """How much of each API's documentation goes into the prompt: all of it as T-Eval lists tools, stubs with
    every description, one line with types, choices and what it does, or its name and parameters alone."""
    bos: Literal["template", "extra"] = "template"
    """`extra` puts one more BOS token before each training sample than generation reads, a fault of the
    paper's released code: its tokenizer adds one to that of the chat template."""


Weight = Annotated[Float, Field(ge=0)]


class RoleWeights(Schema):
    """How much a token counts in the loss, by what it is part of; 0 is not learned."""

    prompt: Weight = 0.0
    """What the model is given: request, documentation, what the checker found."""
    plan: Weight = 1.0
    """The task plan."""
    comment: Weight = 1.0
    """Comments in the code."""
    code: Weight = 1.0
    """The code, the fences around it, and the end of the answer."""
    error: Weight = 0.0
    """A line that was wrong and is there to be mended (STeP, arXiv 2505.20023)."""
    correction: Weight = 1.0
    """What mends it."""
    header: Weight | None = None
    """The header of the answer's turn, with which a prompt ends; null weighs it as `prompt`. The paper's
    released code learns it (1), though generation is always given it."""


class Target(Schema):
    """What the model learns to write (paper, table 4)."""

    name: Literal["full", "no_plan", "no_comments", "code_only", "json_calls"]
    plan: bool
    """Write the task plan before the code."""
    comments: bool
    """Keep the comments in the code."""
    calls: Literal["all", "first"] | None = None
    """Write the workflow's calls as a JSON list, as T-Eval asks for plans, and no code: those of `all`
    branches one after the other, or of the `first` branch of each alone. null writes code."""
    weights: RoleWeights = RoleWeights()
    """How much each part of an answer counts."""
    trajectories: bool = False
    """Learn self-correction, too, from the `trajectories.jsonl` that `wfllm build confirm.repair=true` leaves
    beside its records: a wrong line and what the checker says are given, the corrected line is learned."""
