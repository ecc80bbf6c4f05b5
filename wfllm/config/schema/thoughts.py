"""Who writes comments, plans and queries."""

from __future__ import annotations

from typing import Literal

from wfllm.config.schema.base import Count, Language, Positive, Schema, Seed, Temperature


class Thoughts(Schema):
    """Who writes what a record lacks of comments, plan and query (paper, section 3.1)."""

    name: str
    """Who."""


class CatalogueThoughts(Thoughts):
    """Comments, plan and query from the API documentation; no model needed."""

    name: Literal["catalogue"]


Author = Literal["llm", "catalogue", "none"]


class LlmThoughts(Thoughts):
    """Names, comments, plan and query by a model (paper, section 3.1, where it is GPT-4o-mini)."""

    name: Literal["llm"]
    rename: bool = True
    """Give names that say nothing (`text_2`, `variable_3`) ones that say what they hold."""
    comments: Author = "llm"
    """Who writes a comment for each statement: the model, the API documentation, or nobody."""
    plan: Author = "llm"
    """Who writes the plan, likewise."""
    query: Author = "llm"
    """Who writes the request, likewise."""
    overwrite: bool = False
    """Write anew what a record has already, the comments of a shortcut's author too; else that stays."""
    fallback: Literal["catalogue", "drop"] = "catalogue"
    """Where a model's answers stay unusable: `catalogue` writes that part from the API documentation (names
    stay as they are), `drop` leaves the record out. What the paper did is unknown."""
    names: Literal["placeholders", "all"] = "placeholders"
    """Which names are to be changed: those that say nothing, or all that no block of Shortcuts prescribes.
    The paper's rule is unknown."""
    at_once: Positive = 60
    """Names, or comments, that one prompt asks for; how the paper kept answers short enough is unknown."""
    longest_line: Positive = 400
    """Characters of a line of code in a prompt; the rest of longer texts is left out there. Unknown in the
    paper."""
    longest_comment: Positive = 200
    """Characters of a comment; longer answers are asked again. Unknown in the paper."""
    min_words: Count = 8
    """Words that a request has at least, or it is asked again. Unknown in the paper."""
    language: Language | None = None
    """Language to write in, by its ISO code (`en`, `zh`), checked in plan and request; null leaves it to the
    model. Unknown in the paper."""
    temperature: Temperature | None = None
    """Sampling temperature; null takes `llm.temperature`. Unknown in the paper."""
    max_tokens: Positive | None = None
    """Longest answer in tokens; null takes `llm.max_tokens`. Unknown in the paper."""
    seed: Seed = 0
    """With the record's id it seeds the sampling where the temperature is not 0."""
