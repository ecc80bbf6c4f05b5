"""CodeBLEU for Python workflows: exact, deterministic, and bounded on any input."""

from wfllm.evaluation.codebleu.comments import strip_comments_fixed, strip_comments_paper
from wfllm.evaluation.codebleu.score import (
    MAX_CHARACTERS,
    PAPER_WEIGHTS,
    CodeBleu,
    codebleu,
    codebleu_both,
    codebleu_many,
)

__all__ = [
    "MAX_CHARACTERS",
    "PAPER_WEIGHTS",
    "CodeBleu",
    "codebleu",
    "codebleu_both",
    "codebleu_many",
    "strip_comments_fixed",
    "strip_comments_paper",
]
