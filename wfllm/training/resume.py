"""The checkpoint a run goes on from: is it whole, and is it of this very training?"""

from __future__ import annotations

import os
import shutil
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from wfllm.errors import WfllmError
from wfllm.training import origin as origins

PREVIOUS = "previous.ckpt"
KEY = "origin"


def steps_of(checkpoint: Path) -> int:
    """Optimiser steps done in a checkpoint, every byte of which has been checked.

    Raises:
        WfllmError: it is damaged; says whether the one before it is whole, and how to go on there.
    """
    try:
        return _steps(checkpoint)
    except WfllmError as error:
        raise WfllmError(error.cause, where=checkpoint, mend=_mend(checkpoint)) from error


def _steps(checkpoint: Path) -> int:
    try:
        with zipfile.ZipFile(checkpoint) as archive:  # torch itself does not look at the check sums
            broken = archive.testzip()
        if broken:
            raise ValueError(f"wrong check sum of {broken}")
        return int(torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True)["global_step"])
    except Exception as error:  # of zipfile, torch, pickle and the disk, by where the damage is
        text = (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
        raise WfllmError(f"is damaged ({text})", where=checkpoint) from error


def _mend(checkpoint: Path) -> str:
    previous = checkpoint.with_name(PREVIOUS)
    if previous != checkpoint and previous.is_file():
        with suppress(WfllmError):
            steps = _steps(previous)
            move = f"mv {previous} {checkpoint}"
            return f"{PREVIOUS} beside it is whole, of step {steps}; go on there with: {move}"
    return "Remove it to train from the start."


def keep_previous(checkpoint: Path) -> None:
    """Keep the last checkpoint as `previous.ckpt` before a new one takes its name, at no moment without one.

    A second name for the same file costs nothing; where the file system has no such thing it is copied.
    """
    if not checkpoint.is_file():
        return
    part = checkpoint.with_name(f".{PREVIOUS}.part")
    part.unlink(missing_ok=True)
    try:
        os.link(checkpoint, part)
    except OSError:
        shutil.copyfile(checkpoint, part)
    os.replace(part, checkpoint.with_name(PREVIOUS))


def stamp(checkpoint: dict[str, Any], model: Any) -> None:
    """Write into a checkpoint what this training is: strategy and base model."""
    origin = origins.of(model)
    if origin:
        checkpoint[KEY] = origin.plain()


def refuse_other(checkpoint: dict[str, Any], model: Any, trained: set[str]) -> None:
    """Raise where a checkpoint is not of this training.

    Args:
        trained: names of the weights that this training trains.

    Raises:
        WfllmError: it is of another strategy, another base model, or holds other weights.
    """
    origin, other = origins.of(model), checkpoint.get(KEY)
    same = other is None or origin is None or origin.trains_like(other)
    if same and set(checkpoint["state_dict"]) == trained:
        return
    theirs = origins.title(other) if other else "one that does not say which"
    mine = origin.title() if origin else "another"
    raise WfllmError(
        f"the checkpoint is of another model or strategy: {theirs}; this training is {mine}",
        where="checkpoints/last.ckpt",
        mend="Remove it to train from the start, or go on with the command it was made by.",
    )
