"""Several sources as one: what `data=mix` is made of, and which of a part's records its weight takes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from wfllm.bench.splits import share_of
from wfllm.config import schema as s
from wfllm.config.plugins import module_files
from wfllm.config.registry import schema_of
from wfllm.errors import WfllmError, suggestion

OPTIONS = ("starter", "shortcuts", "workflowbench", "records")
_PART = re.compile(r"(?:\s*([^*:\s]+)\s*\*)?\s*([^:*\s]+)\s*(?::\s*(.+?)\s*)?")
MOST = 1000
"""Times one part may be repeated."""


@dataclass(frozen=True)
class Part:
    """One source of a mix."""

    text: str
    """As the config has it."""
    weight: float
    data: s.Data


def parts_of(data: s.MixData) -> list[Part]:
    """The sources of a mix.

    Raises:
        WfllmError: a part that is none, an unknown option, a weight that is no number above 0.
    """
    return [_part(text, data) for text in data.parts]


def _part(text: str, mix: s.MixData) -> Part:
    where = f"data.parts: {text[:100]}"
    found = _PART.fullmatch(text)
    if found is None:
        raise WfllmError("is no source", where=where, mend="Write option, option:path or weight*option:path.")
    weight, option, path = found.groups()
    options = [*OPTIONS, *module_files("data")]
    schema = schema_of("data", option) if option in options else None
    if schema is None:
        mend = suggestion(option, options, everything="Sources")
        raise WfllmError(f"no source {option}", where=where, mend=mend)
    takes_path = "path" in schema.model_fields
    if (path is not None) != takes_path:
        mend = f"Write {option}:PATH." if takes_path else f"Write {option}."
        raise WfllmError("has a path" if path else "has no path", where=where, mend=mend)
    made: dict[str, object] = {"name": option, "max_records": mix.max_records}
    if path is not None:
        shares = {"dev_share": mix.dev_share, "test_share": mix.test_share}
        made |= {"path": path, "on_error": mix.on_error, **shares}
    try:
        part = schema.model_validate({k: v for k, v in made.items() if k in schema.model_fields})
    except ValidationError as fault:
        raise WfllmError(str(fault.errors()[0]["msg"]), where=where) from None
    assert isinstance(part, s.Data)
    return Part(text, _weight(weight, where), part)


def _weight(text: str | None, where: str) -> float:
    try:
        weight = 1.0 if text is None else float(text)
    except ValueError:
        weight = 0.0
    if not (math.isfinite(weight) and 0 < weight <= MOST):
        raise WfllmError(f"{text} is no weight", where=where, mend=f"Write a number above 0, at most {MOST}.")
    return weight


def from_anywhere(parts: list[str]) -> list[str]:
    """The parts with their paths made absolute."""
    out: list[str] = []
    for text in parts:
        head, colon, path = text.partition(":")
        out.append(f"{head}:{Path(path.strip()).expanduser().resolve()}" if colon else text)
    return out


def times(weight: float, text: str) -> int:
    """How often a record is taken: the weight's whole part, and once more by a hash of its content.

    The draw has nothing to do with the one that holds records out, so a share is the same share of each
    split.
    """
    whole = math.floor(weight)
    return whole + (share_of(f"mix\0{text}") < weight - whole)
