"""The tables of a run: every metric with its interval, and the paper's rows beside ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from wfllm.bench.describe.table import Cell, Table
from wfllm.evaluation.bootstrap import paired
from wfllm.evaluation.breakdown import ALL, Part
from wfllm.evaluation.metrics import headings, less_is_better
from wfllm.report.paper import paper_rows
from wfllm.report.scored import Scored

SPLITS = {"id": "unseen instructions (id)", "ood": "unseen APIs (ood)", "dev": "validation (dev)"}
WHENS = {"before": "before training", "after": "after training", "scores": "this run"}
PAPER = {
    "ngram": "BLEU",
    "weighted_ngram": "weighted n-gram",
    "syntax": "syntax",
    "dataflow": "data flow",
    "codebleu": "CodeBLEU",
    "passes": "pass rate",
}
"""The columns of the paper's Table 2."""
MADE_UP = 15
"""Names of the table of what was made up."""
_NOTE = (
    "The paper's rows are those of its Table 2 (arXiv 2411.05451): its own test sets, larger models, more "
    "data. CodeBLEU of GPT-4o with one example (ood) and of Llama-3.1-8B with one example does not follow "
    "from the components it gives. {}"
)


def summary(split: str, scored: Sequence[Scored], parts: Mapping[str, Sequence[Part]]) -> Table:
    """Every metric of a split: mean and interval at each time, and the gain from before to after.

    Args:
        scored: what was scored of this split.
        parts: the breakdown of each, by `when`.
    """
    columns = ["metric"]
    for item in scored:
        columns += [f"{WHENS[item.when]}, %|mean", f"{WHENS[item.when]}, %|95 % interval"]
        columns.append(f"{WHENS[item.when]}, %|n")
    both = {item.when: item for item in scored}
    gain = {"before", "after"} <= set(both)
    columns += ["gain|points", "gain|95 % interval"] if gain else []
    rows: list[tuple[Cell, ...]] = []
    for metric in _known(scored):
        row: list[Cell] = [heading(metric)]
        for item in scored:
            part = _part(parts[item.when], metric)
            row += (
                [f"{100 * part.mean:.1f}", _span(part.low, part.high), f"{part.n:,}"] if part else [None] * 3
            )
        rows.append(tuple(row + (_gain(both["before"], both["after"], metric) if gain else [])))
    texts = tuple(c for c in columns if c.endswith("interval"))
    return Table(f"summary-{split}", SPLITS[split], tuple(columns), rows, texts=texts)


def heading(metric: str) -> str:
    """What people call a metric."""
    name = headings().get(metric, metric.replace("_", " "))
    return f"{name} (less is better)" if metric in less_is_better() else name


def _known(scored: Sequence[Scored]) -> list[str]:
    told = dict.fromkeys(name for item in scored for name in item.metrics)
    known = headings()
    return [name for name in known if name in told] + [name for name in told if name not in known]


def _part(parts: Sequence[Part], metric: str) -> Part | None:
    return next((p for p in parts if p.by == ALL and p.metric == metric), None)


def _span(low: float, high: float) -> str:
    return f"{100 * low:.1f} – {100 * high:.1f}"


def _gain(before: Scored, after: Scored, metric: str) -> list[Cell]:
    """Of the samples that both have a value for."""
    first = dict(zip((p.id for p in before.predictions), before.scores, strict=True))
    second = dict(zip((p.id for p in after.predictions), after.scores, strict=True))
    pairs = [
        (b, a)
        for name, row in second.items()
        if (a := row.get(metric)) is not None and (b := first.get(name, {}).get(metric)) is not None
    ]
    if not pairs:
        return [None, None]
    found = paired([a for _, a in pairs], [b for b, _ in pairs])
    return [f"{100 * found.difference:+.1f}", _span(found.low, found.high)]


def beside_paper(scored: Sequence[Scored], name: str = "this run") -> Table:
    """The paper's Table 2 with what this run has of its columns on top."""
    splits = [split for split in ("id", "ood") if any(item.split == split for item in scored)] or ["id"]
    columns = ("model", *(f"{SPLITS[split]}, %|{head}" for split in splits for head in PAPER.values()))
    whens = dict.fromkeys(item.when for item in scored)
    rows: list[tuple[Cell, ...]] = []
    family = set()
    for when in whens:
        cells: list[Cell] = [name if when == "scores" else f"{name}, {WHENS[when]}"]
        for split in splits:
            item = next((i for i in scored if (i.when, i.split) == (when, split)), None)
            paper = item is not None and "codebleu_paper" in item.metrics
            family.add(paper) if item is not None else None
            cells += [_ours(item, metric, paper) for metric in PAPER]
        if any(cell is not None for cell in cells[1:]):
            rows.append(tuple(cells))
    published = paper_rows("table2")
    for model in dict.fromkeys(row.model for row in published):
        told = {row.split: row.values for row in published if row.model == model}
        values = (told.get(split, {}).get(metric) for split in splits for metric in PAPER)
        rows.append((model, *values))
    ours = "Ours is scored as its released code does (codebleu_paper)." if family == {True} else ""
    ours = ours or "Ours is the mended CodeBLEU where codebleu_paper is not among metrics.families."
    return Table("paper", "Beside the paper", columns, rows, _NOTE.format(ours))


def made_up(split: str, scored: Sequence[Scored]) -> Table | None:
    """Functions and parameters that answers use and nobody knows, the most frequent first; None without."""
    counts: dict[str, list[int]] = {}
    kinds: dict[str, int] = {}
    for at, item in enumerate(scored):
        for name, (count, kind) in item.made_up.items():
            counts.setdefault(name, [0] * len(scored))[at] += count
            kinds[name] = kind
    if not counts:
        return None
    order = sorted(counts, key=lambda name: (-counts[name][-1], -sum(counts[name]), name))
    rows = [(name, ("function", "parameter")[kinds[name]], *counts[name]) for name in order[:MADE_UP]]
    note = (
        f"Answers that use each; {len(order):,} names in all."
        if len(order) > MADE_UP
        else "Answers that use each."
    )
    columns = ("name", "kind", *(WHENS[item.when] for item in scored))
    return Table(f"made_up-{split}", f"Made up: {SPLITS[split]}", columns, rows, note, texts=("kind",))


def _ours(item: Scored | None, metric: str, paper: bool) -> float | None:
    if item is None:
        return None
    name = f"{metric}_paper" if paper and metric != "passes" else metric
    told = [value for row in item.scores if (value := row.get(name)) is not None]
    return 100 * fmean(told) if told else None
