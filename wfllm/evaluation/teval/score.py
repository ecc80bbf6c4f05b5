"""T-Eval's planning score (arXiv 2312.14033), as its evaluator computes it and mended, side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Literal

from wfllm.errors import WfllmError
from wfllm.evaluation.teval.encoder import Encoder, similarity
from wfllm.evaluation.teval.matching import Matrix, in_order, match_faithful, match_mended
from wfllm.evaluation.teval.plan import Step, compared, read_json_plan, read_plan
from wfllm.evaluation.teval.questions import Question
from wfllm.progress import progress

Variant = Literal["faithful", "mended"]


@dataclass(frozen=True)
class PlanScore:
    """Scores of one plan, or their means over many; each in [0, 1]."""

    precision: float
    """Share of the predicted steps that are right and in order."""
    recall: float
    """Share of the true steps that were found, in order."""
    f1: float
    parsed: float
    """Both plans were read and hold steps (T-Eval's parse rate)."""


EMPTY = PlanScore(0.0, 0.0, 0.0, 0.0)


def score_plan(
    predicted: Sequence[Step],
    true: Sequence[Step],
    alike: Callable[[Sequence[Step], Sequence[Step]], Matrix],
    variant: Variant = "mended",
) -> PlanScore:
    """Score one plan against the true one.

    Both are sorted by id and lose a closing `FinishAction`. Steps more than 0.8 alike may be matched; of all
    matchings the one of greatest total similarity counts; the longest run of matched steps that stand in the
    same order on both sides is what is right. An empty plan on either side scores 0.

    `faithful` is what T-Eval's evaluator gives (repository open-compass/T-Eval, `PlanningEvaluator`, match
    strategy bertscore), with its faults. `mended` differs in three places:

    - one step counts as right in `faithful` even where none was matched; here none does;
    - a plan that holds only `FinishAction` stops the evaluator; here it scores 0;
    - where equal steps can be matched in several ways, chance decides there; here their order does, so
      that a plan is always the same as itself.

    Args:
        predicted, true: as `read_plan` gives them.
        alike: predicted and true steps → similarities in [0, 1], a row for each predicted step, a column
            for each true one, float32. See `encoder.similarity`.

    Raises:
        WfllmError: `faithful`, and one of the plans holds nothing but `FinishAction`.
    """
    if not predicted or not true:
        return EMPTY
    rows, columns = compared(predicted), compared(true)
    if not rows or not columns:
        if variant == "faithful":
            raise WfllmError("a plan of FinishAction alone, at which T-Eval's evaluator stops")
        return PlanScore(0.0, 0.0, 0.0, 1.0)
    similarities = alike(rows, columns)
    if variant == "faithful":
        right = max(1, in_order(match_faithful(similarities)))
    else:
        right = in_order(match_mended(similarities))
    precision, recall = right / len(rows), right / len(columns)
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return PlanScore(precision, recall, f1, 1.0)


@dataclass(frozen=True)
class PlanResult:
    """One question, scored both ways."""

    id: str
    faithful: PlanScore | None
    """None where T-Eval's evaluator stops with an exception."""
    mended: PlanScore


@dataclass(frozen=True)
class TEvalPlan:
    """T-Eval PLAN of one model."""

    results: list[PlanResult]
    """In the order of the questions."""
    faithful: PlanScore
    """Means over the questions at which T-Eval's evaluator does not stop."""
    mended: PlanScore
    """Means over all questions."""
    stops: int
    """Questions at which T-Eval's evaluator stops with an exception."""


def teval(
    questions: Sequence[Question], answers: Mapping[str, object], encode: Encoder, title: str = "T-Eval"
) -> TEvalPlan:
    """Score the answers to T-Eval's planning questions (arXiv 2312.14033, PLAN; table 3 of arXiv 2411.05451).

    Args:
        questions: see `load_questions`.
        answers: id of a question → what the model wrote. One that is missing counts as empty.
        encode: see `load_encoder`.
        title: of the progress bar.

    Returns:
        Shares of 1; the papers print them times 100.
    """

    def alike(rows: Sequence[Step], columns: Sequence[Step]) -> Matrix:
        return similarity(rows, columns, encode)

    results = []
    with progress(title, len(questions), "plan") as bar:
        for number, question in enumerate(questions, start=1):
            results.append(score_answer(question, answers.get(question.id, ""), alike))
            bar.move(number)
    faithful = [r.faithful for r in results if r.faithful is not None]
    return TEvalPlan(
        results, mean(faithful), mean([r.mended for r in results]), stops=len(results) - len(faithful)
    )


def score_answer(
    question: Question, answer: object, alike: Callable[[Sequence[Step], Sequence[Step]], Matrix]
) -> PlanResult:
    """Score one answer both ways. One that no reader takes is an empty plan where mended."""
    try:
        predicted = read_plan(answer, question.prompt_type, question.apis)
    except WfllmError:
        return PlanResult(question.id, None, EMPTY)
    true = read_json_plan(question.truth)  # under either prompt type
    faithful: PlanScore | None
    try:
        faithful = score_plan(predicted, true, alike, "faithful")
    except WfllmError:
        faithful = None
    return PlanResult(question.id, faithful, score_plan(predicted, true, alike, "mended"))


def mean(scores: Sequence[PlanScore]) -> PlanScore:
    """Mean of each; 0 where there is nothing to average. F1 is the mean of F1s, as in T-Eval."""
    if not scores:
        return EMPTY
    return PlanScore(*(sum(column) / len(scores) for column in zip(*map(astuple, scores), strict=True)))
