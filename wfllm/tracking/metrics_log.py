"""Metrics of a run as JSON lines: one object a step, floats to the last digit."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers import Logger

from wfllm.files import write_text
from wfllm.tracking.metrics_file import read_metrics


class MetricsLog(Logger):
    """Writes `{"step": …, name: value, …}` lines; on a resume, lines past the checkpoint are taken back."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    @property
    def name(self) -> str:
        return "metrics"

    @property
    def version(self) -> str:
        return ""

    def log_hyperparams(self, params: dict[str, Any] | Namespace, *args: Any, **kwargs: Any) -> None:
        """The run folder keeps the whole config; nothing to do."""

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        shown = {k: v for k, v in metrics.items() if k != "epoch"}
        if shown:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"step": None if step is None else int(step), **shown}) + "\n")
                file.flush()
                os.fsync(file.fileno())

    def rewind(self, step: int) -> None:
        """Forget what was logged after `step` optimiser steps; those steps are about to be repeated."""
        kept = [
            row
            for row in read_metrics(self.path)
            if isinstance(row["step"], (int, float)) and row["step"] < step
        ]
        write_text(self.path, "".join(json.dumps(row) + "\n" for row in kept))
