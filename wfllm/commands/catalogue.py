"""`wfllm catalogue`: definitions of APIs into one table."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from wfllm.config.compose import Composed
from wfllm.config.schema import CatalogueCommand
from wfllm.shortcuts.catalogue.stage import make_catalogue


def run(composed: Composed) -> int:
    """Write the table and say whose word counts in it. 1 where a file could not be read."""
    config = cast(CatalogueCommand, composed.config)
    inputs = [config.input] if isinstance(config.input, str) else config.input
    account = make_catalogue(inputs, Path(config.output), config.bundle)
    return int(bool(account.refused))
