"""A model's answers to T-Eval's questions, kept as predictions are: none is generated twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from wfllm.config.schema import Decoding
from wfllm.data.fitting import chat_prompt
from wfllm.errors import WfllmError
from wfllm.evaluation.generation.generate import context_of
from wfllm.evaluation.predictions import Prediction, answer_missing, fits, read_predictions
from wfllm.evaluation.teval.questions import Question
from wfllm.progress import progress


def answer_questions(
    title: str,
    load: Callable[[], Any],
    tokenizer: Any,
    questions: Sequence[Question],
    decoding: Decoding,
    path: Path,
    tell: Callable[[str], None] = lambda _text: None,
) -> list[Prediction]:
    """Answer the questions that `path` does not hold yet, adding them batch by batch; all, in their order.

    A question is asked in its own words, as T-Eval does, and never shortened. One that leaves no room for
    an answer in the model's context has the empty answer.

    Args:
        load: gives the model; called only where an answer is missing.
        tell: hears of questions that are too long.

    Raises:
        WfllmError: all are too long.
    """
    known = read_predictions(path)
    there = sum(q.id in known for q in questions)
    if there == len(questions):
        return [known[q.id] for q in questions]
    model = load()
    context = context_of(model)
    texts = [chat_prompt(q.messages, tokenizer) for q in questions]
    fitting = fits(texts, tokenizer, context - decoding.max_new_tokens)
    too_long = fitting.count(False)
    if too_long:
        cause = (
            f"{too_long} of {len(fitting)} questions are too long: with decoding.max_new_tokens="
            f"{decoding.max_new_tokens} they are over the model's context of {context}"
        )
        if too_long == len(fitting):
            mend = "Lower decoding.max_new_tokens, or take a model with a longer context."
            raise WfllmError(cause, where="questions", mend=mend)
        tell(f"{cause}; their answers are empty")
    with progress(title, len(questions), "answer", there) as bar:
        answer_missing(
            path,
            known,
            model,
            tokenizer,
            [q.id for q in questions],
            texts,
            fitting,
            decoding,
            lambda place, answer: _prediction(questions[place], answer),
            tick=bar.move,
        )
    return [known[q.id] for q in questions]


def _prediction(question: Question, answer: str | None) -> Prediction:
    truth = question.truth if isinstance(question.truth, str) else json.dumps(question.truth)
    query = question.messages[-1]["content"]
    apis = question.apis or []
    return Prediction(question.id, query, apis, answer or "", None, truth, unfit=answer is None)
