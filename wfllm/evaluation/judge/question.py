"""What a judge is asked, and how its answer is read.

The code under judgement may hold anything: instructions, quotation marks, a finished verdict. So each case
has a word of its own that follows from its text: no code can hold the word that follows from it. The marks
around what is quoted have it in them, and an answer counts only if it repeats it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from pydantic import BaseModel, Field

from wfllm.bench.stages.asking import fill, seed_of
from wfllm.config import schema as s
from wfllm.data.prompt import documentation
from wfllm.evaluation.predictions import Prediction
from wfllm.llm.request import Answer, Request, prompt
from wfllm.llm.structured import json_values
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.dialect import FUNCTIONS

PURPOSE = "judge"
LONGEST_REASON = 2_000
"""Characters of a reason that are kept."""
_HALF = re.compile("[\ud800-\udfff]")
_LETTERS = 10


class Said(BaseModel):
    """What the judge must answer."""

    case: str
    reason: str = Field(min_length=1)
    passes: bool

    def told(self) -> str:
        """The reason, as much of it as is kept."""
        return self.reason[:LONGEST_REASON]


def case_of(prediction: Prediction) -> str:
    """The word of a case: letters alone, so that no model takes it for a number."""
    text = f"{prediction.query}\0{prediction.code}"
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return "".join(chr(ord("a") + byte % 26) for byte in digest[:_LETTERS])


def questions(
    prediction: Prediction, catalogue: Mapping[str, Api], config: s.AskedJudge, greedy: bool
) -> list[Request]:
    """One request for each vote.

    Args:
        greedy: whether the judge answers at temperature 0 where nothing else is said.
    """
    case = case_of(prediction)
    fields = {
        "case": case,
        "query": prediction.query,
        "documentation": documentation(prediction.apis, catalogue, config.documentation),
        "functions": ", ".join(f"`{name}()`" for name in FUNCTIONS),
        "code": (prediction.code or "").strip("\n"),
    }
    user, system = (_HALF.sub("\ufffd", fill(t, fields)) for t in (config.prompt.user, config.prompt.system))
    temperature = config.temperature
    if temperature is None and config.votes > 1:
        temperature = 1.0
    sampled = temperature != 0 if temperature is not None else not greedy
    return [
        prompt(
            user,
            system=system,
            id=prediction.id,
            purpose=PURPOSE,
            temperature=temperature,
            max_tokens=config.max_tokens,
            seed=seed_of(config.seed, case) if sampled else None,
            sample=vote,
        )
        for vote in range(config.votes)
    ]


def wrong(said: Said, case: str) -> str:
    """What is wrong with a verdict, in words for the judge; empty where nothing."""
    if said.case != case:
        return f'its "case" is not {case}, the word of this case'
    return "" if said.reason.strip() else "it gives no reason"


def contradicts(answer: Answer, case: str) -> bool:
    """Whether an answer holds verdicts on this case that say both."""
    values = [value for value in json_values(answer.text or "") if isinstance(value, dict)]
    said = [value.get("passes") for value in values if value.get("case") == case]
    return True in said and False in said
