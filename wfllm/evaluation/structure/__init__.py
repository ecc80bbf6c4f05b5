"""How alike two workflows are as workflows: their APIs, control flow, and which output goes where."""

from wfllm.evaluation.structure.compare import compared, nesting_errors
from wfllm.evaluation.structure.nesting import NestingErrors
from wfllm.evaluation.structure.score import structure

__all__ = ["NestingErrors", "compared", "nesting_errors", "structure"]
