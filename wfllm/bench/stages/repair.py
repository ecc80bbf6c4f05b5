"""The repair of a synthetic sample by a model (paper, section 3.3): what it is told, what it must answer."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, Field

from wfllm.bench.rules import Seen
from wfllm.bench.rules.code import breaks
from wfllm.bench.rules.text import LONGEST
from wfllm.bench.stages.asking import Talk
from wfllm.bench.stages.stage import TRAJECTORIES, Dropped, Item
from wfllm.bench.trajectories import trajectories
from wfllm.config import schema as s
from wfllm.shortcuts.api import Api
from wfllm.shortcuts.catalogue import Catalogue
from wfllm.shortcuts.catalogue.render import render
from wfllm.shortcuts.checker import check
from wfllm.shortcuts.finding import Finding

_SHOWN = 20
_FENCE = re.compile(r"\A\s*```(?:python|py)?[ \t]*\n(.*?)\n?[ \t]*```\s*\Z", re.DOTALL)


class Repaired(BaseModel):
    """A repaired sample, as the model writes it."""

    plan: list[str] = Field(min_length=1)
    code: str

    def text(self) -> str:
        """The plan, a line for each step."""
        return "\n".join(line.rstrip() for line in self.plan if line.strip())

    def bare(self) -> str:
        """The code without the fence that some models put around it all the same."""
        fenced = _FENCE.match(self.code)
        return (fenced[1] if fenced else self.code).strip("\n") + "\n"


async def repaired(talk: Talk, item: Item, wording: s.Prompt, catalogue: Catalogue) -> Item | Dropped:
    """The sample as a model mended it, with the lines that were mended; dropped where no answer is legal.

    An answer whose code the checker faults is asked again, told what it says.
    """

    def wrong(value: Repaired) -> str:
        if not value.text():
            return "the plan is empty"
        if len(value.code) > LONGEST:
            return f"the workflow has {len(value.code):,} characters"
        said = told(check(value.bare(), catalogue), 5)
        return f"the checker still says of the workflow: {said}" if said else ""

    found = await talk.ask("repair", wording, fields(item, catalogue), Repaired, wrong)
    meta = talk.noted(item.get("meta"))
    if found.value is None:
        return Dropped({**item, "meta": meta}, found.rule("repair"), found.fault)
    plan, code = found.value.text(), found.value.bare()
    made = {**item, "task_plan": plan, "annotated_code": code, "meta": meta}
    pairs = trajectories(item["id"], item["annotated_code"], code, catalogue)
    return {**made, TRAJECTORIES: pairs} if pairs else made


def fields(item: Item, catalogue: Catalogue) -> dict[str, Any]:
    """What the wording's braces name."""
    known = [i for i in item["apis"] if i not in catalogue or catalogue[i].called]
    return {
        "query": item["query"],
        "documentation": "\n".join(render(catalogue.get(i) or Api(i)) for i in known),
        "plan": item["task_plan"] or "(none)",
        "code": item["annotated_code"],
        "findings": told(Seen(item, catalogue).findings, _SHOWN) or "nothing",
    }


def told(findings: list[Finding], most: int) -> str:
    """What the checker says, a line for each finding."""
    lines = [f"line {f.line}: {f.message}. {f.suggestion}".rstrip() for f in findings if breaks(f)]
    return "\n".join(lines[:most])
