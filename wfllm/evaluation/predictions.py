"""Predictions kept as JSON lines: a batch is written when it is answered, so none is generated twice."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wfllm.bench.record import Record
from wfllm.config.schema import Decoding, Prompts, Target
from wfllm.data.prompt import read_answer
from wfllm.evaluation.generation.choose import faults_of
from wfllm.evaluation.worked import fitting_conversation
from wfllm.files import write_bytes
from wfllm.progress import progress
from wfllm.shortcuts.catalogue.load import Catalogue


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
            found.setdefault(item.id, item)
    return found


@contextmanager
def growing(path: Path, known: Container[str]) -> Iterator[Callable[[Sequence[Prediction]], None]]:
    """A file of predictions to which those are added that are not `known`, what is given together at once.

    A line that a kill cut off is taken away first, so that the file ends as it would have without the kill.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _cut_last_line(path)
    with path.open("ab") as file:

        def add(items: Sequence[Prediction]) -> None:
            new = [item for item in items if item.id not in known]
            file.write("".join(map(_line, new)).encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())

        yield add


def predict(
    title: str,
    load: Callable[[], Any],
    tokenizer: Any,
    records: Sequence[Record],
    catalogue: Catalogue,
    prompts: Prompts,
    target: Target,
    decoding: Decoding,
    path: Path,
    worked: Sequence[Record] = (),
    shard: tuple[int, int] = (1, 1),
) -> list[Prediction]:
    """Answer the records that `path` does not hold yet, adding them batch by batch; all of them, in order.

    When all are there the file is put into the records' order, whoever answered them in whichever parts.

    Args:
        load: gives the model; called only where an answer is missing.
        worked: examples shown before each request.
        shard: the part of the batches that is answered here; what others answer is left out.
    """
    known = read_predictions(path)
    kept = {index for index, record in enumerate(records) if record.id in known}
    with progress(title, len(records), "answer", len(kept)) as bar:
        if len(kept) == len(records):
            return in_order(records, known, path)
        from wfllm.evaluation.generation.generate import context_of, generate  # imports torch

        model = load()
        room = context_of(model) - decoding.max_new_tokens
        fixed = (worked, tokenizer, catalogue, prompts, target, room)
        texts = [fitting_conversation(record, *fixed) for record in records]
        with growing(path, frozenset(known)) as add:

            def keep(indices: list[int], answers: list[str]) -> None:
                items = [prediction(records[i], a) for i, a in zip(indices, answers, strict=True)]
                add(items)
                for item in items:
                    known.setdefault(item.id, item)

            generate(
                model,
                tokenizer,
                texts,
                decoding,
                kept=kept,
                shard=shard,
                faults=faults_of([r.apis for r in records], catalogue),
                done=keep,
                tick=bar.move,
            )
    return in_order(records, known, path)


def in_order(records: Sequence[Record], known: Mapping[str, Prediction], path: Path) -> list[Prediction]:
    """The predictions in the order of the records; where none is missing, the file has that order, too."""
    found = [known[record.id] for record in records if record.id in known]
    text = "".join(map(_line, found)).encode("utf-8", "replace")
    if len(found) == len(records) and path.is_file() and path.read_bytes() != text:
        write_bytes(path, text)
    return found


def _line(item: Prediction) -> str:
    return json.dumps(asdict(item), ensure_ascii=False) + "\n"


def _cut_last_line(path: Path) -> None:
    if not path.is_file():
        return
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        os.truncate(path, whole)


def spread(records: Sequence[Record], limit: int | None) -> list[Record]:
    """At most `limit` records, evenly spaced."""
    if limit is None or limit >= len(records):
        return list(records)
    return [records[i * len(records) // limit] for i in range(limit)]
