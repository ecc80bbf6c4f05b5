"""One sample as the page shows it: both codes, what differs, what is wrong, the answer, the flow charts.

Everything here is text of a model or of a data set. It is checked and drawn, never run; cut where it is long,
and each cut is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wfllm.errors import WfllmError
from wfllm.evaluation.predictions import Prediction
from wfllm.evaluation.reading import refuse_endless
from wfllm.report.difference import compare
from wfllm.report.scored import Verdict
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.chart import chart_svg
from wfllm.shortcuts.chart_text import clip, safe
from wfllm.shortcuts.page import View
from wfllm.shortcuts.page_code import coloured
from wfllm.shortcuts.page_stage import view_of_code

MAX_CODE = 40_000
"""Characters of a code that are shown."""
MAX_ANSWER = 20_000
MAX_REQUEST = 4_000
MAX_REASON = 2_000
MAX_FINDINGS = 60
MAX_CHART = 1_500_000
"""Characters of a flow chart; a larger one is not drawn."""
_FAULTS = (RecursionError, MemoryError, ValueError, TypeError, KeyError, IndexError, OverflowError)
"""What odd code may still bring about in a drawing; it costs that drawing alone."""


@dataclass(frozen=True)
class Looked:
    """One sample, read once: its reference and the answers to it, by time."""

    reference: View
    answers: list[View | None]
    """None where there is no answer at that time."""


def look(predictions: Sequence[Prediction | None]) -> Looked:
    """Check and compile the reference and the code of each answer to one request."""
    given = next(p for p in predictions if p is not None)
    answers = [None if p is None else _view(p.code or "", p.apis) for p in predictions]
    return Looked(_view(given.reference, given.apis), answers)


def _view(code: str, apis: Sequence[str]) -> View:
    if not code.strip():
        return View("", code="", why="There is no code in the answer.")
    try:
        refuse_endless(code)
        return view_of_code(code, "workflow", allowed=apis)
    except WfllmError as fault:
        return View("", code=code, why=fault.line())
    except _FAULTS as fault:
        return View("", code=code, why=f"It cannot be looked at ({type(fault).__name__}).")


def rules_of(view: View) -> list[str]:
    """The rules that code breaks, each once."""
    return list(dict.fromkeys(finding.rule for finding in view.findings))


def detail(
    looked: Looked, predictions: Sequence[Prediction | None], verdicts: Sequence[Verdict | None]
) -> dict[str, Any]:
    """What the page shows of a sample, for JSON. Lines are lists of colour, text, colour, text …"""
    left = _code(looked.reference)
    answers: list[dict[str, Any] | None] = []
    for view, prediction, verdict in zip(looked.answers, predictions, verdicts, strict=True):
        if view is None or prediction is None:
            answers.append(None)
            continue
        right = _code(view)
        rows = compare(_plain(left["lines"]), _plain(right["lines"]))
        told = None
        if verdict is not None:
            votes = [[passes, safe(clip(reason, MAX_REASON))] for passes, reason in verdict.votes]
            told = {"passes": verdict.passes, "votes": votes, "fault": safe(clip(verdict.fault, MAX_REASON))}
        answers.append(
            {
                **right,
                "rows": rows,
                "findings": _findings(view),
                "answer": safe(clip(prediction.answer, MAX_ANSWER)),
                "verdict": told,
            }
        )
    given = next(p for p in predictions if p is not None)
    request = safe(clip(given.query, MAX_REQUEST))
    return {"request": request, "apis": list(map(safe, given.apis)), "reference": left, "answers": answers}


def charts(looked: Looked, apis: Mapping[str, Api] | None = None) -> dict[str, Any]:
    """The flow charts of a sample: SVG, or in words why there is none, as `[svg, why]`."""
    return {
        "reference": _chart(looked.reference, "wl", "L", apis),
        "answers": [None if view is None else _chart(view, "wr", "R", apis) for view in looked.answers],
    }


def _chart(view: View, prefix: str, line_prefix: str, apis: Mapping[str, Api] | None) -> tuple[str, str]:
    if view.workflow is None:
        return "", safe(view.why)
    try:
        svg = chart_svg(
            view.workflow, prefix, apis=apis, lines=view.lines, line_prefix=line_prefix, style=False
        )
    except _FAULTS as fault:
        return "", f"It cannot be drawn ({type(fault).__name__})."
    return (svg, "") if len(svg) <= MAX_CHART else ("", f"The chart would have {len(svg):,} characters.")


def _code(view: View) -> dict[str, Any]:
    code = view.code or ""
    shown = safe(code[:MAX_CODE])
    lines = [[part for piece in line for part in piece] for line in coloured(shown)]
    return {"lines": lines, "cut": max(0, len(code) - MAX_CODE)}


def _plain(lines: Sequence[Sequence[str]]) -> list[str]:
    return ["".join(line[1::2]) for line in lines]


def _findings(view: View) -> list[list[Any]]:
    found = [
        [f.line, f.rule, safe(f.message), safe(f.suggestion), f.severity]
        for f in view.findings[:MAX_FINDINGS]
    ]
    more = len(view.findings) - MAX_FINDINGS
    return [*found, [found[-1][0], "more", f"{more} more findings", "", "error"]] if more > 0 else found
