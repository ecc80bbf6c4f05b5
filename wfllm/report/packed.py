"""The samples of a report as data blocks of its page: a list of all, and what is shown of the one chosen.

The list is JSON. Code, findings and flow charts are packed (deflate, base64) sample by sample, to be unpacked
when one is looked at, until the page is full. Either is ASCII without a character that HTML gives a meaning.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wfllm.evaluation.predictions import Prediction
from wfllm.progress import progress
from wfllm.report.sample import Looked, charts, detail, look, rules_of
from wfllm.report.scored import Scored, Verdict
from wfllm.report.tables import SPLITS, WHENS, heading
from wfllm.shortcuts.catalogue import load_catalogue
from wfllm.shortcuts.chart_text import clip, safe

MAX_ENTRY = 300
"""Characters of a request in the list; a search looks at these."""

Verdicts = Mapping[tuple[str, str], Mapping[str, Verdict]]
"""When and split → id → verdict."""


@dataclass
class Sample:
    """One request and the answers to it, one for each time."""

    split: str
    predictions: list[Prediction | None]
    scores: list[Mapping[str, float | None]]
    looked: Looked | None = None
    detail: str = ""
    """Packed; empty where the page was full."""
    chart: str = ""
    """Packed; empty where none was drawn."""


def samples_of(scored: Sequence[Scored]) -> list[Sample]:
    """Every request once, with its answers at each time."""
    whens = whens_of(scored)
    found: dict[tuple[str, str], Sample] = {}
    for item in scored:
        at = whens.index(item.when)
        for prediction, scores in zip(item.predictions, item.scores, strict=True):
            empty = Sample(item.split, [None] * len(whens), [{} for _ in whens])
            sample = found.setdefault((item.split, prediction.id), empty)
            sample.predictions[at], sample.scores[at] = prediction, scores
    return list(found.values())


def whens_of(scored: Sequence[Scored]) -> list[str]:
    """The times at which something was scored, in order."""
    return list(dict.fromkeys(item.when for item in scored))


def _verdicts(scored: Sequence[Scored]) -> Verdicts:
    return {(item.when, item.split): item.verdicts for item in scored}


def pack(samples: Sequence[Sample], scored: Sequence[Scored], max_charts: int, room: int) -> None:
    """Code of the samples until there is no room, a third of it kept for charts."""
    whens, verdicts = whens_of(scored), _verdicts(scored)
    catalogue = load_catalogue()
    count = min(max_charts, len(samples))
    drawn = {i * len(samples) // count for i in range(count)}
    for_charts = room // 3 if count else 0
    room -= for_charts
    waiting: list[tuple[Sample, str]] = []
    full = False
    with progress("Writing the report", len(samples), "samples") as bar:
        for index, sample in enumerate(samples):
            sample.looked = look(sample.predictions)
            if not full:
                told = [
                    None if p is None else verdicts.get((when, sample.split), {}).get(p.id)
                    for when, p in zip(whens, sample.predictions, strict=True)
                ]
                packed = _packed(detail(sample.looked, sample.predictions, told))
                full = len(packed) > room
            if not full:
                sample.detail, room = packed, room - len(packed)
                if index in drawn:
                    waiting.append((sample, _packed(charts(sample.looked, catalogue))))
            bar.advance()
    room += for_charts
    for sample, chart in waiting:
        if len(chart) <= room:
            sample.chart, room = chart, room - len(chart)


def _packed(value: object) -> str:
    return base64.b64encode(zlib.compress(_json(value).encode("ascii"), 6)).decode("ascii")


def _json(value: object) -> str:
    """JSON that may stand in a script element: ASCII, and nothing that HTML or XML takes for markup."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for char in "<>&'":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def data_blocks(samples: Sequence[Sample], scored: Sequence[Scored]) -> str:
    """The samples as data blocks, which a browser never runs."""
    metrics = list(dict.fromkeys(name for item in scored for name in item.metrics))
    whens, verdicts = whens_of(scored), _verdicts(scored)
    rules = list(dict.fromkeys(r for s in samples for r in _rules(s)))
    index = {
        "metrics": [[name, safe(heading(name))] for name in metrics],
        "whens": [[when, WHENS[when]] for when in whens],
        "splits": [[split, SPLITS[split]] for split in dict.fromkeys(s.split for s in samples)],
        "rules": rules,
        "rows": [_entry(s, whens, metrics, rules, verdicts) for s in samples],
    }
    return _block("index", "application/json", _json(index)) + "".join(_blocks(samples))


def _blocks(samples: Sequence[Sample]) -> Iterator[str]:
    for i, sample in enumerate(samples):
        if sample.detail:
            yield _block(f"d{i}", "text/plain", sample.detail)
        if sample.chart:
            yield _block(f"c{i}", "text/plain", sample.chart)


def _block(name: str, kind: str, text: str) -> str:
    return f'<script type="{kind}" id="{name}">{text}</script>\n'


def _rules(sample: Sample) -> list[str]:
    answers = sample.looked.answers if sample.looked is not None else []
    return [rule for view in answers if view is not None for rule in rules_of(view)]


def _entry(
    sample: Sample,
    whens: Sequence[str],
    metrics: Sequence[str],
    rules: Sequence[str],
    verdicts: Verdicts,
) -> dict[str, Any]:
    """What the list, its filters and its order need of a sample."""
    first = next(p for p in sample.predictions if p is not None)
    answers: list[Any] = []
    views = sample.looked.answers if sample.looked is not None else [None] * len(whens)
    for when, prediction, scores, view in zip(whens, sample.predictions, sample.scores, views, strict=True):
        if prediction is None or view is None:
            answers.append(None)
            continue
        values = [None if (v := scores.get(name)) is None else round(v, 4) for name in metrics]
        verdict = verdicts.get((when, sample.split), {}).get(prediction.id)
        passes = None if verdict is None or verdict.passes is None else int(verdict.passes)
        answers.append([values, [rules.index(rule) for rule in rules_of(view)], passes])
    return {
        "id": safe(clip(first.id, 120)),
        "q": safe(clip(" ".join(first.query.split()), MAX_ENTRY)),
        "c": safe(clip(first.category, 60)) if first.category else "",
        "s": sample.split,
        "a": answers,
    }
