"""`wfllm compile`: Python to shortcuts."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from wfllm.config.compose import Composed
from wfllm.config.schema import CompileCommand
from wfllm.shortcuts.compile_stage import compile_all


def run(composed: Composed) -> int:
    """Compile files. 1 where any was refused."""
    config = cast(CompileCommand, composed.config)
    report = compile_all(config.input, Path(config.output), n_jobs=config.n_jobs)
    return int(bool(report.failed))
