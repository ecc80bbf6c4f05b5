"""What the dataset's card says beyond its splits and fields: how it was made, how large, what to mind."""

from __future__ import annotations

from collections.abc import Mapping

from wfllm.bench.describe.facts import Facts
from wfllm.bench.describe.settings import flat
from wfllm.bench.describe.table import Table, as_markdown, markdown
from wfllm.bench.describe.tables import parts_of

_STAGES = {
    "collect": "which files or records there are",
    "transcribe": "shortcut files become Python, records keep the code they come with",
    "filter": "what is worth learning from, each near-duplicate once",
    "thoughts": "comments, plan and request where a record lacks them",
    "split": "training, validation and both tests; nothing that says the same is in two of them",
    "draw": "APIs, theme and examples for synthetic samples, drawn from training workflows alone",
    "expand": "a model writes a request for each draw",
    "annotate": "a trained model writes plan and code for each request",
    "confirm": "rules, and a repair where it is wanted, say which synthetic samples are good enough",
    "distinct": "of synthetic samples that say the same the first, and none that repeats a training workflow",
}
_SETTINGS = 12
"""Settings of a stage that the card tells; the page has all."""


def sections(facts: Facts, tables: Mapping[str, Table]) -> str:
    """Markdown to put behind the card's own sections.

    Args:
        facts: what is known of the build.
        tables: its tables by name.
    """
    parts = [
        _made(facts),
        _numbers(tables),
        _limits(facts),
        "## Licence\n\n"
        "None is given here. The real workflows are those of the files the dataset was made from; whoever "
        "shares it has to know their licences, and the terms of the models whose answers are in it.",
    ]
    return "\n\n".join(parts) + "\n"


def _made(facts: Facts) -> str:
    lines = ["## How it was made", "", "The method is that of WorkflowLLM (arXiv 2411.05451)."]
    lines += ["", "| stage | what it does | kept | dropped | settings |", "|---|---|--:|--:|---|"]
    for stage in facts.flow.stages:
        told = [f"{key}={value}" for key, value in flat(stage.settings)][:_SETTINGS]
        cells = (
            stage.name,
            _STAGES.get(stage.name, ""),
            f"{stage.kept:,}",
            f"{stage.dropped:,}",
            ", ".join(told),
        )
        lines.append("| " + " | ".join(map(markdown, cells)) + " |")
    return "\n".join(lines)


def _numbers(tables: Mapping[str, Table]) -> str:
    lines = [
        "## In numbers",
        "",
        "`describe.html` shows them all, `describe.csv` and `describe.json` hold them.",
    ]
    for name in ("table1", "sizes", "drops", "lengths", "cost"):
        if table := tables.get(name):
            lines += ["", f"### {table.title}", "", as_markdown(table)]
            lines += ["", table.note] if table.note else []
    return "\n".join(lines)


def _limits(facts: Facts) -> str:
    made = parts_of(facts.counting)["synthetic"].records
    lines = [
        "## What to mind",
        "",
        "- The code was checked against the documentation of the APIs; none of it was run.",
        "- Titles, texts and addresses in real workflows are their authors'. They may be wrong, offensive or "
        "private.",
        "- Plans and comments say what the code does, as far as who wrote them understood it.",
        "- Near-duplicates are found by what code says apart from names and comments; the same idea in other "
        "actions is not one.",
    ]
    if made:
        lines.append(
            f"- {made:,} records are synthetic (`meta.synthetic`): requests and code by models, all for "
            "training. That they pass the rules does not say that they do what is asked."
        )
    return "\n".join(lines)
