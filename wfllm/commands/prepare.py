"""What training and evaluation share: records and catalogue, samples, one evaluation of held-out records."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console

from wfllm.bench.record import Record
from wfllm.bench.sources import load_records
from wfllm.bench.sources.mix import from_anywhere as mix_from_anywhere
from wfllm.bench.sources.release import published_catalogue
from wfllm.config import schema as s
from wfllm.data.cache import cache_key, tokenised
from wfllm.data.encode import (
    ROLES,
    Encoded,
    Lengths,
    encode_each,
    forms_from,
    makes_of,
    require_some,
    role_weights,
)
from wfllm.data.mending import makes_of_pairs, read_pairs
from wfllm.data.module import WorkflowData
from wfllm.data.store import ACCOUNT, Store
from wfllm.errors import WfllmError
from wfllm.evaluation.predictions import predict
from wfllm.evaluation.score import Scores, mean, score
from wfllm.files import write_text
from wfllm.models.load import computes_bfloat16
from wfllm.progress import progress
from wfllm.ranks import World
from wfllm.shortcuts.catalogue.load import Catalogue, load_catalogue
from wfllm.tracking.identity import data_fingerprint
from wfllm.tracking.metrics_log import read_metrics
from wfllm.tracking.run_folder import RunFolder
from wfllm.tracking.wandb_run import Tracker
from wfllm.training.liger import require_liger

Load = Callable[[], Any]
"""Loads a model; called only where something is left to generate."""


@dataclass
class Work:
    """Records by split, the API documentation, and a fingerprint of the records."""

    splits: dict[str, list[Record]]
    catalogue: Catalogue
    fingerprint: str

    def texts(self) -> list[str]:
        """What a tokenizer of the run's own learns from."""
        return [f"{r.query}\n{r.task_plan}\n{r.annotated_code}" for r in self.splits["train"]]


@dataclass
class Samples:
    """Encoded train and dev records with the account of what did not fit."""

    train: Sequence[Encoded]
    dev: Sequence[Encoded]
    account: dict[str, Any] = field(default_factory=dict)


def settle(threads: int) -> None:
    """Quiet the libraries' chatter and fix the number of CPU threads."""
    import logging

    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    for name in ("pytorch_lightning", "lightning.pytorch", "bitsandbytes"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module=r"(pytorch_lightning|lightning|peft|torch|transformers)(\..*)?")
    if threads:
        torch.set_num_threads(threads)


def read(data: s.Data, console: Console, target: s.Target | None = None) -> Work:
    """Records of a data source and the documentation of their APIs; tells what was left out.

    Args:
        target: of a training, whose fingerprint has all in it that is learned from.
    """
    splits, faults = load_records(data)
    for fault in faults[:5]:
        console.print(f"left out: {fault.line()}", style="yellow", highlight=False, markup=False)
    if len(faults) > 5:
        console.print(f"left out: {len(faults) - 5} more", style="yellow", highlight=False)
    catalogue = load_catalogue()
    published = published_catalogue(data)
    if published is not None:
        catalogue = catalogue.merge(published)
    everything = [r for rows in splits.values() for r in rows]
    fingerprint = data_fingerprint(everything, catalogue.values())
    if target is not None and target.trajectories:
        fingerprint = hashlib.sha256(f"{fingerprint}{read_pairs(data)}".encode()).hexdigest()
    return Work(splits, catalogue, fingerprint)


def require_device(trainer: s.Trainer) -> None:
    """Raise, before anything is read, where the machine lacks what the trainer asks for."""
    if trainer.liger:
        require_liger()
    if torch.cuda.is_available():
        there = torch.cuda.device_count()
        if trainer.accelerator != "cpu" and there < trainer.devices:
            mend = f"Use trainer.devices={there}, and trainer.accumulate so that both multiply to the same."
            raise WfllmError(f"{there} to be seen", where=f"trainer.devices={trainer.devices}", mend=mend)
        return
    if trainer.parallel == "deepspeed":
        mend = "Use trainer=fsdp, which cuts the same and runs on CPUs, too."
        raise WfllmError("DeepSpeed needs GPUs, and none is to be seen", where="trainer=deepspeed", mend=mend)
    if trainer.accelerator == "gpu":
        raise WfllmError("no GPU is to be seen", where="trainer.accelerator=gpu", mend="Use auto or cpu.")
    if trainer.precision == "16-mixed":
        mend = "Use trainer.precision=auto."
        raise WfllmError("needs a GPU, and none is to be seen", where="trainer.precision=16-mixed", mend=mend)


def from_anywhere(plain: dict[str, Any]) -> dict[str, Any]:
    """The config with all paths made absolute, so that its run folder can be used from any folder."""
    data = dict(plain["data"])
    for key in ("path", "apis", "metadata", "keys"):
        if data.get(key):
            data[key] = str(Path(data[key]).expanduser().resolve())
    if data.get("parts"):
        data["parts"] = mix_from_anywhere(data["parts"])
    table = plain.get("catalogue")
    return {**plain, "data": data, "catalogue": table and str(Path(table).expanduser().resolve())}


def require_train(splits: Mapping[str, Sequence[Record]]) -> None:
    """Raise where there is nothing to train on."""
    if not splits["train"]:
        sizes = ", ".join(f"{name} {len(rows)}" for name, rows in splits.items())
        raise WfllmError(
            f"no record to train on ({sizes})", where="data", mend="Lower data.dev_share and data.test_share."
        )


def require_held_out(splits: Mapping[str, Sequence[Record]], wanted: Sequence[str], key: str) -> None:
    """Raise, before anything is trained or generated, where a split that is to be scored is empty."""
    for name in wanted:
        if not splits[name]:
            mend = "Name another split or raise data.test_share."
            raise WfllmError(f"the data has no {name} records", where=key, mend=mend)


def encode(
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
        _require_learned(store, weights)
        encoded[split] = store
        account[split] = _account(store, weights)
        lengths[split] = asdict(store.account)
        _tell(split, account[split], store.account, config.model.context, console)
    if folder is not None:
        write_text(folder / ACCOUNT, json.dumps(lengths, indent=2) + "\n")
    return Samples(encoded["train"], encoded["dev"], account)


def _require_learned(store: Store, weights: Sequence[float]) -> None:
    """Raise where nothing of a sample has a weight: it would be there for nothing, unnoticed."""
    for index in np.flatnonzero(store.supervised(weights) == 0)[:1]:
        parts = {ROLES[role] for role in np.flatnonzero(store.role_counts[index])}
        raise WfllmError(
            f"no token to learn from: {', '.join(sorted(parts))} have weight 0",
            where=f"record {store[int(index)].id}",
            mend="Raise a key of target.weights.",
        )


def batches(
    config: s.TrainCommand, samples: Samples, pad_id: int, world: World | None = None
) -> WorkflowData:
    """The samples in batches, as `trainer.batching` says; this process's share where there are several."""
    packed = config.trainer.batching == "packed"
    return WorkflowData(
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
    }


def _tell(split: str, account: Mapping[str, Any], lengths: Lengths, context: int, console: Console) -> None:
    share = account["supervised"] / max(1, account["tokens"])
    text = f"{split}: {account['records']} records, {account['tokens']:,} tokens, {share:.0%} of them learned"
    if lengths.shortened:
        text += f"; {sum(lengths.shortened.values())} with shortened documentation"
    console.print(text, highlight=False, soft_wrap=True)
    if lengths.dropped:
        worst = sorted(lengths.dropped.items(), key=lambda item: -item[1])[:3]
        names = ", ".join(f"{name} ({size} tokens)" for name, size in worst)
        text = (
            f"{split}: {len(lengths.dropped)} records are over model.context={context} and dropped: {names} …"
        )
        console.print(text, style="yellow", highlight=False, soft_wrap=True)


def evaluate_splits(
    when: str,
    load: Load,
    tokenizer: Any,
    held_out: Mapping[str, Sequence[Record]],
    work: Work,
    config: s.TrainCommand | s.EvaluateCommand,
    folder: RunFolder,
    tracker: Tracker,
) -> dict[str, dict[str, float]]:
    """Answer and score held-out records; split → metric → mean. The model is loaded once, if at all."""
    loaded: list[Any] = []
    accelerator = config.trainer.accelerator if isinstance(config, s.TrainCommand) else "auto"

    class Lazy:
        """Loads the model when the first answer is asked for: a finished evaluation needs none."""

        def __getattr__(self, name: str) -> Any:
            if not loaded:
                loaded.append(for_generation(load(), config.decoding, accelerator))
            return getattr(loaded[0], name)

    means: dict[str, dict[str, float]] = {}
    for split, records in held_out.items():
        path = folder.path / "predictions" / f"{when}-{split}.jsonl"
        predictions = predict(
            f"Answering {split} ({when})",
            Lazy(),
            tokenizer,
            records,
            work.catalogue,
            config.prompts,
            config.target,
            config.decoding,
            path,
        )
        each = score(predictions, work.catalogue, config.metrics)
        _write_scores(path.with_suffix(".csv"), [p.id for p in predictions], each)
        average = mean(each)
        tracker.scores(f"{when}-{split}", average, predictions, each)
        means[split] = {"samples": float(len(each)), **asdict(average)}
    return means


def for_generation(model: Any, decoding: s.Decoding, accelerator: str = "auto", requests: int = 2) -> Any:
    """The model where and in the arithmetic it generates fastest, as `decoding.dtype` allows."""
    device = "cuda" if accelerator != "cpu" and torch.cuda.is_available() else "cpu"
    # A CPU that answers one request reads weights rather than multiplies them: float32 is faster there.
    fast = computes_bfloat16(accelerator) and (device == "cuda" or requests > 1)
    low = decoding.dtype == "bfloat16" or (decoding.dtype == "auto" and fast)
    return model.to(device=device, dtype=torch.bfloat16 if low else torch.float32)


def _write_scores(path: Path, ids: Sequence[str], each: Sequence[Scores]) -> None:
    import csv

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["id", *asdict(each[0])])
        writer.writeheader()
        writer.writerows({"id": name, **asdict(row)} for name, row in zip(ids, each, strict=True))


def final_losses(folder: RunFolder) -> dict[str, float | None]:
    """Last training and validation loss of a run, and its steps."""
    rows = read_metrics(folder.path / "metrics.jsonl")
    train = [r["train/loss"] for r in rows if "train/loss" in r]
    dev = [r["val/loss"] for r in rows if "val/loss" in r]
    return {
        "steps": len(train),
        "train": train[-1] if train else None,
        "val": dev[-1] if dev else None,
    }
