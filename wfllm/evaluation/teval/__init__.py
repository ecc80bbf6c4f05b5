"""T-Eval PLAN (arXiv 2312.14033): questions, readers of plans, and their score, faithful and mended."""

from wfllm.evaluation.teval.encoder import ENCODER, Encoder, load_encoder
from wfllm.evaluation.teval.plan import Step, read_json_plan, read_plan, read_str_plan
from wfllm.evaluation.teval.questions import Question, Questions, load_questions
from wfllm.evaluation.teval.score import PlanResult, PlanScore, TEvalPlan, score_plan, teval

__all__ = [
    "ENCODER",
    "Encoder",
    "PlanResult",
    "PlanScore",
    "Question",
    "Questions",
    "Step",
    "TEvalPlan",
    "load_encoder",
    "load_questions",
    "read_json_plan",
    "read_plan",
    "read_str_plan",
    "score_plan",
    "teval",
]
