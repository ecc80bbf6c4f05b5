"""How answers are generated and scored."""

from __future__ import annotations

from typing import Literal

from wfllm.config.schema.base import Positive, Schema


class Decoding(Schema):
    """How answers are generated."""

    name: Literal["greedy"]
    max_new_tokens: Positive = 512
    """Longest answer in tokens."""
    batch_size: Positive = 16
    """Requests answered at once, neighbours in length together."""
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """Arithmetic of generation; `auto` is bfloat16 where the device computes in it, else float32. In bfloat16
    the same request may be answered otherwise in another batch; in float32 it is not."""


class Metrics(Schema):
    """How answers are scored."""

    name: str
    """Name of the option."""
    families: list[Literal["codebleu", "codebleu_paper", "checks"]] = ["codebleu", "checks"]
    """What is scored: `codebleu` removes comments by tokenizer, and an empty answer is 0; `codebleu_paper` as
    the paper's released code does; `checks` ask whether the answer is a legal workflow."""
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
