"""How alike two workflows are as workflows: their APIs, control flow, and which output goes where."""

from wfllm.evaluation.structure.nesting import NestingErrors
from wfllm.evaluation.structure.score import nesting_errors, structure

__all__ = ["NestingErrors", "nesting_errors", "structure"]
