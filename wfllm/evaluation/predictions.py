"""Predictions kept as JSON lines: each answer is written when it is there, so none is generated twice."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wfllm.bench.record import Record
from wfllm.config.schema import Decoding, Prompts, Target
from wfllm.data.encode import fitting_prompt
from wfllm.data.prompt import read_answer
from wfllm.evaluation.generate import context_of, generate
from wfllm.progress import progress
from wfllm.shortcuts.api import Api


@dataclass(frozen=True)
class Prediction:
    """One request, what the model answered, and what was right."""

    id: str
    query: str
    apis: list[str]
    answer: str
    code: str | None
    """Code block of the answer; None where there is none."""
    reference: str
    category: str | None = None
    """Of the record, for tables of single categories."""


def prediction(record: Record, answer: str) -> Prediction:
    """An answer beside the record that it is about."""
    code = read_answer(answer).code
    return Prediction(
        record.id, record.query, record.apis, answer, code, record.annotated_code, record.category
    )


def read_predictions(path: Path) -> dict[str, Prediction]:
    """Predictions of a file by id; a last line cut off by a kill is left out."""
    found: dict[str, Prediction] = {}
    if path.is_file():
        # A kill may cut inside a character: that line is no JSON then, and the others stay readable.
        for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
            try:
                item = Prediction(**json.loads(line))
            except (json.JSONDecodeError, TypeError):
                continue
            found[item.id] = item
    return found


def predict(
    title: str,
    model: Any,
    tokenizer: Any,
    records: Sequence[Record],
    catalogue: Mapping[str, Api],
    prompts: Prompts,
    target: Target,
    decoding: Decoding,
    path: Path,
) -> list[Prediction]:
    """Answer the records that `path` does not hold yet, adding each to it; all of them, in order."""
    known = read_predictions(path)
    missing = [r for r in records if r.id not in known]
    texts = []
    if missing:
        room = context_of(model) - decoding.max_new_tokens
        texts = [
            fitting_prompt(r.query, r.apis, tokenizer, catalogue, prompts, target, room) for r in missing
        ]
    path.parent.mkdir(parents=True, exist_ok=True)
    _end_last_line(path)
    with path.open("a", encoding="utf-8") as file, progress(title, len(records), "answer", len(known)) as bar:

        def keep(index: int, answer: str) -> None:
            item = prediction(missing[index], answer)
            known[item.id] = item
            file.write(json.dumps(asdict(item), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

        if missing:
            before = len(records) - len(missing)
            generate(
                model, tokenizer, texts, decoding, done=keep, tick=lambda answers: bar.move(before + answers)
            )
    return [known[r.id] for r in records]


def _end_last_line(path: Path) -> None:
    """A kill in the middle of a line must not spoil the line after it."""
    if path.is_file() and path.stat().st_size and not path.read_bytes().endswith(b"\n"):
        with path.open("ab") as file:
            file.write(b"\n")


def spread(records: Sequence[Record], limit: int | None) -> list[Record]:
    """At most `limit` records, evenly spaced."""
    if limit is None or limit >= len(records):
        return list(records)
    return [records[i * len(records) // limit] for i in range(limit)]
