"""Every prediction judged: asked of the model as often as there are votes, remembered by its cache."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Mapping, Sequence

from wfllm.config import schema as s
from wfllm.errors import WfllmError, one_line
from wfllm.evaluation.judge.question import Said, case_of, contradicts, questions, wrong
from wfllm.evaluation.judge.verdict import Verdict, Vote, counted, failed
from wfllm.evaluation.predictions import Prediction
from wfllm.llm.asker import Asker
from wfllm.llm.model import Model
from wfllm.llm.open import open_model
from wfllm.progress import progress
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.syntax import parse_code


def judge(
    title: str, predictions: Sequence[Prediction], catalogue: Mapping[str, Api], config: s.AskedJudge
) -> list[Verdict]:
    """A verdict on every prediction, in their order; what went wrong is told on stderr, each reason once.

    Code is read and quoted, never run. Where there is none, or none that parses, it does not pass and nobody
    is asked. Where the judge's answer cannot be had, the prediction stays unjudged.

    Raises:
        WfllmError: the model cannot be opened (no key, no such transcript, a cache that cannot be used).
    """
    found = [hopeless(prediction, config.longest) for prediction in predictions]
    asked = [p for p, verdict in zip(predictions, found, strict=True) if verdict is None]
    with open_judge(config) as model:

        async def one(asker: Asker, prediction: Prediction) -> Verdict:
            return await _voted(asker, prediction, catalogue, config)

        verdicts: list[Verdict] = []
        before = len(predictions) - len(asked)
        with progress(title, len(predictions), "verdicts", before) as bar:
            for verdict in model.each(asked, one):
                verdicts.append(verdict)
                bar.advance(note=model.account.note())
        for line in model.told():
            print(_here(line), file=sys.stderr, flush=True)
    told = iter(verdicts)
    return [next(told) if verdict is None else verdict for verdict in found]


def open_judge(config: s.AskedJudge) -> Model:
    """The model that judges; nothing is asked or loaded yet.

    Raises:
        WfllmError: no key, no such folder or transcript, a cache that cannot be used.
    """
    try:
        return open_model(config.llm)
    except WfllmError as fault:
        raise WfllmError(_here(fault.cause), where=_here(fault.where), mend=_here(fault.mend)) from fault


def _here(text: str) -> str:
    """A message with the keys of the group `llm` where a judge has them."""
    return re.sub(r"(?<![\w./-])llm\.(?=[a-z_])", "judge.llm.", text)


def hopeless(prediction: Prediction, longest: int) -> Verdict | None:
    """The verdict where no judge is needed for it."""
    code = prediction.code
    if code is None or not code.strip():
        return failed(prediction.id, "there is no code in the answer")
    if len(code) > longest:
        return failed(prediction.id, f"{len(code):,} characters of code, at most {longest:,} are judged")
    try:
        tree = parse_code(code)
    except WfllmError as fault:
        return failed(prediction.id, f"the code does not parse ({one_line(f'{fault.where}: {fault.cause}')})")
    return None if tree.body else failed(prediction.id, "there is no statement in the code")


async def _voted(
    asker: Asker, prediction: Prediction, catalogue: Mapping[str, Api], config: s.AskedJudge
) -> Verdict:
    case = case_of(prediction)
    requests = questions(prediction, catalogue, config, greedy=asker.temperature == 0)
    found = await asyncio.gather(
        *(asker.answer_as(request, Said, lambda said: wrong(said, case)) for request in requests)
    )
    votes: list[Vote | None] = []
    faults: list[str] = []
    for one in found:
        if one.value is None:
            faults.append(_here(one.error or "no answer"))
        elif contradicts(one.answer, case):
            faults.append("an answer says both that it passes and that it does not")
        usable = one.value is not None and not contradicts(one.answer, case)
        votes.append(Vote(one.value.passes, one.value.told()) if usable and one.value else None)
    waits = any(one.waits for one in found)
    return counted(prediction.id, votes, faults[0] if faults else None, waits)
