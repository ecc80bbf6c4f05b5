"""Which of several answers is the best: what the checker says, for `decoding=best_of`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wfllm.data.prompt import read_answer
from wfllm.shortcuts.catalogue.load import Catalogue
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.names import api_name

NO_CODE, CUT, SYNTAX, ERROR, UNUSED = 10**12, 10**9, 10**6, 10**3, 1
"""What a missing code block, a cut one, code that cannot be read, each error and each API not used weigh."""


def faults_of(apis: Sequence[Sequence[str]], catalogue: Catalogue) -> Callable[[int, str], int]:
    """What is wrong with an answer to a request, as a number; less is better, 0 is nothing.

    First comes whether there is code at all, then whether it is whole, whether it can be read, how many
    errors the checker finds in it, and how many of the request's APIs it never names.

    Args:
        apis: of each request.
    """

    def faults(index: int, text: str) -> int:
        answer = read_answer(text)
        if answer.code is None:
            return NO_CODE
        found = [f for f in check(answer.code, catalogue, allowed=apis[index]) if f.severity == "error"]
        unread = any(f.rule == "syntax" for f in found)
        called = [a for a in apis[index] if a not in catalogue or catalogue[a].called]
        unused = sum(api_name(a) not in answer.code for a in called)
        errors = min(len(found), 900)
        return CUT * (not answer.closed) + SYNTAX * unread + ERROR * errors + UNUSED * min(unused, 900)

    return faults
