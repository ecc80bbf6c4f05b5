"""What a run prints when it ends: the table, where to look, what to type next."""

from __future__ import annotations

import re
import shlex
from typing import Any

from rich.console import Console
from rich.table import Table

from wfllm.evaluation.metrics import METRICS
from wfllm.tracking.run_folder import RunFolder


def print_results(console: Console, folder: RunFolder) -> None:
    """Print the results that a finished run keeps in run.json."""
    results: dict[str, Any] = folder.info.get("results", {})
    columns = {
        (split, when): means
        for when in ("before", "after", "scores")
        for split, means in results.get(when, {}).items()
    }
    for split in dict.fromkeys(split for split, _ in columns):
        console.print(_table(split, {when: m for (s, when), m in columns.items() if s == split}))
    losses = results.get("losses") or {}
    if losses.get("train") is not None:
        dev = f", on dev {losses['val']:.4f}" if losses.get("val") is not None else ""
        console.print(f"Loss after {losses['steps']} steps: {losses['train']:.4f}{dev}", highlight=False)
    console.print("\nLook at")
    for name, what in _PLACES.items():
        if (folder.path / name).exists():
            console.print(f"  {folder.path / name}  {what}", markup=False, highlight=False, soft_wrap=True)
    console.print("Next")
    if (folder.path / "model").is_dir():
        query = "Every morning, tell me the weather and my first event."
        console.print(
            f'  wfllm generate query="{query}" {argument("checkpoint", folder.path)}',
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    console.print("  wfllm compare", highlight=False)


def argument(key: str, value: object) -> str:
    """`key=value` to type into a shell: quoted for it, and for Hydra where its grammar asks for that."""
    text = str(value)
    if not re.fullmatch(r"[A-Za-z0-9_/.:@%+ -]*", text):
        text = '"' + text.replace('"', '\\"') + '"'
    return shlex.quote(f"{key}={text}")


_PLACES = {
    "predictions": "request, answer, code and reference of every held-out request, with scores",
    "model": "what was trained, for wfllm generate and wfllm evaluate",
    "metrics.jsonl": "losses of every step",
    "wandb": "the W&B run; `wandb sync` uploads it",
}
NAMES = {"id": "unseen instructions (id)", "ood": "unseen APIs (ood)", "dev": "validation (dev)"}


def _table(split: str, means: dict[str, dict[str, float]]) -> Table:
    count = int(next(iter(means.values()))["samples"])
    table = Table(title=f"{NAMES.get(split, split)}: {count} requests, percent")
    table.add_column("metric")
    for when in means:
        table.add_column(when, justify="right")
    if {"before", "after"} <= set(means):
        table.add_column("gain", justify="right")
    for metric, heading in METRICS.items():
        values = [m.get(metric) for m in means.values()]
        if all(value is None for value in values):  # not asked for, or it says nothing about these
            continue
        row = ["–" if value is None else f"{100 * value:.1f}" for value in values]
        if {"before", "after"} <= set(means) and None not in values:
            gain = 100 * (means["after"][metric] - means["before"][metric])
            row.append(f"[{'green' if gain > 0 else 'red'}]{gain:+.1f}")
        table.add_row(heading, *row)
    return table
