"""Predictions kept as JSON lines: a batch is written when it is answered, so none is generated twice."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from wfllm.bench.record import Record
from wfllm.config.schema import Decoding, Prompts, Target
from wfllm.data.prompt import read_answer
from wfllm.errors import WfllmError
from wfllm.evaluation.generation.choose import faults_of
from wfllm.evaluation.worked import fitting_conversation
from wfllm.files import write_bytes
from wfllm.progress import progress
from wfllm.shortcuts.catalogue.load import Catalogue

T = TypeVar("T")


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
    unfit: bool = False
    """Whether the prompt left no room for an answer in the model's context, so that nobody was asked."""


def prediction(record: Record, answer: str | None) -> Prediction:
    """An answer beside the record that it is about; None where its prompt does not fit."""
    text = answer or ""
    return Prediction(
        record.id,
        record.query,
        record.apis,
        text,
        read_answer(text).code,
        record.annotated_code,
        record.category,
        unfit=answer is None,
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
def growing(path: Path, known: dict[str, Prediction]) -> Iterator[Callable[[Sequence[Prediction]], None]]:
    """A file of predictions to which those are added that are not `known`, what is given together at once.
    `known` learns of them.

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
            known.update((item.id, item) for item in new)

        yield add


def fits(texts: Sequence[str], tokenizer: Any, room: int) -> list[bool]:
    """Which prompts take `room` tokens or fewer."""
    return [len(tokenizer(text, add_special_tokens=False)["input_ids"]) <= room for text in texts]


def answer_missing(
    path: Path,
    known: dict[str, Prediction],
    model: Any,
    tokenizer: Any,
    names: Sequence[str],
    texts: Sequence[str],
    fitting: Sequence[bool],
    decoding: Decoding,
    make: Callable[[int, str | None], Prediction],
    *,
    shard: tuple[int, int] = (1, 1),
    faults: Callable[[int, str], int] = lambda _index, _answer: 0,
    tick: Callable[[float], None] = lambda _answers: None,
) -> None:
    """Answer the prompts that are not `known`, adding predictions to a file batch by batch.

    Args:
        names, texts: id and text of each prompt, all of them: batches are the same whichever are known.
        fitting: which of them fit; the others are not asked, and are of the first shard.
        make: the prediction of a prompt's place and its answer, None where it does not fit.
        faults: of a prompt's place and an answer, for `best_of`.
    """
    from wfllm.evaluation.generation.generate import generate  # imports torch

    asked = [place for place, fit in enumerate(fitting) if fit]
    left = len(names) - len(asked)
    kept = {at for at, place in enumerate(asked) if names[place] in known}
    with growing(path, known) as add:
        if shard[0] == 1:
            add([make(place, None) for place, fit in enumerate(fitting) if not fit])
        generate(
            model,
            tokenizer,
            [texts[place] for place in asked],
            decoding,
            kept=kept,
            shard=shard,
            faults=lambda at, answer: faults(asked[at], answer),
            done=lambda at, answers: add([make(asked[i], a) for i, a in zip(at, answers, strict=True)]),
            tick=lambda answers: tick(left + answers),
        )


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

    A request that leaves no room for an answer in the model's context, with the shortest documentation, has
    the empty answer and is `unfit`. When all are there the file is put into the records' order, whoever
    answered them in whichever parts.

    Args:
        load: gives the model; called only where an answer is missing.
        worked: examples shown before each request.
        shard: the part of the batches that is answered here; what others answer is left out.

    Raises:
        WfllmError: no request fits.
    """
    known = read_predictions(path)
    kept = {index for index, record in enumerate(records) if record.id in known}
    with progress(title, len(records), "answer", len(kept)) as bar:
        if len(kept) == len(records):
            return in_order(records, known, path)
        from wfllm.evaluation.generation.generate import context_of  # imports torch

        model = load()
        context = context_of(model)
        fixed = (worked, tokenizer, catalogue, prompts, target, context - decoding.max_new_tokens)
        texts = [fitting_conversation(record, *fixed) for record in records]
        fitting = fits(texts, tokenizer, context - 1)
        if not any(fitting):
            raise WfllmError(
                f"none of {len(fitting)} requests leaves room for an answer in a context of {context}",
                where="generation",
                mend="Use prompts.documentation=signature or a model with a longer context.",
            )
        answer_missing(
            path,
            known,
            model,
            tokenizer,
            [record.id for record in records],
            texts,
            fitting,
            decoding,
            lambda place, answer: prediction(records[place], answer),
            shard=shard,
            faults=faults_of([r.apis for r in records], catalogue),
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
    plain = asdict(item)
    if not item.unfit:
        del plain["unfit"]
    return json.dumps(plain, ensure_ascii=False) + "\n"


def _cut_last_line(path: Path) -> None:
    if not path.is_file():
        return
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        os.truncate(path, whole)


def spread(items: Sequence[T], limit: int | None) -> list[T]:
    """At most `limit` of the items, evenly spaced."""
    if limit is None or limit >= len(items):
        return list(items)
    return [items[i * len(items) // limit] for i in range(limit)]
