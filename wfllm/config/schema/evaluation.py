"""How answers are generated and scored."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticKnownError

from wfllm.config.plugins import module_files
from wfllm.config.schema.base import Choices, Float, Positive, Schema, Seed


class Decoding(Schema):
    """How answers are generated."""

    name: str
    """Which way."""
    max_new_tokens: Positive = 512
    """Longest answer in tokens."""
    batch_size: Positive = 16
    """Requests answered at once, neighbours in length together."""
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """Arithmetic of generation; `auto` is bfloat16 where the device computes in it, else float32. In bfloat16
    the same request may be answered otherwise in another batch; in float32 it is not. Batches depend on all
    requests of a split alone, so an evaluation that goes on answers the same in both."""
    until: Literal["code", "end"] = "code"
    """Where an answer ends: where its code block does, or only where the model ends it."""
    share_prefix: bool = True
    """Read what all prompts begin with once, and not with each of them."""


class Greedy(Decoding):
    """The likeliest token each time."""

    name: Literal["greedy"]


class Drawn(Decoding):
    """Tokens are drawn. The same seed and prompt are answered the same, in any batch (as `dtype` allows)."""

    temperature: Annotated[Float, Field(gt=0, le=2)] = 0.7
    """Below 1 likely tokens become likelier."""
    top_p: Annotated[Float, Field(gt=0, le=1)] = 0.95
    """Only the likeliest tokens that together have this share are drawn from; 1 draws from all."""
    seed: Seed = 0
    """Seed of what is drawn."""


class Sample(Drawn):
    """One drawn answer to each request."""

    name: Literal["sample"]


class BestOf(Drawn):
    """Several answers to each request, and of these the one that the checker finds the least wrong with.

    The greedy answer is the first, and wins where no other is better. Where nothing is wrong with it no other
    is asked for.
    """

    name: Literal["best_of"]
    n: Positive = 4
    """Answers to each request, the greedy one among them."""


BUILT_IN_FAMILIES = ("codebleu", "codebleu_paper", "checks", "structure")
TAKEN_FAMILIES = (*BUILT_IN_FAMILIES, "judge", "teval")
"""What no plug-in may be called: families that are scored elsewhere, too."""


def family_names() -> list[str]:
    """What `metrics.families` may hold: the built-in families and those of plug-ins."""
    return list(dict.fromkeys([*BUILT_IN_FAMILIES, *module_files("metrics")]))


def _known_family(name: str) -> str:
    names = family_names()
    if name in names:
        return name
    expected = f"{', '.join(map(repr, names[:-1]))} or {names[-1]!r}"
    raise PydanticKnownError("literal_error", {"expected": expected})


FamilyName = Annotated[str, AfterValidator(_known_family), Choices(family_names)]


class Metrics(Schema):
    """How answers are scored."""

    name: str
    """Name of the option."""
    families: list[FamilyName] = ["codebleu", "checks", "structure"]
    """What is scored: `codebleu` removes comments by tokenizer, and an empty answer is 0; `codebleu_paper` as
    the paper's released code does; `checks` ask whether the answer is a legal workflow; `structure` compares
    APIs, control flow and references with the right workflow's."""
    n_jobs: Positive = 1
    """Processes that score."""


class Evaluation(Schema):
    """What `wfllm train` measures beside the losses."""

    before: bool = False
    """Answer and score the held-out requests with the untrained model too."""
    after: bool = False
    """Answer and score the held-out requests when training is done."""
    splits: list[Literal["id", "ood", "dev"]] = ["id"]
    """Held-out sets, in order."""
    limit: Positive | None = None
    """Requests of each split, evenly spaced; null takes all."""
