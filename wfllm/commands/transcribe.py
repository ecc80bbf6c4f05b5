"""`wfllm transcribe`: shortcuts to Python."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from wfllm.config.compose import Composed
from wfllm.config.schema import TranscribeCommand
from wfllm.shortcuts.stage import transcribe_all


def run(composed: Composed) -> int:
    """Transcribe files. 1 where any was refused."""
    config = cast(TranscribeCommand, composed.config)
    report = transcribe_all(
        config.input, Path(config.output), n_jobs=config.n_jobs, longest_text=config.longest_text
    )
    return int(bool(report.failed))
