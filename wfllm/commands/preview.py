"""`preview=5`: what the model would read and what of it would be learned, before anything is trained."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from wfllm.commands.prepare import Work
from wfllm.commands.samples import Samples, batches, encode_splits
from wfllm.config.schema import TrainCommand
from wfllm.data.encode import ROLES, Encoded, Lengths, role_weights
from wfllm.data.feed import Feed, lengths_of
from wfllm.data.store import Store
from wfllm.models.base import base_files
from wfllm.models.load import load_tokenizer

STYLES = {
    "prompt": "white",
    "plan": "cyan",
    "comment": "green",
    "code": "yellow",
    "error": "red",
    "correction": "magenta",
    "header": "blue",
}
MOST = 10
"""Samples listed of those that were shortened or dropped."""


def print_preview(config: TrainCommand, work: Work, console: Console) -> None:
    """Print samples, their mask, what did not fit, and the batches. The model is not read."""
    with tempfile.TemporaryDirectory() as scratch:
        base = base_files(config.model, Path(scratch) / "base", work.texts(), config.seed)
        tokenizer = load_tokenizer(base, config.model)
    samples = encode_splits(config, work, tokenizer, console)
    weights = role_weights(config.target)
    for index in spread(len(samples.train), config.preview, config.seed):
        _print_sample(samples.train[index], index, tokenizer, weights, console)
    _print_legend(samples.train, weights, console)
    for split, part in (("train", samples.train), ("dev", samples.dev)):
        if isinstance(part, Store):
            _print_misfits(split, part.account, config.model.context, console)
    _print_batches(config, samples, batches(Feed, config, samples, tokenizer.pad_token_id), console)
    text = "Next: the same command without preview, or with dry_run=true for what it would take"
    console.print(text, soft_wrap=True)


def spread(count: int, wanted: int, seed: int) -> list[int]:
    """`wanted` of `count` places: one out of each of as many equal stretches, drawn by the seed."""
    wanted = min(count, wanted)
    drawn = np.random.default_rng(seed).random(wanted)
    bounds = [i * count // max(1, wanted) for i in range(wanted + 1)]  # whole numbers: no stretch is empty
    return [low + int(drawn[i] * (high - low)) for i, (low, high) in enumerate(pairwise(bounds))]


def _print_sample(
    sample: Encoded, index: int, tokenizer: Any, weights: Sequence[float], console: Console
) -> None:
    learned = sum(weights[role] > 0 for role in sample.roles)
    title = f"\n── {sample.id}: {len(sample.input_ids)} tokens, {learned} learned (train {index}) ──"
    console.print(Text(title, style="bold"), soft_wrap=True)
    if console.is_terminal and not console.no_color:
        text = Text()
        for role, part in parts_of(sample, tokenizer):
            text.append(part, style=_style(role, weights[ROLES.index(role)]))
        console.print(text, soft_wrap=True)
        return
    width = max(map(len, ROLES))
    for role, part in parts_of(sample, tokenizer):
        mark = role if weights[ROLES.index(role)] else f"({role})"
        for line in part.removesuffix("\n").split("\n"):
            console.print(Text(f"{mark:>{width + 2}} │ {line}"), soft_wrap=True)


def parts_of(sample: Encoded, tokenizer: Any) -> Iterator[tuple[str, str]]:
    """Role and text of every stretch of tokens with one role; what would steer a terminal is escaped."""
    pairs = zip(map(int, sample.roles), map(int, sample.input_ids), strict=True)
    for role, stretch in groupby(pairs, key=lambda pair: pair[0]):
        text: str = tokenizer.decode([token for _, token in stretch], clean_up_tokenization_spaces=False)
        shown = (c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)
        yield ROLES[role], "".join(shown)


def _style(role: str, weight: float) -> str:
    return STYLES[role] if weight else f"dim {STYLES[role]}"


def _print_legend(samples: Sequence[Encoded], weights: Sequence[float], console: Console) -> None:
    if not isinstance(samples, Store):
        return
    table = Table(title="Tokens of train by what they are part of")
    for heading in ("part", "target.weights", "tokens", "share of what is learned"):
        table.add_column(heading, justify="left" if heading == "part" else "right")
    counts = samples.role_counts.sum(axis=0)
    weighed = counts * np.asarray(weights)
    for role, weight, count, part in zip(ROLES, weights, counts, weighed, strict=True):
        share = f"{part / max(1e-9, weighed.sum()):.0%}" if part else ""
        table.add_row(Text(role, style=_style(role, weight)), f"{weight:g}", f"{count:,}", share)
    console.print()
    console.print(table)


def _print_misfits(split: str, account: Lengths, context: int, console: Console) -> None:
    shortened = [f"{name} ({form})" for name, form in account.forms.items()]
    longest_first = sorted(account.dropped.items(), key=lambda item: -item[1])
    dropped = [f"{name} ({size} tokens)" for name, size in longest_first]
    for title, names in (
        ("with shortened documentation", shortened),
        (f"dropped, over model.context={context}", dropped),
    ):
        if names:
            more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
            text = f"{split}: {len(names)} {title}: {', '.join(names[:MOST])}{more}"
            console.print(text, highlight=False, soft_wrap=True, markup=False)


def _print_batches(config: TrainCommand, samples: Samples, data: Feed, console: Console) -> None:
    """How full the batches of the first epoch are."""
    lengths = lengths_of(samples.train)
    order = data.order(0)
    rows = [len(batch) for batch in order]
    if config.trainer.batching == "packed":
        size = (config.trainer.pack_tokens or config.model.context) * config.trainer.batch_size
        places = size * len(order)
        told = f"{len(order)} packs of at most {size:,} tokens, {lengths.sum() / places:.1%} full"
    else:
        places = sum(int(lengths[batch].max()) * len(batch) for batch in order)
        told = f"{len(order)} padded batches, {1 - lengths.sum() / places:.1%} of them padding"
    each = f"{min(rows)}" if min(rows) == max(rows) else f"{min(rows)} to {max(rows)}"
    console.print(f"an epoch: {told}; samples in each: {each}", highlight=False, soft_wrap=True)
