"""A model's answers to T-Eval's questions, kept as predictions are: none is generated twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from wfllm.config.schema import Decoding
from wfllm.data.encode import chat_prompt
from wfllm.errors import WfllmError
from wfllm.evaluation.generation.generate import context_of, generate
from wfllm.evaluation.predictions import Prediction, growing, read_predictions
from wfllm.evaluation.teval.questions import Question
from wfllm.evaluation.teval.questions import fingerprint as fingerprint
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
    room = context - decoding.max_new_tokens
    texts = [chat_prompt(q.messages, tokenizer) for q in questions]
    sizes = [len(tokenizer(text, add_special_tokens=False)["input_ids"]) for text in texts]
    asked = [index for index, size in enumerate(sizes) if size <= room]
    too_long = [index for index, size in enumerate(sizes) if size > room]
    if too_long:
        shortest = min(sizes[index] for index in too_long)
        cause = (
            f"{len(too_long)} of {len(sizes)} questions are too long: {shortest} tokens and more, with "
            f"decoding.max_new_tokens={decoding.max_new_tokens} over the model's context of {context}"
        )
        if not asked:
            mend = "Lower decoding.max_new_tokens, or take a model with a longer context."
            raise WfllmError(cause, where="questions", mend=mend)
        tell(f"{cause}; their answers are empty")
    with progress(title, len(questions), "answer", there) as bar, growing(path, frozenset(known)) as add:

        def keep(indices: Sequence[int], answers: Sequence[str]) -> None:
            items = [_prediction(questions[i], a) for i, a in zip(indices, answers, strict=True)]
            add(items)
            for item in items:
                known.setdefault(item.id, item)

        keep(too_long, [""] * len(too_long))
        generate(
            model,
            tokenizer,
            [texts[index] for index in asked],
            decoding,
            kept={place for place, index in enumerate(asked) if questions[index].id in known},
            done=lambda places, answers: keep([asked[place] for place in places], answers),
            tick=lambda answers: bar.move(len(too_long) + answers),
        )
    return [known[q.id] for q in questions]


def _prediction(question: Question, answer: str) -> Prediction:
    truth = question.truth if isinstance(question.truth, str) else json.dumps(question.truth)
    query = question.messages[-1]["content"]
    return Prediction(question.id, query, question.apis or [], answer, None, truth)
