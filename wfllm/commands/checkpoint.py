"""A trained run as other commands meet it: `checkpoint=` names its folder, or the `model` folder in it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from wfllm.config.compose import validate
from wfllm.config.plugins import require
from wfllm.config.schema import TrainCommand
from wfllm.errors import WfllmError
from wfllm.models.base import base_files
from wfllm.tracking.run_folder import RunFolder


@dataclass(frozen=True)
class Checkpoint:
    """A finished training run with its own config."""

    run: RunFolder
    config: TrainCommand

    @property
    def folder(self) -> Path:
        """Adapter or weights."""
        return self.run.path / "model"

    @property
    def base(self) -> str:
        """Folder or hub id of the base model."""
        return base_files(self.config.model, self.run.path / "base", (), self.config.seed)

    def tokenizer(self) -> Any:
        """The tokenizer the run was trained with."""
        from wfllm.models.load import load_tokenizer  # imports torch

        return load_tokenizer(str(self.folder), self.config.model)

    def model(self) -> Any:
        """The trained model, an adapter merged into its base."""
        from wfllm.training.checkpoints import load_trained  # imports torch

        return load_trained(self.folder, self.base, self.config.model)


def open_checkpoint(path: str) -> Checkpoint:
    """The checkpoint at a run folder, or at the `model` folder inside one.

    Raises:
        WfllmError: there is none, or the run has not got to its end.
    """
    folder = Path(path).expanduser()
    if not folder.exists():
        raise WfllmError("no such folder", where=f"checkpoint={path}", mend="`wfllm compare` lists the runs.")
    run = RunFolder(folder.parent if folder.name == "model" else folder)
    info = run.info
    if info["command"] != "train":
        raise WfllmError(
            f"is a run of wfllm {info['command']}, not of wfllm train", where=f"checkpoint={path}"
        )
    if not (run.path / "model").is_dir():
        mend = f"Go on with it: wfllm train {shlex.join(info['overrides'])}"
        raise WfllmError("this run has no trained model yet", where=f"checkpoint={path}", mend=mend)
    require(info.get("plugins"), f"checkpoint={path}")
    return Checkpoint(run, cast(TrainCommand, validate("train", run.config)))
