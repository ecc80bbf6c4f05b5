"""Where curves, tables and artifacts go."""

from __future__ import annotations

from typing import Literal

from wfllm.config.schema.base import Positive, Schema


class Logger(Schema):
    """Where curves, tables and artifacts go beside the run folder."""

    name: str


class NoLogger(Logger):
    """The run folder alone."""

    name: Literal["none"]


class WandbLogger(Logger):
    """Weights & Biases; offline unless asked, so that no account is needed."""

    name: Literal["wandb"]
    mode: Literal["offline", "online"] = "offline"
    """`offline` writes into the run folder, for `wandb sync` later; `online` needs an account or server."""
    project: str = "wfllm"
    """Project the run belongs to."""
    entity: str | None = None
    """User or team; null takes the account's own."""
    group: str | None = None
    """Group of runs to compare; null takes the experiment's name."""
    tags: list[str] = []
    """Labels to filter by."""
    artifacts: bool = True
    """Log what a run has made (dataset, model, predictions) as artifacts, what it is made of as lineage."""
    largest: Positive = 1000
    """Megabytes of an artifact that is uploaded; a larger one has paths and checksums of its files alone."""
