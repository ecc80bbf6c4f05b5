"""Self-correction: a line that was wrong, what the checker said of it, and the line that mends it.

In the manner of self-reflected trajectories with partial masking (STeP, arXiv 2505.20023): the wrong line
stays in the context and weighs nothing, the correction is learned. `wfllm build` leaves such pairs in
`trajectories.jsonl` beside its records (`wfllm.bench.trajectories`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from wfllm.bench.record import Record
from wfllm.bench.sources.json_stream import json_items
from wfllm.bench.sources.mix import parts_of
from wfllm.config import schema as s
from wfllm.data.encode import Make
from wfllm.data.prompt import Example, prompt_messages
from wfllm.errors import WfllmError
from wfllm.shortcuts.api import Api

FILE = "trajectories.jsonl"
_NONE = "`wfllm build` makes it, with confirm.repair=true; or leave target.trajectories out."


@dataclass(frozen=True)
class Pair:
    """A line as it was and as it should be."""

    id: str
    """Of the record it comes from."""
    line: int
    wrong: str
    findings: tuple[str, ...]
    """What the checker said, each with its suggestion."""
    corrected: str
    context: tuple[str, ...]
    """The statements before."""


def read_pairs(data: s.Data) -> list[Pair]:
    """The pairs that lie beside the records of a data source.

    Raises:
        WfllmError: there are none, or one that is none.
    """
    files = [file for file in _files(data) if file.is_file()]
    if not files:
        raise WfllmError(f"no {FILE} lies beside the records", where="target.trajectories", mend=_NONE)
    return [_pair(item, where) for file in files for where, item in _items(file)]


def _files(data: s.Data) -> Iterator[Path]:
    if isinstance(data, s.MixData):
        for part in parts_of(data):
            yield from _files(part.data)
    elif isinstance(data, s.RecordsData):
        path = Path(data.path).expanduser()
        yield (path if path.is_dir() else path.parent) / FILE


def _items(file: Path) -> Iterator[tuple[str, Any]]:
    try:
        with file.open(encoding="utf-8") as stream:
            yield from json_items(stream, str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise WfllmError(f"cannot be read ({error})", where=file) from None


def _pair(item: Any, where: str) -> Pair:
    if isinstance(item, WfllmError):
        raise item
    try:
        given = {key: item[key] for key in ("id", "wrong", "corrected")}
        findings = tuple(
            " ".join(f"{f['message']} {f.get('suggestion') or ''}".split()) for f in item["findings"]
        )
        context, line = tuple(item.get("context") or ()), item["line"]
        texts = [*given.values(), *context]
        if not all(isinstance(t, str) for t in texts) or not isinstance(line, int) or not findings:
            raise TypeError
        "".join(texts).encode()
    except (TypeError, KeyError, AttributeError, UnicodeEncodeError):
        raise WfllmError("is no pair of a wrong and a corrected line", where=where, mend=_NONE) from None
    return Pair(line=line, findings=findings, context=context, **given)


def mending(
    pair: Pair, record: Record, catalogue: Mapping[str, Api], prompts: s.Prompts, target: s.Target, form: str
) -> Example:
    """The sample of a pair: request, code up to the wrong line, what the checker says; the answer is the
    corrected line."""
    bare = target.model_copy(update={"plan": False})
    opening = "Code:\n```python\n" + "".join(f"{line}\n" for line in pair.context)
    asked = prompts.mend.replace("{findings}", " ".join(pair.findings))
    messages = [
        *prompt_messages(record.query, record.apis, catalogue, prompts, bare, form),
        {"role": "assistant", "content": opening + pair.wrong},
        {"role": "user", "content": asked},
    ]
    answer = f"```python\n{pair.corrected}\n```"
    wrong = (2, len(opening), len(opening) + len(pair.wrong))
    return Example(_name(pair), messages, answer, [(0, len(answer), "correction")], (wrong,))


def makes_of_pairs(
    pairs: Iterable[Pair],
    records: Iterable[Record],
    catalogue: Mapping[str, Api],
    prompts: s.Prompts,
    target: s.Target,
) -> Iterator[Make]:
    """How the samples of the pairs are made whose record is among `records`."""
    by_id = {record.id: record for record in records}
    for pair in pairs:
        if pair.id in by_id:
            yield _name(pair), partial(mending, pair, by_id[pair.id], catalogue, prompts, target)


def _name(pair: Pair) -> str:
    return f"{pair.id}:{pair.line}"
