"""`wfllm check`: is this a legal workflow?"""

from __future__ import annotations

from typing import cast

from wfllm.config.compose import Composed
from wfllm.config.schema import CheckCommand
from wfllm.shortcuts.check_stage import check_files


def run(composed: Composed) -> int:
    """Print what is wrong with each file. 1 where there are errors; warnings are no errors."""
    config = cast(CheckCommand, composed.config)
    return int(bool(check_files(config.input, catalogue=config.catalogue)))
