"""Records as the samples and batches of a training, and the account of what did not fit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from rich.console import Console

from wfllm.commands.prepare import Work
from wfllm.config import schema as s
from wfllm.data.cache import cache_key, tokenised
from wfllm.data.encode import (
    ROLES,
    Encoded,
    Lengths,
    encode_each,
    makes_of,
    require_some,
    role_weights,
    ways_of,
)
from wfllm.data.feed import Feed
from wfllm.data.fitting import forms_from
from wfllm.data.mending import makes_of_pairs, read_pairs
from wfllm.data.store import ACCOUNT, Store
from wfllm.errors import WfllmError
from wfllm.files import write_text
from wfllm.progress import progress
from wfllm.ranks import World

AnyFeed = TypeVar("AnyFeed", bound=Feed)


@dataclass
class Samples:
    """Encoded train and dev records with the account of what did not fit."""

    train: Sequence[Encoded]
    dev: Sequence[Encoded]
    account: dict[str, Any] = field(default_factory=dict)


def encode_splits(
    config: s.TrainCommand, work: Work, tokenizer: Any, console: Console, folder: Path | None = None
) -> Samples:
    """Tokenise train and dev records, or find them tokenised, and tell what did not fit into the context.

    Args:
        folder: of the run; what was shortened and dropped is written there, id by id.

    Raises:
        WfllmError: a record of which nothing is learned, or one too long where that is not allowed.
    """
    pairs = read_pairs(config.data) if config.target.trajectories else []
    weights = role_weights(config.target)
    fit: dict[str, Any] = {"context": config.model.context, "over_length": config.trainer.over_length}
    fit |= ways_of(config.prompts, config.target)
    wording = (work.catalogue, config.prompts, config.target)
    encoded: dict[str, Sequence[Encoded]] = {"train": [], "dev": []}
    account: dict[str, Any] = {}
    lengths: dict[str, Any] = {}
    for split in encoded:
        records, mended = work.splits[split], pairs if split == "train" else []
        if not records:
            continue
        makes = [makes_of(record, *wording) for record in records]
        makes += makes_of_pairs(mended, records, *wording)
        key = cache_key(records, mended, tokenizer, *wording, **fit)
        with progress(f"Tokenising {split}", len(makes), "record") as bar:
            store, known = tokenised(
                key,
                lambda account: encode_each(  # used up before the loop goes on
                    makes,  # noqa: B023
                    tokenizer,
                    forms_from(config.prompts.documentation),
                    account,
                    advance=bar.advance,
                    **fit,
                ),
            )
            bar.move(len(makes), "tokenised before" if known else None)
        if split == "train":
            require_some(store.account, config.model.context)
            _require_uncut(store, weights)
        _require_learned(store, weights)
        encoded[split] = store
        account[split] = _account(store, weights)
        lengths[split] = asdict(store.account)
        _tell(split, account[split], store.account, config.model.context, console)
    if folder is not None:
        write_text(folder / ACCOUNT, json.dumps(lengths, indent=2) + "\n")
    return Samples(encoded["train"], encoded["dev"], account)


def _require_uncut(store: Store, weights: Sequence[float]) -> None:
    """Raise where every record lost what is learned of it to `trainer.over_length=truncate`."""
    if store.account.truncated and not store.supervised(weights).any():
        mend = "Raise model.context, or use trainer.over_length=shorten."
        raise WfllmError(f"all {len(store)} records are cut before their answer", where="data", mend=mend)


def _require_learned(store: Store, weights: Sequence[float]) -> None:
    """Raise where nothing of a sample has a weight: it would be there for nothing, unnoticed. Of one that was
    cut it is told."""
    for index in np.flatnonzero(store.supervised(weights) == 0):
        if store[int(index)].id in store.account.truncated:
            continue
        parts = {ROLES[role] for role in np.flatnonzero(store.role_counts[index])}
        raise WfllmError(
            f"no token to learn from: {', '.join(sorted(parts))} have weight 0",
            where=f"record {store[int(index)].id}",
            mend="Raise a key of target.weights.",
        )


def batches(
    made: type[AnyFeed],
    config: s.TrainCommand,
    samples: Samples,
    pad_id: int,
    world: World | None = None,
) -> AnyFeed:
    """The samples in batches, as `trainer.batching` says; this process's share where there are several.

    Args:
        made: what comes out: `Feed`, or `WorkflowData`, which is one that Lightning takes.
    """
    packed = config.trainer.batching == "packed"
    return made(
        samples.train,
        samples.dev,
        batch_size=config.trainer.batch_size,
        pad_id=pad_id,
        seed=config.seed,
        pack_tokens=(config.trainer.pack_tokens or config.model.context) if packed else None,
        weights=role_weights(config.target),
        rank=world.rank if world else 0,
        ranks=world.size if world else 1,
    )


def _account(store: Store, weights: Sequence[float]) -> dict[str, Any]:
    return {
        "records": len(store),
        "tokens": int(store.lengths.sum()),
        "supervised": int(store.supervised(weights).sum()),
        "longest": int(store.lengths.max(initial=0)),
        "shortened": dict(store.account.shortened),
        "dropped": len(store.account.dropped),
        "unfit": len(store.account.unfit),
        "truncated": len(store.account.truncated),
        "unlearned": int((store.supervised(weights) == 0).sum()),
    }


def _tell(split: str, account: Mapping[str, Any], lengths: Lengths, context: int, console: Console) -> None:
    share = account["supervised"] / max(1, account["tokens"])
    text = f"{split}: {account['records']} records, {account['tokens']:,} tokens, {share:.0%} of them learned"
    if lengths.shortened:
        text += f"; {sum(lengths.shortened.values())} with shortened documentation"
    console.print(text, highlight=False, soft_wrap=True)
    if lengths.truncated:
        text = f"{split}: {len(lengths.truncated)} records are cut at model.context={context}"
        if account["unlearned"]:
            text += f", {account['unlearned']} of them before their answer: nothing of these is learned"
        console.print(text, style="yellow", highlight=False, soft_wrap=True)
    if lengths.unfit:
        name, cause = next(iter(lengths.unfit.items()))
        text = f"{split}: {len(lengths.unfit)} records without such an answer left out: {name}: {cause} …"
        console.print(text, style="yellow", highlight=False, soft_wrap=True, markup=False)
    if lengths.dropped:
        worst = sorted(lengths.dropped.items(), key=lambda item: -item[1])[:3]
        names = ", ".join(f"{name} ({size} tokens)" for name, size in worst)
        text = (
            f"{split}: {len(lengths.dropped)} records are over model.context={context} and dropped: {names} …"
        )
        console.print(text, style="yellow", highlight=False, soft_wrap=True)
