"""What every command on models begins with: records, catalogue, the machine, and whether all is there.

Records are read without a model library, so that `wfllm.commands.identified` answers at once.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from wfllm.bench.record import Record
from wfllm.bench.sources import load_records
from wfllm.bench.sources.mix import from_anywhere as mix_from_anywhere
from wfllm.bench.sources.release import keys_file, published_catalogue
from wfllm.config import schema as s
from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue.load import Catalogue, load_catalogue
from wfllm.tracking.identity import data_fingerprint


@dataclass
class Work:
    """Records by split, the API documentation, and a fingerprint of the records."""

    splits: dict[str, list[Record]]
    catalogue: Catalogue
    fingerprint: str

    def texts(self) -> list[str]:
        """What a tokenizer of the run's own learns from."""
        return [f"{r.query}\n{r.task_plan}\n{r.annotated_code}" for r in self.splits["train"]]


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
        import torch

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
        from wfllm.data.mending import read_pairs

        fingerprint = hashlib.sha256(f"{fingerprint}{read_pairs(data)}".encode()).hexdigest()
    return Work(splits, catalogue, fingerprint)


def require_device(trainer: s.Trainer) -> None:
    """Raise, before anything is read, where the machine lacks what the trainer asks for."""
    import torch

    if trainer.liger:
        from wfllm.training.liger import require_liger

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
    if data.get("keys"):
        data["keys"] = str(keys_file(s.WorkflowBenchData.model_validate(data)))
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
        mend = "Lower data.dev_share and data.test_share, or see above what was left out."
        raise WfllmError(f"no record to train on ({sizes})", where="data", mend=mend)


def require_held_out(splits: Mapping[str, Sequence[Record]], wanted: Sequence[str], key: str) -> None:
    """Raise, before anything is trained or generated, where a split that is to be scored is empty."""
    for name in wanted:
        if not splits[name]:
            share = {"dev": "data.dev_share", "id": "data.test_share"}.get(name)
            fresh = f" or, for records without one of their own, raise {share}" if share else ""
            mend = f"Name another split{fresh}; for a dataset of wfllm build raise splits.{name} there."
            raise WfllmError(f"the data has no {name} records", where=key, mend=mend)
