"""Files of tensors that are there whole or not at all, whenever a process is killed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from wfllm.errors import WfllmError


def save_whole(content: dict[str, Any], target: Path, before: Callable[[Path], None] | None = None) -> None:
    """Write beside `target`, then take its place.

    Args:
        before: called with `target` when the new file is whole and the old one is still there.

    Raises:
        WfllmError: it could not be written; what was there before is as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("wb") as file:
            torch.save(content, file)
            file.flush()
            os.fsync(file.fileno())
        if before is not None:
            before(target)
        os.replace(part, target)
    except (OSError, RuntimeError) as error:  # torch reports a full disk as a RuntimeError
        part.unlink(missing_ok=True)
        raise WfllmError(
            f"the checkpoint could not be written ({str(error).splitlines()[0]})",
            where=target,
            mend="Make room on the disk. The last checkpoint is intact; the same command goes on there.",
        ) from error
